"""A network or an image is declared by name or by id; what is live is told alike. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from omlib.planes.cloud.provider.kind import Inputs, Live, Property, PropertyValue


def as_declared(properties: Sequence[Property], live: Live, inputs: Inputs) -> Live:
    """*live*, with an id instead of a name wherever *inputs* have the id, and a list that differs
    in a meaningless order only in the order of *inputs*."""
    unordered = {known.name for known in properties if known.unordered}
    told = {
        name: _told(value, inputs.get(name), live.ids.get(name, {}), name in unordered)
        for name, value in live.attributes.items()
    }
    return replace(live, attributes=told)


def _told(
    value: PropertyValue, declared: Any, ids: Mapping[str, str], unordered: bool
) -> PropertyValue:
    if isinstance(value, (bool, int, Mapping)):
        return value
    if isinstance(value, str):
        return ids[value] if value in ids and ids[value] == declared else value
    wanted = declared if isinstance(declared, (list, tuple)) else ()
    told = tuple(ids[v] if v in ids and ids[v] in wanted else v for v in value)
    if not unordered:
        return told
    return tuple(wanted) if sorted(wanted) == sorted(told) else tuple(sorted(told))
