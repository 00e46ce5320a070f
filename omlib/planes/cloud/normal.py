"""From what OpenStack says of a thing to an item as the model has it. Pure, no I/O.

Each function takes one thing of a listing and gives its item, or None where the thing is not one of
ours to judge. What is not as OpenStack documents it raises (`SHAPE_FAULTS`): it is never guessed.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from omlib.model.item import Actual, Key, Scope, Value
from omlib.model.ref import LIVE, Plane, Ref, make_ref
from omlib.model.status import UnknownReason
from omlib.planes.cloud.reader import Json
from omlib.planes.cloud.rules import UNTOUCHED_DEFAULT, live_rule

SHAPE_FAULTS = (KeyError, TypeError, ValueError, AttributeError, IndexError)

POWER = {"ACTIVE": "on", "SHUTOFF": "off"}  # any other status stands as it is: error, paused
SERVER_MOVES = frozenset(
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
_MARK = re.compile(r"(?:^|[\s;,])omlib_(id|system|pending)=([^\s;,]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the things of one project are named by.

    *owners* are inventory ids of servers by live id, *groups* names of security groups by id,
    *images* names and *flavors* (vCPU, MiB) by id, each with the reason where it is not known;
    *root_images* are image names by server, from its bootable volume. *floating* (by address) and
    *default_group* are declared refs of what its address, or being `default`, identifies.
    *servers_unseen* and *volumes_unseen* say why those listings are not whole.
    """

    where: str
    project: str
    owners: Mapping[str, str]
    groups: Mapping[str, str]
    images: Mapping[str, str | UnknownReason]
    flavors: Mapping[str, tuple[int, int] | UnknownReason]
    root_images: Mapping[str, str]
    floating: Mapping[str, Ref]
    default_group: Ref | None
    servers_unseen: UnknownReason | None
    volumes_unseen: UnknownReason | None

    def scope(self, kind: str) -> Scope:
        return Scope(Plane.CLOUD, kind, self.where)

    def live_ref(self, kind: str, live_id: str) -> Ref:
        return make_ref(Plane.CLOUD, kind, f"{LIVE}{self.where}:{live_id}")

    def owner(self, server_id: str) -> str:
        """The declared server, or the live one where it is not declared."""
        return self.owners.get(server_id, f"{LIVE}{server_id}")


def server(told: Json, around: Around) -> Actual | None:
    status = _text(told, "status").upper()
    if status == "DELETED" or (status == "UNKNOWN" and "name" not in told):
        return None  # gone; or of a cell that is down: nothing of it but the id is known
    marks = _mapping(told.get("metadata"))
    name = _text(told, "name")
    addresses = fixed_addresses(told)
    seen: dict[str, Value] = {
        "name": name,
        "power": POWER.get(status, status.lower()),
        "addresses": addresses,
        "security_groups": group_names(told.get("security_groups") or ()),
        "project": around.project,
    }
    unseen: dict[str, UnknownReason] = {}
    size = _size(_mapping(told["flavor"]), around)
    if isinstance(size, UnknownReason):
        unseen |= {"vcpu": size, "ram_mib": size}
    else:
        seen["vcpu"], seen["ram_mib"] = size
    image = _image(told, around)
    if isinstance(image, UnknownReason):
        unseen["image"] = image
    else:
        seen["image"] = image
    return Actual(
        ref=around.live_ref("server", told["id"]),
        scope=around.scope("server"),
        attributes=seen,
        unseen=unseen,
        keys=_keys(told, marks.get("omlib_id"), name=(name,), address=addresses),
        label=name,
        system=str(marks.get("omlib_system", "")),
        pending="omlib_pending" in marks,
        in_transition=status in SERVER_MOVES or bool(told.get("OS-EXT-STS:task_state")),
    )


def fixed_addresses(told: Json) -> tuple[str, ...]:
    """Fixed ones only: a floating IP is an item of its own. Forks may leave the type out."""
    each = (entry for net in _mapping(told["addresses"]).values() for entry in net)
    fixed = {e["addr"] for e in each if e.get("OS-EXT-IPS:type", "fixed") == "fixed"}
    return tuple(sorted(fixed))


def _size(flavor: Json, around: Around) -> tuple[int, int] | UnknownReason:
    if "vcpus" in flavor:  # embedded from microversion 2.47 on
        return int(flavor["vcpus"]), int(flavor["ram"])
    return around.flavors.get(str(flavor["id"]), UnknownReason.NOT_CHECKED)


def _image(told: Json, around: Around) -> str | UnknownReason:
    if told["image"]:
        return around.images.get(str(told["image"]["id"]), UnknownReason.NOT_CHECKED)
    # booted from a volume: nova has no image to tell, the volume says what it was made from
    known = around.root_images.get(told["id"])
    return known or around.volumes_unseen or UnknownReason.UNSUPPORTED


