"""From what OpenStack says of a server or a volume to an item as the model has it. Pure, no I/O.

Each function takes one thing of a listing and gives its item, or None where the thing is not one of
ours to judge. What is not as OpenStack documents it raises (`SHAPE_FAULTS`): it is never guessed.
Fields that forks leave out are unseen for just that (`unsupported`).
"""

from collections.abc import Iterable, Mapping, Set
from typing import Any

from omlib.model.item import Actual, Key, Value
from omlib.model.status import UnknownReason
from omlib.planes.cloud.around import (
    Around,
    Flavor,
    keys_of,
    mapping,
    marks_in_metadata,
    text,
    whole,
)
from omlib.planes.cloud.reader import Json

POWER = {"ACTIVE": "on", "SHUTOFF": "off"}  # any other status stands as it is: error, paused
_SERVER_MOVES = frozenset(
    {
        *("BUILD", "REBUILD", "REBOOT", "HARD_REBOOT", "MIGRATING", "PASSWORD"),
        *("RESIZE", "VERIFY_RESIZE", "REVERT_RESIZE"),
    }
)
VOLUME_MOVES = frozenset(
    {
        *("creating", "deleting", "reserved", "attaching", "detaching", "extending", "retyping"),
        *("downloading", "uploading", "backing-up", "restoring-backup"),
    }
)
_UNSUPPORTED = UnknownReason.UNSUPPORTED
_SEEN_ONLY = {  # never declared; which of them there are depends on the cloud and the account
    "availability_zone": "OS-EXT-AZ:availability_zone",
    "locked": "locked",
    "host_id": "hostId",
    "hypervisor": "OS-EXT-SRV-ATTR:hypervisor_hostname",
}


def server(told: Json, around: Around) -> Actual | None:
    status = text(told, "status").upper()
    if status == "DELETED" or (status == "UNKNOWN" and "name" not in told):
        return None  # gone; or of a cell that is down: nothing of it but the id is known
    marks = marks_in_metadata(told)
    name = text(told, "name")
    seen: dict[str, Value] = {
        "name": name,
        "power": POWER.get(status, status.lower()),
        "security_groups": group_names(told.get("security_groups") or ()),
        "key_pair": str(told.get("key_name") or ""),
        "metadata": own_metadata(told),
        "project": around.project,
    }
    seen |= {path: told[field] for path, field in _SEEN_ONLY.items() if told.get(field) is not None}
    unseen: dict[str, UnknownReason] = {}

    def tell(path: str, value: Value | UnknownReason) -> None:
        if isinstance(value, UnknownReason):
            unseen[path] = value
        else:
            seen[path] = value

    flavor = _flavor(mapping(told["flavor"]), around)
    for at, path in enumerate(("vcpu", "ram_mib", "flavor")):
        tell(path, flavor if isinstance(flavor, UnknownReason) else flavor[at])
    tell("image", _image(told, around))
    tell("server_group", _server_group(told, around))
    addresses: tuple[str, ...] = ()
    if "addresses" in told:
        addresses = fixed_addresses(told, around.floating_addresses)
        seen["addresses"] = addresses
    else:
        unseen["addresses"] = _UNSUPPORTED
    return Actual(
        ref=around.live_ref("server", told["id"]),
        scope=around.scope("server"),
        attributes=seen,
        unseen=unseen,
        keys=keys_of(told, marks, name=(name,), address=addresses),
        label=name,
        system=marks.get("system", ""),
        pending="pending" in marks,
        in_transition=is_moving(told),
    )


def is_moving(told: Json) -> bool:
    """Whether nova is at work on the server, or a resize of it is still open."""
    status = str(told["status"]).upper()
    return status in _SERVER_MOVES or bool(told.get("OS-EXT-STS:task_state"))


def own_metadata(told: Json) -> tuple[str, ...]:
    """`key=value`, without the marks of omlib: those are never anybody's declaration."""
    each = mapping(told.get("metadata")).items()
    return tuple(sorted(f"{key}={value}" for key, value in each if not key.startswith("omlib_")))


