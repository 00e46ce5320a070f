"""Configuration texts, split into sections without loss: `render(parse(text, dialect)) == text`.

Every character of the text is kept, in its place; what is compared is taken from it by rule. A
section's lines are what the terminal shows, indented by their depth alone, without framing, and
with secrets replaced by `***`. Nothing here knows where a text comes from: the running and the
intended one are read alike.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from omlib.planes.network.dialect import Dialect, Family
from omlib.planes.network.shown import as_shown

HIDDEN = "***"
PATH = " / "  # between a nested line and the one it stands under, where order means nothing

_OPAQUE_LINES = 256  # an opening without a close so far on is an ordinary command

_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # not splitlines(), which also cuts at form feeds
_END = re.compile(r"\r*\n?\Z")


@dataclass(frozen=True, slots=True)
class Line:
    """*raw* is the line with its end. *path* are the openers it stands under, outermost first.

    *family* is None in framing.
    """

    raw: str
    text: str = ""
    name: str = ""
    path: tuple[str, ...] = ()
    family: Family | None = None
    opaque: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    lines: tuple[Line, ...]
    dialect: Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """*secret*: at least one line holds a secret, which is not in *lines*."""

    name: str
    ordered: bool
    lines: tuple[str, ...]
    secret: bool


def parse(text: str, dialect: Dialect) -> Document:
    return Document(tuple(_lines(_LINE.findall(text), dialect)), dialect)


def render(document: Document) -> str:
    return "".join(line.raw for line in document.lines)


def sections(document: Document) -> dict[str, Section]:
    """The sections by name, as they come; one that is printed in several places is one section."""
    gathered: dict[str, list[Line]] = {}
    for line in document.lines:
        if line.family is not None:
            gathered.setdefault(line.name, []).append(line)
    return {name: _section(name, lines, document.dialect) for name, lines in gathered.items()}


def masked(text: str, dialect: Dialect) -> str:
    """One command with its secret replaced.

    >>> from omlib.planes.network.dialect import FRR
    >>> masked("neighbor 198.18.0.254 password ab12", FRR)
    'neighbor 198.18.0.254 password ***'
    """
    for pattern in dialect.secrets:
        if found := pattern.search(text):
            return text[: found.start("secret")] + HIDDEN + text[found.end("secret") :]
    return text


def _lines(raws: list[str], dialect: Dialect) -> Iterator[Line]:
    block: Line | None = None  # the last command at the left edge: what is indented belongs to it
    open_at: list[tuple[int, str]] = []  # indent and text of the openers around the current line
    at = 0
    while at < len(raws):
        raw = raws[at]
        at += 1
        shown = as_shown(_END.sub("", raw))
        text = shown.lstrip()
        indent = len(shown) - len(text)
        if dialect.framing.fullmatch(text):
            if indent == 0 and text:
                block = None
            yield Line(raw)
            continue
        if block is None or indent <= open_at[0][0]:
            # with no block open an indented line is a command like any other: some systems
            # print a blank before their first ones
            block = _opened(raw, text, dialect)
            open_at = [(indent, text)]
            yield block
            if end := _end_of_opaque(raws, at, text, dialect):
                for body in raws[at:end]:
                    kept = _END.sub("", body)
                    yield Line(body, kept, block.name, (), block.family, opaque=True)
                at, block = end, None
            continue
        while open_at and open_at[-1][0] >= indent:
            open_at.pop()
        path = tuple(opener for _, opener in open_at)
        open_at.append((indent, text))
        yield Line(raw, text, block.name, path, block.family)


_ALONE = Family(opener=re.compile(r".*"), ordered=True)


def _opened(raw: str, text: str, dialect: Dialect) -> Line:
    """*text* as the first line of a section. A name is built from no secret."""
    safe = masked(text, dialect)
    for family in dialect.families:
        if found := family.opener.match(safe):
            name = found["name"] if "name" in family.opener.groupindex else found[0]
            return Line(raw, text, name, (), family)
    return Line(raw, text, safe, (), _ALONE)


def _end_of_opaque(raws: list[str], at: int, text: str, dialect: Dialect) -> int:
    """The index behind an opaque text that *text* opens, 0 if it opens none that is closed."""
    opened = dialect.opaque.match(text) if dialect.opaque else None
    if opened is None or opened["delimiter"] in text[opened.end() :]:
        return 0
    for index in range(at, min(at + _OPAQUE_LINES, len(raws))):
        if opened["delimiter"] in raws[index]:
            return index + 1
    return 0


def _section(name: str, lines: list[Line], dialect: Dialect) -> Section:
    ordered = any(line.family is not None and line.family.ordered for line in lines)
    told: list[str] = []
    secret = False
    for line in lines:
        safe = line.text if line.opaque else masked(line.text, dialect)
        secret = secret or safe != line.text
        if line.text == name and not line.path and not line.opaque:
            continue  # the name says it
        if ordered:
            told.append(safe if line.opaque else " " * max(len(line.path) - 1, 0) + safe)
        else:
            told.append(PATH.join((*(masked(up, dialect) for up in line.path[1:]), safe)))
    return Section(
        name=name,
        ordered=ordered,
        lines=tuple(told) if ordered else tuple(sorted(set(told))),
        secret=secret,
    )
