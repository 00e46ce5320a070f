"""Which other stack has a resource already: a VM that moved to another shard is not made twice."""

import threading
from collections.abc import Mapping, Sequence

from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.errors import StateDamagedError
from omlib.planes.cloud.engine.state import read
from omlib.planes.cloud.provider.place import Place
from omlib.planes.cloud.stacks.names import named_by, stack_of


class Holders:
    """Reads the state of every stack, once, and only when something would be made."""

    def __init__(self, home: StateHome) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._stacks: dict[tuple[str, str], list[str]] | None = None
        self._ids: set[str] = set()
        self._damaged: dict[str, StateDamagedError] = {}

    def of(self, stack: str, urns: Sequence[str]) -> Mapping[str, str]:
        """By URN, the stack other than *stack* that has a resource of this kind and name.

        StateDamagedError where a stack of the same project cannot say what it has.
        """
        if not urns:
            return {}
        known = self._all()
        for name, damaged in self._damaged.items():
            told = {_place_of(name), _place_of(stack)}
            if name != stack and (len(told) == 1 or None in told):
                raise damaged
        found = {}
        for urn in urns:
            others = [name for name in known.get(named_by(urn), ()) if name != stack]
            if others:
                found[urn] = others[0]
        return found

    def ids(self) -> frozenset[str]:
        """The live ids that any state has."""
        self._all()
        return frozenset(self._ids)

    def _all(self) -> Mapping[tuple[str, str], Sequence[str]]:
        with self._lock:
            if self._stacks is None:
                self._stacks = {}
                for name in stacks_in(self._home):
                    try:
                        state = read(self._home, name)
                    except StateDamagedError as damaged:
                        self._damaged[name] = damaged
                        continue
                    self._ids.update(each.id for each in state.resources)
                    for each in state.resources:
                        self._stacks.setdefault((each.kind, each.name), []).append(name)
            return self._stacks


def stacks_in(home: StateHome) -> tuple[str, ...]:
    """The stacks that have a state."""
    folder = home.stack_file("any").parent
    return tuple(sorted(path.stem for path in folder.glob("*.json")))


def _place_of(stack: str) -> Place | None:
    """The place in the name of a stack; None where it does not tell."""
    told = stack_of(stack)
    return told.place if told else None
