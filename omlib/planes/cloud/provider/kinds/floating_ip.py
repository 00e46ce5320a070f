"""Floating IPs: an address of an outer network, on a port or on none."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from omlib.model.status import UnknownReason
from omlib.planes.cloud.provider.kind import (
    PLACE,
    Api,
    Failure,
    Inputs,
    Live,
    Mark,
    Property,
    PropertyValue,
)
from omlib.planes.cloud.provider.kinds.differs import differing
from omlib.planes.cloud.provider.kinds.names import id_of, name_of
from omlib.planes.cloud.provider.kinds.one import one, shaped
from omlib.planes.cloud.provider.kinds.patience import until
from omlib.planes.cloud.provider.marks import description_of, mark_in
from omlib.planes.cloud.reader import Json

LIMIT_S = 120.0


class _FloatingIp:
    name = "floating_ip"
    properties = (
        *PLACE,
        Property(
            name="network", what="Name or id of the outer network.", required=True, replaces=True
        ),
        Property(
            name="address",
            what="The address; left out, the cloud chooses one.",
            replaces=True,
            unique=True,
        ),
        Property(name="port", what='Id of the port it leads to; "" for none.'),
        Property(name="fixed_address", what="Which of the port's addresses it leads to."),
        Property(name="target", what="The fixed address it leads to.", computed=True),
    )

    def check(self, inputs: Inputs) -> Iterator[Failure]:
        if inputs.get("fixed_address") and not inputs.get("port"):
            yield Failure("fixed_address", "it says which address of a port, and no port is given")

    def live(self, api: Api, live_id: str) -> Live | None:
        told = api.seen.find("floating_ip", live_id)
        return _live(api, told) if told else None

    def get(self, api: Api, live_id: str) -> Live | None:
        told = _now(api, live_id)
        return _live(api, told) if told else None

    def create(self, api: Api, inputs: Inputs, mark: Mark, made: Callable[[str], None]) -> str:
        asked: dict[str, Any] = {
            "floating_network_id": id_of(api, "network", inputs["network"]),
            "description": description_of(mark),
        }
        if address := inputs.get("address"):
            asked["floating_ip_address"] = address
        if inputs.get("port"):
            asked |= _association(inputs)
        answer = api.post("network", "/floatingips", {"floatingip": asked})
        live_id = str(answer["floatingip"]["id"])
        made(live_id)
        api.seen.changed("floating_ip", "server")
        return live_id

    def update(self, api: Api, live: Live, inputs: Inputs) -> None:
        if not differing(self.properties, live, inputs) & {"port", "fixed_address"}:
            return
        port = inputs.get("port", live.attributes["port"])
        asked = _association({**inputs, "port": port})
        try:
            api.put("network", f"/floatingips/{live.id}", {"floatingip": asked})
            until(
                api,
                f"floating IP {live.id} on port {port or 'none'}",
                lambda: True if _port(_now(api, live.id)) == port else None,
                LIMIT_S,
            )
        finally:
            api.seen.changed("floating_ip", "server")

    def delete(self, api: Api, live_id: str) -> None:
        try:
            api.delete("network", f"/floatingips/{live_id}")
            until(
                api,
                f"floating IP {live_id} to be gone",
                lambda: True if _now(api, live_id) is None else None,
                LIMIT_S,
            )
        finally:
            api.seen.changed("floating_ip", "server")


def _association(inputs: Inputs) -> dict[str, Any]:
    asked: dict[str, Any] = {"port_id": inputs["port"] or None}
    if fixed := inputs.get("fixed_address"):
        asked["fixed_ip_address"] = fixed
    return asked


def _now(api: Api, live_id: str) -> Json | None:
    return one(api, "network", f"/floatingips/{live_id}", "floatingip", live_id)


def _port(told: Json | None) -> str | None:
    return str(told.get("port_id") or "") if told else None


def _live(api: Api, told: Json) -> Live:
    with shaped("floating_ip", told):
        network_id = str(told["floating_network_id"])
        target = str(told.get("fixed_ip_address") or "")
        seen: dict[str, PropertyValue] = {
            "address": str(told["floating_ip_address"]),
            "port": str(told["port_id"] or ""),
            "fixed_address": target,
            "target": target,
        }
        unseen: dict[str, UnknownReason] = {}
        ids: dict[str, Mapping[str, str]] = {}
        network = name_of(api, "network", network_id)
        if isinstance(network, UnknownReason):
            unseen["network"] = network
        else:
            seen["network"] = network
            ids["network"] = {network: network_id}
        return Live(id=str(told["id"]), attributes=seen, unseen=unseen, ids=ids, mark=mark_in(told))


FLOATING_IP = _FloatingIp()
