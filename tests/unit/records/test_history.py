"""Since when, how often, how long to mend; and how a department fares from day to day."""

import sqlite3
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from omlib.model.finding import Finding
from omlib.model.history import Change, Ending, Episode, episodes_of
from omlib.model.item import Scope
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status
from omlib.records import migrations
from omlib.records.database import default_path
from omlib.records.run import RunState
from omlib.records.store import RecordStore
from omlib.testing.past import hours, outcome_of, write_past
from omlib.testing.stores import START

HOST = Scope(Plane.SERVER, "package", "oa-01")
NGINX = make_ref(Plane.SERVER, "package", "oa-01", "nginx")
STRAY = make_ref(Plane.SERVER, "package", "@oa-01", "nmap")
S = Status


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return default_path(tmp_path)


def _hour(n: float) -> datetime:
    return START + timedelta(hours=n)


def _tell(
    store: RecordStore,
    hour: float,
    *told: tuple[object, Status],
    whole: bool = True,
    seen: tuple[Scope, ...] = (HOST,),
) -> str:
    run = store.begin_run(verb="reconcile", at=_hour(hour), actor="li@ops")
    findings = [Finding(ref=ref, status=status, scope=HOST) for ref, status in told]  # type: ignore[arg-type]
    store.save_findings(run, findings, outcome_of(findings), whole=whole, seen=seen)
    store.end_run(run, at=_hour(hour), state=RunState.ENDED, exit_code=0, complete=True, summary={})
    return run


def _episodes(*statuses: Status | None) -> list[tuple[int, int | None, Ending | None]]:
    """One verdict an hour; each episode as hours."""
    changes = (Change(_hour(n), f"r{n}", status) for n, status in enumerate(statuses))
    return [
        (_hours(one.began), _hours(one.ended) if one.ended else None, one.ending)
        for one in episodes_of(changes)
    ]


def _hours(at: datetime) -> int:
    return round((at - START).total_seconds() / 3600)


def test_an_unknown_in_between_neither_ends_nor_begins_a_drift() -> None:
    assert _episodes(S.DIVERGED, S.UNKNOWN, S.DIVERGED) == [(0, None, None)]
    assert _episodes(S.DIVERGED, S.UNKNOWN, S.IN_SYNC) == [(0, 2, Ending.MENDED)]
    assert _episodes(S.IN_SYNC, S.UNKNOWN, S.DIVERGED) == [(2, None, None)]
    assert _episodes(S.UNKNOWN, S.DIVERGED) == [(1, None, None)]
    assert _episodes(S.IN_SYNC, S.UNKNOWN, S.IN_SYNC) == []


def test_going_from_one_drift_to_another_is_one_episode() -> None:
    assert _episodes(S.DIVERGED, S.MISSING, S.IN_SYNC) == [(0, 2, Ending.MENDED)]


def test_a_waiver_ends_a_drift_without_mending_and_its_end_begins_another() -> None:
    told = _episodes(S.DIVERGED, S.WAIVED, S.DIVERGED)
    assert told == [(0, 1, Ending.ACCEPTED), (2, None, None)]


def test_what_is_gone_ends_its_drift_and_may_come_again() -> None:
    told = _episodes(S.UNMANAGED, None, S.UNMANAGED)
    assert told == [(0, 1, Ending.GONE), (2, None, None)]


def test_only_what_was_mended_counts_for_how_long_mending_takes(path: Path) -> None:
    with RecordStore(path) as store:
        for hour, status in enumerate((S.DIVERGED, S.IN_SYNC, S.MISSING, S.WAIVED, S.DIVERGED)):
            _tell(store, 10 * hour, (NGINX, status))
        history = store.history(NGINX, until=_hour(100))
    assert history is not None
    assert history.mean_mend_s == 10 * 3600
    assert (history.times, history.since) == (3, _hour(40))
    assert history.open_s_total == (10 + 10 + 60) * 3600


