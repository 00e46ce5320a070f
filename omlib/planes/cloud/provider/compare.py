"""Which properties of a resource differ, and what that costs. Pure.

What the program leaves out is not compared. What it newly says is compared with what was seen: the
state's outputs hold every property of the live thing. A value that is not known yet, in a preview,
differs only where that is certain: from nothing, or by the length of a list.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from omlib.planes.cloud.provider.inputs import comparable
from omlib.planes.cloud.provider.kind import Inputs, Property
from omlib.planes.cloud.provider.values import UNKNOWN, unknown


class Change(StrEnum):
    ADD = "add"
    UPDATE = "update"
    ADD_REPLACE = "add_replace"
    UPDATE_REPLACE = "update_replace"


_REPLACING = {Change.ADD: Change.ADD_REPLACE, Change.UPDATE: Change.UPDATE_REPLACE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """*replaces* are those of *changes* that cannot be made in place; *delete_first*: and the new
    one cannot be made while the old one is there."""

    changes: Mapping[str, Change]
    replaces: tuple[str, ...]
    delete_first: bool


def compare(
    properties: Sequence[Property],
    *,
    old: Inputs,
    new: Inputs,
    seen: Inputs | None = None,
    ignored: Sequence[str] = (),
) -> Comparison:
    """*old* and *new* are inputs, *seen* the outputs that go with *old*."""
    changes = dict(_changes(properties, {**(seen or {}), **old}, new, ignored))
    replaces = tuple(name for name, change in changes.items() if change.endswith("replace"))
    clashes = any(
        prop.unique and _overlap(old.get(prop.name), new.get(prop.name)) for prop in properties
    )
    return Comparison(changes=changes, replaces=replaces, delete_first=bool(replaces) and clashes)


def _changes(
    properties: Sequence[Property], have: Inputs, new: Inputs, ignored: Sequence[str]
) -> Iterator[tuple[str, Change]]:
    for prop in properties:
        name = prop.name
        if prop.computed or name in ignored or "*" in ignored or new.get(name) is None:
            continue
        if _differ(prop, have.get(name), new[name]):
            change = Change.UPDATE if have.get(name) is not None else Change.ADD
            yield name, _REPLACING[change] if prop.replaces else change


def _differ(prop: Property, have: Any, want: Any) -> bool:
    if unknown(want):
        return _surely_differ(have, want)
    if have is None:
        return True
    return bool(_comparable(prop, have) != _comparable(prop, want))


def _comparable(prop: Property, value: Any) -> Any:
    """A state of an older version may hold what would not be taken as an input now."""
    try:
        return comparable(prop, value)
    except (TypeError, ValueError, AttributeError):
        return value


def _surely_differ(have: Any, want: Any) -> bool:
    there, wanted = _parts(have), _parts(want)
    return len(there) != len(wanted) or not set(wanted) - {UNKNOWN} <= set(there)


def _parts(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return [UNKNOWN if unknown(part) else (name, part) for name, part in value.items()]
    if isinstance(value, (tuple, list)):
        return list(value)
    return [] if value in (None, "") else [value]


def _overlap(one: Any, other: Any) -> bool:
    return bool({*_parts(one)} & {*_parts(other)} - {UNKNOWN})
