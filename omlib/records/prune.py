"""Take away what old runs saw and found, so that what is left can still be verified.

Gone are: observations, findings and outcomes of runs that ended before a moment, and the chain's
entries from that time. What stays: the runs themselves with who, when and how many; the history
(changes and counts); the last look at every scope; the newest finding of every item; the last
comparison; journals of unfinished plans, and the chain from their first entry on. A new entry, the
checkpoint, seals all that stays, and names the last entry that was taken away, with its hash.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, update

from omlib.records.blobs import kept
from omlib.records.canonical import canonical, read
from omlib.records.journal import append
from omlib.records.process import Process, is_dead
from omlib.records.seal import PRUNED, RUN_ENDED, history_facts, kept_facts
from omlib.records.stamp import stamp
from omlib.records.tables import blob, chain, finding, item, observation, run, scope

# as `omlib.apply.history` reads a journal: a plan is open from its beginning to its end
_BEGUN, _DONE = "apply.begin", "apply.done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """How much went, or would go. *size* is what was stored in it, before any compression of pages.

    *open_plan* is the unfinished plan for whose journal the chain was kept, "" if none stood in
    the way.
    """

    before: datetime
    runs: int
    observations: int
    findings: int
    entries: int
    size_bytes: int
    open_plan: str = ""

    @property
    def nothing(self) -> bool:
        return not (self.runs or self.entries or self.observations or self.findings)


@dataclass(slots=True)
class _Doomed:
    runs: list[str] = field(default_factory=list)
    old: list[str] = field(default_factory=list)  # these, and those of earlier prunings
    findings: list[int] = field(default_factory=list)
    blobs: list[str] = field(default_factory=list)
    observations: int = 0
    entries: int = 0
    cut: int = 0  # the last entry of the chain that goes
    head: str = ""
    open_plan: str = ""
    size: int = 0

    def told(self, before: datetime) -> Pruned:
        return Pruned(
            before=before,
            runs=len(self.runs),
            observations=self.observations,
            findings=len(self.findings),
            entries=self.entries,
            size_bytes=self.size,
            open_plan=self.open_plan,
        )


def what_would_go(connection: Connection, before: datetime) -> Pruned:
    """Reads only."""
    return _doomed(connection, before).told(before)


def prune(connection: Connection, before: datetime, *, at: datetime) -> Pruned:
    """Take away what is older than *before*; foreign keys must be off, they are checked here.

    (On, each of 100,000 deletions would look for what refers to it, without an index.)
    """
    gone = _doomed(connection, before)
    told = gone.told(before)
    if told.nothing:
        return told
    connection.execute(delete(observation).where(_unneeded(gone.old)))
    marked = {"pruned": stamp(at), "findings": None, "outcome": None}
    connection.execute(update(run).where(_among(run.c.id, gone.runs)).values(marked))
    connection.execute(delete(finding).where(_among(finding.c.id, gone.findings)))
    connection.execute(delete(blob).where(_among(blob.c.sha256, gone.blobs)))
    cut, head = gone.cut, gone.head
    if not cut:
        cut, head = _earlier_cut(connection)
    facts = {
        "before": stamp(before),
        "cut": cut,
        "head": head,
        "runs": told.runs,
        "observations": told.observations,
        "findings": told.findings,
        **history_facts(connection),
        **kept_facts(connection),
    }
    append(connection, at=at, event=PRUNED, facts=facts)
    connection.execute(delete(chain).where(chain.c.seq <= cut))
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise RuntimeError(f"pruning would leave {broken[0]} without its {broken[2]}")
    return told


def _doomed(connection: Connection, before: datetime) -> _Doomed:
    runs = _old_runs(connection, stamp(before))
    pruned = connection.execute(select(run.c.id).where(run.c.pruned.is_not(None))).scalars()
    gone = _Doomed(runs=runs, old=[*runs, *pruned])
    _choose_contents(connection, gone)
    _choose_entries(connection, gone, before)
    return gone


def _old_runs(connection: Connection, before: str) -> list[str]:
    """Runs that ended before that moment, or whose process is gone; but for the last comparison."""
    compared = select(run.c.id).where(run.c.findings.is_not(None))
    newest = compared.order_by(run.c.started.desc(), run.c.id.desc()).limit(1)
    last = connection.execute(newest.where(run.c.scope == "")).scalar()
    last_of_any = connection.execute(newest).scalar()
    asked = select(run.c.id, run.c.ended, run.c.process).where(
        run.c.pruned.is_(None),
        func.coalesce(run.c.ended, run.c.started) < before,
        run.c.id.not_in([one for one in (last, last_of_any) if one]),
    )
    return [
        row.id
        for row in connection.execute(asked.order_by(run.c.started, run.c.id))
        if row.ended or is_dead(Process(**read(row.process)))
    ]


def _choose_contents(connection: Connection, gone: _Doomed) -> None:
    old = set(gone.old)
    needed = set(connection.execute(select(item.c.finding)).scalars())
    lists = select(run.c.id, run.c.findings).where(run.c.findings.is_not(None))
    for name, listed in connection.execute(lists).all():
        if name not in old:
            needed.update(kept(connection, listed))
    rows = select(finding.c.id, finding.c.run, func.length(finding.c.body))
    for number, name, length in connection.execute(rows):
        if name in old and number not in needed:
            gone.findings.append(number)
            gone.size += length
    length = func.length(observation.c.sight) + func.length(observation.c.scope)
    looks = select(func.count(), func.coalesce(func.sum(length), 0)).select_from(observation)
    gone.observations, size = connection.execute(looks.where(_unneeded(gone.old))).one()
    gone.size += size
    young = ~_among(run.c.id, gone.runs)
    bodies = select(blob.c.sha256, func.length(blob.c.body)).where(
        *(
            blob.c.sha256.not_in(select(column).where(young, column.is_not(None)))
            for column in (run.c.findings, run.c.outcome)
        ),
        blob.c.sha256.not_in(select(observation.c.actual).where(~_unneeded(gone.old))),
    )
    for sha, length_of in connection.execute(bodies):
        gone.blobs.append(sha)
        gone.size += length_of


def _unneeded(runs: list[str]) -> ColumnElement[bool]:
    """An observation of *runs* that is not the last look at its scope."""
    last_looks = select(scope.c.observation)
    return _among(observation.c.run, runs) & observation.c.id.not_in(last_looks)


def _among(column: ColumnElement[object], values: list[str] | list[int]) -> ColumnElement[bool]:
    """*column* in *values*, however many: SQLite takes 32,766 parameters, but any text."""
    each = func.json_each(bindparam(None, canonical(values).decode())).table_valued("value")
    return column.in_(select(each.c.value))


def _choose_entries(connection: Connection, gone: _Doomed, before: datetime) -> None:
    """The chain's beginning, up to the first entry that is still needed."""
    old = set(gone.old)
    hashes: dict[int, str] = {}
    asked = select(chain).order_by(chain.c.seq).execution_options(yield_per=1000)
    for row in connection.execute(asked):
        if datetime.fromisoformat(row.at) >= before:
            break
        if row.event == RUN_ENDED and read(row.facts)["run"] not in old:
            break
        hashes[row.seq] = row.hash
    cut = max(hashes, default=0)
    # a journal stays whole, or goes whole: half of one would tell another story
    for first, last, plan, unfinished in _journals(connection):
        if first <= cut and (unfinished or last > cut):
            cut = first - 1
            gone.open_plan = plan if unfinished else gone.open_plan
    if cut in hashes:
        gone.cut, gone.head = cut, hashes[cut]
        gone.entries = sum(seq <= cut for seq in hashes)


def _journals(connection: Connection) -> list[tuple[int, int, str, bool]]:
    """First and last entry, plan, and whether it is unfinished; the one that begins last first."""
    said = chain.c.event.in_((_BEGUN, _DONE))
    asked = select(chain.c.subject, chain.c.event).where(said).order_by(chain.c.seq)
    events = {row.subject: row.event for row in connection.execute(asked)}
    spans = select(chain.c.subject, func.min(chain.c.seq), func.max(chain.c.seq))
    spans = spans.where(chain.c.subject != "").group_by(chain.c.subject)
    found = [
        (first, last, plan, events.get(plan) == _BEGUN)
        for plan, first, last in connection.execute(spans)
    ]
    return sorted(found, reverse=True)


def _earlier_cut(connection: Connection) -> tuple[int, str]:
    """Where the chain was cut before, told by its first entry; (0, "") if it is whole."""
    first = connection.execute(select(chain).order_by(chain.c.seq).limit(1)).first()
    return (first.seq - 1, first.prev) if first is not None and first.seq > 1 else (0, "")