def test_an_undeclared_thing_is_gone_only_where_its_scope_was_seen_whole(path: Path) -> None:
    with RecordStore(path) as store:
        _tell(store, 0, (STRAY, S.UNMANAGED))
        _tell(store, 1, seen=())
        _tell(store, 2, whole=False)
        still = store.history(STRAY, until=_hour(2))
        _tell(store, 3)
        gone = store.history(STRAY, until=_hour(3))
    assert still is not None
    assert still.since == _hour(0)
    assert gone is not None
    assert gone.status is None
    assert gone.episodes == (Episode(began=_hour(0), ended=_hour(3), ending=Ending.GONE),)


def test_a_declared_item_that_a_whole_run_does_not_tell_of_is_no_longer_declared(
    path: Path,
) -> None:
    with RecordStore(path) as store:
        _tell(store, 0, (NGINX, S.MISSING))
        _tell(store, 1, seen=())
        history = store.history(NGINX, until=_hour(1))
    assert history is not None
    assert [change.status for change in history.changes] == [S.MISSING, None]


def test_time_never_goes_back_in_a_history(path: Path) -> None:
    """A slow run that began first and is recorded last counts from the moment of the other."""
    with RecordStore(path) as store:
        _tell(store, 0, (NGINX, S.IN_SYNC))
        _tell(store, 2, (NGINX, S.DIVERGED))
        _tell(store, 1, (NGINX, S.IN_SYNC))
        history = store.history(NGINX, until=_hour(9))
    assert history is not None
    assert history.episodes == (Episode(began=_hour(2), ended=_hour(2), ending=Ending.MENDED),)
    assert all(one.at <= other.at for one, other in pairwise(history.changes))


def test_a_detail_that_varies_is_no_change_of_the_history(path: Path) -> None:
    with RecordStore(path) as store:
        for hour, detail in enumerate(("after 5.01 s", "after 5.02 s")):
            run = store.begin_run(verb="reconcile", at=_hour(hour), actor="x")
            one = Finding(ref=NGINX, status=S.UNKNOWN, scope=HOST, detail=detail)
            store.save_findings(run, [one])
        history = store.history(NGINX, until=_hour(9))
    assert history is not None
    assert len(history.changes) == 1


def test_a_day_is_a_day_of_the_estates_own_zone(path: Path) -> None:
    with RecordStore(path) as store:
        _tell(store, 0, (NGINX, S.IN_SYNC))  # 01:00 UTC, 09:00 in Shanghai
        _tell(store, 16, (NGINX, S.DIVERGED))  # 17:00 UTC, 01:00 of the next day in Shanghai
        (here,) = store.trend(ZoneInfo("Asia/Shanghai"), until=_hour(99))[:1]
        (there,) = store.trend(UTC, until=_hour(99))[:1]
    first, second = date(2026, 3, 2), date(2026, 3, 3)
    assert here.points == ((first, {S.IN_SYNC: 1}), (second, {S.DIVERGED: 1}))
    assert there.points == ((first, {S.DIVERGED: 1}),)


def test_a_trend_from_some_day_on_begins_with_what_stood_then(path: Path) -> None:
    write_past(path, 72, 200)
    with RecordStore(path) as store:
        whole = store.trend(UTC, until=_hour(99))
        since = store.trend(UTC, until=_hour(99), since=datetime(2026, 3, 4, tzinfo=UTC))
    assert {one.department: one.points[2:] for one in whole} == {
        one.department: one.points for one in since
    }


