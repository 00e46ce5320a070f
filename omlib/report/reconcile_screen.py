"""The reconcile screen: what matters first, and nothing rounded away.

From top to bottom: the run, the counts, systems, departments, each finding that is not in sync,
what was really looked at, what to do next.
"""

from collections.abc import Iterator

from omlib.model.status import DRIFT, WORST_FIRST, Status, UnknownReason
from omlib.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
    tone_of,
)
from omlib.report.finding_entries import entries
from omlib.report.reconciliation import Label, Reconciliation
from omlib.report.rollup_tables import department_blocks, system_blocks
from omlib.report.run_blocks import coverage_blocks, run_blocks
from omlib.report.words import Lang, words


def reconcile_report(it: Reconciliation, lang: Lang, *, everything: bool = False) -> Document:
    """The whole screen. Items in sync are only counted, unless *everything* is asked for."""
    return Document(
        lang=lang,
        title=line(words("title.reconcile", lang, estate=it.estate.name)),
        blocks=(
            *run_blocks(it.run, lang),
            *_summary(it, lang),
            *system_blocks(it, lang, everything=everything),
            *department_blocks(it, lang, everything=everything),
            *_findings(it, lang, everything),
            *coverage_blocks(it.coverage, lang),
            *_next(it, lang),
        ),
        labels=tuple(words(f"label.{label}", lang) for label in it.run.labels),
    )


def _summary(it: Reconciliation, lang: Lang) -> Iterator[Block]:
    counts, n = it.counts, len(it.findings)
    drift = sum(counts[status] for status in DRIFT)
    unknown = counts[Status.UNKNOWN]
    yield Heading(line(words("heading.summary", lang)))
    if not n:
        yield Paragraph(line(words("summary.nothing", lang)))
        return
    if counts[Status.IN_SYNC] == n and it.complete:
        yield Paragraph(line(Span(words("summary.clean", lang, n=n), Tone.GOOD)))
    else:
        told = words("summary.drift", lang, drift=drift, n=n, unknown=unknown)
        yield Paragraph(line(Span(told, Tone.STRONG)))
    yield Table(
        (
            Column(words("column.status", lang)),
            Column(words("column.count", lang), number=True),
            Column(words("column.means", lang)),
        ),
        tuple(_summary_row(status, counts[status], lang) for status in WORST_FIRST),
    )


def _summary_row(status: Status, count: int, lang: Lang) -> tuple[Line, ...]:
    name = words(f"status.{status}", lang)
    if lang is Lang.ZH:
        name += f" {status}"  # the code, for --fail-on and for reading the JSON
    tone = tone_of(status) if count else Tone.MUTED
    means = words(f"means.{status}", lang)
    return line(Span(name, tone)), line(Span(str(count), tone)), line(Span(means, Tone.MUTED))


def _findings(it: Reconciliation, lang: Lang, everything: bool) -> Iterator[Block]:
    for status in WORST_FIRST:
        held = [finding for finding in it.findings if finding.status is status]
        if not held or (status is Status.IN_SYNC and not everything):
            continue
        told = words(
            "heading.findings",
            lang,
            status=words(f"status.{status}", lang),
            n=len(held),
            means=words(f"means.{status}", lang),
        )
        yield Heading(line(Span(told, tone_of(status))))
        yield from entries(held, it.estate, lang, fold=not everything, sightings=it.sightings)


def next_steps(it: Reconciliation, lang: Lang) -> list[str]:
    """What to do about what this run found and could not see; never empty."""
    present = {finding.status for finding in it.findings}
    reasons = {finding.reason for finding in it.findings if finding.reason}
    reasons |= {reason for finding in it.findings for reason in finding.unseen.values()}
    reasons |= {reason for row in it.coverage for _, reason, _ in row.gaps}
    reasons |= {UnknownReason.NOT_CHECKED} if it.empty else set()
    lost = sum(1 for f in it.findings for difference in f.differences if difference.resurfaced)
    codes = [f"next.{status}" for status in WORST_FIRST if status in DRIFT & present]
    codes += [f"next.{reason}" for reason in UnknownReason if reason in reasons]
    told = [words(code, lang) for code in codes]
    if lost:
        told.append(words("next.resurfaced", lang, n=lost))
    if Label.INTERRUPTED in it.run.labels:
        told.append(words("next.interrupted", lang))
    if Label.OFFLINE in it.run.labels:
        told.append(words("next.offline", lang))
    return told or [_nothing_to_do(it, lang)]


def _nothing_to_do(it: Reconciliation, lang: Lang) -> str:
    """Only what was looked at can be as declared; what is waived is not."""
    if not it.findings:
        looked = any(row.scopes for row in it.coverage)
        return words("next.empty" if looked else "next.not_looked", lang)
    waived = [finding for finding in it.findings if finding.status is Status.WAIVED]
    if not waived:
        return words("next.nothing", lang)
    held = {(f.ref, each.path, each.waived_by) for f in waived for each in f.differences}
    ends = [each.until for each in it.estate.waivers if (each.ref, each.path, each.ticket) in held]
    if not ends:
        return words("next.waived", lang, n=len(waived))
    return words("next.waived_until", lang, n=len(waived), until=min(ends))


def _next(it: Reconciliation, lang: Lang) -> Iterator[Block]:
    yield Heading(line(words("heading.next", lang)))
    yield Bullets(tuple(line(text) for text in next_steps(it, lang)))
