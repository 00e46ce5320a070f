"""Attribute values, times and amounts as text.

A value is shown bare unless that would hide something: an empty text, blanks at its ends, or two
sides that look alike and are not (`"1"` and `1`) are quoted as in JSON.
"""

import difflib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from omlib.model.item import Source, Value
from omlib.model.ref import Ref
from omlib.report.words import Lang, words

_MOST_COMPARED = 2000  # lines; difflib takes seconds beyond
_MOST_SHOWN = 12


def value_text(value: Value, lang: Lang, *, quoted: bool = False) -> str:
    """One value on one line.

    >>> value_text(("a", "b"), Lang.EN), value_text("", Lang.EN), value_text(None, Lang.EN)
    ('[a, b]', '""', 'nothing')
    """
    if isinstance(value, tuple):
        return "[" + ", ".join(value_text(part, lang, quoted=quoted) for part in value) + "]"
    if value is None:
        return words("absent", lang)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if quoted or not value or value != value.strip():
        return json.dumps(value, ensure_ascii=False)
    return value


def two_sides(declared: Value, actual: Value, lang: Lang) -> tuple[str, str]:
    """Both sides of a difference, such that they never look alike."""
    one, other = value_text(declared, lang), value_text(actual, lang)
    if one != other:
        return one, other
    return value_text(declared, lang, quoted=True), value_text(actual, lang, quoted=True)


class Side(StrEnum):
    DECLARED = "declared"
    ACTUAL = "actual"


def line_changes(
    declared: tuple[object, ...], actual: tuple[object, ...]
) -> tuple[list[tuple[Side, str]], int]:
    """The lines that stand on one side only, in order, and how many more there are.

    None at all means that both hold the same lines in another order.
    """
    one, other = [str(part) for part in declared], [str(part) for part in actual]
    if sorted(one) == sorted(other):
        return [], 0
    changes: list[tuple[Side, str]] = []
    if len(one) + len(other) > _MOST_COMPARED:
        left, right = set(one), set(other)
        changes += [(Side.DECLARED, text) for text in one if text not in right]
        changes += [(Side.ACTUAL, text) for text in other if text not in left]
        return changes[:_MOST_SHOWN], max(0, len(changes) - _MOST_SHOWN)
    for tag, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag != "equal":
            changes += [(Side.DECLARED, text) for text in one[a:b]]
            changes += [(Side.ACTUAL, text) for text in other[c:d]]
    return changes[:_MOST_SHOWN], max(0, len(changes) - _MOST_SHOWN)


def took_text(seconds: float, lang: Lang) -> str:
    """
    >>> took_text(0.31, Lang.EN), took_text(42.4, Lang.EN), took_text(185, Lang.EN)
    ('0.3 s', '42 s', '3 min 05 s')
    """
    if seconds < 10:
        return words("took.s", lang, s=f"{seconds:.1f}")
    if round(seconds) < 60:
        return words("took.s", lang, s=round(seconds))
    minutes, rest = divmod(round(seconds), 60)
    return words("took.min", lang, min=minutes, s=f"{rest:02d}")


def span_text(seconds: float, lang: Lang) -> str:
    """A long stretch of time, in its two largest units.

    >>> span_text(45, Lang.EN), span_text(7500, Lang.EN), span_text(266_400, Lang.EN)
    ('45 s', '2 h 05 min', '3 d 2 h')
    """
    minutes = round(seconds / 60)
    if minutes < 60:
        return took_text(round(seconds), lang) if seconds >= 10 else took_text(seconds, lang)
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return words("span.h", lang, h=hours, min=f"{minutes:02d}")
    return words("span.d", lang, d=hours // 24, h=hours % 24)


def moment_text(at: datetime) -> str:
    """In the zone it carries, which is named: `2026-11-21 10:00:00 +0800`."""
    return f"{at:%Y-%m-%d %H:%M:%S %z}"


def moment_json(at: datetime) -> str:
    """In UTC, to the second, as RFC 3339 has it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def plain_text(value: object) -> str:
    """A field of the estate as text: days as ISO, groups joined, "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list, frozenset)):
        parts = sorted(map(plain_text, value)) if isinstance(value, frozenset) else value
        return ", ".join(plain_text(part) for part in parts)
    return str(value)


def plain_json(value: object) -> object:
    """A record of the estate as JSON has it; days as ISO, a ref or a source as its text."""
    if isinstance(value, (Ref, Source)):
        return str(value)
    if isinstance(value, bytes):  # a file's content; its digest stands beside it
        return value.decode("utf-8", "replace")
    if is_dataclass(value):
        return {each.name: plain_json(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain_json(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, (tuple, list)):
        return [plain_json(part) for part in value]
    if isinstance(value, (str, int)) or value is None:
        return value
    return plain_text(value) if not isinstance(value, frozenset) else sorted(map(str, value))
