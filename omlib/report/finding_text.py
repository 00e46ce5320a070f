"""One finding as plain lines, neutral and cut: for formats that have no blocks of their own."""

from collections.abc import Iterator

from omlib.model.estate import Estate
from omlib.model.finding import Finding
from omlib.report.document import Entry, Line
from omlib.report.finding_entries import entries
from omlib.report.neutral import cut
from omlib.report.words import Lang, words

LONGEST = 400  # characters of one piece of text; the exact value is in the JSON


def finding_lines(finding: Finding, estate: Estate, lang: Lang) -> list[str]:
    """The ref, then indented what there is to say about it."""
    return [
        row
        for entry in entries([finding], estate, lang, fold=False)
        for row in _rows(entry, 0, lang)
    ]


def short(text: str, lang: Lang, limit: int = LONGEST) -> str:
    return cut(text, limit, words("cut", lang))


def _rows(entry: Entry, depth: int, lang: Lang) -> Iterator[str]:
    yield "  " * depth + _text(entry.head, lang)
    for detail in entry.details:
        yield from _rows(detail, depth + 1, lang)


def _text(told: Line, lang: Lang) -> str:
    return "".join(short(span.text, lang) for span in told)
