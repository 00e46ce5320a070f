"""Where each value of a YAML text stands, and how it is written there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from omlib.inventory.yaml_read import read_yaml


@dataclass(slots=True)
class Place:
    """A node with the extent of its text; unlike the reader's nodes it knows aliases apart.

    *column* is that of a block's first key or dash. *quote* is `'`, `"`, `|` or `>`, "" for plain.
    *keeps*: a block of text that counts the blank lines after it as its own (`|+`).
    """

    kind: str
    start: int
    end: int
    column: int = 0
    flow: bool = False
    alias: bool = False
    anchor: bool = False
    quote: str = ""
    keeps: bool = False
    names: list[str] = field(default_factory=list)
    keys: list["Place"] = field(default_factory=list)
    children: list["Place"] = field(default_factory=list)

    def entry(self, part: str | int) -> "Place | None":
        if self.kind == "mapping" and part in self.names:
            return self.children[self.names.index(str(part))]
        if self.kind == "list" and isinstance(part, int) and part < len(self.children):
            return self.children[part]
        return None

    def entries(self) -> Iterator[tuple[str, "Place"]]:
        return zip(self.names, self.children, strict=True)

    @property
    def leaf(self) -> "Place":
        """Its last value that stands by itself."""
        return self.children[-1].leaf if self.children and not self.flow else self

    @property
    def last(self) -> int:
        """Where the text of its last value ends; a block's own end lies past later comments."""
        return self.leaf.end


def compose(text: str) -> Place | None:
    """The tree of places, from the parser's events."""
    stack: list[Place] = []
    root: Place | None = None
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        start, end = _offset(event.start_mark), _offset(event.end_mark)
        if isinstance(event, yaml.events.CollectionEndEvent):
            place = stack.pop()
            place.end = end if place.flow else start
            if place.kind == "mapping":
                place.keys, place.children = place.children[::2], place.children[1::2]
                place.names = [_key_text(text, key) for key in place.keys]
            continue
        if not isinstance(event, yaml.events.NodeEvent):
            continue
        place = Place("scalar", start, end)
        place.column = event.start_mark.column if event.start_mark else 0
        place.alias = isinstance(event, yaml.events.AliasEvent)
        place.anchor = not place.alias and event.anchor is not None
        if isinstance(event, yaml.events.CollectionStartEvent):
            place.kind = "mapping" if isinstance(event, yaml.events.MappingStartEvent) else "list"
            place.flow = bool(event.flow_style)
        elif isinstance(event, yaml.events.ScalarEvent):
            place.quote = event.style or ""
            if place.quote in ("|", ">"):
                place.keeps = "+" in text[start:end].partition("\n")[0].partition("#")[0]
                place.end = _block_scalar_end(text, place)
        if stack:
            stack[-1].children.append(place)
        else:
            root = place
        if place.kind != "scalar":
            stack.append(place)
    return root


def _offset(mark: Any) -> int:
    return int(mark.index)  # typed as optional: libyaml's parser always gives one


def _block_scalar_end(text: str, place: Place) -> int:
    """The event's end is where the next line of text begins."""
    held = text[place.start : place.end]
    kept = held.removesuffix("\n").removesuffix("\r") if place.keeps else held.rstrip()
    return place.start + len(kept)


def _key_text(text: str, key: Place) -> str:
    held = read_yaml(text[key.start : key.end] + ": 0").value
    return next(iter(held), "") if isinstance(held, dict) else ""
