"""What the things of one project are named by, and the small readings that every kind shares. Pure.

What is not as OpenStack documents it raises (`SHAPE_FAULTS`): it is never guessed.
"""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from omlib.model.item import Key, Scope
from omlib.model.ref import LIVE, Plane, Ref, make_ref
from omlib.model.status import UnknownReason
from omlib.planes.cloud.reader import Json

SHAPE_FAULTS = (KeyError, TypeError, ValueError, AttributeError, IndexError)

_MOST = 2**53  # Pulumi has every number as a double
_MARK = re.compile(r"(?:^|[\s;,])omlib_(id|system|pending|urn)=([^\s;,]+)")


class Flavor(NamedTuple):
    vcpu: int
    ram_mib: int
    name: str


class Subnet(NamedTuple):
    cidr: str
    gateway: str
    dhcp: bool
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is told by id or from elsewhere of one project's things.

    *where* is the place as the inventory calls it, *project* its id there, *live_project* the
    cloud's own id of it. *owners* are inventory ids of servers by live id. *images* names and
    *flavors* by id have the reason where one is not known; *root_images* are image names by server,
    from its bootable volume; *diskless* are servers without an image of their own. *server_groups*
    are names by server, *networks* names by id, *links* the networks that a router leads to.
    *vip_users* says by network and address which port lets others use that address. *routers* are
    all that this look saw, in any project. *floating* (by address), *default_group* and *key_pairs*
    (by name) are declared refs of what such a name identifies. *unseen* says per kind why its
    listing is not whole.
    """

    where: str
    project: str
    live_project: str = ""
    owners: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, str | UnknownReason] = field(default_factory=dict)
    flavors: Mapping[str, Flavor | UnknownReason] = field(default_factory=dict)
    root_images: Mapping[str, str] = field(default_factory=dict)
    diskless: Set[str] = frozenset()
    floating: Mapping[str, Ref] = field(default_factory=dict)
    floating_addresses: Set[str] = frozenset()
    default_group: Ref | None = None
    key_pairs: Mapping[str, Ref] = field(default_factory=dict)
    server_groups: Mapping[str, str] = field(default_factory=dict)
    networks: Mapping[str, str] = field(default_factory=dict)
    subnets: Mapping[str, tuple[Subnet, ...]] = field(default_factory=dict)
    links: Mapping[str, Set[str]] = field(default_factory=dict)
    routers: Set[str] = frozenset()
    vip_users: Mapping[tuple[str, str], str] = field(default_factory=dict)
    unseen: Mapping[str, UnknownReason] = field(default_factory=dict)

    def scope(self, kind: str) -> Scope:
        return Scope(Plane.CLOUD, kind, self.where)

    def live_ref(self, kind: str, live_id: str) -> Ref:
        return make_ref(Plane.CLOUD, kind, f"{LIVE}{self.where}:{live_id}")

    def owner(self, server_id: str) -> str:
        """The declared server, or the live one where it is not declared."""
        return self.owners.get(server_id, f"{LIVE}{server_id}")


def keys_of(told: Json, marks: Mapping[str, object], **weak: tuple[str, ...]) -> tuple[Key, ...]:
    """Its id, the marks of omlib it carries (*marks* by name: `id`, `urn`), what else names it."""
    keys = [Key("id", str(told["id"]))]
    if mark := marks.get("id") or _item_of(marks.get("urn")):
        keys.append(Key("mark", str(mark)))
    keys += [Key(space, value) for space, values in weak.items() for value in values if value]
    if urn := marks.get("urn"):
        keys.append(Key("urn", str(urn)))
    return tuple(keys)


def _item_of(urn: object) -> str:
    """The inventory id at the end of a resource's name; descriptions have room for no other mark.
    "" where the name was cut to a digest."""
    parts = str(urn or "").split("::", 3)
    return parts[3] if len(parts) == 4 else ""


def marks_in_metadata(told: Json) -> dict[str, str]:
    """`omlib_id` and its like of a server or volume, by the name without `omlib_`."""
    return {
        str(name).removeprefix("omlib_"): str(value)
        for name, value in mapping(told.get("metadata")).items()
        if str(name).startswith("omlib_")
    }


def marks_in_text(told: Json) -> dict[str, str]:
    """`omlib_id=...` and its like, in what neutron lets one write: tags and the description."""
    tags = told.get("tags") or ()
    text = " ".join([*(str(tag) for tag in tags), str(told.get("description") or "")])
    return dict(_MARK.findall(text))


def whole(told: Json, name: str) -> int:
    """A size or a count. Forks give numbers as texts, and 10.0 is 10; 10.7 is not rounded.

    >>> whole({"size": "10"}, "size"), whole({"size": 10.0}, "size")
    (10, 10)
    """
    value = told[name]
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError(f"{name} is {type(value).__name__}")
    try:
        number = int(value)
    except OverflowError:  # JSON has no infinity, but its readers do
        number = _MOST + 1
    if abs(number) > _MOST or (isinstance(value, float) and number != value):
        raise ValueError(f"{name} is no whole number")
    return number


def text(told: Json, name: str) -> str:
    if not isinstance(value := told[name], str):
        raise TypeError(f"{name} is {type(value).__name__}")
    return value


def mapping(value: object) -> Json:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError(f"an object was expected, not {type(value).__name__}")
    return value


def of_project(told: Json, live_project: str, field: str = "project_id") -> bool:
    """Whether it is this project's own, by *field*; forks give another name to it, or none."""
    names = (field, "project_id", "tenant_id")
    owner = next((told[name] for name in names if told.get(name)), live_project)
    return bool(owner == live_project)
