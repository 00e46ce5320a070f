"""After an interrupted run: what it was creating is found again, and never made twice.

Two witnesses tell what was in flight: the operations that the state calls pending, and our own
journal of creations. Neither is enough alone: the engine forgets a creation whose provider died,
and a program run by hand keeps no journal. Each thing is looked up by the mark that it was made
with, in a whole listing of its project.

The plan is pure. Carrying it out writes to the state and the journal only; the things found are
adopted by the next run, which imports them. Until the state has them the journal keeps them, so a
crash during recovery changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from omlib import log
from omlib.planes.cloud.engine.command import EngineCommand
from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.errors import RecoveryRefusedError
from omlib.planes.cloud.engine.search import GRACE_S, search, wanted
from omlib.planes.cloud.engine.state import StackState, copy_before, read
from omlib.planes.cloud.provider.api import Clouds
from omlib.planes.cloud.provider.journal import CreateJournal, Entry
from omlib.ports import Progress

Found = Sequence[str] | None  # live ids; None where the listing was not whole


class Why(StrEnum):
    SEVERAL = "several"  # live things carry the mark
    UNSEEN = "unseen"  # its project could not be listed whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A creation that a person must look at. *ids* are the things that carry its mark."""

    urn: str
    why: Why
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """*adopt*: made, and to be imported by the next run, by URN. *forget*: never made. *pending*:
    operations that the state still calls pending, all of which are settled by this.
    """

    adopt: Mapping[str, str] = field(default_factory=dict)
    forget: tuple[str, ...] = ()
    refuse: tuple[Refusal, ...] = ()
    pending: tuple[str, ...] = ()

    @property
    def is_needed(self) -> bool:
        return bool(self.adopt or self.forget or self.refuse or self.pending)


def in_flight(state: StackState, journal_entries: Iterable[Entry]) -> tuple[str, ...]:
    """The URNs whose creation may have happened without the state knowing it, sorted.

    A creation that the cloud refused made nothing. One that ended well counts as well until the
    state has it: its answer may not have reached the engine.
    """
    begun = {entry.urn for entry in journal_entries if entry.live_id or not entry.ended}
    return tuple(sorted((begun | state.creating.keys()) - state.by_urn.keys()))


def plan_recovery(
    state: StackState, journal_entries: Sequence[Entry], found: Mapping[str, Found]
) -> Recovery:
    """What to do about each creation in flight, from what was *found* by its mark.

    A URN that *found* lacks was not looked for, and is refused like one that could not be seen.
    """
    adopt: dict[str, str] = {}
    forget: list[str] = []
    refuse: list[Refusal] = []
    for urn in in_flight(state, journal_entries):
        ids = found.get(urn)
        if ids is None:
            refuse.append(Refusal(urn=urn, why=Why.UNSEEN))
        elif len(ids) > 1:
            refuse.append(Refusal(urn=urn, why=Why.SEVERAL, ids=tuple(sorted(ids))))
        elif ids:
            adopt[urn] = ids[0]
        else:
            forget.append(urn)
    return Recovery(
        adopt=adopt,
        forget=tuple(forget),
        refuse=tuple(refuse),
        pending=tuple(sorted({each.resource.urn for each in state.pending})),
    )


def look(
    home: StateHome,
    state: StackState,
    clouds: Clouds,
    progress: Progress,
    *,
    grace_s: float = GRACE_S,
) -> Recovery:
    """What a recovery would do now. Writes nothing; asks the cloud only if something is open."""
    entries = CreateJournal(home.creates(state.stack)).entries()
    urns = in_flight(state, entries)
    sought = tuple(wanted(state, entries, urns))
    found = search(sought, clouds, progress, grace_s=grace_s) if sought else {}
    return plan_recovery(state, entries, found)


def recover(
    home: StateHome,
    stack: str,
    clouds: Clouds,
    command: EngineCommand,
    progress: Progress,
    *,
    env: Mapping[str, str],
    grace_s: float = GRACE_S,
) -> Recovery:
    """Settle what interrupted runs left, so that a run may begin.

    The caller holds the queue, has cleared stale locks, and registers the resources in *adopt* with
    their ids (`Resource.adopt`) in every run until they are in the state: they are imported, not
    made. After a run that ended well it calls `settle`. Raises RecoveryRefusedError, with nothing
    written, where a person must look; StateDamagedError.
    """
    state = read(home, stack)
    recovery = look(home, state, clouds, progress, grace_s=grace_s)
    if recovery.refuse:
        refused = [
            {"urn": each.urn, "why": str(each.why), "ids": ", ".join(each.ids)}
            for each in recovery.refuse
        ]
        raise RecoveryRefusedError(scope=stack, refused=refused)
    if not recovery.is_needed:
        return recovery
    journal = CreateJournal(home.creates(stack))
    known = {entry.urn for entry in journal.entries()}
    for each in wanted(state, (), [urn for urn in recovery.adopt if urn not in known]):
        journal.began(each.urn, each.kind, each.place, each.name)  # the state will not tell it
    for urn, live_id in recovery.adopt.items():
        journal.made(urn, live_id)
    for urn in recovery.forget:
        if urn in known:
            journal.ended(urn, "")
    if recovery.pending:
        copy_before(home, stack)
        _drop_pending(home, stack, command, env)
    log.event(
        "engine.recovered",
        stack=stack,
        adopt=dict(recovery.adopt),
        forget=list(recovery.forget),
        pending=list(recovery.pending),
    )
    return recovery


def settle(home: StateHome, stack: str) -> bool:
    """Close the journal of creations if the state has them all; False if some are still open."""
    state, journal = read(home, stack), CreateJournal(home.creates(stack))
    if state.pending or in_flight(state, journal.entries()):
        return False
    journal.forget()
    return True


def _drop_pending(
    home: StateHome, stack: str, command: EngineCommand, env: Mapping[str, str]
) -> None:
    """Pulumi's own import of a state leaves pending operations out. Secrets stay encrypted."""
    folder = str(home.work)
    passing = home.folder / f"export.{stack}.json"  # we hold the queue
    try:
        command.run(["stack", "export", "--stack", stack, "--file", str(passing)], folder, env)
        command.run(["stack", "import", "--stack", stack, "--file", str(passing)], folder, env)
    finally:
        with suppress(FileNotFoundError):
            passing.unlink()