def fixed_addresses(told: Json, floating: Set[str] = frozenset()) -> tuple[str, ...]:
    """Fixed ones only: a floating IP is an item of its own.

    Forks leave the type out; there *floating*, the project's floating IPs, tells them apart.
    """
    each = (entry for net in mapping(told["addresses"]).values() for entry in net)
    return tuple(sorted({entry["addr"] for entry in each if _is_fixed(entry, floating)}))


def _is_fixed(entry: Mapping[str, Any], floating: Set[str]) -> bool:
    kind = entry.get("OS-EXT-IPS:type")
    return bool(kind == "fixed" if kind else entry["addr"] not in floating)


def _flavor(told: Json, around: Around) -> Flavor | UnknownReason:
    if "vcpus" in told:  # embedded from microversion 2.47 on; forks give numbers as texts
        name = told.get("original_name") or told.get("name") or ""
        return Flavor(whole(told, "vcpus"), whole(told, "ram"), str(name))
    return around.flavors.get(str(told["id"]), UnknownReason.NOT_CHECKED)


def _image(told: Json, around: Around) -> str | UnknownReason:
    if told.get("image"):
        return around.images.get(str(told["image"]["id"]), UnknownReason.NOT_CHECKED)
    # booted from a volume: nova has no image to tell, the volume says what it was made from
    known = around.root_images.get(told["id"])
    return known or around.unseen.get("volume") or _UNSUPPORTED


def _server_group(told: Json, around: Around) -> str | UnknownReason:
    if known := around.server_groups.get(str(told["id"])):
        return known
    return around.unseen.get("server_group") or ""


def volume(told: Json, around: Around) -> Actual:
    marks = marks_in_metadata(told)
    name = told.get("name") or ""
    seen: dict[str, Value] = {
        "name": name,
        "size_gib": whole(told, "size"),
        "project": around.project,
    }
    unseen = {}
    servers = [str(entry["server_id"]) for entry in told.get("attachments") or ()]
    blind = around.unseen.get("server")
    if "attachments" not in told:
        unseen["attached_to"] = _UNSUPPORTED
    elif blind and any(server_id not in around.owners for server_id in servers):
        unseen["attached_to"] = blind
    else:
        seen["attached_to"] = tuple(sorted({around.owner(server_id) for server_id in servers}))
    return Actual(
        ref=around.live_ref("volume", told["id"]),
        scope=around.scope("volume"),
        attributes=seen,
        unseen=unseen,
        keys=keys_of(told, marks, name=(name,)),
        label=name,
        system=marks.get("system", ""),
        parent=_booted_by(told, around),
        pending="pending" in marks,
        in_transition=text(told, "status") in VOLUME_MOVES,
    )


def _booted_by(told: Json, around: Around) -> Key | None:
    """The server that this disk was made for: it boots from it and has no image of its own."""
    attached: list[Json] = list(told.get("attachments") or ())
    if len(attached) != 1 or not _bootable(told):
        return None
    device, server_id = str(attached[0].get("device") or "a"), str(attached[0]["server_id"])
    first = device.rstrip("0123456789").endswith("a")  # /dev/vda, not /dev/vdb
    return Key("id", server_id) if first and server_id in around.diskless else None


def _bootable(told: Json) -> bool:
    return str(told.get("bootable")).lower() == "true"


def root_images(volumes: Iterable[Json]) -> dict[str, str]:
    """Names of images by the server that boots from a volume made of one."""
    found: dict[str, str] = {}
    for told in volumes:
        name = (told.get("volume_image_metadata") or {}).get("image_name")
        if name and _bootable(told):
            found |= {str(entry["server_id"]): str(name) for entry in told.get("attachments") or ()}
    return found


def mark_of(told: Json) -> str:
    """The inventory id that a server or volume carries."""
    return marks_in_metadata(told).get("id", "")


def group_names(entries: Iterable[Json]) -> tuple[str, ...]:
    # nova names a group once for each port that has it
    return tuple(sorted({str(entry["name"]) for entry in entries}))
