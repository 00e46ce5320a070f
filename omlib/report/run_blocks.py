"""What several screens say of a run: which it was, and how far it saw."""

from collections.abc import Iterator, Sequence

from omlib.model.finding import Coverage
from omlib.model.status import Status, UnknownReason
from omlib.report.document import Block, Entry, Heading, Line, Paragraph, Span, Tone, line, tone_of
from omlib.report.finding_entries import kind_text, listed
from omlib.report.reconciliation import RunFacts
from omlib.report.values import moment_text, took_text
from omlib.report.words import Lang, words


def run_blocks(run: RunFacts, lang: Lang) -> Iterator[Block]:
    at, took = moment_text(run.started), took_text(run.took_s, lang)
    told = words("run.line", lang, run=run.id, at=at, took=took)
    yield Paragraph(line(Span(told, Tone.MUTED)))
    if run.scope:
        yield Paragraph(line(words("run.scope", lang, scope=run.scope)))
    if run.observed_at:
        told = words("run.observed_at", lang, at=moment_text(run.observed_at))
        yield Paragraph(line(Span(told, Tone.STRONG)))


def verdict_line(status: Status, reason: UnknownReason | None, lang: Lang) -> Line:
    """`unknown (denied)`, in the status's own tone."""
    told = words(f"status.{status}", lang)
    if reason:
        told += words("text.aside", lang, told=words(f"reason.{reason}", lang))
    return (Span(told, tone_of(status)),)


def coverage_blocks(coverage: Sequence[Coverage], lang: Lang) -> Iterator[Block]:
    yield Heading(line(words("heading.coverage", lang)))
    if not coverage:
        yield Paragraph(line(words("coverage.none", lang)))
    for row in coverage:
        told = words(
            "coverage.plane",
            lang,
            complete=row.complete,
            scopes=row.scopes,
            seen=row.seen,
            items=row.items,
        )
        tone = Tone.UNKNOWN if row.gaps else Tone.GOOD
        gaps: dict[tuple[str, UnknownReason, str], list[str]] = {}
        for scope, reason, detail in row.gaps:
            kind = kind_text(scope.plane, scope.kind, lang)
            gaps.setdefault((scope.where, reason, detail), []).append(kind)
        plane = words(f"plane.{row.plane}", lang)
        yield Entry(
            line(plane + words("text.colon", lang), Span(told, tone)),
            tuple(
                Entry(_gap(where, kinds, reason, detail, lang))
                for (where, reason, detail), kinds in gaps.items()
            ),
        )


def _gap(where: str, kinds: list[str], reason: UnknownReason, detail: str, lang: Lang) -> Line:
    told = words(
        "coverage.gap",
        lang,
        where=where,
        kinds=listed(kinds, lang),
        reason=words(f"reason.{reason}", lang),
    )
    return line(told, words("text.semicolon", lang) + detail if detail else "")
