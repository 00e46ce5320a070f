"""Runs, findings and observations in the records file."""

import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from omlib import VERSION
from omlib.model.finding import Finding, Verdict
from omlib.model.item import Actual, Scope
from omlib.model.observation import NOTHING_SEEN, Observation, Sight, merge
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status, UnknownReason
from omlib.records.database import default_path
from omlib.records.errors import NoSuchRunError
from omlib.records.provenance import actor, revision
from omlib.records.run import Outcome, Revision, Run, RunState
from omlib.records.store import RecordStore
from omlib.records.verify import BadRecord, Part
from omlib.testing.stores import START

HOST = Scope(Plane.SERVER, "package", "oa-01")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return default_path(tmp_path)


def _finding(name: str, status: Status = Status.IN_SYNC) -> Finding:
    return Finding(ref=make_ref(Plane.SERVER, "package", "oa-01", name), status=status, scope=HOST)


def _seen(version: str, *, hours: int = 0, scope: Scope = HOST) -> Observation:
    sight = Sight(
        complete=True, reason=None, at=START + timedelta(hours=hours), by="probe", via="ssh"
    )
    item = Actual(
        ref=make_ref(scope.plane, scope.kind, scope.where, "nginx"),
        scope=scope,
        attributes={"version": version},
    )
    return Observation(sights={scope: sight}, actual=(item,))


def _begun(store: RecordStore, *, hours: int = 0) -> str:
    return store.begin_run(verb="reconcile", at=START + timedelta(hours=hours), actor="li@ops")


def test_a_run_reads_back_as_it_was_recorded(path: Path) -> None:
    git = Revision(commit="c" * 40, clean=False)
    with RecordStore(path) as store:
        run = store.begin_run(
            verb="reconcile", at=START, actor="李工@ops", scope="--system oa", revision=git
        )
        began = store.run(run)
        store.end_run(
            run,
            at=START + timedelta(seconds=9),
            state=RunState.ENDED,
            exit_code=6,
            complete=False,
            summary={"diverged": 2, "unknown": 1},
        )
    with RecordStore(path) as again:
        ended = again.run(run)
    assert began.state is RunState.RUNNING
    assert ended == Run(
        id=run,
        verb="reconcile",
        started=START,
        ended=START + timedelta(seconds=9),
        state=RunState.ENDED,
        exit_code=6,
        actor="李工@ops",
        scope="--system oa",
        revision=git,
        tool=VERSION,
        complete=False,
        summary={"diverged": 2, "unknown": 1},
    )


def test_a_run_id_tells_its_time_and_sorts_by_it(path: Path) -> None:
    with RecordStore(path) as store:
        later, earlier = _begun(store, hours=1), _begun(store)
        assert earlier.startswith("20260302T010000Z-")
        assert earlier < later
        assert [run.id for run in store.runs()] == [later, earlier]
        assert [run.id for run in store.runs(limit=1)] == [later]


def test_each_run_keeps_its_own_findings_in_its_own_order(path: Path) -> None:
    first = [_finding("b"), _finding("a", Status.MISSING)]
    second = [_finding("a"), _finding("b"), _finding("c", Status.DIVERGED)]
    with RecordStore(path) as store:
        runs = [_begun(store), _begun(store, hours=1), _begun(store, hours=2)]
        for run, findings in zip(runs, (first, second, first), strict=True):
            store.save_findings(run, findings)
        assert [store.findings(run) for run in runs] == [first, second, first]


def test_a_verdict_that_is_no_news_takes_no_row(path: Path) -> None:
    findings = [_finding(f"p{number}") for number in range(700)]
    with RecordStore(path) as store:
        for hours in range(3):
            run = _begun(store, hours=hours)
            store.save_findings(run, findings)
            assert store.findings(run) == findings
    with sqlite3.connect(path) as file:
        assert file.execute("select count(*) from finding").fetchone() == (700,)


def test_a_run_that_found_nothing_is_told_from_one_that_kept_nothing(path: Path) -> None:
    verdict = Verdict(subject="oa", status=Status.UNKNOWN, counts={Status.UNKNOWN: 1})
    outcome = Outcome(systems=(verdict,))
    with RecordStore(path) as store:
        run = _begun(store)
        assert (store.findings(run), store.outcome(run)) == ([], Outcome())
        store.save_findings(run, [], outcome)
        assert (store.findings(run), store.outcome(run)) == ([], outcome)


