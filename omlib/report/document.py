"""What a screen shows, before anybody decided how: a document of blocks.

Built by pure functions from findings, plans and runs; drawn by `omlib.report.terminal`. Texts in it
are as they came: a renderer makes them neutral and cuts them, each in its own way.
"""

from dataclasses import dataclass
from enum import StrEnum

from omlib.model.status import Status
from omlib.report.words import Lang


class Tone(StrEnum):
    """What a piece of text is. Renderers choose the look; no meaning hangs on colour alone."""

    PLAIN = "plain"
    STRONG = "strong"
    MUTED = "muted"
    NAME = "name"  # a ref, an id, a file: something to copy
    GOOD = "good"
    BAD = "bad"
    LABEL = "label"  # OFFLINE, SIMULATION
    RESIDUE = "residue"
    MISSING = "missing"
    DIVERGED = "diverged"
    UNMANAGED = "unmanaged"
    UNKNOWN = "unknown"
    WAIVED = "waived"
    IN_SYNC = "in_sync"


def tone_of(status: Status) -> Tone:
    return Tone(status.value)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text. *solid*: not broken over two lines as long as it fits on one."""

    text: str
    tone: Tone = Tone.PLAIN
    solid: bool = False


Line = tuple[Span, ...]


def line(*pieces: Span | str) -> Line:
    """A line of *pieces*; empty ones vanish."""
    spans = (Span(piece) if isinstance(piece, str) else piece for piece in pieces)
    return tuple(span for span in spans if span.text)


@dataclass(frozen=True, slots=True)
class Heading:
    line: Line


@dataclass(frozen=True, slots=True)
class Paragraph:
    line: Line


@dataclass(frozen=True, slots=True)
class Column:
    """*number*: set flush right, and never wrapped."""

    title: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with what they hold."""

    rows: tuple[tuple[str, Line], ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing, and below it what there is to say about it."""

    head: Line
    details: tuple["Entry", ...] = ()


Block = Heading | Paragraph | Table | Facts | Bullets | Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """*labels* are sentences that must be seen wherever the document is (OFFLINE, SIMULATION)."""

    lang: Lang
    title: Line
    blocks: tuple[Block, ...]
    labels: tuple[str, ...] = ()
