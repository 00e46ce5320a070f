"""What is adopted and why, before it is done and after; and what is left to a person."""

from collections.abc import Iterator, Sequence

from omlib.model.finding import Difference
from omlib.reconcile.adoption import Candidate
from omlib.report.adoption import OPEN, REFUSED, Adopted, Fate, NewRow, Row
from omlib.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Entry,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from omlib.report.run_blocks import run_blocks
from omlib.report.values import two_sides
from omlib.report.words import Lang, words

_MOST_NAMED = 20


def adopt_report(it: Adopted, lang: Lang) -> Document:
    return Document(
        lang=lang,
        title=line(words("title.adopt", lang, estate=it.estate)),
        blocks=(
            *run_blocks(it.run, lang),
            *_summary(it, lang),
            *_matches(it, lang),
            *_new(it, lang),
            *_entries(it, REFUSED, "heading.adopt_refused", lang),
            *_entries(it, OPEN, "heading.adopt_open", lang),
            *_outside(it, lang),
            *_gaps(it, lang),
            *_files(it, lang),
            *_next(it, lang),
        ),
    )


def _summary(it: Adopted, lang: Lang) -> Iterator[Block]:
    counts = {fate.value: sum(row.fate is fate for row in it.rows) for fate in Fate}
    if it.carried_out:
        counts |= {"done": counts["done"] + counts["adopt"], "adopt": 0}
    open_ = sum(row.fate in OPEN for row in it.rows)
    refused = sum(row.fate in REFUSED for row in it.rows)
    told = words("adopt.summary", lang, **counts, open=open_, refused=refused)
    yield Paragraph(line(Span(told, Tone.STRONG)))
    if it.carried_out:
        tone = Tone.GOOD if it.settled else Tone.BAD
        code = "adopt.settled" if it.settled else "adopt.unsettled"
        yield Paragraph(line(Span(words(code, lang, n=len(it.imports)), tone)))
    elif it.imports:
        yield Paragraph(line(words("adopt.proved", lang, n=len(it.imports))))


def _matches(it: Adopted, lang: Lang) -> Iterator[Block]:
    rows = [row for row in it.rows if row.fate is Fate.ADOPT]
    if not rows:
        return
    code = "heading.adopted" if it.carried_out else "heading.adopting"
    yield Heading(line(words(code, lang, n=len(rows))))
    titles = ("item", "live", "score", "because")
    yield Table(
        tuple(Column(words(f"column.{title}", lang), title == "score") for title in titles),
        tuple(_match(row, lang) for row in rows),
    )
    for row in rows:
        if row.accepted:
            head = line(words("adopt.accepts", lang), " ", Span(str(row.ref), Tone.NAME))
            yield Entry(head, tuple(_differences(row.accepted, lang)))


def _match(row: Row, lang: Lang) -> tuple[Line, ...]:
    found = row.candidates[0]
    bound = not found.reasons
    return (
        line(Span(str(row.ref), Tone.NAME)),
        line(found.label, Span(f" {found.live_id}" if found.label else found.live_id, Tone.MUTED)),
        line("" if bound else str(found.score)),
        line(words("adopt.bound", lang) if bound else _because(found, lang)),
    )


def _because(found: Candidate, lang: Lang) -> str:
    told = (
        words(f"evidence.{reason.evidence}", lang, value=reason.value) + f" +{reason.points}"
        for reason in found.reasons
    )
    return words("text.and", lang).join(told)


def _entries(it: Adopted, fates: frozenset[Fate], heading: str, lang: Lang) -> Iterator[Block]:
    rows = [row for row in it.rows if row.fate in fates]
    if rows:
        yield Heading(line(words(heading, lang, n=len(rows))))
    for row in rows:
        why = words(f"fate.{row.fate}", lang)
        if row.reason:
            why += words("text.colon", lang) + words(f"reason.{row.reason}", lang)
        if row.why:
            why += words("text.colon", lang) + words(f"adopt.why.{row.why}", lang)
        head = line(Span(str(row.ref), Tone.NAME), "  ", Span(why, Tone.UNKNOWN))
        shown = row.candidates if row.fate is not Fate.DIFFERS else ()
        details = (*_differences(row.differences, lang), *_candidates(shown, lang))
        yield Entry(head, details)


