"""What the states of all stacks hold, as plain data; and by it, what class an undeclared thing is.

One stack alone would call everything of its neighbours unmanaged, so all of them go in together.
Pure: whoever calls has read the states.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from omlib.model.item import Actual
from omlib.model.status import UnmanagedClass

_URN = "urn:pulumi:"


@dataclass(frozen=True, slots=True)
class Stacks:
    """*holders* are the stacks whose state has a live thing, by kind and live id; *read* the stacks
    whose state was read. A stack that lives on another machine is in neither.
    """

    holders: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    read: frozenset[str] = frozenset()

    def holding(self, seen: Actual) -> tuple[str, ...]:
        """The stacks whose state has *seen*, sorted."""
        if not self.holders:
            return ()
        live_ids = (key.value for key in seen.keys if key.space == "id")
        held = (self.holders.get((seen.ref.kind, live_id), ()) for live_id in live_ids)
        return tuple(sorted({stack for stacks in held for stack in stacks}))

    def lost(self, seen: Actual) -> bool:
        """Whether *seen* carries the name of a stack's resource, and that stack does not know it:
        its creation broke off. Of a stack whose state was not read nothing can be said."""
        return any(key.space == "urn" and self._was_read(key.value) for key in seen.keys)

    def _was_read(self, urn: str) -> bool:
        if not urn.startswith(_URN):  # cut to a digest: it may be any stack's
            return bool(self.read)
        return urn.removeprefix(_URN).partition("::")[0] in self.read


NO_STACKS = Stacks()


def class_of(
    seen: Actual,
    claimants: Collection[object],
    holding: Collection[str],
    stacks: Stacks,
    owned: bool,
) -> UnmanagedClass:
    """*claimants* are the declared items that claim it, *holding* the stacks that hold it; *owned*:
    it names a declared system, or stands in a system's own place."""
    if len(claimants) > 1 or len(holding) > 1:
        return UnmanagedClass.IN_TWO_STACKS
    if holding:
        return UnmanagedClass.KNOWN_OWNER
    if seen.pending or stacks.lost(seen):
        return UnmanagedClass.ORPHAN_OF_A_CRASH
    return UnmanagedClass.KNOWN_OWNER if owned else UnmanagedClass.UNKNOWN_OWNER
