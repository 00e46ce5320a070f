"""What the records answer about the past is what a reader of every single run would conclude."""

import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st

from omlib.model.finding import Finding, Verdict
from omlib.model.history import Ending, Episode
from omlib.model.item import Scope
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, Ref, make_ref
from omlib.model.status import Status, UnknownReason
from omlib.records.run import Outcome, RunState
from omlib.records.store import RecordStore
from omlib.testing.stores import START, FakeClock

HOSTS = tuple(Scope(Plane.SERVER, "package", host) for host in ("oa-01", "tax-01"))
ITEMS = tuple(
    (make_ref(Plane.SERVER, "package", owner, "nginx"), scope)
    for scope in HOSTS
    for owner in (scope.where, f"@{scope.where}")
)
DEPARTMENTS = ("city", "edu")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One run of a story: what it said of each item it told of, and what it saw whole."""

    at: datetime
    whole: bool
    seen: frozenset[Scope]
    statuses: dict[Ref, Status]


@st.composite
def stories(draw: st.DrawFn) -> list[Told]:
    at = START
    story = []
    for _ in range(draw(st.integers(1, 9))):
        at += timedelta(hours=draw(st.sampled_from((0, 1, 30))))
        told = draw(
            st.dictionaries(
                st.sampled_from([ref for ref, _ in ITEMS]), st.sampled_from(list(Status))
            )
        )
        seen = frozenset(draw(st.sets(st.sampled_from(HOSTS))))
        story.append(Told(at=at, whole=draw(st.booleans()), seen=seen, statuses=told))
    return story


@cache
def _empty() -> Path:
    path = Path(tempfile.mkdtemp(prefix="omlib-laws-")) / "records.sqlite"
    RecordStore(path).close()
    return path


@contextmanager
def _records() -> Iterator[Path]:
    """A new records file; making one from nothing takes longer than a whole story."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(shutil.copy(_empty(), folder))


def _tell(store: RecordStore, story: Sequence[Told]) -> list[str]:
    return [_tell_one(store, told) for told in story]


def _tell_one(store: RecordStore, told: Told) -> str:
    scope = "" if told.whole else "--system oa"
    run = store.begin_run(verb="reconcile", at=told.at, actor="li@ops", scope=scope)
    sights = {
        place: Sight(
            complete=place in told.seen,
            reason=None if place in told.seen else UnknownReason.DENIED,
            at=told.at,
            by="probe",
            via="ssh",
        )
        for place in HOSTS
    }
    store.save_observation(run, Observation(sights=sights, actual=()))
    findings = _findings(told)
    store.save_findings(run, findings, _outcome(findings), whole=told.whole, seen=told.seen)
    store.end_run(
        run, at=told.at, state=RunState.ENDED, exit_code=0, complete=True, summary={"n": 1}
    )
    return run


def _findings(told: Told) -> list[Finding]:
    places = dict(ITEMS)
    return [
        Finding(
            ref=ref,
            status=status,
            scope=places[ref],
            department=DEPARTMENTS[places[ref] == HOSTS[0]],
            reason=UnknownReason.DENIED if status is Status.UNKNOWN else None,
        )
        for ref, status in told.statuses.items()
    ]


def _outcome(findings: Sequence[Finding]) -> Outcome:
    held = {one: [f.status for f in findings if f.department == one] for one in DEPARTMENTS}
    return Outcome(
        departments=tuple(
            Verdict(
                subject=department,
                status=Status.UNKNOWN,
                counts={status: statuses.count(status) for status in statuses},
            )
            for department, statuses in held.items()
        )
    )


def _points(story: Sequence[Told], ref: Ref, scope: Scope) -> Iterator[tuple[datetime, str]]:
    """What each run let one know of an item: a status, or that it is gone. Else nothing."""
    known = False
    for told in story:
        if ref in told.statuses:
            known = True
            yield told.at, told.statuses[ref].value
        elif known and told.whole and (ref.declared or scope in told.seen):
            yield told.at, "gone"