def _candidates(candidates: Sequence[Candidate], lang: Lang) -> Iterator[Entry]:
    for one in candidates:
        text = f"{one.live_id} {one.label}".strip()
        told = words("adopt.candidate", lang, live=text, score=one.score)
        because = _because(one, lang)
        against = (words(f"against.{each}", lang) for each in one.against)
        details = [Entry(line(Span(because, Tone.MUTED)))] if because else []
        details += [Entry(line(Span(each, Tone.BAD))) for each in against]
        yield Entry(line(told), tuple(details))


def _differences(differences: Sequence[Difference], lang: Lang) -> Iterator[Entry]:
    for each in differences:
        declared, live = two_sides(each.declared, each.actual, lang)
        told = words("adopt.difference", lang, declared=declared, live=live)
        yield Entry(line(Span(each.path, Tone.STRONG), words("text.colon", lang), told))


def _new(it: Adopted, lang: Lang) -> Iterator[Block]:
    rows = [row for row in it.newcomers if row.id]
    if rows:
        yield Heading(line(words("heading.adopt_new", lang, n=len(rows))))
    for row in rows:
        head = line(
            Span(row.id, Tone.NAME), "  ", row.label, "  ", Span(f"({row.file})", Tone.MUTED)
        )
        yield Entry(head, tuple(_needs(row, lang)))


def _needs(row: NewRow, lang: Lang) -> Iterator[Entry]:
    yield from (Entry(line(words(f"need.{need}", lang))) for need in row.needs)
    yield from _differences(row.differences, lang)


def _outside(it: Adopted, lang: Lang) -> Iterator[Block]:
    """What is live and gets no record: counted, and with --new told one by one."""
    rows = [row for row in it.newcomers if not row.id]
    absent = [row for row in it.rows if row.fate is Fate.ABSENT]
    if rows and not it.asked_new:
        yield Paragraph(line(words("adopt.outside", lang, n=len(rows))))
    elif rows:
        yield Heading(line(words("heading.adopt_no_record", lang, n=len(rows))))
        for row in rows:
            head = line(Span(str(row.live), Tone.NAME), "  ", row.label)
            yield Entry(head, tuple(_needs(row, lang)))
    if absent:
        names = ", ".join(str(row.ref) for row in absent[:_MOST_NAMED])
        more = " ..." if len(absent) > _MOST_NAMED else ""
        yield Paragraph(line(words("adopt.absent", lang, n=len(absent), refs=names + more)))


def _gaps(it: Adopted, lang: Lang) -> Iterator[Block]:
    if it.gaps:
        yield Heading(line(words("heading.adopt_gaps", lang, n=len(it.gaps))))
    for scope, reason, detail in it.gaps:
        told = words(f"reason.{reason}", lang)
        details = (Entry(line(Span(detail, Tone.MUTED))),) if detail else ()
        yield Entry(line(Span(str(scope), Tone.NAME), "  ", Span(told, Tone.UNKNOWN)), details)


def _files(it: Adopted, lang: Lang) -> Iterator[Block]:
    if it.files:
        code = "heading.files_written" if it.carried_out else "heading.files_to_write"
        yield Heading(line(words(code, lang, n=len(it.files))))
        yield Bullets(tuple(line(Span(name, Tone.NAME)) for name in it.files))


def _next(it: Adopted, lang: Lang) -> Iterator[Block]:
    codes = []
    if it.pending:
        codes.append("next.adopt" if it.dry_run else "next.adopt_confirm")
    if it.carried_out:
        codes.append("next.adopted")
    fates = {row.fate for row in it.rows}
    codes += [f"next.adopt_{fate}" for fate in Fate if fate in fates and fate in OPEN | REFUSED]
    if not it.asked_new and it.newcomers:
        codes.append("next.adopt_new")
    yield Heading(line(words("heading.next", lang)))
    rest = "next.adopt_rest" if it.newcomers or fates - {Fate.DONE} else "next.adopt_nothing"
    told = [words(code, lang) for code in codes or [rest]]
    yield Bullets(tuple(line(text) for text in told))
