"""One item's story on a screen: the verdict first, then what it rests on, then what to do."""

from collections.abc import Iterator

from omlib.model.finding import Finding
from omlib.model.history import Episode, ItemHistory
from omlib.model.status import DRIFT, Status, UnknownReason
from omlib.report.document import (
    Block,
    Bullets,
    Column,
    Document,
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
from omlib.report.explanation import Explanation, Standing
from omlib.report.finding_entries import entries, kind_text, listed
from omlib.report.run_blocks import verdict_line
from omlib.report.values import moment_text, span_text, value_text
from omlib.report.words import Lang, words

_CHANGES = 10  # newest first; the JSON has them all
_TONES = {
    Standing.IN_FORCE: Tone.WAIVED,
    Standing.RESURFACED: Tone.BAD,
    Standing.VALUE_CHANGED: Tone.BAD,
}


def explain_report(it: Explanation, lang: Lang) -> Document:
    return Document(
        lang=lang,
        title=line(str(it.ref)),
        blocks=(
            *_verdict(it, lang),
            *_declared(it, lang),
            *_seen(it, lang),
            *_differences(it, lang),
            *_history(it, lang),
            *_waivers(it, lang),
            *_next(it, lang),
        ),
        labels=tuple(words(f"label.{label}", lang) for label in it.labels),
    )


def _verdict(it: Explanation, lang: Lang) -> Iterator[Block]:
    rows: list[tuple[str, Line]] = []
    if it.finding is None:
        told = words("explain.gone", lang)
        rows.append((words("column.verdict", lang), line(Span(told, Tone.STRONG))))
    else:
        means = f"  {words(f'means.{it.finding.status}', lang)}"
        told_line = verdict_line(it.finding.status, it.finding.reason, lang)
        rows.append((words("column.verdict", lang), line(*told_line, Span(means, Tone.MUTED))))
    plane = words(f"plane.{it.ref.plane}", lang)
    kind = f"{plane}{words('text.and', lang)}{kind_text(it.ref.plane, it.ref.kind, lang)}"
    rows.append((words("column.kind", lang), line(kind)))
    rows += _owners(it, lang)
    yield Facts(tuple(rows))


def _owners(it: Explanation, lang: Lang) -> Iterator[tuple[str, Line]]:
    one = it.finding or it.declared
    if one is None:
        return
    systems = [
        f"{each} {it.estate.systems[each].name}" if each in it.estate.systems else each
        for each in one.systems
    ]
    if systems:
        yield words("column.system", lang), line(listed(systems, lang))
    department = one.department
    if not department and one.systems:
        department = it.estate.department_of(one.systems[0])
    if department:
        known = it.estate.departments.get(department)
        told = f"{department} {known.name}" if known else department
        yield words("column.department", lang), line(told)


def _declared(it: Explanation, lang: Lang) -> Iterator[Block]:
    yield Heading(line(words("heading.declared", lang)))
    if it.declared is None:
        yield Paragraph(line(words("explain.not_declared", lang)))
        return
    rows: list[tuple[str, Line]] = []
    if it.declared.source:
        where = Span(str(it.declared.source), Tone.NAME)
        rows.append((words("explain.where", lang), line(where)))
    if it.declared.retired:
        told = words("explain.retired", lang)
        rows.append((words("explain.wanted", lang), line(Span(told, Tone.STRONG))))
    rows += [
        (name, line(value_text(value, lang))) for name, value in it.declared.attributes.items()
    ]
    yield Facts(tuple(rows))


def _seen(it: Explanation, lang: Lang) -> Iterator[Block]:
    yield Heading(line(words("heading.last_look", lang)))
    rows: list[tuple[str, Line]] = []
    if it.scope:
        rows.append((words("explain.scope", lang), line(Span(str(it.scope), Tone.NAME))))
    if it.sight is None:
        rows.append((words("column.seen", lang), line(words("explain.never_looked", lang))))
        yield Facts(tuple(rows))
        return
    sight = it.sight
    rows.append((words("column.when", lang), line(moment_text(sight.at))))
    rows.append((words("explain.by", lang), line(sight.by)))
    rows.append((words("explain.via", lang), line(sight.via)))
    if it.looked_in:
        rows.append((words("column.run", lang), line(Span(it.looked_in, Tone.NAME))))
    if sight.reason is None:
        told = Span(words("looked.whole", lang), Tone.GOOD)
    else:
        told = Span(words(f"reason.{sight.reason}", lang), tone_of(Status.UNKNOWN))
    rows.append((words("column.state", lang), line(told)))
    if sight.detail:
        rows.append((words("column.detail", lang), line(sight.detail)))
    if it.finding and it.finding.live:
        rows.append((words("explain.live", lang), line(Span(it.finding.live, Tone.NAME))))
    yield Facts(tuple(rows))


def _differences(it: Explanation, lang: Lang) -> Iterator[Block]:
    if it.finding is None or not _tells_more(it.finding):
        return
    yield Heading(line(words("heading.differences", lang)))
    yield from entries([it.finding], it.estate, lang, fold=False)


def _tells_more(finding: Finding) -> bool:
    more = finding.differences or finding.unseen or finding.contested or finding.children
    return bool(more or finding.unmanaged or finding.detail)


def _history(it: Explanation, lang: Lang) -> Iterator[Block]:
    yield Heading(line(words("heading.history", lang)))
    if it.history is None:
        yield Paragraph(line(words("explain.no_history", lang)))
        return
    yield Facts(tuple(_summary(it.history, lang)))
    zone = it.at.tzinfo
    changes = it.history.changes[: -_CHANGES - 1 : -1]
    yield Table(
        tuple(Column(words(f"column.{name}", lang)) for name in ("when", "became", "run")),
        tuple(
            (
                line(moment_text(change.at.astimezone(zone))),
                line(_became(change.status, lang)),
                line(Span(change.run, Tone.NAME)),
            )
            for change in changes
        ),
    )
    if len(it.history.changes) > _CHANGES:
        earlier = words("explain.earlier", lang, n=len(it.history.changes) - _CHANGES)
        yield Paragraph(line(Span(earlier, Tone.MUTED)))
    if it.runs:
        yield Heading(line(words("heading.last_runs", lang)))
        yield Table(
            tuple(Column(words(f"column.{name}", lang)) for name in ("run", "when", "verdict")),
            tuple(
                (
                    line(Span(run.run, Tone.NAME)),
                    line(moment_text(run.at)),
                    verdict_line(run.status, run.reason, lang),
                )
                for run in it.runs
            ),
        )


def _became(status: Status | None, lang: Lang) -> Span:
    if status is None:
        return Span(words("explain.became_gone", lang), Tone.MUTED)
    return Span(words(f"status.{status}", lang), tone_of(status))


def _summary(history: ItemHistory, lang: Lang) -> Iterator[tuple[str, Line]]:
    zone = history.until.tzinfo
    first = moment_text(history.first_seen.astimezone(zone))
    yield words("explain.first_seen", lang), line(first)
    if history.since:
        took = span_text((history.until - history.since).total_seconds(), lang)
        since = moment_text(history.since.astimezone(zone))
        told = Span(words("explain.since", lang, since=since, took=took), Tone.BAD)
    elif history.times:
        told = Span(words("explain.not_now", lang), Tone.GOOD)
    else:
        told = Span(words("explain.never_drifted", lang), Tone.GOOD)
    yield words("explain.drifts", lang), line(told)
    if not history.times:
        return
    yield words("explain.times", lang), line(str(history.times))
    mean = history.mean_mend_s
    mended = words("explain.never_mended", lang) if mean is None else span_text(mean, lang)
    yield words("explain.mean_mend", lang), line(mended)
    yield words("explain.in_all", lang), line(span_text(history.open_s_total, lang))
    last = _last_ended(history)
    if last and last.ended:
        told_last = words(
            f"ending.{last.ending}", lang, at=moment_text(last.ended.astimezone(zone))
        )
        yield words("explain.last_ended", lang), line(told_last)


def _last_ended(history: ItemHistory) -> Episode | None:
    return next((one for one in reversed(history.episodes) if one.ended), None)


def _waivers(it: Explanation, lang: Lang) -> Iterator[Block]:
    if not it.waivers:
        return
    yield Heading(line(words("heading.waivers", lang)))
    lines = []
    for waiver, standing in it.standings():
        accepts = value_text(waiver.accepts, lang)
        told = words(
            "explain.waiver",
            lang,
            ticket=waiver.ticket,
            path=waiver.path,
            accepts=accepts,
            until=waiver.until,
            owner=waiver.owner,
            reason=waiver.reason,
        )
        where = words("finding.declared_at", lang, source=waiver.source) if waiver.source else ""
        lines.append(
            line(
                Span(words(f"standing.{standing}", lang), _TONES.get(standing, Tone.MUTED)),
                words("text.colon", lang) + told,
                words("text.semicolon", lang) + where if where else "",
            )
        )
    yield Bullets(tuple(lines))


def _next(it: Explanation, lang: Lang) -> Iterator[Block]:
    yield Heading(line(words("heading.next", lang)))
    yield Bullets(tuple(line(text) for text in item_steps(it, lang)))


def item_steps(it: Explanation, lang: Lang) -> list[str]:
    """What to do about it, most urgent first; never empty."""
    steps = []
    finding = it.finding
    if finding is not None:
        if finding.status in DRIFT:
            steps.append(words(f"next.{finding.status}", lang))
        reasons = {finding.reason, *finding.unseen.values()}
        steps += [words(f"next.{reason}", lang) for reason in UnknownReason if reason in reasons]
        lost = sum(1 for difference in finding.differences if difference.resurfaced)
        if lost:
            steps.append(words("next.resurfaced", lang, n=lost))
        if finding.status is not Status.IN_SYNC:
            steps.append(_look_again(finding, lang))
    return steps or [words("next.nothing", lang)]


def _look_again(finding: Finding, lang: Lang) -> str:
    if finding.systems:
        return words("explain.look_again_at", lang, system=finding.systems[0])
    return words("explain.look_again", lang)
