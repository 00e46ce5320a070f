"""An item, as declared and as seen.

Attribute values are plain (`Value`): text, whole numbers, booleans, and tuples of these; never
floats, so that equality means equality. What counts as equal is the kind's matter
(`omlib.model.kind`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from omlib.model.ref import Plane, Ref
from omlib.model.status import UnknownReason

Scalar = str | int | bool | None
Value = Scalar | tuple[Scalar, ...]
Attributes = Mapping[str, Value]

NOTHING_UNSEEN: Mapping[str, UnknownReason] = {}
_NO_ATTRIBUTES: Attributes = {}  # shared: an estate holds 100,000 of these


class Scope(NamedTuple):
    """What one listing covers: all items of *kind* at *where*.

    *where* is `cloud:region:project` on the cloud, and the inventory id of a host or device
    elsewhere.
    """

    plane: Plane
    kind: str
    where: str

    def __str__(self) -> str:
        return f"{self.plane}/{self.kind}@{self.where}"


class Key(NamedTuple):
    """An identity on the live side. *space* says of what: `id`, `mark`, `address`, `mac`."""

    space: str
    value: str


class Source(NamedTuple):
    """Where the declaration stands; *line* counts from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """An item as the inventory wants it.

    *keys* find it on the live side where refs cannot (a cloud). A *retired* item wants no
    attributes: it keeps only the keys by which a leftover is recognised.
    """

    ref: Ref
    scope: Scope
    attributes: Attributes = field(default_factory=lambda: _NO_ATTRIBUTES)
    keys: tuple[Key, ...] = ()
    systems: tuple[str, ...] = ()
    department: str = ""
    retired: bool = False
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actual:
    """An item as seen.

    *ref* is the declared ref where the plane can know it (it was asked for just that), else the
    `@` form. *unseen* names attributes that could not be read, and why; `@presence` among them: not
    even whether it is there. *system* is an owner that the live thing itself names; *parent* the
    key of the thing that made this one. *pending* is the mark of a creation that did not end.
    """

    ref: Ref
    scope: Scope
    attributes: Attributes
    keys: tuple[Key, ...] = ()
    unseen: Mapping[str, UnknownReason] = field(default_factory=lambda: NOTHING_UNSEEN)
    label: str = ""
    system: str = ""
    parent: Key | None = None
    pending: bool = False
    in_transition: bool = False
