"""The story's own screens: what was planted against what was found, times, what to try next."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from omlib.demo.plants import Judgement
from omlib.demo.simulated import Mended
from omlib.model.finding import Finding
from omlib.model.status import Status
from omlib.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Entry,
    Facts,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
    tone_of,
)
from omlib.report.finding_entries import FOLD_FROM, difference_entries, joined, why_entries
from omlib.report.values import took_text
from omlib.report.words import Lang, words

NEXT_REAL = (
    (". {env}", "demo.next.env"),
    (".venv/bin/omlib reconcile --system {system}", "demo.next.reconcile"),
    (".venv/bin/omlib reconcile --json", "demo.next.json"),
    (".venv/bin/omlib reconcile --offline", "demo.next.offline"),
    (".venv/bin/omlib plan", "demo.next.plan"),
    (".venv/bin/omlib cloud preview", "demo.next.cloud"),
    (".venv/bin/omlib lab break", "demo.next.break"),
    (".venv/bin/omlib runs list", "demo.next.runs"),
    ("make lab-down", "demo.next.down"),
)
NEXT_YIBIN = (
    (". {env}", "demo.next.yibin_env"),
    (".venv/bin/omlib reconcile -i {root}", "demo.next.reconcile_all"),
    (".venv/bin/omlib cloud preview -i {root}", "demo.next.yibin_preview"),
    ("make lab-down", "demo.next.down"),
)
NEXT_SIMULATED = (("make demo", "demo.next.real"),)


def judgement_report(
    judged: Judgement, took_s: Mapping[str, float], lang: Lang, *, labels: Sequence[str] = ()
) -> Document:
    """One row per plant with what was found of it; then whatever does not fit."""
    columns = tuple(Column(words(f"column.{c}", lang)) for c in ("planted", "where", "found_as"))
    rows = tuple(
        (
            line(words(f"demo.plant.{plant.code}", lang)),
            line(Span(plant.target, Tone.NAME)),
            _verdicts(found, lang),
        )
        for plant, found in judged.found
    )
    total = {**took_s, "total": sum(took_s.values())}
    times = tuple(
        (words(f"demo.step.{step}", lang), line(took_text(seconds, lang)))
        for step, seconds in total.items()
    )
    return Document(
        lang=lang,
        title=line(words("title.demo", lang)),
        blocks=(
            Table(columns, rows),
            *_outcome(judged, lang),
            Heading(line(words("title.demo_times", lang))),
            Facts(times),
        ),
        labels=tuple(words(f"label.{label}", lang) for label in labels),
    )


def _verdicts(found: Sequence[Finding], lang: Lang) -> Line:
    if not found:
        return line(Span("-", Tone.BAD))
    spans: list[Span | str] = []
    for (status, reason), count in Counter((each.status, each.reason) for each in found).items():
        told = words(f"status.{status}", lang)
        if reason:
            told += words("text.aside", lang, told=words(f"reason.{reason}", lang))
        spans += [", "] if spans else []
        spans += [Span(told, tone_of(status)), f" × {count}" if count > 1 else ""]
    return line(*spans)


def _outcome(judged: Judgement, lang: Lang) -> Sequence[Block]:
    if judged.exact:
        good = words("demo.exact", lang, n=len(judged.found))
        return (Paragraph(line(Span(good, Tone.GOOD))),)
    bad = words("demo.not_exact", lang, missed=len(judged.missed), besides=len(judged.besides))
    missed = (
        words(
            "demo.missed",
            lang,
            ref=f"{want.plane}/{want.kind}/{want.owner}/{want.part or want.label}",
            status=want.status,
        )
        for _, want in judged.missed
    )
    return (
        Paragraph(line(Span(bad, Tone.BAD))),
        Bullets(tuple(map(line, missed))),
        *_besides(judged.besides, lang),
    )


def _besides(found: Iterable[Finding], lang: Lang) -> Iterator[Entry]:
    """What is alike in everything but its name once, so that the reason is not buried in names."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for each in found:
        alike = (each.status, each.reason, each.detail, each.differences, each.unmanaged)
        groups.setdefault(alike, []).append(each)
    for group in groups.values():
        first = group[0]
        status = Span(words(f"status.{first.status}", lang), tone_of(first.status))
        yield Entry(
            line(words("demo.besides", lang, n=len(group)), status),
            (
                *difference_entries(first, lang),
                *why_entries(first, lang),
                Entry(joined(_names(group), "text.and", lang)),
            ),
        )


def _names(group: Sequence[Finding]) -> Sequence[str]:
    if len(group) < FOLD_FROM:
        return [str(each.ref) for each in group]
    counts = Counter(str(each.scope) for each in group)
    return [f"{scope} × {count}" for scope, count in sorted(counts.items())]


def mended_report(mended: Mended, lang: Lang, *, labels: Sequence[str]) -> Document:
    facts = {
        "done": mended.done,
        "planned": len(mended.applied.steps),
        "drift": mended.drift,
        "unknown": mended.unknown,
    }
    return Document(
        lang=lang,
        title=line(words("demo.plan", lang)),
        blocks=(Paragraph(line(words("demo.applied", lang, **facts))),),
        labels=tuple(words(f"label.{label}", lang) for label in labels),
    )


def next_report(
    steps: Sequence[tuple[str, str]],
    lang: Lang,
    *,
    system: str = "",
    env: str = "",
    root: str = "",
    labels: Sequence[str] = (),
) -> Document:
    columns = (Column(words("column.command", lang)), Column(words("column.why", lang)))
    rows = tuple(
        (
            line(Span(command.format(system=system, env=env, root=root), Tone.NAME)),
            line(words(why, lang)),
        )
        for command, why in steps
    )
    return Document(
        lang=lang,
        title=line(words("heading.next", lang)),
        blocks=(Table(columns, rows),),
        labels=tuple(words(f"label.{label}", lang) for label in labels),
    )


def sound_line(findings: Sequence[Finding], lang: Lang) -> str:
    in_sync = sum(finding.status is Status.IN_SYNC for finding in findings)
    unknown = sum(finding.status is Status.UNKNOWN for finding in findings)
    return words("demo.sound", lang, items=len(findings), in_sync=in_sync, unknown=unknown)
