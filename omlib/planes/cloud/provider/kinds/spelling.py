"""A network or an image is declared by name or by id; what is live is told alike. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from omlib.planes.cloud.provider.kind import Inputs, Live, PropertyValue


def as_declared(live: Live, inputs: Inputs) -> Live:
    """*live*, with an id instead of a name wherever *inputs* have the id."""
    told = {
        name: _told(value, inputs.get(name), live.ids.get(name, {}))
        for name, value in live.attributes.items()
    }
    return replace(live, attributes=told)


def _told(value: PropertyValue, declared: object, ids: Mapping[str, str]) -> PropertyValue:
    if not ids or isinstance(value, (bool, int, Mapping)):
        return value
    if isinstance(value, str):
        return ids[value] if value in ids and ids[value] == declared else value
    wanted = declared if isinstance(declared, (list, tuple)) else ()
    return tuple(sorted(ids[v] if v in ids and ids[v] in wanted else v for v in value))
