"""Make text from anywhere safe to show: what a terminal would obey or hide becomes visible.

A host may name a file `\\x1b[2J`, hide a name behind a bidi override, or answer with a megabyte.
Controls, invisible and bidi characters, lone surrogates, odd blanks and combining marks are shown
as escapes (`\\x1b`, `\\u202e`); the exact value is in the JSON. Twice changes nothing more.
"""

import unicodedata
from functools import lru_cache

from rich.cells import cell_len

# nothing is drawn, whatever their category says: Hangul fillers, and what XML does not take
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\ufffe\uffff")
_SHOWN_BLANKS = frozenset(" \u3000")  # U+3000 is the blank of Chinese text, two cells wide
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs", "Mn", "Me"})
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def neutral(text: str) -> str:
    """*text* with everything a terminal would obey, hide or stack shown as an escape.

    >>> neutral("\\x1b[31mred\\u202e")
    '\\\\x1b[31mred\\\\u202e'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(char) for char in text)


@lru_cache(maxsize=8192)
def _shown(char: str) -> str:
    hidden = unicodedata.category(char) in _HIDDEN and char not in _SHOWN_BLANKS
    return escape(char) if hidden or char in _BLANK_LETTERS else char


def escape(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def cut(text: str, limit: int, mark: str) -> str:
    """Neutral text of *limit* characters at most, then *mark*, whose `{left}` says how many more.

    Cut before it is made neutral: a megabyte must not be walked through to show one line.
    """
    kept = neutral(text[:limit])
    left = len(text) - limit
    return kept + mark.replace("{left}", str(left)) if left > 0 else kept


def width(text: str) -> int:
    """How many terminal cells *text* takes; a Chinese character takes two."""
    return len(text) if text.isascii() else cell_len(text)
