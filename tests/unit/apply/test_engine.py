"""How carrying out a plan ends when something is in its way."""

import errno
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest

from omlib.apply.applied import Applied, Outcome
from omlib.apply.engine import Ports, apply, look_with
from omlib.apply.errors import NoPlaneError, StalePlanError
from omlib.errors import OmlibError, RefusedError
from omlib.model.action import Action
from omlib.model.item import Declared, Scope, Value
from omlib.model.observation import merge
from omlib.model.ref import Plane, make_ref
from omlib.plan.build import build
from omlib.plan.guards import GuardTrippedError
from omlib.plan.plan import Plan
from omlib.ports import Journal
from omlib.reconcile.compare import reconcile
from omlib.records.errors import RecordsFullError
from omlib.testing.fakes import FakePlane
from omlib.testing.stores import FakeClock, MemoryJournal, MemoryLock
from omlib.testing.world import World, world_of

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def _package(name: str) -> Declared:
    return Declared(
        ref=make_ref(Plane.SERVER, "package", "oa-01", name),
        scope=Scope(Plane.SERVER, "package", "oa-01"),
        attributes={"version": "2"},
    )


DECLARED = [_package(name) for name in ("a", "b", "c")]
A, B, C = (item.ref for item in DECLARED)


class Slow(FakePlane):
    """Each step takes four seconds; *fails* says what happens instead of one."""

    def __init__(self, world: World, clock: FakeClock) -> None:
        super().__init__(Plane.SERVER, world, DECLARED)
        self.wrist_watch = clock
        self.fails: dict[str, Callable[[], None]] = {}

    def perform(self, action: Action) -> None:
        self.wrist_watch.advance(seconds=4)
        if fail := self.fails.get(action.ref.part):
            fail()
        else:
            super().perform(action)


class Told:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def start(self, step: str, total: int = 0) -> None:
        self.lines.append(f"start {step} {total}")

    def advance(self, step: str, note: str = "") -> None:
        self.lines.append(note)

    def done(self, step: str, took_s: float, note: str = "") -> None:
        self.lines.append(f"done {step} {took_s:.0f}s")


