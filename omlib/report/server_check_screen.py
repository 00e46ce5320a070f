"""The deep check on a screen: host by host, the worst first, and what would tell more."""

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from omlib.model.status import WORST_FIRST, Status
from omlib.report.document import (
    Block,
    Bullets,
    Document,
    Entry,
    Heading,
    Line,
    Paragraph,
    Span,
    Tone,
    line,
    tone_of,
)
from omlib.report.server_check import ServerCheck, TaskLike, ref_of
from omlib.report.values import took_text
from omlib.report.words import Lang, has, words

_MOST_DIFF_LINES = 40
_MOST_NAMED = 8


def server_check_report(it: ServerCheck, lang: Lang, *, everything: bool = False) -> Document:
    return Document(
        lang=lang,
        title=line(words("title.deep_check", lang, playbook=PurePath(it.playbook).name)),
        blocks=tuple(_blocks(it, lang, everything)),
    )


def _blocks(it: ServerCheck, lang: Lang, everything: bool) -> Iterator[Block]:
    if it.broken:
        why = words(f"deep_check.broken.{it.broken}", lang, detail=it.broken_detail)
        yield Paragraph(line(Span(words("deep_check.broken", lang, why=why), Tone.BAD)))
    took = took_text(it.took_s, lang)
    said = words("deep_check.took", lang, hosts=len(it.hosts), took=took)
    yield Paragraph(line(*_counts(it.results, sum(it.not_applicable.values()), lang), said))
    for host, results in it.by_host():
        bad = [result for result in results if result.status is not Status.IN_SYNC]
        if bad or everything:
            counts = _counts(results, it.not_applicable.get(host, 0), lang)
            yield Heading(line(Span(host, Tone.NAME), words("text.colon", lang), *counts))
        drifts = (result for result in bad if result.status is Status.DIVERGED)
        yield from (_diverged(result, it, lang) for result in drifts)
        yield from _unknown([r for r in bad if r.status is Status.UNKNOWN], it, lang)
        if everything:
            yield from (_plain(r, lang) for r in results if r.status is Status.IN_SYNC)
    yield from _next(it.results, lang)


def _counts(results: Sequence[TaskLike], not_applicable: int, lang: Lang) -> Iterator[Span]:
    """`2 diverged, 1 unknown, 12 in_sync, 3 not applicable`; what there is none of is left out."""
    held = {status: sum(r.status is status for r in results) for status in WORST_FIRST}
    parts = [
        Span(f"{count} {words(f'status.{status}', lang)}", tone_of(status))
        for status, count in held.items()
        if count
    ]
    if not_applicable:
        parts.append(Span(words("deep_check.not_applicable", lang, n=not_applicable), Tone.MUTED))
    if not parts:
        parts = [Span(words("deep_check.nothing", lang))]
    for at, part in enumerate(parts):
        yield from (Span(", "), part) if at else (part,)


def _named(result: TaskLike) -> Line:
    name = result.item if result.item and ref_of(result) == result.item else result.task
    item = f" [{result.item}]" if result.item and name != result.item else ""
    return line(Span(f"{name}{item}", Tone.NAME))


def _place(result: TaskLike, it: ServerCheck) -> str:
    """Where the task stands, seen from the playbook."""
    return result.path.removeprefix(f"{PurePath(it.playbook).parent}/")


def _plain(result: TaskLike, lang: Lang) -> Entry:
    return Entry(line(Span(words("status.in_sync", lang), Tone.GOOD), "  ", *_named(result)))


def _diverged(result: TaskLike, it: ServerCheck, lang: Lang) -> Entry:
    told = [Entry(line(Span(_place(result, it), Tone.MUTED)))]
    if result.why:
        told.append(Entry(line(words(f"deep_check.why.{result.why}", lang, detail=result.detail))))
    rows = result.diff.splitlines()
    told += [Entry(line(Span(row, _diff_tone(row)))) for row in rows[:_MOST_DIFF_LINES]]
    if len(rows) > _MOST_DIFF_LINES:
        left = len(rows) - _MOST_DIFF_LINES
        told.append(Entry(line(Span(words("deep_check.more_lines", lang, n=left), Tone.MUTED))))
    status = Span(words("status.diverged", lang), Tone.DIVERGED)
    return Entry(line(status, "  ", *_named(result)), tuple(told))


def _diff_tone(row: str) -> Tone:
    if row.startswith(("---", "+++", "@@")):
        return Tone.MUTED
    return {"+": Tone.GOOD, "-": Tone.BAD}.get(row[:1], Tone.PLAIN)


def _unknown(results: Sequence[TaskLike], it: ServerCheck, lang: Lang) -> Iterator[Entry]:
    """One entry per reason and cause, with the tasks below it."""
    held: dict[tuple[str, str, str], list[TaskLike]] = {}
    for result in results:
        own = "" if result.why in _EACH_ITS_OWN else result.detail
        held.setdefault((str(result.reason), str(result.why), own), []).append(result)
    for (reason, why, detail), alike in held.items():
        status = words("deep_check.unknown", lang, reason=words(f"reason.{reason}", lang))
        cause = words(f"deep_check.why.{why}", lang, detail=detail)
        told = [_task(result, it, lang) for result in alike[:_MOST_NAMED]]
        if len(alike) > _MOST_NAMED:
            more = words("deep_check.more_tasks", lang, n=len(alike) - _MOST_NAMED)
            told.append(Entry(line(Span(more, Tone.MUTED))))
        yield Entry(line(Span(status, Tone.UNKNOWN), "  ", cause), tuple(told))


_EACH_ITS_OWN = frozenset({"failed", "skipped_itself", "after_failure", "broken_off"})


def _task(result: TaskLike, it: ServerCheck, lang: Lang) -> Entry:
    said = result.detail if result.why in ("failed", "skipped_itself") else ""
    colon = words("text.colon", lang) if said else ""
    return Entry(line(*_named(result), Span(f"  {_place(result, it)}", Tone.MUTED), colon, said))


def _next(results: Sequence[TaskLike], lang: Lang) -> Iterator[Block]:
    causes = dict.fromkeys(str(r.why) for r in results if r.why)
    steps = [f"deep_check.next.{cause}" for cause in causes if has(f"deep_check.next.{cause}")]
    if steps:
        yield Heading(line(words("heading.next", lang)))
        yield Bullets(tuple(line(words(step, lang)) for step in steps))
