"""What a run changed in the history: items with a new status, departments with new counts.

History goes in the order in which runs are recorded, and time never goes back in it: a verdict's
time is its run's beginning, or that of the change before it where that is later.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

from omlib.model.finding import Finding, Verdict
from omlib.model.item import Scope
from omlib.model.ref import parse_ref
from omlib.model.status import Status, worst
from omlib.records.canonical import canonical, read
from omlib.records.codec import scope_from_plain
from omlib.records.tables import change, finding, tally

GONE = "gone"  # stands where a status would
_AT_ONCE = 500


class Known(NamedTuple):
    """An item as the records have it: its newest finding, and its newest change."""

    finding: int
    digest: str
    status: str
    at: str


def statuses_of(findings: Iterable[Finding]) -> dict[str, Status]:
    """The status of each item; the worst where several live things go by one ref."""
    statuses: dict[str, Status] = {}
    for one in findings:
        ref = str(one.ref)
        held = statuses.get(ref)
        statuses[ref] = worst(held, one.status) if held else one.status
    return statuses


def gone(
    connection: Connection,
    known: Mapping[str, Known],
    statuses: Mapping[str, Status],
    seen: Collection[Scope],
) -> set[str]:
    """What a run over the whole estate no longer tells of, and would if it were still there.

    A declared item has a finding in every such run, so one without is no longer declared. An
    undeclared thing is gone only if its scope was seen whole.
    """
    absent = [ref for ref, held in known.items() if ref not in statuses and held.status != GONE]
    withdrawn = {ref for ref in absent if parse_ref(ref).declared}
    live = {known[ref].finding: ref for ref in absent if ref not in withdrawn}
    removed = set()
    numbers = list(live)
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        asked = select(finding.c.id, finding.c.body).where(finding.c.id.in_(some))
        for number, body in connection.execute(asked):
            if scope_from_plain(read(body)["scope"]) in seen:
                removed.add(live[number])
    return withdrawn | removed


def note(
    connection: Connection, run: str, at: str, changed: Mapping[str, tuple[str, str]]
) -> dict[str, str]:
    """Store *changed*: by ref the new status, and the time of the change before ("" if none).

    Gives the time of each change.
    """
    times = {ref: max(at, before) for ref, (_, before) in changed.items()}
    rows = [
        {"ref": ref, "run": run, "at": times[ref], "status": status}
        for ref, (status, _) in changed.items()
    ]
    if rows:
        connection.execute(insert(change), rows)
    return times


def count(
    connection: Connection,
    run: str,
    at: str,
    findings: Iterable[Finding],
    departments: Iterable[Verdict],
) -> None:
    """Store the counts of a run over the whole estate, of each department where they are news."""
    estate: dict[str, int] = {}
    for one in findings:
        estate[one.status.value] = estate.get(one.status.value, 0) + 1
    newest = select(func.max(tally.c.id)).group_by(tally.c.department)
    asked = select(tally.c.department, tally.c.counts, tally.c.at).where(tally.c.id.in_(newest))
    known = {department: (counts, then) for department, counts, then in connection.execute(asked)}
    now = {verdict.subject: _counts(verdict) for verdict in departments}
    dropped = known.keys() - now.keys() - {""}
    told = {**now, **dict.fromkeys(dropped, "{}")}
    news = {
        department: counts
        for department, counts in told.items()
        if counts != known.get(department, ("",))[0]
    }
    latest = max(at, known.get("", ("", ""))[1])
    rows = [
        {"department": department, "run": run, "at": latest, "counts": counts}
        for department, counts in ({"": canonical(estate).decode()} | news).items()
    ]
    connection.execute(insert(tally), rows)


def _counts(verdict: Verdict) -> str:
    filled = {status.value: n for status, n in verdict.counts.items() if n}
    return canonical(filled).decode()
