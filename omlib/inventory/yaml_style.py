"""How the records of a list are written, learnt from them, so that a new one looks like its kin.

Learnt are block or flow per field (one element and several apart), indentation, quotes, the order
of keys and blank lines between records; what no sibling shows is written plainly.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from omlib.inventory.scalars import value_of
from omlib.inventory.yaml_places import Place
from omlib.inventory.yaml_write import dump

T = TypeVar("T")
Path = tuple[str, ...]  # names of keys; `*` for an element of a list
_SAFE = re.compile(r"[\w./@+-]+(:[\w./@+-]+)*( [\w./@+-]+(:[\w./@+-]+)*)*")
_ELEMENT = "*"
_LONGEST_FLOW = 88


@dataclass(slots=True)
class Style:
    """Counts of what was seen; asked with `entry` and `block`. *newline* is the text's own."""

    newline: str = "\n"
    flows: dict[tuple[Path, bool], Counter[bool]] = field(default_factory=dict)
    quotes: dict[Path, Counter[str]] = field(default_factory=dict)
    key_quotes: Counter[str] = field(default_factory=Counter)
    padded: Counter[bool] = field(default_factory=Counter)
    list_offsets: Counter[int] = field(default_factory=Counter)
    steps: Counter[int] = field(default_factory=Counter)
    dash_gaps: Counter[int] = field(default_factory=Counter)
    orders: dict[Path, list[str]] = field(default_factory=dict)

    def entry(self, name: str, value: object, path: Path, column: int) -> str:
        """`name: value`, for a block mapping at *column*."""
        path = (*path, name)
        head = self._key(name) + ":"
        if self._in_flow(value, path, column + len(head)):
            return f"{head} {self.inline(value, path)}"
        is_list = isinstance(value, list | tuple)
        at = column + (_usual(self.list_offsets, 2) if is_list else _usual(self.steps, 2))
        return f"{head}{self.newline}{' ' * at}{self.block(value, path, at)}"

    def block(self, value: object, path: Path, column: int) -> str:
        """*value* in lines that begin at *column*; the first without its indentation."""
        between = self.newline + " " * column
        if isinstance(value, Mapping) and value:
            names = self._ordered(value, path)
            return between.join(self.entry(name, value[name], path, column) for name in names)
        if isinstance(value, list | tuple) and value:
            gap = _usual(self.dash_gaps, 2)
            return between.join(
                "-" + " " * (gap - 1) + self.element(one, (*path, _ELEMENT), column + gap)
                for one in value
            )
        return self.inline(value, path)

    def element(self, value: object, path: Path, column: int) -> str:
        """What follows a dash."""
        if self._in_flow(value, path, column):
            return self.inline(value, path)
        return self.block(value, path, column)

    def inline(self, value: object, path: Path) -> str:
        """*value* on one line, in flow style where it is a collection."""
        if isinstance(value, Mapping):
            held = ", ".join(
                self.pair(name, value[name], path) for name in self._ordered(value, path)
            )
            space = " " if held and _usual(self.padded, default=False) else ""
            return "{" + space + held + space + "}"
        if isinstance(value, list | tuple):
            return "[" + ", ".join(self.inline(one, (*path, _ELEMENT)) for one in value) + "]"
        if isinstance(value, str):
            return scalar(value, _usual(self.quotes.get(path) or self._all_quotes(), ""))
        if value is None:
            return "null"
        if isinstance(value, int):
            return str(value).lower()
        return dump({"v": value}).removeprefix("v: ").rstrip("\n")

    def pair(self, name: str, value: object, path: Path) -> str:
        """`name: value`, for a flow mapping."""
        return f"{self._key(name)}: {self.inline(value, (*path, name))}"

    def _in_flow(self, value: object, path: Path, column: int) -> bool:
        if not isinstance(value, Mapping | list | tuple) or not value:
            return True
        several = len(value) > 1
        seen = self.flows.get((path, several)) or self.flows.get((path, not several))
        if seen:
            return _usual(seen, default=True)
        if path == (_ELEMENT,):  # a record by itself, with no sibling to look at
            return False
        if isinstance(value, list | tuple) and several and isinstance(value[0], Mapping):
            return False
        return column + len(self.inline(value, path)) <= _LONGEST_FLOW

    def _key(self, name: str) -> str:
        return scalar(name, _usual(self.key_quotes, ""))

    def _ordered(self, value: Mapping[str, object], path: Path) -> list[str]:
        order = list(self.orders.get(path, ()))
        _merge_order(order, map(str, value))
        return sorted(map(str, value), key=order.index)

    def _all_quotes(self) -> Counter[str]:
        total: Counter[str] = Counter()
        for path, seen in self.quotes.items():
            total.update({quote: count for quote, count in seen.items() if path})
        return total


def learn(text: str, held: Place | None, above: Place | None) -> Style:
    """The style of the records in the list *held* of *text*; *above* is what holds the list."""
    style = Style(newline="\r\n" if "\r\n" in text else "\n")
    if held and held.kind == "list":
        _learn(style, text, held, (), above)
    return style


def _learn(style: Style, text: str, place: Place, path: Path, above: Place | None) -> None:
    if place.alias:
        return
    if place.kind == "scalar":
        held = text[place.start : place.end]
        if place.quote in ("'", '"') or (not place.quote and isinstance(value_of(held), str)):
            style.quotes.setdefault(path, Counter())[place.quote] += 1
        return
    if place.children:
        seen = style.flows.setdefault((path, len(place.children) > 1), Counter())
        seen[place.flow] += 1
    if place.kind == "mapping":
        style.key_quotes.update(key.quote for key in place.keys if key.quote in ("", "'", '"'))
        _merge_order(style.orders.setdefault(path, []), (n for n in place.names if n != "<<"))
        if place.flow and place.children:
            style.padded[text[place.start + 1 : place.start + 2] == " "] += 1
        for name, child in place.entries():
            if name != "<<":
                _learn(style, text, child, (*path, name), place)
    else:
        for child in place.children:
            _learn(style, text, child, (*path, _ELEMENT), place)
    if place.flow or above is None or above.flow:
        return
    indent = place.column - above.column
    if above.kind == "list":
        style.dash_gaps[indent] += 1
    elif place.kind == "list":
        style.list_offsets[indent] += 1
    else:
        style.steps[indent] += 1


def scalar(text: str, quote: str) -> str:
    """*text* in these quotes, or in the next ones that can hold it."""
    if quote == "'" and text.isprintable() and "\ufeff" not in text:
        return "'" + text.replace("'", "''") + "'"
    if not quote and _SAFE.fullmatch(text):
        if text[0] not in "@-" and isinstance(value_of(text), str):
            return text
        return dump({"v": text}).removeprefix("v: ").removesuffix("\n")
    return _double_quoted(text)  # plain it might end a flow collection, or the line


def _merge_order(order: list[str], names: Iterable[str]) -> None:
    """Take in *names*, each new one right before the next that is known, else at the end."""
    at = len(order)
    for name in reversed(list(names)):
        if name in order:
            at = order.index(name)
        else:
            order.insert(at, name)


def _usual(seen: Counter[T], default: T) -> T:
    return max(seen, key=lambda one: seen[one]) if seen else default


def _double_quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else _escape(c) for c in escaped) + '"'


def _escape(char: str) -> str:
    return {"\n": "\\n", "\t": "\\t"}.get(char, f"\\U{ord(char):08x}")
