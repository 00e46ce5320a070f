"""The declared and the seen side as they are once live ids are known. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from omlib.model.item import Declared, Key, Value
from omlib.model.observation import Observation
from omlib.model.ref import LIVE, Ref

_NAMING = ("attached_to", "device")  # attributes that name a server


def bound_items(declared: Iterable[Declared], live_ids: Mapping[Ref, str]) -> Iterator[Declared]:
    """Each item with its live id as its first key, where there is one."""
    for item in declared:
        live = live_ids.get(item.ref)
        if not live:
            yield item
            continue
        others = (key for key in item.keys if key.space != "id")
        yield replace(item, keys=(Key("id", live), *others))


def with_owners(observed: Observation, owners: Mapping[str, str]) -> Observation:
    """Servers named by inventory id where *owners* (by live id) knows it."""

    def named(value: Value) -> Value:
        if isinstance(value, tuple):
            return tuple(owners.get(str(one).removeprefix(LIVE), one) for one in value)
        return owners.get(str(value).removeprefix(LIVE), value) if value else value

    actual = []
    for seen in observed.actual:
        named_ones = {
            path: named(seen.attributes[path]) for path in _NAMING if path in seen.attributes
        }
        actual.append(
            replace(seen, attributes={**seen.attributes, **named_ones}) if named_ones else seen
        )
    return Observation(sights=observed.sights, actual=tuple(actual))
