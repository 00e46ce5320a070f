"""Networks of a project."""

from collections.abc import Callable, Iterator

from omlib.planes.cloud.provider.kind import (
    PLACE,
    Api,
    Failure,
    Inputs,
    Live,
    Mark,
    Property,
    Type,
)
from omlib.planes.cloud.provider.kinds.field import text_of
from omlib.planes.cloud.provider.kinds.neutron import MOVING, NETWORK, make, own
from omlib.planes.cloud.provider.kinds.one import one, shaped
from omlib.planes.cloud.provider.marks import mark_in_description
from omlib.planes.cloud.reader import Json


class _Network:
    name = "network"
    properties = (
        *PLACE,
        Property(name="name", what="Name.", required=True),
        Property(
            name="external",
            type=Type.BOOLEAN,
            what="Whether it leads out of the cloud.",
            computed=True,
        ),
        Property(
            name="shared",
            type=Type.BOOLEAN,
            what="Whether every project may use it.",
            computed=True,
        ),
        Property(name="status", what="As neutron tells it.", computed=True),
    )

    def check(self, inputs: Inputs) -> Iterator[Failure]:  # noqa: ARG002 - nothing beyond types
        yield from ()

    def live(self, api: Api, live_id: str) -> Live | None:
        told = api.seen.find("network", live_id)
        return _live(own(api, "network", told)) if told else None

    def get(self, api: Api, live_id: str) -> Live | None:
        told = one(api, NETWORK, f"/networks/{live_id}", "network", live_id)
        return _live(told) if told else None

    def create(self, api: Api, inputs: Inputs, mark: Mark, made: Callable[[str], None]) -> str:
        return make(api, "/networks", "network", {"name": inputs["name"]}, mark, made)

    def update(self, api: Api, live: Live, inputs: Inputs) -> None:
        if inputs["name"] != live.attributes["name"]:
            api.put(NETWORK, f"/networks/{live.id}", {"network": {"name": inputs["name"]}})

    def delete(self, api: Api, live_id: str) -> None:
        api.delete(NETWORK, f"/networks/{live_id}")


def _live(told: Json) -> Live:
    with shaped("network", told):
        return Live(
            id=str(told["id"]),
            attributes={
                "name": text_of(told, "name"),
                "external": bool(told.get("router:external")),
                "shared": bool(told.get("shared")),
                "status": str(told.get("status") or ""),
            },
            in_transition=told.get("status") in MOVING,
            mark=mark_in_description(told),
        )


NETWORK_KIND = _Network()
