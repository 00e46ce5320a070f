"""Text that came from a host: read in the encoding it speaks, and made harmless.

UTF-8 is tried strictly, then GB18030, a superset of GBK and GB2312. A byte that is neither is kept
as `\\xNN`, never dropped.
"""

import re
import unicodedata

DETAIL_CHARACTERS = 200

# ECMA-48: CSI (cursor, colour), the string sequences OSC, DCS, SOS, PM and APC up to their
# terminator, then any other escape
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)"
    r"|\x1b[ -/]*[0-~]?"
)


def decode(raw: bytes) -> str:
    """
    >>> decode("数据".encode("gb18030"))
    '数据'
    """
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "backslashreplace")


def _hidden(char: str) -> bool:
    # Cc controls, Cf invisible and bidi marks, Cs surrogates, Zl and Zp line ends of Unicode
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def visible(text: str) -> str:
    """*text* with every character that would act rather than show written as its escape.

    >>> visible("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char.encode("unicode_escape").decode("ascii") if _hidden(char) else char for char in text
    )


def clean(text: str | bytes) -> str:
    """The other side's words as one line of at most 200 characters, with nothing that acts."""
    if isinstance(text, bytes):
        text = decode(text[: 64 * DETAIL_CHARACTERS])
    text = _ESCAPES.sub("", text[: 64 * DETAIL_CHARACTERS])
    text = "".join(" " if char.isspace() else "" if _hidden(char) else char for char in text)
    text = " ".join(text.split())
    return text if len(text) <= DETAIL_CHARACTERS else text[: DETAIL_CHARACTERS - 1] + "…"
