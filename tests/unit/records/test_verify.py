"""What verify says: which record, by entry, run and part. Any byte anywhere: the history laws."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from omlib.records.database import default_path
from omlib.records.run import RunState
from omlib.records.store import RecordStore
from omlib.records.verify import BadRecord, Head, Part
from omlib.testing.past import write_past
from omlib.testing.stores import START, FakeClock

FIRST, SECOND, THIRD = (f"20260302T0{hour}0000Z-0000" for hour in (1, 2, 3))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = default_path(tmp_path)
    write_past(path, 3, 90, looks=True)
    return path


def _after(path: Path, *statements: str) -> BadRecord | None:
    with sqlite3.connect(path) as file:
        for statement in statements:
            assert file.execute(statement).rowcount > 0
    file.close()
    with RecordStore(path) as store:
        return store.verify().bad


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            f"update run set actor = 'eve@ops' where id = '{SECOND}'",
            BadRecord(part=Part.RUN, seq=2, run=SECOND, detail="actor"),
        ),
        (
            f"delete from run where id = '{THIRD}'",
            BadRecord(part=Part.RUN, seq=3, run=THIRD),
        ),
        (
            "update finding set body = replace(body, 'in_sync', 'missing') where id = 7",
            BadRecord(
                part=Part.FINDINGS,
                seq=1,
                run=FIRST,
                detail="server/package/host-00000/package-000006",
            ),
        ),
        (
            "update change set status = 'in_sync', at = '2026-01-01' where id = 4",
            BadRecord(part=Part.HISTORY, seq=1, run=FIRST, detail="changes"),
        ),
        (
            f"delete from tally where run = '{THIRD}'",
            BadRecord(part=Part.HISTORY, seq=3, run=THIRD, detail="tallies"),
        ),
        (
            f"update observation set sight = replace(sight, 'probe', 'eve') where run = '{SECOND}'",
            BadRecord(part=Part.OBSERVATION, seq=2, run=SECOND, detail="observation"),
        ),
        (
            "update chain set event = 'run.began' where seq = 2",
            BadRecord(part=Part.ENTRY, seq=2, run=SECOND),
        ),
        ("delete from chain where seq = 1", BadRecord(part=Part.ENTRY, seq=1)),
        ("delete from chain where seq = 3", BadRecord(part=Part.RUN, run=THIRD)),
        (
            "update scope set at = '2026-01-01' where scope like '%host-00000%'",
            BadRecord(part=Part.NEWEST, detail='["server","package","host-00000"]'),
        ),
    ],
)
def test_the_first_record_that_does_not_fit_is_named(
    path: Path, statement: str, expected: BadRecord
) -> None:
    assert _after(path, statement) == expected


def test_of_several_the_first_in_the_chain_is_named(path: Path) -> None:
    bad = _after(
        path,
        f"update run set verb = 'plan' where id = '{THIRD}'",
        f"update run set verb = 'plan' where id = '{SECOND}'",
    )
    assert bad is not None
    assert (bad.seq, bad.run) == (2, SECOND)


def test_a_run_put_in_by_hand_has_no_seal_and_is_named(path: Path) -> None:
    bad = _after(
        path,
        "insert into run select 'forged', verb, started, ended, state, exit_code, actor, scope,"
        f" revision, clean, tool, complete, summary, process, findings, outcome, null"
        f" from run where id = '{FIRST}'",
    )
    assert bad == BadRecord(part=Part.RUN, run="forged")


def test_a_damaged_index_is_named_as_the_file(path: Path) -> None:
    with sqlite3.connect(path) as file:
        file.execute("pragma writable_schema = on")
        (other,) = file.execute(
            "select rootpage from sqlite_master where name = 'ix_run_started'"
        ).fetchone()
        file.execute(
            "update sqlite_master set rootpage = ? where name = 'ix_tally_department'", (other,)
        )
    file.close()
    with RecordStore(path) as store:
        bad = store.verify().bad
    assert bad is not None
    assert bad.part is Part.FILE


def test_text_that_is_no_utf8_is_named_not_raised(path: Path) -> None:
    bad = _after(path, f"update run set actor = cast(x'fffe' as text) where id = '{SECOND}'")
    assert bad == BadRecord(part=Part.RUN, seq=2, run=SECOND, detail="actor")


def test_a_head_that_was_noted_proves_that_the_end_was_not_cut_off(path: Path) -> None:
    with RecordStore(path) as store:
        store.journal(FakeClock(), run=THIRD, subject="p").write("apply.begin")
        noted = store.verify().head
        assert noted.seq == 4
        assert store.verify(noted).bad is None
        store.journal(FakeClock(), run=THIRD, subject="p").write("apply.done")
        assert store.verify(noted).bad is None
    assert (
        _after(path, "delete from chain where seq > 3") is None
    )  # a journal's end leaves no trace
    with RecordStore(path) as store:
        assert store.verify(noted).bad == BadRecord(part=Part.HEAD, seq=4)
        store.journal(FakeClock(), run=THIRD, subject="p").write("apply.stopped")
        assert store.verify(noted).bad == BadRecord(part=Part.HEAD, seq=4)
        assert store.verify(Head(seq=1, hash="0" * 64)).bad == BadRecord(part=Part.HEAD, seq=1)


def test_a_run_that_never_ended_is_not_held_against_anything(path: Path) -> None:
    with RecordStore(path) as store:
        store.begin_run(verb="apply", at=START + timedelta(hours=9), actor="li@ops")
        verified = store.verify()
    assert (verified.bad, verified.runs, verified.entries) == (None, 3, 3)


def test_a_run_that_saw_nothing_and_found_nothing_is_sealed_too(path: Path) -> None:
    with RecordStore(path) as store:
        run = store.begin_run(verb="observe", at=START + timedelta(hours=9), actor="li@ops")
        store.end_run(run, at=START, state=RunState.FAILED, exit_code=1, complete=False, summary={})
        assert store.verify().bad is None
    bad = _after(path, f"update run set state = 'ended' where id = '{run}'")
    assert bad == BadRecord(part=Part.RUN, seq=4, run=run, detail="state")
