"""A past of any length: hourly runs whose items drift, are mended, and cannot always be seen.

Equal for equal seeds. `hours` tells it run by run; `write_past` brings it into a records file in
a few milliseconds a run, where the store itself takes some tenths of a second. A test holds the
two to the same answers.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert

from omlib import VERSION
from omlib.model.finding import Difference, Finding, Verdict
from omlib.model.item import Scope
from omlib.model.observation import Sight
from omlib.model.ref import Plane, make_ref
from omlib.model.status import SEVERITY, WORST_FIRST, Status, UnknownReason
from omlib.records.blobs import keep
from omlib.records.canonical import canonical
from omlib.records.codec import finding_to_plain, outcome_to_plain, sight_to_plain
from omlib.records.database import Database
from omlib.records.journal import append
from omlib.records.run import Outcome
from omlib.records.seal import RUN_ENDED, run_facts
from omlib.records.stamp import stamp
from omlib.records.tables import change, finding, item, observation, run, scope, tally
from omlib.testing.stores import START

PER_HOST = 40
DEPARTMENTS = 36
_DRIFTS = 0.0003  # of the items in sync, each hour: some 2.6 a year for each
_MENDED = 0.04  # of the drifts, each hour: after a day on average
_SILENT = 0.0005  # of the hosts, each hour: some four times a year
_ANSWERS = 0.3  # of the silent hosts, each hour
_FATES = (Status.DIVERGED, Status.DIVERGED, Status.MISSING, Status.WAIVED)
_AT_ONCE = 250  # runs in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One run: all its findings, and which of them (by place) are news."""

    at: datetime
    findings: Sequence[Finding]
    news: Sequence[int]


def hours(runs: int, items: int, *, seed: int = 0, begin: datetime = START) -> Iterator[Hour]:
    """*runs* in as many hours over *items*. All hours share one list of findings, as it changes."""
    rng = random.Random(seed)  # noqa: S311 - the point is that it repeats
    fates = [_finding(number, Status.IN_SYNC) for number in range(items)]
    silent: set[int] = set()
    told = list(fates)
    news: Sequence[int] = range(items)
    for hour in range(runs):
        if hour:
            news = sorted(_hour(rng, fates, told, silent))
        yield Hour(at=begin + timedelta(hours=hour), findings=told, news=news)


def _hour(
    rng: random.Random, fates: list[Finding], told: list[Finding], silent: set[int]
) -> Iterator[int]:
    """One hour passes: *fates* is how things are, *told* what a run says of them."""
    touched = set()
    for number in _some(rng, len(fates), _DRIFTS):
        if fates[number].status is Status.IN_SYNC:
            fates[number] = _finding(number, rng.choice(_FATES))
            touched.add(number)
    for number, fate in enumerate(fates):
        if fate.status is not Status.IN_SYNC and rng.random() < _MENDED and number not in touched:
            fates[number] = _finding(number, Status.IN_SYNC)
            touched.add(number)
    hosts = (len(fates) + PER_HOST - 1) // PER_HOST
    answering = {host for host in sorted(silent) if rng.random() < _ANSWERS}
    falling = set(_some(rng, hosts, _SILENT)) - silent
    silent.difference_update(answering)
    silent.update(falling)
    for host in answering | falling:
        touched.update(range(host * PER_HOST, min(len(fates), (host + 1) * PER_HOST)))
    for number in touched:
        now = fates[number]
        if number // PER_HOST in silent:
            now = _finding(number, Status.UNKNOWN)
        if now != told[number]:
            told[number] = now
            yield number


def _some(rng: random.Random, n: int, share: float) -> list[int]:
    return [number for number in range(n) if rng.random() < share]


def _finding(number: int, status: Status) -> Finding:
    host = f"host-{number // PER_HOST:05d}"
    place = Scope(Plane.SERVER, "package", host)
    differences: tuple[Difference, ...] = ()
    if status in (Status.DIVERGED, Status.WAIVED):
        waived = "OPS-1" if status is Status.WAIVED else ""
        differences = (
            Difference(path="version", declared="1.24", actual="1.22", waived_by=waived),
        )
    return Finding(
        ref=make_ref(Plane.SERVER, "package", host, f"package-{number:06d}"),
        status=status,
        scope=place,
        differences=differences,
        reason=UnknownReason.UNREACHABLE if status is Status.UNKNOWN else None,
        systems=(f"sys-{number // PER_HOST % 151:03d}",),
        department=f"dept-{number // PER_HOST % DEPARTMENTS:02d}",
    )


def outcome_of(findings: Sequence[Finding]) -> Outcome:
    """The departments' verdicts; there is no tree of them here."""
    held: dict[str, Counter[Status]] = {}
    for one in findings:
        held.setdefault(one.department, Counter())[one.status] += 1
    return Outcome(
        departments=tuple(
            Verdict(
                subject=department,
                status=max(counts, key=SEVERITY.__getitem__),
                counts={status: counts[status] for status in WORST_FIRST if counts[status]},
                reason=(
                    UnknownReason.UNREACHABLE
                    if max(counts, key=SEVERITY.__getitem__) is Status.UNKNOWN
                    else None
                ),
            )
            for department, counts in sorted(held.items())
        )
    )


