"""What this machine can do, and what to do about what it cannot."""

from collections.abc import Sequence
from dataclasses import dataclass

from omlib.model.check import Answer
from omlib.report.document import (
    Bullets,
    Column,
    Document,
    Heading,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from omlib.report.words import Lang, has, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """*name* is a word of `check.*`, or shown as it is; *next* the command that mends it."""

    name: str
    answer: Answer
    found: str = ""
    needed: str = ""
    next: str = ""


_TONES = {Answer.YES: Tone.GOOD, Answer.NO: Tone.BAD, Answer.UNKNOWN: Tone.UNKNOWN}


def doctor_report(checks: Sequence[Check], lang: Lang) -> Document:
    bad = [check for check in checks if check.answer is not Answer.YES]
    columns = tuple(
        Column(words(f"column.{title}", lang)) for title in ("check", "answer", "found", "needed")
    )
    rows = tuple(
        (
            line(_name(check, lang)),
            line(Span(words(f"answer.{check.answer}", lang), _TONES[check.answer])),
            line(check.found),
            line(Span(check.needed, Tone.MUTED)),
        )
        for check in checks
    )
    if bad:
        told = Span(words("doctor.bad", lang, n=len(bad)), Tone.BAD)
    else:
        told = Span(words("doctor.good", lang), Tone.GOOD)
    steps = tuple(
        line(_name(check, lang), words("text.colon", lang), check.next)
        for check in bad
        if check.next
    )
    follow = (Heading(line(words("heading.next", lang))), Bullets(steps)) if steps else ()
    return Document(
        lang=lang,
        title=line(words("title.doctor", lang)),
        blocks=(Table(columns, rows), Paragraph(line(told)), *follow),
    )


def _name(check: Check, lang: Lang) -> str:
    return words(f"check.{check.name}", lang) if has(f"check.{check.name}") else check.name
