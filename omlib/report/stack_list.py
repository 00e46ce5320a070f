"""The stacks there are, before anybody looks at a cloud."""

from collections.abc import Sequence

from omlib.model.stack import StackInfo
from omlib.report.document import Column, Document, Line, Paragraph, Span, Table, Tone, line
from omlib.report.words import Lang, words

_COLUMNS = ("stack", "declared_n", "recorded_n", "carried_n", "note")


def stack_list_report(estate: str, infos: Sequence[StackInfo], lang: Lang) -> Document:
    columns = tuple(
        Column(words(f"column.{name}", lang), number=name.endswith("_n")) for name in _COLUMNS
    )
    rows = tuple(_row(info, lang) for info in infos)
    return Document(
        lang=lang,
        title=line(words("title.stacks", lang, estate=estate)),
        blocks=(Table(columns, rows) if rows else Paragraph(line(words("stacks.none", lang))),),
    )


def _row(info: StackInfo, lang: Lang) -> tuple[Line, ...]:
    return (
        line(Span(info.name, Tone.NAME)),
        line(str(info.declared)),
        line(str(info.recorded)),
        line(str(info.carried)),
        _note(info, lang),
    )


def _note(info: StackInfo, lang: Lang) -> Line:
    if info.damaged:
        return line(Span(words("stacks.damaged", lang, detail=info.damaged), Tone.BAD))
    told = []
    if info.pending:
        told.append(words("stacks.pending", lang, n=info.pending))
    if not info.declared:
        told.append(words("stacks.only_state", lang))
    elif not info.changeable:
        told.append(words("stacks.read_only", lang))
    if not info.recorded:
        told.append(words("stacks.made", lang))
    return line(Span(words("text.semicolon", lang).join(told), Tone.MUTED))
