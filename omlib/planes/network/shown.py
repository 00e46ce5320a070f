"""What a terminal would have shown of one line: backspaces, carriage returns and erasures applied.

A pager leaves its mark and the characters that wipe it out inside the text, just before the next
line. Playing the terminal removes both by rule, whatever the mark says and however it is erased,
and touches nothing else: double and leading blanks stay.
"""

import re

_WIDTH = 512  # no terminal is asked to be wider: moving right makes no text
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x9b]")
_TOKEN = re.compile(
    r"(?:\x1b\[|\x9b)(?P<count>\d*)[0-9;?]*(?P<move>[@-~])"  # CSI, ECMA-48 section 5.4
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC: window titles
    r"|\x1b[@-Z\\^_=>a-z0-9]?"
    r"|(?P<control>[\x00-\x08\x0b-\x1f\x7f])"
    r"|(?P<text>[^\x00-\x08\x0b-\x1f\x7f\x9b]+)"
)


def as_shown(line: str) -> str:
    """One line, without its end.

    >>> as_shown(" --More-- \\b\\b\\b\\b\\b\\b\\b\\b\\b\\b          \\rip route 10.0.0.0/8 Null0")
    'ip route 10.0.0.0/8 Null0'
    """
    if not _CONTROL.search(line):
        return line.rstrip()
    cells: list[str] = []
    at = 0
    for token in _TOKEN.finditer(line):
        if text := token["text"]:
            if at > len(cells):
                cells.extend(" " * (at - len(cells)))
            cells[at : at + len(text)] = text
            at += len(text)
        elif move := token["move"]:
            at = _moved(cells, at, move, int((token["count"] or "0")[:4]))
        elif token["control"] == "\b":
            at = max(0, at - 1)
        elif token["control"] == "\r":
            at = 0
    return "".join(cells).rstrip()


def _moved(cells: list[str], at: int, move: str, count: int) -> int:
    """Where the cursor stands after a control sequence; erases in *cells*."""
    if move == "D":
        return max(0, at - max(count, 1))
    if move in "CG":
        wanted = at + max(count, 1) if move == "C" else max(0, count - 1)
        return min(wanted, max(len(cells), _WIDTH))
    if move == "K" and count == 0:
        del cells[at:]
    elif move == "K":
        last = len(cells) if count == 2 else min(at + 1, len(cells))
        cells[:last] = " " * last
    return at