def test_the_generated_past_is_what_the_store_itself_would_have_written(tmp_path: Path) -> None:
    quick, slow = tmp_path / "quick.sqlite", tmp_path / "slow.sqlite"
    write_past(quick, 80, 400)
    with RecordStore(slow) as store:
        for hour in hours(80, 400):
            run = store.begin_run(verb="reconcile", at=hour.at, actor="omlib@ops")
            store.save_findings(run, hour.findings, outcome_of(hour.findings), whole=True)
            store.end_run(
                run, at=hour.at, state=RunState.ENDED, exit_code=0, complete=True, summary={}
            )
    with RecordStore(quick) as one, RecordStore(slow) as other:
        until = _hour(100)
        assert _changes(one, until) == _changes(other, until)
        told = {status for held in _changes(one, until).values() for status, _ in held}
        assert {S.UNKNOWN, S.WAIVED, S.DIVERGED, S.IN_SYNC} <= told
        assert one.trend(UTC, until=until) == other.trend(UTC, until=until)
        for mine, theirs in zip(one.runs(80), other.runs(80), strict=True):
            assert one.findings(mine.id) == other.findings(theirs.id)
            assert one.outcome(mine.id) == other.outcome(theirs.id)
        assert one.verify().bad is None
        assert other.verify().bad is None


def _changes(
    store: RecordStore, until: datetime
) -> Mapping[str, list[tuple[Status | None, datetime]]]:
    return {
        str(ref): [(change.status, change.at) for change in history.changes]
        for ref, history in store.histories(until=until).items()
    }


def test_records_of_the_first_version_get_their_history_and_keep_their_seals(path: Path) -> None:
    """As a file of the first version is: the same tables without what 0002 adds."""
    with RecordStore(path) as store:
        for hour, status in enumerate((S.IN_SYNC, S.DIVERGED, S.DIVERGED, S.IN_SYNC)):
            _tell(store, hour, (NGINX, status))
        expected = store.histories(until=_hour(9)), store.trend(UTC, until=_hour(9))
    _back_to_the_first_version(path)
    with RecordStore(path) as store:
        assert (store.histories(until=_hour(9)), store.trend(UTC, until=_hour(9))) == expected
        verified = store.verify()
        assert (verified.bad, verified.entries) == (None, 5)
        _tell(store, 5, (NGINX, S.MISSING))
        assert store.verify().bad is None
    with sqlite3.connect(path) as file:
        file.execute("update change set status = 'missing' where id = 1")
    with RecordStore(path) as store:
        bad = store.verify().bad
    assert bad is not None


def _back_to_the_first_version(path: Path) -> None:
    """The rows of a new file, in a file that only the first migration has made."""
    old = path.with_name("old.sqlite")
    config = Config()
    config.set_main_option("script_location", str(Path(str(migrations.__file__)).parent))
    engine = create_engine(f"sqlite:///{old}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        connection.exec_driver_sql(f"PRAGMA application_id={0x6F6D6C62}")
        command.upgrade(config, "0001")
    engine.dispose()
    with sqlite3.connect(old) as file:
        file.execute("attach ? as new", (str(path),))
        for table in ("blob", "run", "finding", "item", "observation", "scope", "chain"):
            columns = ", ".join(row[1] for row in file.execute(f"pragma main.table_info({table})"))
            file.execute(f"insert into main.{table} ({columns}) select {columns} from new.{table}")
        # the seals of the first version did not speak of a history
        file.execute("update run set summary = '{\"in_sync\":1}' where id in (select id from run)")
        _seal_as_then(file)
    file.close()
    for leftover in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        leftover.unlink(missing_ok=True)
    old.rename(path)


def _seal_as_then(file: sqlite3.Connection) -> None:
    from omlib.records.canonical import canonical, read
    from omlib.records.chain import GENESIS, seal

    prev = GENESIS
    rows = file.execute("select seq, at, event, facts from chain order by seq").fetchall()
    for seq, at, event, told in rows:
        facts = {k: v for k, v in read(told).items() if k not in ("changes", "tallies")}
        (summary,) = file.execute(
            "select summary from run where id = ?", (facts["run"],)
        ).fetchone()
        facts["summary"] = summary
        sha = seal(seq, datetime.fromisoformat(at), event, facts, prev)
        file.execute(
            "update chain set facts = ?, prev = ?, hash = ? where seq = ?",
            (canonical(facts).decode(), prev, sha, seq),
        )
        prev = sha
