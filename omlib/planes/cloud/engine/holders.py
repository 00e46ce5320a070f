"""Which other stack has a resource already: a VM that moved to another shard is not made twice."""

import threading
from collections.abc import Mapping, Sequence

from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.errors import StateDamagedError
from omlib.planes.cloud.engine.state import read
from omlib.planes.cloud.stacks.names import named_by


class Holders:
    """Reads the state of every stack, once, and only when something would be made."""

    def __init__(self, home: StateHome) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._stacks: dict[tuple[str, str], list[str]] | None = None

    def of(self, stack: str, urns: Sequence[str]) -> Mapping[str, str]:
        """By URN, the stack other than *stack* that has a resource of this kind and name."""
        if not urns:
            return {}
        found = {}
        for urn in urns:
            others = [name for name in self._all().get(named_by(urn), ()) if name != stack]
            if others:
                found[urn] = others[0]
        return found

    def _all(self) -> Mapping[tuple[str, str], Sequence[str]]:
        with self._lock:
            if self._stacks is None:
                self._stacks = {}
                for name in stacks_in(self._home):
                    for each in _resources(self._home, name):
                        self._stacks.setdefault(each, []).append(name)
            return self._stacks


def stacks_in(home: StateHome) -> tuple[str, ...]:
    """The stacks that have a state."""
    folder = home.stack_file("any").parent
    return tuple(sorted(path.stem for path in folder.glob("*.json")))


def _resources(home: StateHome, stack: str) -> Sequence[tuple[str, str]]:
    try:
        return [(each.kind, each.name) for each in read(home, stack).resources]
    except StateDamagedError:
        return ()  # told where that stack itself is run
