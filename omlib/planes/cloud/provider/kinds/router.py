"""Routers: the way out of a project, and the networks that use it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from omlib.model.status import UnknownReason
from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.kind import (
    PLACE,
    Api,
    Failure,
    Inputs,
    Live,
    Mark,
    Property,
    PropertyValue,
    Type,
)
from omlib.planes.cloud.provider.kinds.field import text_of
from omlib.planes.cloud.provider.kinds.names import id_of, name_of
from omlib.planes.cloud.provider.kinds.neutron import MOVING, NETWORK, make, own
from omlib.planes.cloud.provider.kinds.one import one, shaped
from omlib.planes.cloud.provider.marks import mark_in_description
from omlib.planes.cloud.reader import Json

_PATH = "/routers"
_OTHER_PORTS = ("network:router_gateway", "network:router_centralized_snat")


class _Router:
    name = "router"
    properties = (
        *PLACE,
        Property(name="name", what="Name.", required=True),
        Property(name="external_network", what='Name or id of the network outside, "" for none.'),
        Property(
            name="networks",
            type=Type.STRINGS,
            unordered=True,
            what="Names or ids of the networks inside, with all their subnets.",
        ),
        Property(name="status", what="As neutron tells it.", computed=True),
    )

    def check(self, inputs: Inputs) -> Iterator[Failure]:  # noqa: ARG002 - nothing beyond types
        yield from ()

    def live(self, api: Api, live_id: str) -> Live | None:
        told = api.seen.find("router", live_id)
        if told is None:
            return None
        ports = api.seen.index("port", _by_device).get(live_id, ())
        return _live(api, own(api, "router", told), ports)

    def get(self, api: Api, live_id: str) -> Live | None:
        told = one(api, NETWORK, f"{_PATH}/{live_id}", "router", live_id)
        return _live(api, told, _ports(api, live_id)) if told else None

    def create(self, api: Api, inputs: Inputs, mark: Mark, made: Callable[[str], None]) -> str:
        body: dict[str, Any] = {"name": inputs["name"]}
        if outside := inputs.get("external_network"):
            body["external_gateway_info"] = {"network_id": id_of(api, "network", outside)}
        live_id = make(api, _PATH, "router", body, mark, made)
        _enter(api, live_id, [id_of(api, "network", each) for each in inputs.get("networks", ())])
        return live_id

    def update(self, api: Api, live: Live, inputs: Inputs) -> None:
        changed: dict[str, Any] = {}
        if inputs["name"] != live.attributes["name"]:
            changed["name"] = inputs["name"]
        if (outside := inputs.get("external_network")) is not None and (
            outside != live.attributes.get("external_network")
        ):
            gateway = {"network_id": id_of(api, "network", outside)} if outside else {}
            changed["external_gateway_info"] = gateway
        if changed:
            api.put(NETWORK, f"{_PATH}/{live.id}", {"router": changed})
        if "networks" in inputs:
            wanted = {id_of(api, "network", each) for each in inputs["networks"]}
            ports = _interfaces(_ports(api, live.id))
            _enter(api, live.id, sorted(wanted - {str(port["network_id"]) for port in ports}))
            _leave(api, live.id, [port for port in ports if port["network_id"] not in wanted])

    def delete(self, api: Api, live_id: str) -> None:
        _leave(api, live_id, _interfaces(_ports(api, live_id)))
        api.delete(NETWORK, f"{_PATH}/{live_id}")
        api.seen.changed("port")


def _enter(api: Api, router_id: str, networks: Iterable[str]) -> None:
    for network in networks:
        told = api.get(NETWORK, f"/subnets?network_id={network}")["subnets"]
        subnets = [subnet for subnet in told if subnet.get("gateway_ip")]
        if not subnets:  # neutron gives the router the gateway's address
            detail = f"router {router_id}: network {network} has no subnet with a gateway"
            raise CloudFaultError(condition=Condition.IMPOSSIBLE, detail=detail)
        for subnet in subnets:
            told = {"subnet_id": subnet["id"]}
            api.put(NETWORK, f"{_PATH}/{router_id}/add_router_interface", told)
        api.seen.changed("port")


def _leave(api: Api, router_id: str, ports: Iterable[Json]) -> None:
    for port in ports:
        told = {"port_id": port["id"]}
        api.put(NETWORK, f"{_PATH}/{router_id}/remove_router_interface", told)
        api.seen.changed("port")


def _ports(api: Api, router_id: str) -> Sequence[Json]:
    told: Sequence[Json] = api.get(NETWORK, f"/ports?device_id={router_id}")["ports"]
    return told


def _by_device(ports: Sequence[Json]) -> Mapping[str, Sequence[Json]]:
    found: dict[str, list[Json]] = {}
    for port in ports:
        found.setdefault(str(port.get("device_id") or ""), []).append(port)
    return found


def _interfaces(ports: Iterable[Json]) -> list[Json]:
    """Its legs inside; a distributed router has further ports of neutron's own."""
    return [
        port
        for port in ports
        if str(port.get("device_owner")).startswith("network:")
        and port.get("device_owner") not in _OTHER_PORTS
    ]


def _live(api: Api, told: Json, ports: Iterable[Json]) -> Live:
    with shaped("router", told):
        attributes: dict[str, PropertyValue] = {
            "name": text_of(told, "name"),
            "external_network": "",
            "status": str(told.get("status") or ""),
        }
        unseen: dict[str, UnknownReason] = {}
        ids: dict[str, dict[str, str]] = {"external_network": {}, "networks": {}}
        outside = (told.get("external_gateway_info") or {}).get("network_id")
        if outside:
            name = name_of(api, "network", str(outside))
            if isinstance(name, UnknownReason):
                unseen["external_network"] = name
            else:
                attributes["external_network"] = name
                ids["external_network"][name] = str(outside)
        for network in sorted({str(port["network_id"]) for port in _interfaces(ports)}):
            name = name_of(api, "network", network)
            if isinstance(name, UnknownReason):
                unseen["networks"] = name
            else:
                ids["networks"][name] = network
        if "networks" not in unseen:
            attributes["networks"] = tuple(sorted(ids["networks"]))
        if "external_network" in unseen:
            del attributes["external_network"]
        return Live(
            id=str(told["id"]),
            attributes=attributes,
            unseen=unseen,
            ids=ids,
            in_transition=told.get("status") in MOVING,
            mark=mark_in_description(told),
        )


ROUTER = _Router()
