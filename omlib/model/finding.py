"""What a comparison concludes: one finding per item, one verdict per system and department."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from omlib.model.item import NOTHING_UNSEEN, Attributes, Scope, Source, Value
from omlib.model.ref import Ref
from omlib.model.status import Status, UnknownReason, UnmanagedClass

PRESENCE = "@presence"  # the path that stands for "is it there at all", in differences and waivers
PLACE = "@where"  # the path of a thing that is alike in everything and stands elsewhere


_NOTHING_SEEN: Attributes = {}


class Resurfaced(StrEnum):
    """Why a waiver that names this path did not apply."""

    EXPIRED = "expired"
    VALUE_CHANGED = "value_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One attribute path where the sides differ. `None` on a side: not there."""

    path: str
    declared: Value
    actual: Value
    waived_by: str = ""  # the ticket
    resurfaced: Resurfaced | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The verdict on one item.

    *reason* is set exactly when the status is unknown; *unmanaged* exactly when it is unmanaged.
    *unseen* are attribute paths that could not be compared. *live* names the live side. *children*
    are things that this one made, folded in here (ports of a server). *contested* names who else
    claims it: live things with one declared item's mark, or declared items with one live thing.
    *stacks* are those whose state has an undeclared thing. *seen* is what such a thing of a host is
    like.
    """

    ref: Ref
    status: Status
    scope: Scope
    differences: tuple[Difference, ...] = ()
    reason: UnknownReason | None = None
    detail: str = ""
    unseen: Mapping[str, UnknownReason] = field(default_factory=lambda: NOTHING_UNSEEN)
    unmanaged: UnmanagedClass | None = None
    systems: tuple[str, ...] = ()
    department: str = ""
    source: Source | None = None
    live: str = ""
    label: str = ""
    children: tuple[Ref, ...] = ()
    contested: tuple[str, ...] = ()
    stacks: tuple[str, ...] = ()
    seen: Attributes = field(default_factory=lambda: _NOTHING_SEEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The worst of a system's or department's items, with the counts beside it."""

    subject: str
    status: Status
    counts: Mapping[Status, int]
    reason: UnknownReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of what was declared was really looked at, per plane."""

    plane: str
    scopes: int
    complete: int
    items: int
    seen: int
    gaps: tuple[tuple[Scope, UnknownReason, str], ...] = ()
