"""What an action stands on: digests of both sides of its item, attribute by attribute.

Values are brought to their kind's form first, so that a list in another order is not a change.
Paths that begin with @ stand for what is not an attribute: its keys, its place, its state.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from omlib.model.action import Action
from omlib.model.item import Actual, Attributes, Declared, Key, Scalar, Value
from omlib.model.kind import kind_of
from omlib.model.observation import Observation
from omlib.model.ref import Ref
from omlib.plan.plan import Bound
from omlib.reconcile.match import match
from omlib.records.canonical import digest

_DIGITS = 16  # 64 bits: nobody looks for collisions in their own inventory


class Sides:
    """The declared items by ref, and for each action the live thing it means."""

    def __init__(self, declared: Iterable[Declared], observation: Observation) -> None:
        items = list(declared)
        self.declared: Mapping[Ref, Declared] = {item.ref: item for item in items}
        self._matching = match(items, observation.actual)
        self._by_ref: dict[str, Actual] = {str(seen.ref): seen for seen in observation.actual}
        self._by_id: dict[tuple[str, str, str], Actual] = {
            (seen.ref.plane, seen.ref.kind, key.value): seen
            for seen in observation.actual
            for key in seen.keys
            if key.space == "id"
        }

    def candidates(self, action: Action) -> Sequence[Actual]:
        """The live things that *action* may mean: by its live name, else by its item."""
        if action.live:
            by_id = self._by_id.get((action.ref.plane, action.ref.kind, action.live))
            named = self._by_ref.get(action.live) or by_id
            return (named,) if named else ()
        ref = action.ref
        if rivals := self._matching.contested.get(ref):
            return rivals
        if found := self._matching.found.get(ref):
            return found
        undeclared = self._by_ref.get(str(ref))
        return (undeclared,) if undeclared else ()

    def named(self, live: str) -> Actual | None:
        return self._by_ref.get(live)


def bind(action: Action, sides: Sides) -> Bound:
    found = sides.candidates(action)
    item, seen = sides.declared.get(action.ref), found[0] if found else None
    return Bound(
        action=action.id,
        live=str(seen.ref) if seen else "",
        declared=declared_digests(item) if item else {},
        actual=actual_digests(seen) if seen else {},
    )


def value_digest(ref: Ref, path: str, value: Value) -> str:
    return _told(kind_of(ref).normal(path, value))


def declared_digests(item: Declared) -> dict[str, str]:
    told = _attributes(item.ref, item.attributes) | _keys(item.keys)
    return told | {"@scope": _told(tuple(item.scope)), "@retired": _told(item.retired)}


def actual_digests(seen: Actual) -> dict[str, str]:
    told = _attributes(seen.ref, seen.attributes) | _keys(seen.keys)
    state = {"@pending": seen.pending, "@in_transition": seen.in_transition}
    return told | {path: _told(value) for path, value in state.items()}


def _attributes(ref: Ref, attributes: Attributes) -> dict[str, str]:
    normal = kind_of(ref).normal
    return {path: _told(normal(path, value)) for path, value in attributes.items()}


def _keys(keys: Iterable[Key]) -> dict[str, str]:
    spaces: dict[str, list[str]] = {}
    for key in keys:
        spaces.setdefault(f"@{key.space}", []).append(key.value)
    return {path: _told(tuple(sorted(values))) for path, values in spaces.items()}


def _told(value: Value) -> str:
    # one value stands in many items, so remembering its digest halves the time; not for tuples:
    # to a dict (1,) and (True,) are one key, though they are two values
    return digest(value)[:_DIGITS] if isinstance(value, tuple) else _remembered(value)


@lru_cache(maxsize=65536, typed=True)
def _remembered(value: Scalar) -> str:
    return digest(value)[:_DIGITS]
