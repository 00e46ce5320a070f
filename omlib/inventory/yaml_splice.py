"""Pieces of text put into a text: where lines end, and in which order pieces go in."""

import re
from collections.abc import Iterable
from typing import NamedTuple

_END = re.compile(r"\r?\n|\Z")


class Splice(NamedTuple):
    """Characters *start* to *end* give way to *new*."""

    start: int
    end: int
    new: str


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """*text* with all *splices*; several at one place go in as they came."""
    pieces, at = [], 0
    for start, end, new in sorted(splices, key=lambda one: one.start):
        pieces += [text[at:start], new]
        at = max(at, end)
    return "".join([*pieces, text[at:]])


def end_of_line(text: str, at: int) -> int:
    """Where the line ends that *at* is on, before its line end."""
    found = _END.search(text, at)
    return found.start() if found else len(text)


def past_own_comments(text: str, at: int, column: int) -> int:
    """From the line end *at* on over comments that stand deeper than *column*: the record's own."""
    while at < len(text):
        begin = at + (2 if text.startswith("\r\n", at) else 1)
        end = end_of_line(text, begin)
        line = text[begin:end]
        if line.lstrip(" ")[:1] != "#" or len(line) - len(line.lstrip(" ")) <= column:
            break
        at = end
    return at
