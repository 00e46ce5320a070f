"""Ports: an address and groups of their own, which a server is given by id and leaves behind."""

import ipaddress
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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
from omlib.planes.cloud.provider.kinds import interfaces
from omlib.planes.cloud.provider.kinds.differs import differing
from omlib.planes.cloud.provider.kinds.names import id_of, name_of
from omlib.planes.cloud.provider.kinds.one import shaped
from omlib.planes.cloud.provider.kinds.patience import until
from omlib.planes.cloud.provider.marks import description_of, mark_in
from omlib.planes.cloud.provider.values import UNKNOWN
from omlib.planes.cloud.reader import Json

LIMIT_S = 120.0


def _pairs(told: Sequence[str]) -> tuple[str, ...]:
    """Addresses and prefixes in their one spelling; what is none is left for Check to refuse."""
    return tuple(_pair_spelled(pair) for pair in told)


class _Port:
    name = "port"
    properties = (
        *PLACE,
        Property(name="name", what="Name; without one it is made with its item's."),
        Property(name="network", what="Name or id of the network.", required=True, replaces=True),
        Property(
            name="addresses",
            type=Type.STRINGS,
            unordered=True,
            spell=_pairs,
            what="Fixed addresses; left out, the cloud chooses one.",
            replaces=True,
            unique=True,
        ),
        Property(
            name="security_groups", type=Type.STRINGS, unordered=True, what="Names of its groups."
        ),
        Property(
            name="allowed_addresses",
            type=Type.STRINGS,
            unordered=True,
            spell=_pairs,
            what="Other addresses or prefixes it may send from, each with a MAC behind it if that"
            " is not the port's own.",
        ),
        Property(name="mac", what="MAC address.", computed=True),
        Property(name="device", what="Id of the server that has it.", computed=True),
    )

    def check(self, inputs: Inputs) -> Iterator[Failure]:
        for name in ("addresses", "allowed_addresses"):
            for told in inputs.get(name) or ():
                if told != UNKNOWN and (why := _wrong(name, str(told))):
                    yield Failure(name, why)

    def live(self, api: Api, live_id: str) -> Live | None:
        told = api.seen.find("port", live_id)
        return _live(api, told) if told else None

    def get(self, api: Api, live_id: str) -> Live | None:
        told = interfaces.port_now(api, live_id)
        return _live(api, told) if told else None

    def create(self, api: Api, inputs: Inputs, mark: Mark, made: Callable[[str], None]) -> str:
        asked: dict[str, Any] = {
            "name": mark.item,
            "network_id": id_of(api, "network", inputs["network"]),
            "description": description_of(mark),
            **_changeable(api, inputs, inputs.keys()),
        }
        if addresses := inputs.get("addresses"):
            asked["fixed_ips"] = [{"ip_address": address} for address in addresses]
        port_id = str(api.post("network", "/ports", {"port": asked})["port"]["id"])
        made(port_id)
        api.seen.changed("port")
        return port_id

    def update(self, api: Api, live: Live, inputs: Inputs) -> None:
        differs = differing(self.properties, live, inputs)
        if asked := _changeable(api, inputs, differs):
            api.put("network", f"/ports/{live.id}", {"port": asked})
            api.seen.changed("port", "server")

    def delete(self, api: Api, live_id: str) -> None:
        """Off its server first: nova would go on with what is no longer there."""
        try:
            told = interfaces.port_now(api, live_id)
            owner = str(told.get("device_owner") or "") if told else ""
            if told and told.get("device_id") and owner.startswith("compute:"):
                interfaces.detach(api, str(told["device_id"]), live_id)
            api.delete("network", f"/ports/{live_id}")
            until(
                api,
                f"port {live_id} to be gone",
                lambda: True if interfaces.port_now(api, live_id) is None else None,
                LIMIT_S,
            )
        finally:
            api.seen.changed("port", "server", "floating_ip")


def _changeable(api: Api, inputs: Inputs, names: Collection[str]) -> dict[str, Any]:
    """What of *names* can be set and changed, as neutron takes it."""
    asked: dict[str, Any] = {}
    if "name" in names:
        asked["name"] = inputs["name"]
    if "security_groups" in names:
        groups = inputs["security_groups"]
        asked["security_groups"] = [id_of(api, "security_group", group) for group in groups]
    if "allowed_addresses" in names:
        asked["allowed_address_pairs"] = [_pair(told) for told in inputs["allowed_addresses"]]
    return asked


def _pair(told: str) -> dict[str, str]:
    address, _, mac = told.partition(" ")
    return {"ip_address": address, **({"mac_address": mac} if mac else {})}


def _told(pair: Json, own_mac: str) -> str:
    address, mac = _address(str(pair["ip_address"])), str(pair.get("mac_address") or own_mac)
    return address if mac.lower() == own_mac.lower() else f"{address} {mac.lower()}"


def _address(text: str) -> str:
    """An address or a prefix, in its one spelling."""
    network = ipaddress.ip_network(text)
    whole = network.prefixlen == network.max_prefixlen
    return str(network.network_address) if whole else str(network)


def _pair_spelled(told: str) -> str:
    address, *mac = told.split(maxsplit=1)
    try:
        return " ".join((_address(address), *mac)).lower()
    except ValueError:
        return told


def _wrong(name: str, told: str) -> str:
    """Why it is no address, or for *allowed_addresses* no prefix; "" where it is one."""
    try:
        if name == "addresses":
            ipaddress.ip_address(told)
        else:
            ipaddress.ip_network(told.partition(" ")[0])
    except ValueError as error:
        return str(error)
    return ""


def _live(api: Api, told: Json) -> Live:
    with shaped("port", told):
        network_id, mac = str(told["network_id"]), str(told["mac_address"])
        groups = [str(group) for group in told.get("security_groups") or ()]
        seen: dict[str, PropertyValue] = {
            "name": str(told.get("name") or ""),
            "addresses": tuple(sorted(str(ip["ip_address"]) for ip in told["fixed_ips"])),
            "mac": mac,
            "device": str(told.get("device_id") or ""),
        }
        unseen: dict[str, UnknownReason] = {}
        ids: dict[str, Mapping[str, str]] = {}
        if "allowed_address_pairs" in told:
            pairs = told["allowed_address_pairs"] or ()
            seen["allowed_addresses"] = tuple(sorted(_told(pair, mac) for pair in pairs))
        network = name_of(api, "network", network_id)
        if isinstance(network, UnknownReason):
            unseen["network"] = network
        else:
            seen["network"] = network
            ids["network"] = {network: network_id}
        called = {group: name_of(api, "security_group", group) for group in groups}
        unknown = next((n for n in called.values() if isinstance(n, UnknownReason)), None)
        if unknown:
            unseen["security_groups"] = unknown
        else:
            ids["security_groups"] = {str(name): group for group, name in called.items()}
            seen["security_groups"] = tuple(sorted(ids["security_groups"]))
        return Live(id=str(told["id"]), attributes=seen, unseen=unseen, ids=ids, mark=mark_in(told))


PORT = _Port()