def write_past(path: Path, runs: int, items: int, *, seed: int = 0, looks: bool = False) -> None:
    """Write the past of `hours` as the store would have, run by run. *looks*: observations too."""
    database = Database(path)
    try:
        writer = _Writer()
        batch: list[Hour] = []
        for hour in hours(runs, items, seed=seed):
            batch.append(replace(hour, findings=tuple(hour.findings)))
            if len(batch) == _AT_ONCE:
                writer.write(database, batch, looks=looks)
                batch.clear()
        writer.write(database, batch, looks=looks)
    finally:
        database.close()


class _Writer:
    """What the store would find out anew for each run is kept at hand here."""

    def __init__(self) -> None:
        self.rows = self.looks = 0
        self.listed: list[int] = []  # by place: the row of its newest finding
        self.digests: list[str] = []
        self.statuses: list[str] = []
        self.since: list[str] = []
        self.tallies: dict[str, str] = {}

    def write(self, database: Database, batch: Sequence[Hour], *, looks: bool) -> None:
        with database.write() as connection:
            touched: dict[int, Finding] = {}
            for hour in batch:
                self._write(connection, hour, looks=looks)
                touched |= {number: hour.findings[number] for number in hour.news}
            if not touched:
                return
            fresh = insert(item).prefix_with("OR REPLACE")
            connection.execute(fresh, [self._item(n, one) for n, one in touched.items()])

    def _item(self, number: int, one: Finding) -> dict[str, object]:
        return {
            "ref": str(one.ref),
            "finding": self.listed[number],
            "digest": self.digests[number],
            "status": self.statuses[number],
            "at": self.since[number],
        }

    def _write(self, connection: Connection, hour: Hour, *, looks: bool) -> None:
        at, count = stamp(hour.at), len(hour.findings)
        name = f"{hour.at:%Y%m%dT%H%M%SZ}-0000"
        if not self.listed:
            self.listed, self.digests = [0] * count, [""] * count
            self.statuses, self.since = [""] * count, [""] * count
        found, changed = self._news(name, at, hour)
        counts = Counter(one.status for one in hour.findings)
        outcome = outcome_of(hour.findings)
        ended = stamp(hour.at + timedelta(minutes=2))
        values = {
            "id": name,
            "verb": "reconcile",
            "started": at,
            "ended": ended,
            "state": "ended",
            "exit_code": (2 if any(one.is_drift for one in counts) else 0)
            + (4 if Status.UNKNOWN in counts else 0),
            "actor": "omlib@ops",
            "scope": "",
            "revision": "",
            "tool": VERSION,
            "complete": Status.UNKNOWN not in counts,
            "summary": canonical({one.value: counts[one] for one in counts}).decode(),
            "process": "{}",
            "findings": keep(connection, canonical(self.listed)),
            "outcome": keep(connection, canonical(outcome_to_plain(outcome))),
        }
        connection.execute(insert(run), values)
        if found:
            connection.execute(insert(finding), found)
        if changed:
            connection.execute(insert(change), changed)
        connection.execute(insert(tally), self._tallies(name, at, counts, outcome))
        if looks:
            self._look(connection, name, hour)
        row = connection.execute(run.select().where(run.c.id == name)).one()
        told = run_facts(connection, row, lambda _: self.digests)
        append(connection, at=datetime.fromisoformat(ended), event=RUN_ENDED, facts=told)

    def _news(
        self, name: str, at: str, hour: Hour
    ) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
        found: list[dict[str, object]] = []
        changed: list[dict[str, object]] = []
        for number in hour.news:
            one = hour.findings[number]
            body = canonical(finding_to_plain(one))
            self.rows += 1
            self.listed[number] = self.rows
            self.digests[number] = hashlib.sha256(body).hexdigest()
            found.append(
                {
                    "id": self.rows,
                    "ref": str(one.ref),
                    "run": name,
                    "status": one.status.value,
                    "reason": one.reason.value if one.reason else "",
                    "department": one.department,
                    "digest": self.digests[number],
                    "body": body.decode(),
                }
            )
            if self.statuses[number] != one.status.value:
                self.statuses[number], self.since[number] = one.status.value, at
                fields = {"ref": str(one.ref), "run": name, "at": at, "status": one.status.value}
                changed.append({**fields})
        return found, changed

    def _tallies(
        self, name: str, at: str, counts: Mapping[Status, int], outcome: Outcome
    ) -> list[dict[str, object]]:
        now = {"": counts} | {one.subject: one.counts for one in outcome.departments}
        rows: list[dict[str, object]] = []
        for department, held in now.items():
            told = canonical({status.value: n for status, n in held.items()}).decode()
            if not department or self.tallies.get(department) != told:
                rows.append({"department": department, "run": name, "at": at, "counts": told})
                self.tallies[department] = told
        return rows

    def _look(self, connection: Connection, name: str, hour: Hour) -> None:
        """A sight of each scope, and no items: what a host holds is not what is measured."""
        reasons = {one.scope: one.reason for one in hour.findings}
        nothing = keep(connection, canonical([]))
        rows, newest = [], []
        for place, reason in reasons.items():
            self.looks += 1
            sight = Sight(complete=reason is None, reason=reason, at=hour.at, by="probe", via="ssh")
            told = canonical(place).decode()
            seen = canonical(sight_to_plain(sight)).decode()
            fields = {"id": self.looks, "run": name, "scope": told, "sight": seen}
            rows.append({**fields, "actual": nothing})
            newest.append({"scope": told, "observation": self.looks, "at": stamp(hour.at)})
        connection.execute(insert(observation), rows)
        connection.execute(insert(scope).prefix_with("OR REPLACE"), newest)