def _naive_episodes(points: Sequence[tuple[datetime, str]]) -> list[Episode]:
    drifts = {"diverged", "missing", "unmanaged", "residue"}
    endings = {"in_sync": Ending.MENDED, "waived": Ending.ACCEPTED, "gone": Ending.GONE}
    sure = [point for point in points if point[1] != "unknown"]
    stretches = [(drifted, list(held)) for drifted, held in groupby(sure, lambda p: p[1] in drifts)]
    found = []
    for at, (drifted, held) in enumerate(stretches):
        if not drifted:
            continue
        after = stretches[at + 1][1][0] if at + 1 < len(stretches) else None
        found.append(
            Episode(
                began=held[0][0],
                ended=after[0] if after else None,
                ending=endings[after[1]] if after else None,
            )
        )
    return found


@given(stories())
def test_since_when_how_often_and_how_long_are_what_reading_every_run_gives(
    story: list[Told],
) -> None:
    until = story[-1].at
    with _records() as path, RecordStore(path) as store:
        _tell(store, story)
        every = store.histories(until=until)
        for ref, scope in ITEMS:
            points = list(_points(story, ref, scope))
            history = store.history(ref, until=until)
            assert every.get(ref) == history
            if history is None:
                assert points == []
                continue
            episodes = _naive_episodes(points)
            assert list(history.episodes) == episodes
            assert history.times == len(episodes)
            assert history.first_seen == points[0][0]
            last = None if points[-1][1] == "gone" else Status(points[-1][1])
            assert history.status is last
            still = [episode.began for episode in episodes if episode.ended is None]
            assert [history.since] == still if still else history.since is None


@given(stories(), st.data())
def test_the_past_as_it_was_known_then_does_not_change_later(
    story: list[Told], data: st.DataObject
) -> None:
    then = data.draw(st.integers(1, len(story)))
    assume(then == len(story) or story[then].at > story[then - 1].at)
    until = story[then - 1].at
    with _records() as path, RecordStore(path) as store:
        _tell(store, story[:then])
        before = store.histories(until=until), store.trend(UTC, until=until)
        _tell(store, story[then:])
        assert (store.histories(until=until), store.trend(UTC, until=until)) == before


@given(stories())
def test_a_days_counts_are_those_of_its_last_whole_run(story: list[Told]) -> None:
    last = {told.at.date(): told for told in story if told.whole}
    expected: dict[str, list[tuple[date, dict[Status, int]]]] = {}
    for day, told in sorted(last.items()):
        findings = _findings(told)
        for department in ("", *DEPARTMENTS):
            held = [f.status for f in findings if department in ("", f.department)]
            if held:
                counts = {status: held.count(status) for status in held}
                expected.setdefault(department, []).append((day, counts))
    with _records() as path, RecordStore(path) as store:
        _tell(store, story)
        trend = store.trend(UTC, until=story[-1].at)
    assert {one.department: [tuple(p) for p in one.points] for one in trend} == expected


@given(stories(), st.data())
def test_pruning_takes_no_history_no_last_look_and_no_proof(
    story: list[Told], data: st.DataObject
) -> None:
    until = story[-1].at
    cuts = data.draw(st.lists(st.sampled_from([told.at for told in story]), max_size=2))
    more = data.draw(stories())
    with _records() as path, RecordStore(path) as store:
        runs = _tell(store, story)
        last = max(runs)
        before = store.histories(until=until), store.trend(UTC, until=until)
        looks, newest = store.last_observation(), store.findings(last)
        for cut in cuts:
            promised = store.would_prune(cut + timedelta(microseconds=1))
            assert store.prune(cut + timedelta(microseconds=1), at=until) == promised
            assert store.verify().bad is None
            assert store.would_prune(cut + timedelta(microseconds=1)).nothing
        assert (store.histories(until=until), store.trend(UTC, until=until)) == before
        assert store.last_observation() == looks
        assert store.findings(last) == newest
        assert {run.id for run in store.runs(limit=100)} == set(runs)
        later = [
            Told(at=until + (t.at - START), whole=t.whole, seen=t.seen, statuses=t.statuses)
            for t in more
        ]
        _tell(store, later)
        assert store.verify().bad is None


