"""Pruning takes contents of old runs, and nothing that somebody still needs."""

import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from omlib.model.finding import Finding
from omlib.model.item import Scope
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status
from omlib.records.database import default_path
from omlib.records.errors import RecordsFullError, RecordsLockedError, RunPrunedError
from omlib.records.run import RunState
from omlib.records.store import RecordStore
from omlib.testing.past import write_past
from omlib.testing.stores import START, FakeClock

HOURS = 120
NOW = START + timedelta(hours=HOURS)
BEFORE = START + timedelta(hours=60)
FIRST = "20260302T010000Z-0000"
LONE = Finding(
    ref=make_ref(Plane.SERVER, "package", "oa-01", "nginx"),
    status=Status.IN_SYNC,
    scope=Scope(Plane.SERVER, "package", "oa-01"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = default_path(tmp_path)
    write_past(path, HOURS, 400, looks=True)
    return path


def _rows(path: Path, table: str) -> int:
    with sqlite3.connect(path) as file:
        (count,) = file.execute(f"select count(*) from {table}").fetchone()
    file.close()
    return int(count)


def _compare(store: RecordStore, at: datetime) -> None:
    run = store.begin_run(verb="reconcile", at=at, actor="li@ops")
    store.save_findings(run, [LONE], whole=True)
    store.end_run(run, at=at, state=RunState.ENDED, exit_code=0, complete=True, summary={})


def test_what_old_runs_saw_and_found_goes_and_the_runs_stay(path: Path) -> None:
    before = {table: _rows(path, table) for table in ("run", "observation", "chain", "change")}
    with RecordStore(path) as store:
        pruned = store.prune(BEFORE, at=NOW)
        assert (pruned.runs, pruned.entries, pruned.observations) == (60, 60, 600)
        assert [run.pruned for run in store.runs(HOURS)] == [None] * 60 + [NOW] * 60
        for ask in (store.findings, store.outcome):
            with pytest.raises(RunPrunedError):
                ask(FIRST)
        assert len(store.findings(store.runs(1)[0].id)) == 400
    assert _rows(path, "run") == before["run"]
    assert _rows(path, "change") == before["change"]
    assert _rows(path, "observation") == before["observation"] - 600
    assert _rows(path, "chain") == before["chain"] - 60 + 1


def test_since_when_an_open_item_drifts_survives(path: Path) -> None:
    with RecordStore(path) as store:
        old = store.begin_run(verb="reconcile", at=START, actor="li@ops", scope="--system oa")
        store.save_findings(old, [replace(LONE, status=Status.MISSING)])
        store.end_run(old, at=START, state=RunState.ENDED, exit_code=2, complete=True, summary={})
        before = store.histories(until=NOW), store.trend(UTC, until=NOW)
        assert before[0][LONE.ref].since == START
        store.prune(NOW, at=NOW)
        assert (store.histories(until=NOW), store.trend(UTC, until=NOW)) == before


def test_the_checkpoint_names_the_last_entry_that_went(path: Path) -> None:
    with sqlite3.connect(path) as file:
        (sha,) = file.execute("select hash from chain where seq = 60").fetchone()
    file.close()
    with RecordStore(path) as store:
        noted = store.verify().head
        store.prune(BEFORE, at=NOW)
        verified = store.verify(noted)
        assert (verified.bad, verified.cut, verified.entries) == (None, 60, 61)
    with sqlite3.connect(path) as file:
        (facts,) = file.execute("select facts from chain order by seq desc limit 1").fetchone()
    file.close()
    assert f'"cut":60' in facts  # noqa: F541
    assert f'"head":"{sha}"' in facts


def test_a_dry_run_promises_what_then_happens_and_writes_nothing(path: Path) -> None:
    content = path.read_bytes()
    with RecordStore(path) as store:
        promised = store.would_prune(BEFORE)
        assert path.read_bytes() == content
        assert store.prune(BEFORE, at=NOW) == promised
        assert store.prune(BEFORE, at=NOW).nothing


def test_a_second_pruning_goes_on_from_the_first(path: Path) -> None:
    with RecordStore(path) as store:
        store.prune(START + timedelta(hours=20), at=NOW)
        store.prune(BEFORE, at=NOW)
        verified = store.verify()
        assert (verified.bad, verified.cut) == (None, 60)


def test_the_last_look_at_a_scope_nobody_looks_at_any_more_stays(path: Path) -> None:
    scope = Scope(Plane.NETWORK, "section", "sw-1")
    sight = Sight(complete=True, reason=None, at=START, by="probe", via="ssh")
    alone = Observation(sights={scope: sight}, actual=())
    with RecordStore(path) as store:
        run = store.begin_run(verb="observe", at=START, actor="li@ops")
        store.save_observation(run, alone)
        store.end_run(run, at=START, state=RunState.ENDED, exit_code=0, complete=True, summary={})
        store.prune(NOW, at=NOW)
        remembered = store.last_observation()
        assert remembered.observation.sights[scope] == sight
        assert remembered.runs[scope] == run
        assert store.verify().bad is None
        later = store.begin_run(verb="observe", at=NOW, actor="li@ops")
        store.save_observation(later, alone)
        store.prune(NOW + timedelta(days=1), at=NOW)
    with sqlite3.connect(path) as file:
        asked = "select count(*) from observation where run = ?"
        assert file.execute(asked, (run,)).fetchone() == (0,)
    file.close()


def test_the_last_comparison_stays_however_old_it_is(path: Path) -> None:
    with RecordStore(path) as store:
        last = store.runs(1)[0].id
        found = store.findings(last)
        store.prune(NOW + timedelta(days=999), at=NOW)
        assert store.findings(last) == found


def test_an_unfinished_journal_stays_whole_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with RecordStore(path) as store:
        open_plan = store.journal(FakeClock(START), run=FIRST, subject="open")
        done = store.journal(FakeClock(START), run=FIRST, subject="done")
        for journal in (open_plan, done):
            journal.write("apply.begin", plan="p")
            journal.write("step.before", plan="p", step="1")
        done.write("apply.done", plan="p")
        entries = list(open_plan.entries())
        write_past(path, HOURS, 40)
        pruned = store.prune(NOW, at=NOW)
        assert pruned.open_plan == "open"
        assert list(open_plan.entries()) == entries
        assert store.verify().bad is None
        open_plan.write("apply.done", plan="p")
        again = store.prune(NOW, at=NOW)
        assert (again.open_plan, again.entries) == ("", 0)
        assert len(list(open_plan.entries())) == 3  # whole or not at all: its end is new
        _compare(store, NOW + timedelta(hours=1))
        store.prune(NOW + timedelta(hours=1), at=NOW)
        assert list(open_plan.entries()) == list(done.entries()) == []
        assert store.verify().bad is None


def test_a_run_that_still_works_is_left_alone(path: Path) -> None:
    with RecordStore(path) as store:
        working = store.begin_run(verb="reconcile", at=START, actor="li@ops")
        store.save_findings(working, [LONE])
        store.prune(NOW, at=NOW)
        assert store.findings(working) == [LONE]
        store.end_run(working, at=NOW, state=RunState.ENDED, exit_code=0, complete=True, summary={})
        assert store.verify().bad is None


def test_the_room_is_given_back(path: Path) -> None:
    with RecordStore(path) as store:
        before = store.size_bytes()
        store.prune(NOW, at=NOW)
        store.compact()
        assert store.size_bytes() < before * 0.7
        assert store.verify().bad is None


def test_who_reads_meanwhile_sees_one_moment_and_nothing_breaks(path: Path) -> None:
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("begin")
    asked = "select count(*) from observation"
    before = reader.execute(asked).fetchone()
    with RecordStore(path) as store:
        store.prune(NOW, at=NOW)
        store.compact()
        assert reader.execute(asked).fetchone() == before
        reader.execute("commit")
        assert reader.execute(asked).fetchone() < before
        reader.close()
        assert store.verify().bad is None


def test_pruning_that_finds_the_file_locked_takes_nothing(path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    with RecordStore(path, busy_s=0.05) as store:
        with pytest.raises(RecordsLockedError):
            store.prune(BEFORE, at=NOW)
        with pytest.raises(RecordsLockedError):
            store.compact()
        other.execute("rollback")
        other.close()
        assert len(store.findings(FIRST)) == 400
        assert store.verify().bad is None


def test_pruning_without_room_takes_nothing(path: Path) -> None:
    program = f"""
import resource
from datetime import timedelta
from pathlib import Path
from omlib.records.errors import RecordsFullError
from omlib.records.store import RecordStore
from omlib.testing.stores import START
now = START + timedelta(hours={HOURS})
with RecordStore(Path({str(path)!r})) as store:
    size = 40_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    for act in (lambda: store.prune(now, at=now), store.compact):
        try:
            act()
        except RecordsFullError:
            continue
        raise SystemExit("there was room")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert len(store.findings({FIRST!r})) == 400
    assert store.verify().bad is None
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, "")
    assert RecordsFullError.retryable
