"""Server groups: servers that are to stand together, or apart."""

from collections.abc import Callable, Iterator

from omlib.planes.cloud.faults import CloudFaultError, Condition
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
from omlib.planes.cloud.provider.kinds.one import one, shaped
from omlib.planes.cloud.provider.values import UNKNOWN
from omlib.planes.cloud.reader import Json

_PATH = "/os-server-groups"
_POLICIES = ("affinity", "anti-affinity", "soft-affinity", "soft-anti-affinity")
_ONE_POLICY = 64  # compute microversion 2.64: `policy` in place of a list `policies`


class _ServerGroup:
    name = "server_group"
    properties = (
        *PLACE,
        Property(name="name", what="Name.", required=True, replaces=True),
        Property(name="policy", what=", ".join(_POLICIES), required=True, replaces=True),
        Property(
            name="members", type=Type.STRINGS, unordered=True, computed=True, what="Ids of servers."
        ),
    )

    def check(self, inputs: Inputs) -> Iterator[Failure]:
        if inputs["policy"] not in (*_POLICIES, UNKNOWN):
            yield Failure("policy", f"is one of {', '.join(_POLICIES)}")

    def live(self, api: Api, live_id: str) -> Live | None:
        told = api.seen.find("server_group", live_id)
        return _live(told) if told else None

    def get(self, api: Api, live_id: str) -> Live | None:
        told = one(api, "compute", f"{_PATH}/{live_id}", "server_group", live_id)
        return _live(told) if told else None

    def create(self, api: Api, inputs: Inputs, mark: Mark, made: Callable[[str], None]) -> str:  # noqa: ARG002 - nova keeps no text with a server group
        policy = inputs["policy"]
        alone = int((api.microversion or "2.1").split(".")[1]) >= _ONE_POLICY
        told = {"policy": policy} if alone else {"policies": [policy]}
        answer = api.post("compute", _PATH, {"server_group": {"name": inputs["name"], **told}})
        live_id = str(answer["server_group"]["id"])
        made(live_id)
        return live_id

    def update(self, api: Api, live: Live, inputs: Inputs) -> None:  # noqa: ARG002
        raise CloudFaultError(
            condition=Condition.IMPOSSIBLE, detail=f"server group {live.id}: only replaced"
        )

    def delete(self, api: Api, live_id: str) -> None:
        api.delete("compute", f"{_PATH}/{live_id}")


def _live(told: Json) -> Live:
    with shaped("server group", told):
        policies = [told["policy"]] if "policy" in told else list(told["policies"])
        return Live(
            id=str(told["id"]),
            attributes={
                "name": text_of(told, "name"),
                "policy": str(policies[0]) if policies else "",
                "members": tuple(sorted(str(member) for member in told.get("members") or ())),
            },
        )


SERVER_GROUP = _ServerGroup()