class FullJournal(MemoryJournal):
    """Has room for *room* entries."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, event: str, **facts: Value) -> None:
        if len(list(self.entries())) >= self.room:
            raise RecordsFullError(path="records.sqlite", detail="database or disk is full")
        super().write(event, **facts)


class Bench:
    """Three packages at version 1, declared at version 2."""

    def __init__(self) -> None:
        self.clock, self.told = FakeClock(), Told()
        self.world = world_of(DECLARED)
        for item in DECLARED:
            self.world.change(item.ref, "version", "1")
        self.plane = Slow(self.world, self.clock)
        self.journal: Journal = MemoryJournal()
        self.lock = MemoryLock()
        seen = merge(*map(self.plane.observe, self.plane.targets()))
        findings = reconcile(DECLARED, seen, today=NOW.date())
        self.plan = build(
            findings,
            self.plane.propose(findings),
            declared=DECLARED,
            observation=seen,
            created_at=NOW,
            created_by="li@ops",
        )

    def apply(self, plan: Plan | None = None) -> Applied:
        planes: Mapping[Plane, FakePlane] = {Plane.SERVER: self.plane}
        ports = Ports(
            planes=planes,
            look=look_with(planes),
            journal=self.journal,
            lock=self.lock,
            clock=self.clock,
            progress=self.told,
            owner="li@ops",
        )
        return apply(plan or self.plan, ports, declared=DECLARED)

    def versions(self) -> str:
        things = [self.world.thing(item.ref) for item in DECLARED]
        return " ".join(str(thing.attributes["version"]) for thing in things if thing)

    def events(self) -> list[str]:
        return [str(entry["event"]) for entry in self.journal.entries()]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def _outcomes(applied: Applied) -> list[Outcome]:
    return [step.outcome for step in applied.steps]


def test_a_plan_is_carried_out_and_told_step_by_step_with_its_time(bench: Bench) -> None:
    applied = bench.apply()
    assert applied.complete
    assert not applied.resumed
    assert (applied.took_s, [step.took_s for step in applied.steps]) == (12.0, [4.0, 4.0, 4.0])
    assert bench.versions() == "2 2 2"
    assert bench.told.lines == [
        "start apply 3",
        *(f"{ref}: done" for ref in (A, B, C)),
        "done apply 12s",
    ]
    assert bench.events() == [
        "apply.begin",
        *("step.before", "step.after") * 3,
        "apply.done",
    ]


def test_a_failure_stops_the_rest_and_a_rerun_carries_on_from_there(bench: Bench) -> None:
    def refuse() -> None:
        raise OmlibError(why="repository out of reach")

    bench.plane.fails["b"] = refuse
    first = bench.apply()
    assert _outcomes(first) == [Outcome.DONE, Outcome.FAILED, Outcome.NOT_DONE]
    assert first.steps[1].error == "omlib: why=repository out of reach"
    assert first.done() == (bench.plan.actions[0].id,)
    assert (bench.versions(), bench.events()[-2:]) == ("2 1 1", ["step.failed", "apply.stopped"])
    bench.plane.fails.clear()
    second = bench.apply()
    assert _outcomes(second) == [Outcome.ALREADY_DONE, Outcome.DONE, Outcome.DONE]
    assert (second.resumed, bench.versions()) == (True, "2 2 2")


def test_a_step_whose_effect_does_not_show_has_failed(bench: Bench) -> None:
    bench.plane.fails["a"] = lambda: None  # says it did, and did not
    applied = bench.apply()
    assert _outcomes(applied) == [Outcome.FAILED, Outcome.NOT_DONE, Outcome.NOT_DONE]
    assert applied.steps[0].error == "not_verified"


def test_a_step_in_doubt_on_a_silent_host_is_left_alone(bench: Bench) -> None:
    def cut_off() -> None:
        bench.world.silence("oa-01")

    bench.plane.fails["a"] = cut_off
    assert _outcomes(bench.apply())[0] is Outcome.FAILED
    with pytest.raises(StalePlanError) as told:
        bench.apply()  # still silent: whether the step had its effect cannot be known
    assert bench.events()[-1] == "apply.stopped"
    moved = told.value.facts["moved"]
    assert isinstance(moved, list)
    assert {each["how"] for each in moved} == {"unseen"}


def test_ctrl_c_comes_through_and_the_rerun_repeats_nothing(bench: Bench) -> None:
    def ctrl_c() -> None:
        raise KeyboardInterrupt

    bench.plane.fails["b"] = ctrl_c
    with pytest.raises(KeyboardInterrupt):
        bench.apply()
    assert bench.events()[-1] == "apply.interrupted"
    bench.plane.fails.clear()
    assert _outcomes(bench.apply()) == [Outcome.ALREADY_DONE, Outcome.DONE, Outcome.DONE]
    assert [action.ref for action in bench.plane.performed] == [A, B, C]


def test_a_fault_nobody_foresaw_is_written_down_by_name_and_comes_through(bench: Bench) -> None:
    def surprise() -> None:
        raise OSError(errno.EIO, "password=hunter2")

    bench.plane.fails["b"] = surprise
    with pytest.raises(OSError):
        bench.apply()
    last = list(bench.journal.entries())[-1]
    assert (last["event"], last["by"]) == ("apply.interrupted", "OSError")
    assert "hunter2" not in str(list(bench.journal.entries()))


@pytest.mark.parametrize(("room", "versions"), [(0, "1 1 1"), (1, "1 1 1"), (3, "2 1 1")])
def test_nothing_is_begun_that_could_not_be_recorded(
    bench: Bench, room: int, versions: str
) -> None:
    bench.journal = FullJournal(room)
    with pytest.raises(RecordsFullError):
        bench.apply()
    assert bench.versions() == versions


def test_a_scope_in_other_hands_is_refused_and_nothing_is_changed(bench: Bench) -> None:
    with bench.lock.hold(str(DECLARED[0].scope), "wang@ops"), pytest.raises(RefusedError) as told:
        bench.apply()
    assert told.value.facts["holder"] == "wang@ops"
    assert (bench.versions(), bench.events()) == ("1 1 1", [])
    assert bench.apply().complete


def test_what_moved_since_is_refused_by_item_and_path_and_nothing_is_changed(
    bench: Bench,
) -> None:
    bench.world.change(B, "version", "1.5")
    with pytest.raises(StalePlanError) as told:
        bench.apply()
    assert told.value.facts["moved"] == [
        {"ref": str(B), "side": "actual", "path": "version", "how": "changed", "detail": ""}
    ]
    assert (bench.versions(), bench.events()) == ("1 1.5 1", [])


def test_a_plan_carried_out_once_is_not_carried_out_twice(bench: Bench) -> None:
    bench.apply()
    again = bench.apply()
    assert _outcomes(again) == [Outcome.ALREADY_DONE] * 3
    assert len(bench.plane.performed) == 3


def test_a_plan_whose_work_was_half_undone_is_spent(bench: Bench) -> None:
    bench.apply()
    bench.world.change(C, "version", "1")
    with pytest.raises(StalePlanError) as told:
        bench.apply()
    moved = told.value.facts["moved"]
    assert isinstance(moved, list)
    assert [(each["ref"], each["path"], each["how"]) for each in moved] == [
        (str(C), "version", "undone")
    ]
    assert bench.versions() == "2 2 1"


def test_a_plan_whose_work_was_wholly_undone_may_be_carried_out_anew(bench: Bench) -> None:
    bench.apply()
    for item in DECLARED:
        bench.world.change(item.ref, "version", "1")
    assert _outcomes(bench.apply()) == [Outcome.DONE] * 3


def test_work_of_an_unfinished_run_that_was_undone_since_is_named(bench: Bench) -> None:
    def ctrl_c() -> None:
        raise KeyboardInterrupt

    bench.plane.fails["b"] = ctrl_c
    with pytest.raises(KeyboardInterrupt):
        bench.apply()
    bench.plane.fails.clear()
    bench.world.change(A, "version", "1")
    with pytest.raises(StalePlanError) as told:
        bench.apply()
    moved = told.value.facts["moved"]
    assert isinstance(moved, list)
    assert [(each["ref"], each["path"], each["how"]) for each in moved] == [
        (str(A), "version", "undone")
    ]


def test_a_plan_that_destroys_needs_the_word_again_when_it_is_carried_out(bench: Bench) -> None:
    retired = [
        Declared(ref=item.ref, scope=item.scope, retired=True) for item in DECLARED[:1]
    ] + DECLARED[1:]
    seen = merge(*map(bench.plane.observe, bench.plane.targets()))
    findings = reconcile(retired, seen, today=NOW.date())
    plan = build(
        findings,
        bench.plane.propose(findings),
        declared=retired,
        observation=seen,
        allow_destroy=True,
        created_at=NOW,
        created_by="li@ops",
    )
    with pytest.raises(GuardTrippedError) as told:
        bench.apply(plan)
    assert told.value.facts["rule"] == "allow_destroy"
    assert bench.events() == []


def test_a_plan_for_a_plane_that_is_not_at_hand_is_refused(bench: Bench) -> None:
    ports = Ports(
        planes={},
        look=look_with({}),
        journal=bench.journal,
        lock=bench.lock,
        clock=bench.clock,
        progress=bench.told,
        owner="li@ops",
    )
    with pytest.raises(NoPlaneError) as told:
        apply(bench.plan, ports, declared=DECLARED)
    assert told.value.facts == {"planes": ["server"]}