# What does not matter: who may still be running, locks, and where a look stands among others.
_TAMPERED = {
    "run": "id verb started ended state exit_code actor scope revision clean tool complete"
    " summary findings outcome pruned",
    "blob": "sha256 body",
    "finding": "id ref run status reason department digest body",
    "item": "ref finding digest status at",
    "change": "id ref run at status",
    "tally": "id department run at counts",
    "observation": "run scope sight actual",
    "scope": "scope observation at",
    "chain": "seq at event facts prev hash subject",
}


@cache
def _full() -> Path:
    """Records with everything in them: drift that comes and goes, plans, and a pruned beginning."""
    folder = Path(tempfile.mkdtemp(prefix="omlib-laws-"))
    path = Path(shutil.copy(_empty(), folder))
    whole = frozenset(HOSTS)
    fates = [Status.IN_SYNC, Status.DIVERGED, Status.UNKNOWN, Status.DIVERGED, Status.IN_SYNC] * 3
    with RecordStore(path) as store:
        for hour, fate in enumerate(fates):
            statuses = {ref: fate for ref, _ in ITEMS[hour % 3 :]}
            at = START + timedelta(hours=hour)
            run = _tell_one(store, Told(at=at, whole=True, seen=whole, statuses=statuses))
            journal = store.journal(FakeClock(at), run=run, subject=f"plan-{hour}")
            journal.write("apply.begin", plan=f"plan-{hour}", steps=1)
            journal.write("apply.done", plan=f"plan-{hour}")
            if hour == 9:
                store.prune(START + timedelta(hours=6), at=at)
        assert store.verify().bad is None
    return path


@given(st.sampled_from(sorted(_TAMPERED)), st.data())
def test_one_changed_byte_in_a_row_that_matters_is_named(table: str, data: st.DataObject) -> None:
    column = data.draw(st.sampled_from(_TAMPERED[table].split()))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(_full(), folder))
        with sqlite3.connect(path) as file:
            rows = file.execute(f"select rowid, {column} from {table} order by rowid").fetchall()
            row, value = data.draw(st.sampled_from(rows))
            # of a yes or no the other one: SQLite keeps them as 1 and 0, and 2 would be yes too
            changed = (
                1 - value if column in ("clean", "complete") and value else _other(value, data)
            )
            assume(changed != value)
            if column == "body" and table == "blob":
                assume(_unpacked(changed) != _unpacked(value))
            try:
                file.execute(f"update {table} set {column} = ? where rowid = ?", (changed, row))
            except sqlite3.IntegrityError:
                assume(False)
        file.close()
        with RecordStore(path) as store:
            bad = store.verify().bad
    assert bad is not None, (table, column, row, value, changed)
    assert bad.seq or bad.run or bad.detail


@given(st.sampled_from(sorted(_TAMPERED)), st.data())
def test_one_row_taken_out_is_named(table: str, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(_full(), folder))
        with sqlite3.connect(path) as file:
            rows = [row for (row,) in file.execute(f"select rowid from {table} order by rowid")]
            if table == "chain":
                rows.pop()  # the tail: proved by a head that is kept elsewhere
            row = data.draw(st.sampled_from(rows))
            file.execute(f"delete from {table} where rowid = ?", (row,))
        file.close()
        with RecordStore(path) as store:
            assert store.verify().bad is not None, (table, row)


def _other(value: object, data: st.DataObject) -> object:
    if value is None:
        return "2026-01-01"
    if isinstance(value, int):
        return value + data.draw(st.sampled_from((-1, 1)))
    if isinstance(value, bytes):
        at = data.draw(st.integers(0, len(value) - 1))
        return (
            value[:at] + bytes([value[at] ^ (1 << data.draw(st.integers(0, 7)))]) + value[at + 1 :]
        )
    text = str(value)
    at = data.draw(st.integers(0, max(0, len(text) - 1)))
    return text[:at] + data.draw(st.sampled_from('x0 "')) + text[at + 1 :]


def _unpacked(body: object) -> bytes:
    try:
        return zlib.decompress(bytes(body)) if isinstance(body, bytes) else b""
    except zlib.error:
        return b""
