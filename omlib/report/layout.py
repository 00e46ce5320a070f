"""Break lines of spans to a width, so that nothing is lost and nothing runs over the edge.

Chinese may break between any two characters but never puts closing punctuation first on a line; a
ref breaks after its slashes. What has no such place is broken where the line is full: a name is
never shortened silently.
"""

import re
from collections.abc import Iterator, Sequence

from omlib.report.document import Line, Span
from omlib.report.neutral import width as cells

_WIDE = (
    "\u2e80-\u303f\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6"
)
_WIDE += "\U0001f300-\U0001faff\U00020000-\U0003fffd"
_OPEN = "（「『《【〔"
_CLOSE = "，。、；：？！）」』》】〕"
# A word with the blanks, slashes and commas after it. A colon ends it too, but not before a line
# number or a port, which would then stand alone.
_CHUNK = re.compile(
    rf"[{_OPEN}]*[{_WIDE}][{_CLOSE}]*[ ]*"
    rf"|[^{_WIDE} /,:]*(?:[ /,]+|:(?=\w{{6}})|:(?!\w{{6}})[^{_WIDE} /,:]*)+[{_CLOSE}]*"
    rf"|[^{_WIDE} /,:]+[{_CLOSE}]*"
)


def chunks(text: str) -> Iterator[str]:
    """Pieces of *text* between which a line may break; joined they are *text* again.

    >>> list(chunks("cloud/server/oa-01 at a.yml:12"))
    ['cloud/', 'server/', 'oa-01 ', 'at ', 'a.yml:12']
    >>> list(chunks("缺失，一项"))
    ['缺', '失，', '一', '项']
    """
    at = 0
    while at < len(text):
        found = _CHUNK.match(text, at)
        end = found.end() if found and found.end() > at else at + 1
        yield text[at:end]
        at = end


def line_width(line: Line) -> int:
    return sum(cells(span.text) for span in line)


def wrap(line: Line, width: int | None, hang: int = 0) -> list[Line]:
    """*line* as lines of at most *width* cells; those after the first begin with *hang* blanks."""
    if width is None or line_width(line) <= width:
        return [line]
    lines: list[Line] = []
    row: list[Span] = []
    used = 0
    for span in line:
        for chunk in (span.text,) if span.solid else chunks(span.text):
            for piece in _to_size(chunk, width - hang):
                if used + cells(piece.rstrip(" ")) > width and used > (hang if lines else 0):
                    lines.append(trimmed(row))
                    row, used = ([Span(" " * hang)] if hang else []), hang
                row.append(Span(piece, span.tone))
                used += cells(piece)
    lines.append(trimmed(row))
    return lines


def _to_size(chunk: str, room: int) -> Iterator[str]:
    """*chunk* itself if it fits into *room* cells, else pieces that do."""
    if cells(chunk.rstrip(" ")) <= room:
        yield chunk
        return
    piece, used = "", 0
    for char in chunk:
        took = cells(char)
        if used + took > room:
            yield piece
            piece, used = "", 0
        piece, used = piece + char, used + took
    yield piece


def trimmed(row: Sequence[Span]) -> Line:
    """Without blanks at the end; neighbours of one tone joined."""
    joined: list[Span] = []
    for span in row:
        if joined and joined[-1].tone is span.tone:
            joined[-1] = Span(joined[-1].text + span.text, span.tone)
        else:
            joined.append(span)
    while joined and not joined[-1].text.rstrip(" "):
        joined.pop()
    if joined:
        joined[-1] = Span(joined[-1].text.rstrip(" "), joined[-1].tone)
    return tuple(joined)
