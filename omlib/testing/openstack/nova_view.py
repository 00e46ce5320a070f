"""How nova tells a server, by microversion. Addresses and groups come from its ports."""

import hashlib
from collections.abc import Sequence
from typing import Any

from omlib.testing.openstack.wire import Json, Request
from omlib.testing.openstack.world import World

_HOST = "sim-compute-1"


def ports_by_server(world: World, server: str = "") -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for port in world.things["port"].values():
        if port["device_owner"].startswith("compute:") and server in ("", port["device_id"]):
            found.setdefault(port["device_id"], []).append(port)
    return found


def full(world: World, request: Request, server: Json, ports: Sequence[Json]) -> Json:
    if world.unreadable.get(server["id"]) == "entry":
        return {"id": server["id"], "status": "UNKNOWN", "tenant_id": server["tenant_id"]}
    told: Json = {
        "id": server["id"],
        "name": server["name"],
        "status": server["status"],
        "tenant_id": server["tenant_id"],
        "user_id": server["user_id"],
        "metadata": dict(server["metadata"]),
        "hostId": hashlib.sha224(f"{server['tenant_id']}{_HOST}".encode()).hexdigest(),
        "image": {"id": server["_image"]} if server["_image"] else "",
        "flavor": _flavor(request, server["_flavor"]),
        "created": server["created"],
        "updated": server["updated"],
        "addresses": _addresses(world, ports),
        "accessIPv4": "",
        "accessIPv6": "",
        "links": links(request, server["id"]),
        "OS-DCF:diskConfig": "MANUAL",
        "OS-EXT-AZ:availability_zone": server["_zone"],
        "config_drive": "",
        "key_name": server["key_name"],
        "OS-SRV-USG:launched_at": server["_launched"],
        "OS-SRV-USG:terminated_at": None,
        "OS-EXT-STS:task_state": server["_task"],
        "OS-EXT-STS:vm_state": server["_state"],
        "OS-EXT-STS:power_state": {"ACTIVE": 1, "VERIFY_RESIZE": 1, "SHUTOFF": 4}.get(
            server["status"], 0
        ),
        "os-extended-volumes:volumes_attached": _volumes(world, request, server["id"]),
    }
    if server["status"] in ("ACTIVE", "VERIFY_RESIZE"):
        told["progress"] = 0
    if groups := _groups(world, ports):
        told["security_groups"] = groups
    if server["_fault"]:
        told["fault"] = server["_fault"]
    return told | _newer(request, server)


def _newer(request: Request, server: Json) -> Json:
    told: dict[str, tuple[int, Any]] = {
        "locked": (9, server["_locked"]),
        "description": (19, server["_description"]),
        "tags": (26, list(server["_tags"])),
        "trusted_image_certificates": (63, None),
        "locked_reason": (73, server["_locked_reason"]),
    }
    return {name: value for name, (since, value) in told.items() if request.at_least(since)}


def short(request: Request, server: Json) -> Json:
    return {"id": server["id"], "name": server["name"], "links": links(request, server["id"])}


def links(request: Request, live_id: str) -> list[Json]:
    here = f"{request.base}/servers/{live_id}"
    return [{"rel": "self", "href": here}, {"rel": "bookmark", "href": here}]


def _flavor(request: Request, flavor: Json) -> Json:
    if not request.at_least(47):
        return {"id": flavor["id"], "links": []}
    return {
        "vcpus": flavor["vcpus"],
        "ram": flavor["ram"],
        "disk": flavor["disk"],
        "ephemeral": 0,
        "swap": 0,
        "original_name": flavor["name"],
        "extra_specs": {},
    }


def _addresses(world: World, ports: Sequence[Json]) -> Json:
    told: dict[str, list[Json]] = {}
    for port in ports:
        network = world.things["network"][port["network_id"]]["name"]
        entries = told.setdefault(network, [])
        entries += [_address(port, ip["ip_address"], "fixed") for ip in port["fixed_ips"]]
        entries += [_address(port, address, "floating") for address in port["_floating"]]
    return told


def _address(port: Json, address: str, kind: str) -> Json:
    return {
        "version": 6 if ":" in address else 4,
        "addr": address,
        "OS-EXT-IPS:type": kind,
        "OS-EXT-IPS-MAC:mac_addr": port["mac_address"],
    }


def _groups(world: World, ports: Sequence[Json]) -> list[Json]:
    known = world.things["security_group"]
    each = {group for port in ports for group in port["security_groups"]}
    return [{"name": known[group]["name"]} for group in sorted(each) if group in known]


def _volumes(world: World, request: Request, server: str) -> list[Json]:
    attached = world.attached.get(server, {})
    if not request.at_least(3):
        return [{"id": volume} for volume in attached]
    return [{"id": volume, "delete_on_termination": False} for volume in attached]


def alone(world: World, request: Request, server: Json, ports: Sequence[Json]) -> Json:
    """As one server is told; a listing leaves its groups out."""
    told = full(world, request, server, ports)
    if request.at_least(71) and "name" in told:
        groups = world.things["server_group"].values()
        told["server_groups"] = [g["id"] for g in groups if server["id"] in g["_members"]]
    return told
