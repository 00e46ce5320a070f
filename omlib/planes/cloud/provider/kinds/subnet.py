"""Subnets: a range of addresses on a network, its gateway, and what DHCP gives out."""

import ipaddress
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
    Type,
)
from omlib.planes.cloud.provider.kinds.field import text_of
from omlib.planes.cloud.provider.kinds.names import id_of, name_of
from omlib.planes.cloud.provider.kinds.neutron import NETWORK, make, own
from omlib.planes.cloud.provider.kinds.one import one, shaped
from omlib.planes.cloud.provider.marks import mark_in_description
from omlib.planes.cloud.provider.values import unknown
from omlib.planes.cloud.reader import Json


def _prefix(told: str) -> str:
    try:
        return str(ipaddress.ip_network(told.strip(), strict=False))
    except ValueError:
        return told


def _address(told: str) -> str:
    try:
        return str(ipaddress.ip_address(told.strip()))
    except ValueError:
        return told


def _pools(told: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("-".join(_address(end) for end in pool.split("-")) for pool in told)


class _Subnet:
    name = "subnet"
    properties = (
        *PLACE,
        Property(name="name", what="Name; without one it is made with its item's."),
        Property(name="network", what="Name or id of its network.", required=True, replaces=True),
        Property(
            name="cidr",
            what="Its prefix.",
            required=True,
            replaces=True,
            unique=True,
            spell=_prefix,
        ),
        Property(name="gateway", what='Address of the gateway, "" for none.', spell=_address),
        Property(name="dhcp", type=Type.BOOLEAN, what="Whether neutron answers DHCP on it."),
        Property(
            name="pools",
            type=Type.STRINGS,
            unordered=True,
            what="Ranges that addresses are taken from, `first-last`.",
            spell=_pools,
        ),
    )

    def check(self, inputs: Inputs) -> Iterator[Failure]:
        known = {name: value for name, value in inputs.items() if not unknown(value)}
        if "cidr" in known and not _is_prefix(known["cidr"]):
            yield Failure("cidr", f"{known['cidr']} is no prefix")
        elif "cidr" in known:
            prefix = ipaddress.ip_network(known["cidr"])
            gateway = known.get("gateway", "")
            if gateway and not _within(gateway, prefix):
                yield Failure("gateway", f"{gateway} is no address of {prefix}")
            for pool in known.get("pools", ()):
                ends = pool.split("-")
                if len(ends) != 2 or not all(_within(end, prefix) for end in ends):
                    yield Failure("pools", f"{pool} is no range first-last of {prefix}")

    def live(self, api: Api, live_id: str) -> Live | None:
        told = api.seen.find("subnet", live_id)
        return _live(api, own(api, "subnet", told)) if told else None

    def get(self, api: Api, live_id: str) -> Live | None:
        told = one(api, NETWORK, f"/subnets/{live_id}", "subnet", live_id)
        return _live(api, told) if told else None

    def create(self, api: Api, inputs: Inputs, mark: Mark, made: Callable[[str], None]) -> str:
        body = {
            "name": mark.item,
            **_body(inputs),
            "network_id": id_of(api, "network", inputs["network"]),
            "cidr": inputs["cidr"],
            "ip_version": ipaddress.ip_network(inputs["cidr"]).version,
        }
        return make(api, "/subnets", "subnet", body, mark, made)

    def update(self, api: Api, live: Live, inputs: Inputs) -> None:
        """In one call: a gateway may have to leave the pools in the same moment."""
        have = {name: value for name, value in live.attributes.items() if name in inputs}
        wanted, there = _body(inputs), _body(have)
        changed = {field: value for field, value in wanted.items() if there.get(field) != value}
        if changed:
            api.put(NETWORK, f"/subnets/{live.id}", {"subnet": changed})

    def delete(self, api: Api, live_id: str) -> None:
        api.delete(NETWORK, f"/subnets/{live_id}")


def _body(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What can be changed, as neutron takes it; only what is given."""
    told: dict[str, Any] = {}
    if "name" in inputs:
        told["name"] = inputs["name"]
    if "gateway" in inputs:
        told["gateway_ip"] = inputs["gateway"] or None
    if "dhcp" in inputs:
        told["enable_dhcp"] = inputs["dhcp"]
    if "pools" in inputs:
        ranges = sorted(pool.split("-") for pool in inputs["pools"])
        told["allocation_pools"] = [{"start": first, "end": last} for first, last in ranges]
    return told


def _live(api: Api, told: Json) -> Live:
    with shaped("subnet", told):
        network_id = str(told["network_id"])
        seen: dict[str, PropertyValue] = {
            "name": text_of(told, "name"),
            "cidr": text_of(told, "cidr"),
            "gateway": str(told["gateway_ip"] or ""),
            "dhcp": bool(told["enable_dhcp"]),
            "pools": tuple(
                sorted(f"{pool['start']}-{pool['end']}" for pool in told["allocation_pools"])
            ),
        }
        network = name_of(api, "network", network_id)
        if isinstance(network, UnknownReason):
            return Live(id=str(told["id"]), attributes=seen, unseen={"network": network})
        return Live(
            id=str(told["id"]),
            attributes={**seen, "network": network},
            ids={"network": {network: network_id}},
            mark=mark_in_description(told),
        )


def _is_prefix(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _within(text: str, prefix: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(text) in prefix
    except ValueError:
        return False


SUBNET = _Subnet()