def test_an_unknown_run_is_an_error_and_nothing_is_kept_for_it(path: Path) -> None:
    with RecordStore(path) as store:
        for ask in (store.run, store.findings, store.outcome):
            with pytest.raises(NoSuchRunError):
                ask("20260302T010000Z-0000")
        with pytest.raises(NoSuchRunError):
            store.save_observation("20260302T010000Z-0000", _seen("1"))
        assert store.last_observation().observation == NOTHING_SEEN


def test_the_last_look_at_every_scope_is_remembered_with_its_age_and_run(path: Path) -> None:
    other = replace_where("tax-01")
    early, late, aside = _seen("1"), _seen("2", hours=5), _seen("9", hours=1, scope=other)
    with RecordStore(path) as store:
        first, second = _begun(store), _begun(store, hours=5)
        store.save_observation(first, merge(early, aside))
        store.save_observation(second, late)
        remembered = store.last_observation()
    assert remembered.observation == Observation(
        sights={**aside.sights, **late.sights}, actual=(*aside.actual, *late.actual)
    )
    assert remembered.runs == {HOST: second, other: first}
    assert remembered.oldest == START + timedelta(hours=1)


def replace_where(where: str) -> Scope:
    return HOST._replace(where=where)


def test_the_later_look_counts_also_when_its_run_saves_first(path: Path) -> None:
    with RecordStore(path) as store:
        slow, quick = _begun(store), _begun(store)
        store.save_observation(quick, _seen("new", hours=2))
        store.save_observation(slow, _seen("old"))
        assert store.last_observation().observation == _seen("new", hours=2)


def test_a_look_that_saw_nothing_is_remembered_as_such(path: Path) -> None:
    sight = Sight(complete=False, reason=UnknownReason.UNREACHABLE, at=START, by="probe", via="ssh")
    silent = Observation(sights={HOST: sight}, actual=())
    with RecordStore(path) as store:
        store.save_observation(_begun(store), silent)
        assert store.last_observation().observation == silent


def test_a_scope_that_looks_as_before_is_stored_once(path: Path) -> None:
    with RecordStore(path) as store:
        for hours in range(4):
            store.save_observation(_begun(store, hours=hours), _seen("1", hours=hours))
    with sqlite3.connect(path) as file:
        assert file.execute("select count(*) from blob").fetchone() == (1,)
        assert file.execute("select count(*) from observation").fetchone() == (4,)


def test_a_run_whose_process_is_gone_without_a_word_was_interrupted(path: Path) -> None:
    program = """
import sys
from pathlib import Path
from omlib.records.store import RecordStore
from omlib.testing.stores import START
print(RecordStore(Path(sys.argv[1])).begin_run(verb="apply", at=START, actor="x"))
"""
    told = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    with RecordStore(path) as store:
        assert store.run(told.stdout.strip()).state is RunState.INTERRUPTED


def test_what_was_kept_of_an_ended_run_cannot_be_changed_unseen(path: Path) -> None:
    with RecordStore(path) as store:
        run = _begun(store)
        store.end_run(run, at=START, state=RunState.ENDED, exit_code=0, complete=True, summary={})
        assert store.verify().bad is None
        with sqlite3.connect(path) as file:
            file.execute(
                "update chain set facts = replace(facts, '\"exit_code\":0', '\"exit_code\":2')"
            )
        assert store.verify().bad == BadRecord(part=Part.ENTRY, seq=1, run=run)


def test_the_revision_says_whether_the_tree_was_clean(tmp_path: Path) -> None:
    assert revision(tmp_path) == Revision()
    for words in (
        ["init", "-q"],
        ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "--allow-empty", "-m", "x"],
    ):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    clean = revision(tmp_path)
    (tmp_path / "estate.yml").write_text("schema: 1\n")
    assert (len(clean.commit), clean.clean) == (40, True)
    assert revision(tmp_path) == replace(clean, clean=False)
    assert "@" in actor()
