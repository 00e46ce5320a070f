"""Whether what is on record holds, and the first record that does not.

`VerifiedLike` is the shape of `omlib.records.verify.Verified`.
"""

from typing import Protocol

from omlib.report.document import Document, Facts, Line, Paragraph, Span, Tone, line
from omlib.report.words import Lang, words


class BadLike(Protocol):
    @property
    def part(self) -> str: ...
    @property
    def seq(self) -> int | None: ...
    @property
    def run(self) -> str: ...
    @property
    def detail(self) -> str: ...


class HeadLike(Protocol):
    @property
    def seq(self) -> int: ...
    @property
    def hash(self) -> str: ...


class VerifiedLike(Protocol):
    @property
    def entries(self) -> int: ...
    @property
    def runs(self) -> int: ...
    @property
    def cut(self) -> int: ...
    @property
    def head(self) -> HeadLike: ...
    @property
    def bad(self) -> BadLike | None: ...


def verify_report(it: VerifiedLike, lang: Lang) -> Document:
    rows: list[tuple[str, Line]] = []
    if it.bad is None:
        told = Paragraph(line(Span(words("verify.good", lang), Tone.GOOD)))
    else:
        told = Paragraph(line(Span(words("verify.bad", lang), Tone.BAD)))
        rows.append((words("verify.what", lang), line(words(f"part.{it.bad.part}", lang))))
        if it.bad.seq is not None:
            rows.append((words("verify.entry", lang), line(str(it.bad.seq))))
        if it.bad.run:
            rows.append((words("column.run", lang), line(Span(it.bad.run, Tone.NAME))))
        if it.bad.detail:
            rows.append((words("verify.detail", lang), line(Span(it.bad.detail, Tone.NAME))))
    rows.append((words("verify.entries", lang), line(str(it.entries))))
    rows.append((words("verify.runs", lang), line(str(it.runs))))
    if it.cut:
        rows.append((words("verify.cut", lang), line(str(it.cut))))
    if it.bad is None:
        head = f"{it.head.seq}:{it.head.hash}"
        rows.append((words("verify.head", lang), line(Span(head, Tone.NAME))))
    return Document(
        lang=lang, title=line(words("title.verify", lang)), blocks=(told, Facts(tuple(rows)))
    )


def verify_json(it: VerifiedLike) -> dict[str, object]:
    bad = it.bad
    return {
        "schema": "omlib.verify/1.0",
        "bad": {"part": str(bad.part), "seq": bad.seq, "run": bad.run, "detail": bad.detail}
        if bad
        else None,
        "entries": it.entries,
        "runs": it.runs,
        "cut": it.cut,
        "head": {"seq": it.head.seq, "hash": it.head.hash},
    }
