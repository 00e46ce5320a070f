"""A server as nova tells it, told as Check tells what is declared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from omlib.model.status import UnknownReason
from omlib.planes.cloud.around import text
from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.normal import (
    POWER,
    fixed_addresses,
    group_names,
    is_moving,
    root_images,
)
from omlib.planes.cloud.provider.kind import Api, Live, PropertyValue
from omlib.planes.cloud.provider.kinds import metadata
from omlib.planes.cloud.provider.kinds.flavors import Flavor, flavor_of
from omlib.planes.cloud.provider.kinds.names import name_of
from omlib.planes.cloud.provider.marks import mark_in
from omlib.planes.cloud.reader import Json

GONE = "DELETED"  # an admin still sees it for some seconds
AskPorts = Callable[[Api, str], tuple[str, ...] | UnknownReason]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What nova does not tell with a server, or the reason why it is not known.

    *image* is a name and an id, *group* the server group ("" without one).
    """

    flavor: Flavor | UnknownReason
    image: tuple[str, str] | UnknownReason
    ports: tuple[str, ...] | UnknownReason
    group: str | UnknownReason


def server(told: Json, beside: Beside) -> Live:
    """Pure. Raises one of `SHAPE_FAULTS` for what no server looks like."""
    status = text(told, "status").upper()
    seen: dict[str, PropertyValue] = {
        "name": text(told, "name"),
        "power": POWER.get(status, status.lower()),
        "metadata": metadata.seen(told),
        "key_pair": str(told.get("key_name") or ""),
        "addresses": fixed_addresses(told),
        "security_groups": group_names(told.get("security_groups") or ()),
        "host_id": str(told.get("hostId") or ""),
        "status": status,
    }
    if zone := told.get("OS-EXT-AZ:availability_zone"):
        seen["availability_zone"] = str(zone)
    if "locked" in told:  # from microversion 2.9 on
        seen["locked"] = bool(told["locked"])
    unseen: dict[str, UnknownReason] = {}
    ids: dict[str, Mapping[str, str]] = {}
    if isinstance(beside.flavor, UnknownReason):
        unseen |= dict.fromkeys(("vcpu", "ram_mib", "flavor"), beside.flavor)
    else:
        seen |= {"vcpu": beside.flavor.vcpu, "ram_mib": beside.flavor.ram_mib}
        seen["flavor"] = beside.flavor.name
    if isinstance(beside.image, UnknownReason):
        unseen["image"] = beside.image
    else:
        seen["image"] = beside.image[0]
        ids["image"] = dict([beside.image])
    for name, value in (("ports", beside.ports), ("server_group", beside.group)):
        if isinstance(value, UnknownReason):
            unseen[name] = value
        else:
            seen[name] = value
    return Live(
        id=str(told["id"]),
        attributes=seen,
        unseen=unseen,
        ids=ids,
        in_transition=is_moving(told),
        awaits_update=status == "VERIFY_RESIZE" and not told.get("OS-EXT-STS:task_state"),
        mark=mark_in(told),
    )


def is_gone(told: Json) -> bool:
    """Raises CELL_DOWN where nova knows no more than the id."""
    if "name" not in told:
        raise CloudFaultError(condition=Condition.CELL_DOWN, detail=f"server {told.get('id')}")
    return str(told.get("status")).upper() == GONE


def beside_of(api: Api, told: Json, ports: tuple[str, ...] | UnknownReason) -> Beside:
    return Beside(
        flavor=flavor_of(api, told), image=_image(api, told), ports=ports, group=_group(api, told)
    )


def ports_listed(api: Api, server_id: str) -> tuple[str, ...] | UnknownReason:
    """From the run's listing."""
    try:
        return api.seen.index("port", _by_device).get(server_id, ())
    except CloudFaultError as fault:
        return fault.fault.reason


def ports_asked(api: Api, server_id: str) -> tuple[str, ...] | UnknownReason:
    """Now, of this server alone: the listing is of before the change."""
    try:
        answer = api.get("network", f"/ports?device_id={server_id}&fields=id&fields=device_id")
        return tuple(sorted(str(p["id"]) for p in answer["ports"] if p["device_id"] == server_id))
    except CloudFaultError as fault:
        return fault.fault.reason


def _image(api: Api, told: Json) -> tuple[str, str] | UnknownReason:
    if told["image"]:
        image_id = str(told["image"]["id"])
        name = name_of(api, "image", image_id)
        return name if isinstance(name, UnknownReason) else (name, image_id)
    # booted from a volume: nova has no image to tell, the volume says what it was made from
    try:
        made_of = api.seen.index("volume", root_images).get(told["id"])
    except CloudFaultError as fault:
        return fault.fault.reason
    return (made_of, made_of) if made_of else UnknownReason.UNSUPPORTED


def _group(api: Api, told: Json) -> str | UnknownReason:
    try:
        return api.seen.index("server_group", _by_member).get(str(told["id"]), "")
    except CloudFaultError as fault:
        return fault.fault.reason


def _by_device(ports: Sequence[Json]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for port in ports:
        found.setdefault(str(port.get("device_id") or ""), []).append(str(port["id"]))
    return {device: tuple(sorted(ids)) for device, ids in found.items() if device}


def _by_member(groups: Sequence[Json]) -> dict[str, str]:
    return {str(member): str(group["name"]) for group in groups for member in group["members"]}
