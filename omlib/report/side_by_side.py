"""Two lists of lines set side by side: what is alike, what stands on one side only, what differs.

Lines that are alike are shown only next to a difference; how many were left out is said between.
"""

import difflib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_MOST_COMPARED = 2000  # lines of both sides together; difflib takes seconds beyond
_AROUND = 3


class Row(NamedTuple):
    """One row of both sides; None: nothing stands there.

    *skipped* lines that are alike stand between the row before and the next; the row is then empty.
    """

    declared: str | None
    actual: str | None
    skipped: int = 0


def side_by_side(declared: Sequence[str], actual: Sequence[str]) -> Iterator[Row]:
    """
    >>> [tuple(row) for row in side_by_side(["a", "b"], ["a", "c", "d"])]
    [('a', 'a', 0), ('b', 'c', 0), (None, 'd', 0)]
    """
    if len(declared) + len(actual) > _MOST_COMPARED:
        yield from _by_membership(declared, actual)
        return
    matcher = difflib.SequenceMatcher(None, declared, actual, autojunk=False)
    steps = matcher.get_opcodes()
    for at, (tag, a, b, c, d) in enumerate(steps):
        if tag != "equal":
            yield from _pairs(declared[a:b], actual[c:d])
            continue
        before = _AROUND if at else 0  # after a difference
        after = _AROUND if at < len(steps) - 1 else 0
        alike = declared[a:b]
        if len(alike) <= before + after + 1:
            yield from (Row(text, text) for text in alike)
            continue
        yield from (Row(text, text) for text in alike[:before])
        yield Row(None, None, len(alike) - before - after)
        yield from (Row(text, text) for text in alike[len(alike) - after :])


def _pairs(declared: Sequence[str], actual: Sequence[str]) -> Iterator[Row]:
    for index in range(max(len(declared), len(actual))):
        yield Row(
            declared[index] if index < len(declared) else None,
            actual[index] if index < len(actual) else None,
        )


def _by_membership(declared: Sequence[str], actual: Sequence[str]) -> Iterator[Row]:
    """Too long to align: the lines of each side that the other does not hold at all."""
    left, right = set(declared), set(actual)
    only = [text for text in declared if text not in right]
    other = [text for text in actual if text not in left]
    yield Row(None, None, len(declared) - len(only))
    yield from _pairs(only, other)
