"""One item's story, from the inventory and the records alone: nobody is asked."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from omlib.jobs.reconcile import compared
from omlib.jobs.refs import find_ref
from omlib.jobs.remembered import as_asked_now
from omlib.jobs.selection import Selection
from omlib.jobs.workspace import Workspace
from omlib.model.ref import Ref, parse_ref
from omlib.ports import Clock
from omlib.records.store import RecordStore
from omlib.report.explanation import Explanation, RunVerdict
from omlib.report.reconciliation import Label, RunFacts

_LAST_RUNS = 5


def explain(work: Workspace, store: RecordStore, typed: str, *, clock: Clock) -> Explanation:
    """The story of the item that *typed* names; raises NoSuchItemError, AmbiguousRefError.

    What it looks like now is the inventory of now against the last look on record.
    """
    zone = ZoneInfo(work.estate.timezone)
    now = clock.now().astimezone(zone)
    remembered = store.last_observation()
    seen = as_asked_now(remembered.observation, work.planes, work.items)
    facts = RunFacts(id="", started=now, took_s=0.0, labels=(Label.OFFLINE,))
    told = compared(work, seen, Selection(), today=now, facts=facts)
    declared = {item.ref: item for item in work.items}
    findings = {finding.ref: finding for finding in told.findings}
    folded = {child: one.ref for one in told.findings for child in one.children}
    past = map(parse_ref, store.known_refs())
    typed_ref = find_ref(typed, {*declared, *findings, *folded, *past})
    ref = typed_ref if typed_ref in findings else folded.get(typed_ref, typed_ref)
    item, finding = declared.get(ref), findings.get(ref)
    scope = item.scope if item else finding.scope if finding else None
    sight = seen.sights.get(scope) if scope else None
    return Explanation(
        estate=work.estate,
        ref=ref,
        at=now,
        declared=item,
        finding=finding,
        scope=scope,
        sight=replace(sight, at=sight.at.astimezone(zone)) if sight else None,
        looked_in=remembered.runs.get(scope, "") if scope else "",
        history=store.history(ref, until=now),
        runs=_last_runs(store, ref, zone),
        waivers=tuple(waiver for waiver in work.estate.waivers if waiver.ref == ref),
    )


def _last_runs(store: RecordStore, ref: Ref, zone: ZoneInfo) -> tuple[RunVerdict, ...]:
    return tuple(
        RunVerdict(run.id, run.started.astimezone(zone), finding.status, finding.reason)
        for run, finding in store.last_told(ref, _LAST_RUNS)
    )
