"""A crash at any moment and a rerun end where an undisturbed run ends, and repeat nothing."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omlib.apply.applied import Applied, Outcome
from omlib.apply.engine import Ports, apply, look_with
from omlib.apply.errors import StalePlanError
from omlib.model.action import Action
from omlib.model.item import Declared, Key, Scope, Value
from omlib.model.observation import merge
from omlib.model.ref import Plane, Ref, make_ref
from omlib.plan.build import build
from omlib.plan.guards import Limits
from omlib.plan.plan import Plan
from omlib.plan.reverse import reverse
from omlib.ports import Clock, Journal, Lock
from omlib.reconcile.compare import reconcile
from omlib.records.store import RecordStore
from omlib.testing.fakes import Crash, FakePlane
from omlib.testing.stores import FakeClock, MemoryJournal, MemoryLock
from omlib.testing.strategies import TODAY
from omlib.testing.world import World, world_of

NOW = datetime(2026, 3, 2, tzinfo=UTC)
WIDE = Limits(delete_pct=100, delete_free=1000)


class Silent:
    def start(self, step: str, total: int = 0) -> None: ...
    def advance(self, step: str, note: str = "") -> None: ...
    def done(self, step: str, took_s: float, note: str = "") -> None: ...


class MortalJournal:
    """Dies at the nth write, just before the entry is on the disk or just after it."""

    def __init__(self, kept: Journal, crash_at: int | None = None) -> None:
        self.kept, self.crash_at, self.moments = kept, crash_at, 0

    def write(self, event: str, **facts: Value) -> None:
        self._tick()
        self.kept.write(event, **facts)
        self._tick()

    def entries(self) -> Iterator[Mapping[str, object]]:
        return self.kept.entries()

    def _tick(self) -> None:
        moment, self.moments = self.moments, self.moments + 1
        if moment == self.crash_at:
            raise Crash(f"journal, moment {moment}")


def _declared(count: int) -> list[Declared]:
    """Items on all planes, one in six of them retired."""
    items = []
    for number in range(count):
        plane = list(Plane)[number % 3]
        name = f"app-{number:03d}"
        if plane is Plane.CLOUD:
            kind, where, ref = "server", "gov:r1:hrss", make_ref(plane, "server", name)
        elif plane is Plane.SERVER:
            kind, where = "package", f"host-{number % 2}"
            ref = make_ref(plane, kind, where, name)
        else:
            kind, where, ref = "section", "sw-1", make_ref(plane, "section", "sw-1", name)
        retired = number % 6 == 5 or number % 6 == 0
        path = {"server": "name", "package": "version", "section": "lines"}[kind]
        items.append(
            Declared(
                ref=ref,
                scope=Scope(plane, kind, where),
                attributes={} if retired else {path: f"v{number}"},
                keys=(Key("mark", name),) if plane is Plane.CLOUD else (),
                retired=retired,
            )
        )
    return items


@dataclass
class Case:
    """A world with drifts of every sort, and the plan that mends them; equal for equal seeds."""

    count: int
    seed: int = 0
    world: World = field(init=False)
    declared: list[Declared] = field(init=False)
    planes: dict[Plane, FakePlane] = field(default_factory=dict, init=False)
    plan: Plan = field(init=False)
    _before_restart: list[str] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        rng = random.Random(self.seed)
        self.declared = _declared(self.count)
        self.world = world_of(self.declared)
        for number, item in enumerate(self.declared):
            if item.retired:
                seen = world_of([_wanted(item)]).thing(item.ref)
                assert seen is not None
                self.world.put(seen, item.ref)
            elif rng.random() < 0.5:
                self.world.remove(item.ref)
            elif rng.random() < 0.9:
                self.world.change(item.ref, next(iter(item.attributes)), f"by hand {number}")
        self.restart()
        self.plan = self.plan_now()

    def restart(self) -> None:
        """New processes over the same world; what the old ones carried out is not forgotten."""
        self._before_restart = self.performed
        self.planes = {name: FakePlane(name, self.world, self.declared) for name in Plane}

    @property
    def performed(self) -> list[str]:
        """The ids of all actions that had their effect, in order per plane."""
        now = [a.id for plane in self.planes.values() for a in plane.performed]
        return self._before_restart + now

    def plan_now(self) -> Plan:
        planes = self.planes.values()
        seen = merge(*(plane.observe(target) for plane in planes for target in plane.targets()))
        findings = reconcile(self.declared, seen, today=TODAY)
        return build(
            findings,
            [action for plane in planes for action in plane.propose(findings)],
            declared=self.declared,
            observation=seen,
            allow_destroy=True,
            created_at=NOW,
            created_by="li@ops",
        )

    def apply(
        self, journal: Journal, lock: Lock | None = None, clock: Clock | None = None
    ) -> Applied:
        ports = Ports(
            planes=dict(self.planes),
            look=look_with(dict(self.planes)),
            journal=journal,
            lock=lock or MemoryLock(),
            clock=clock or FakeClock(),
            progress=Silent(),
            owner="li@ops",
        )
        return apply(self.plan, ports, declared=self.declared, allow_destroy=True, limits=WIDE)

    def state(self) -> dict[tuple[Ref, str], object]:
        return {(thing.ref, thing.label): dict(thing.attributes) for thing in self.world.things()}


def _wanted(item: Declared) -> Declared:
    """*item* as it was before it was retired."""
    return replace(item, retired=False, attributes={"name": "left over"})


def _undisturbed(case: Case) -> Case:
    twin = Case(case.count, case.seed)
    assert twin.apply(MemoryJournal()).complete
    return twin


def _crash_everywhere(case: Case) -> Iterator[tuple[Plane | None, int]]:
    """Every moment at which the process can die: twice per effect, twice per journal entry."""
    for name in Plane:
        own = sum(action.ref.plane is name for action in case.plan.actions)
        yield from ((name, moment) for moment in range(2 * own))
    probe = MortalJournal(MemoryJournal())
    twin = Case(case.count, case.seed)
    twin.apply(probe)
    yield from ((None, moment) for moment in range(probe.moments))


def _die(case: Case, journal: Journal, crash: tuple[Plane | None, int]) -> None:
    where, moment = crash
    mortal = MortalJournal(journal, moment if where is None else None)
    if where is not None:
        case.planes[where].crash_at = moment
    with pytest.raises(Crash):
        case.apply(mortal)
    case.restart()


def _mended(case: Case, reference: Case) -> None:
    assert case.state() == reference.state()
    assert len(case.performed) == len(set(case.performed)), "a step was carried out twice"
    assert sorted(case.performed) == sorted(reference.performed)
    assert case.plan_now().actions == ()


def test_after_a_crash_at_any_moment_a_rerun_converges_and_repeats_nothing() -> None:
    reference = _undisturbed(Case(18))
    assert len(reference.performed) > 10
    crashes = list(_crash_everywhere(Case(18)))
    assert len(crashes) > 60
    for crash in crashes:
        case, journal = Case(18), MemoryJournal()
        _die(case, journal, crash)
        applied = case.apply(journal)
        assert applied.complete
        _mended(case, reference)


@given(
    st.integers(0, 10_000),
    st.lists(st.tuples(st.sampled_from([*Plane, None]), st.integers(0, 90)), max_size=5),
)
def test_after_crashes_of_reruns_too(seed: int, crashes: list[tuple[Plane | None, int]]) -> None:
    reference = _undisturbed(Case(12, seed))
    case, journal = Case(12, seed), MemoryJournal()
    for where, moment in crashes:
        mortal = MortalJournal(journal, moment if where is None else None)
        if where is not None:
            case.planes[where].crash_at = moment
        try:
            case.apply(mortal)
            break  # it came to its end before the crash
        except Crash:
            case.restart()
    else:
        case.restart()
        assert case.apply(journal).complete
    _mended(case, reference)


@pytest.mark.parametrize("crash", [(Plane.CLOUD, 0), (Plane.SERVER, 1), (None, 5), (None, 8)])
def test_the_same_holds_with_journal_and_lock_in_the_records_file(
    tmp_path: Path, crash: tuple[Plane | None, int]
) -> None:
    case, clock = Case(12), FakeClock()
    reference = _undisturbed(Case(12))
    with RecordStore(tmp_path / "records.sqlite") as store:
        for run, mortal in (("r1", True), ("r2", False)):
            journal = store.journal(clock, run=run, subject="the plan")
            where, moment = crash if mortal else (None, -1)
            if where is not None:
                case.planes[where].crash_at = moment
            try:
                assert case.apply(
                    MortalJournal(journal, moment if where is None else None),
                    store.lock(clock),
                    clock,
                ).complete
            except Crash:
                case.restart()
        assert store.verify().bad is None
    _mended(case, reference)


@given(st.integers(0, 10_000), st.integers(0, 60), st.data())
def test_what_somebody_else_changed_after_a_crash_is_never_overwritten(
    seed: int, moment: int, data: st.DataObject
) -> None:
    case, journal = Case(12, seed), MemoryJournal()
    try:
        case.apply(MortalJournal(journal, moment))
        return  # it came to its end
    except Crash:
        case.restart()
    there = [a for a in case.plan.actions if case.world.thing(a.ref) is not None]
    if not there:
        return
    victim: Action = data.draw(st.sampled_from(there))
    path = next(iter((victim.after or victim.before or {"name": ""}).keys()))
    case.world.change(victim.ref, path, "somebody else was here")
    before = case.state()
    with pytest.raises(StalePlanError) as told:
        case.apply(journal)
    moved = told.value.facts["moved"]
    assert isinstance(moved, list)
    assert (str(victim.ref), path) in {(each["ref"], each["path"]) for each in moved}
    assert case.state() == before


@given(st.integers(0, 10_000))
def test_the_way_back_leads_back_wherever_nothing_was_lost_for_good(seed: int) -> None:
    case = Case(12, seed)
    kept = {action.ref: action for action in case.plan.actions if action.reversible}
    was = {ref: case.world.thing(ref) for ref in kept}
    applied = case.apply(MemoryJournal())
    assert applied.count(Outcome.DONE) == len(case.plan.actions)
    planes = case.planes.values()
    seen = merge(*(plane.observe(target) for plane in planes for target in plane.targets()))
    back = reverse(
        case.plan,
        applied.done(),
        declared=case.declared,
        observation=seen,
        created_at=NOW,
        created_by="li@ops",
    )
    lost = {action.ref for action in case.plan.actions if not action.reversible}
    assert {left.ref for left in back.not_planned} == lost
    case.plan = back
    assert case.apply(MemoryJournal()).complete
    for ref, thing in was.items():
        now = case.world.thing(ref)
        assert (now and now.attributes) == (thing and thing.attributes)