def volume(told: Json, around: Around) -> Actual:
    marks = _mapping(told.get("metadata"))
    name = told.get("name") or ""
    servers = [str(entry["server_id"]) for entry in told["attachments"]]
    seen: dict[str, Value] = {
        "name": name,
        "size_gib": int(told["size"]),
        "project": around.project,
    }
    unseen = {}
    if around.servers_unseen and any(server_id not in around.owners for server_id in servers):
        unseen["attached_to"] = around.servers_unseen
    else:
        seen["attached_to"] = tuple(sorted({around.owner(server_id) for server_id in servers}))
    return Actual(
        ref=around.live_ref("volume", told["id"]),
        scope=around.scope("volume"),
        attributes=seen,
        unseen=unseen,
        keys=_keys(told, marks.get("omlib_id"), name=(name,)),
        label=name,
        system=str(marks.get("omlib_system", "")),
        pending="omlib_pending" in marks,
        in_transition=_text(told, "status") in VOLUME_MOVES,
    )


def port(told: Json, around: Around) -> Actual | None:
    user = told.get("device_owner") or ""
    if user.startswith("network:"):
        # made by neutron for a router, DHCP or a floating IP, and gone with it; routers are no
        # kind of ours, so such a port has no parent to be folded under
        return None
    device, mac = told.get("device_id") or "", _text(told, "mac_address")
    of_server = device and user.split(":")[0] in ("", "compute", "baremetal")
    addresses = tuple(sorted(entry["ip_address"] for entry in told["fixed_ips"]))
    groups = (str(group) for group in told.get("security_groups") or ())
    marks = _marks(told)
    return Actual(
        ref=around.live_ref("port", told["id"]),
        scope=around.scope("port"),
        attributes={
            "network": _text(told, "network_id"),
            "addresses": addresses,
            "mac": mac,
            "security_groups": tuple(sorted(around.groups.get(group, group) for group in groups)),
            "device": around.owner(device) if of_server else device,
            "project": around.project,
        },
        keys=_keys(told, marks.get("id"), mac=(mac,), address=addresses),
        label=told.get("name") or ", ".join(addresses),
        system=marks.get("system", ""),
        parent=Key("id", device) if of_server else None,
        pending="pending" in marks,
    )


def floating_ip(told: Json, around: Around) -> Actual:
    address = _text(told, "floating_ip_address")
    marks = _marks(told)
    return Actual(
        # an address is held once in a cloud, so it says which declared one this is
        ref=around.floating.get(address) or around.live_ref("floating_ip", told["id"]),
        scope=around.scope("floating_ip"),
        attributes={
            "address": address,
            "target": told.get("fixed_ip_address") or "",
            "project": around.project,
        },
        keys=_keys(told, marks.get("id"), address=(address,)),
        label=address,
        system=marks.get("system", ""),
        pending="pending" in marks,
    )


def security_group(told: Json, around: Around) -> Actual | None:
    name = _text(told, "name")
    rules = {live_rule(rule, around.groups) for rule in told["security_group_rules"]}
    is_default = name == "default"  # one per project, made by neutron; nobody can make or rename it
    if is_default and around.default_group is None and rules <= UNTOUCHED_DEFAULT:
        return None  # not declared, and opens no more than as neutron made it
    marks = _marks(told)
    declared = around.default_group if is_default else None
    return Actual(
        ref=declared or around.live_ref("security_group", told["id"]),
        scope=around.scope("security_group"),
        attributes={"name": name, "rules": tuple(sorted(rules)), "project": around.project},
        keys=_keys(told, marks.get("id"), name=(name,)),
        label=name,
        system=marks.get("system", ""),
        pending="pending" in marks,
    )


NORMAL: Mapping[str, Callable[[Json, Around], Actual | None]] = {
    "server": server,
    "volume": volume,
    "port": port,
    "floating_ip": floating_ip,
    "security_group": security_group,
}


def root_images(volumes: Iterable[Json]) -> dict[str, str]:
    """Names of images by the server that boots from a volume made of one."""
    found: dict[str, str] = {}
    for told in volumes:
        name = (told.get("volume_image_metadata") or {}).get("image_name")
        if name and str(told.get("bootable")).lower() == "true":
            found |= {str(entry["server_id"]): str(name) for entry in told["attachments"]}
    return found


def mark_of(told: Json) -> str:
    """The inventory id that a server or volume carries."""
    return str(_mapping(told.get("metadata")).get("omlib_id", ""))


def _keys(told: Json, mark: object, **weak: tuple[str, ...]) -> tuple[Key, ...]:
    keys = [Key("id", str(told["id"]))]
    if mark:
        keys.append(Key("mark", str(mark)))
    keys += [Key(space, value) for space, values in weak.items() for value in values if value]
    return tuple(keys)


def _marks(told: Json) -> dict[str, str]:
    """`omlib_id=...` and its like, in what neutron lets one write: tags and the description."""
    tags = told.get("tags") or ()
    text = " ".join([*(str(tag) for tag in tags), str(told.get("description") or "")])
    return dict(_MARK.findall(text))


def group_names(entries: Iterable[Json]) -> tuple[str, ...]:
    # nova names a group once for each port that has it
    return tuple(sorted({str(entry["name"]) for entry in entries}))


def _text(told: Json, name: str) -> str:
    if not isinstance(value := told[name], str):
        raise TypeError(f"{name} is {type(value).__name__}")
    return value


def _mapping(value: object) -> Json:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError(f"an object was expected, not {type(value).__name__}")
    return value
