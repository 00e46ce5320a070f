"""Draw a document on a terminal, or as plain text where the output is a pipe.

One layout for both: only the colours differ, so what is read on a screen is what a pipe carries.
Nothing in the data is taken as markup or as a control; ASCII alone draws, since dots and dashes of
other kinds are two cells wide in Chinese terminals.
"""

from collections.abc import Iterator, Sequence
from typing import assert_never

from rich.text import Text

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
)
from omlib.report.layout import line_width, trimmed, wrap
from omlib.report.neutral import cut
from omlib.report.words import words

NARROWEST = 60  # below that a table cannot be read; such a terminal wraps by itself
LONGEST_TEXT = 400  # characters of one span; more is cut, with a mark that says how much
_GAP = 2
_INDENT = 2
_COLUMN_MINS = (8, 3)  # give way to the first; only if that is not enough, to the second
_STYLES = {
    Tone.PLAIN: "",
    Tone.STRONG: "bold",
    Tone.MUTED: "dim",
    Tone.NAME: "cyan",
    Tone.GOOD: "green",
    Tone.BAD: "bold red",
    Tone.LABEL: "bold reverse yellow",
    Tone.RESIDUE: "bold magenta",
    Tone.MISSING: "bold red",
    Tone.DIVERGED: "red",
    Tone.UNMANAGED: "yellow",
    Tone.UNKNOWN: "bold blue",
    Tone.WAIVED: "dim",
    Tone.IN_SYNC: "green",
}


def to_text(document: Document, width: int | None) -> str:
    """Plain text, no colours. *width* in cells; None never wraps, for a pipe into other tools."""
    rows = ("".join(span.text for span in row) for row in _rows(document, width))
    return "".join(f"{row}\n" for row in rows)


def to_rich(document: Document, width: int) -> Text:
    """The same text with colours; print it with `soft_wrap=True`, it is broken already."""
    text = Text(no_wrap=True, overflow="ignore", end="")
    for row in _rows(document, width):
        for span in row:
            text.append(span.text, style=_STYLES[span.tone])
        text.append("\n")
    return text


def _rows(document: Document, width: int | None) -> Iterator[Line]:
    width = None if width is None else max(width, NARROWEST)
    draw = _Drawing(words("cut", document.lang), width)
    return map(trimmed, draw.document(document))


class _Drawing:
    """A width, and the mark that stands where a text was cut."""

    def __init__(self, mark: str, width: int | None) -> None:
        self.mark, self.width = mark, width

    def document(self, document: Document) -> Iterator[Line]:
        labels = [row for label in document.labels for row in self.text((_label(label),))]
        yield from labels
        if document.title:
            yield from self.text(tuple(_strong(span) for span in document.title))
        for block in document.blocks:
            yield from self.block(block)
        if labels and document.blocks:
            yield ()
            yield from labels  # again at the end, where a long report leaves the eye

    def block(self, block: Block) -> Iterator[Line]:
        match block:
            case Heading(line):
                yield ()
                yield from self.text(tuple(_strong(span) for span in line))
            case Paragraph(line):
                yield from self.text(line)
            case Bullets(lines):
                for line in lines:
                    yield from self.text(line, first="  - ", indent=4)
            case Facts(rows):
                yield from self._facts(rows)
            case Table():
                yield from self._table(block)
            case Entry():
                yield from self._entry(block, _INDENT)
            case _:
                assert_never(block)

    def text(self, line: Line, *, indent: int = 0, first: str = "", hang: int = 0) -> list[Line]:
        """*line* broken to the width and indented; *first* replaces the first line's indent."""
        room = None if self.width is None else self.width - indent
        rows = wrap(self._clean(line), room, hang)
        lead = [first or " " * indent] + [" " * indent] * (len(rows) - 1)
        return [
            (Span(blank), *row) if blank else row for blank, row in zip(lead, rows, strict=True)
        ]

    def _clean(self, line: Line) -> Line:
        return tuple(
            Span(cut(span.text, LONGEST_TEXT, self.mark), span.tone, span.solid) for span in line
        )

    def _entry(self, entry: Entry, indent: int) -> Iterator[Line]:
        # a name that goes on below stands deeper than what is said about it
        yield from self.text(entry.head, indent=indent, hang=4 if entry.details else 2)
        for detail in entry.details:
            yield from self._entry(detail, indent + 2)

    def _facts(self, rows: tuple[tuple[str, Line], ...]) -> Iterator[Line]:
        names = [self._clean((Span(name, Tone.MUTED),)) for name, _ in rows]
        longest = max((line_width(name) for name in names), default=0)
        column = min(longest, 24) + _INDENT + _GAP
        for name, (_, value) in zip(names, rows, strict=True):
            lines = self.text(value, indent=column) or [()]
            gap = column - _INDENT - line_width(name)
            if gap < 1:  # a name too long for its column stands alone
                yield from self.text(name, indent=_INDENT)
                yield from lines
                continue
            yield (Span(" " * _INDENT), *name, Span(" " * gap), *lines[0][1:])
            yield from lines[1:]

    def _table(self, table: Table) -> Iterator[Line]:
        head = tuple((Span(column.title, Tone.MUTED),) for column in table.columns)
        rows = [tuple(self._clean(cell) for cell in row) for row in (head, *table.rows)]
        widths = self._column_widths(table.columns, rows)
        for row in rows:
            cells = [
                wrap(cell, None if column.number else room)
                for cell, column, room in zip(row, table.columns, widths, strict=True)
            ]
            for at in range(max(len(lines) for lines in cells)):
                out: list[Span] = []
                for lines, column, room in zip(cells, table.columns, widths, strict=True):
                    part = lines[at] if at < len(lines) else ()
                    blank = Span(" " * max(0, room - line_width(part)))
                    lead = Span(" " * (_GAP if out else _INDENT))
                    out += [lead, blank, *part] if column.number else [lead, *part, blank]
                yield tuple(out)

    def _column_widths(
        self, columns: Sequence[Column], rows: Sequence[tuple[Line, ...]]
    ) -> list[int]:
        """Each as wide as its widest cell; if that is too much, the widest give way first."""
        widths = [max(line_width(row[at]) for row in rows) for at in range(len(columns))]
        if self.width is None:
            return widths
        room = self.width - _INDENT - _GAP * (len(columns) - 1)
        for least in _COLUMN_MINS:
            flexible = [at for at, column in enumerate(columns) if not column.number]
            while sum(widths) > room and any(widths[at] > least for at in flexible):
                widths[max(flexible, key=lambda at: widths[at])] -= 1
        return widths


def _strong(span: Span) -> Span:
    return Span(span.text, Tone.STRONG) if span.tone is Tone.PLAIN else span


def _label(text: str) -> Span:
    return Span(text, Tone.LABEL)
