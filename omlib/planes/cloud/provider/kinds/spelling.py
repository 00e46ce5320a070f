"""A network, group or image is declared by its name or by its id; what is live is told alike. Pure.

A name stands for exactly one thing. Where several have it, each is told by its id, so that one put
in the other's place is seen.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from omlib.planes.cloud.provider.kind import Inputs, Live, PropertyValue
from omlib.planes.cloud.reader import Json


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


def names_by_id(things: Iterable[Json]) -> dict[str, str]:
    """What to call each thing of a whole listing: its name, or its id where that is no name."""
    told = {str(thing["id"]): str(thing.get("name") or "") for thing in things}
    have = Counter(told.values())
    return {own: name if name and have[name] == 1 else own for own, name in told.items()}
