"""Change one value of an inventory file and not one line more.

The file's own text is kept but for the place of the change, so comments, order, quotes, anchors and
line ends stay by construction; new text comes from ruamel.yaml on the reader's scalar schema. The
result is read again and must say exactly what was meant, else nothing is written.
"""

import os
import re
import tempfile
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from omlib.errors import RefusedError
from omlib.inventory.yaml_read import read_yaml
from omlib.inventory.yaml_write import dump

Pointer = Sequence[str | int]
_SAFE = re.compile(r"[\w./@+-]+( [\w./@+-]+)*")


class WriteBackError(RefusedError):
    """The change cannot be made in place. Nothing was written. Facts: file, pointer, why."""

    code = "write_back"


def set_value(path: Path, pointer: Pointer, value: object) -> None:
    """Set what *pointer* names; a last part that is not there yet is added.

    A pointer is keys and list indexes; the index after a list's last element appends. Refused
    where the value is shared through an alias, as that would change other records too.
    """
    data = path.read_bytes()
    bom = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    changed = changed_text(data[len(bom) :].decode("utf-8"), pointer, value, str(path))
    _replace(path, bom + changed.encode("utf-8"))


def changed_text(text: str, pointer: Pointer, value: object, file: str = "") -> str:
    """*text* with the change made; raises WriteBackError."""

    def refuse(why: str) -> WriteBackError:
        return WriteBackError(file=file, pointer="/".join(map(str, pointer)), why=why)

    before = read_yaml(text)
    if before.faults or not pointer:
        raise refuse("unsound")
    root = _compose(text)
    *above, last = pointer
    holder = root
    for part in above:
        inner = holder.entry(part) if holder else None
        if inner is None:
            raise refuse("no_such_place")
        if inner.alias or inner.anchor:
            raise refuse("shared")  # a change of one of its users would change them all
        holder = inner
    if holder is None or holder.kind == "scalar":
        raise refuse("no_such_place")
    old = holder.entry(last)
    if old is not None and old.anchor:
        raise refuse("shared")  # aliases elsewhere say what it says
    changed = _added(text, holder, last, value) if old is None else _replaced(text, old, value)
    after = read_yaml(changed)
    if after.faults or after.value != _with(before.value, pointer, value):
        raise refuse("not_faithful")
    return changed


@dataclass(slots=True)
class _Place:
    """A node with the extent of its text; unlike the reader's nodes it knows aliases apart."""

    kind: str
    start: int
    end: int
    column: int = 0
    flow: bool = False
    alias: bool = False
    anchor: bool = False
    names: list[str] = field(default_factory=list)
    children: list["_Place"] = field(default_factory=list)

    def entry(self, part: str | int) -> "_Place | None":
        if self.kind == "mapping" and part in self.names:
            return self.children[self.names.index(str(part))]
        if self.kind == "list" and isinstance(part, int) and part < len(self.children):
            return self.children[part]
        return None

    @property
    def last(self) -> int:
        """Where the text of its last value ends; a block's own end lies past later comments."""
        return self.children[-1].last if self.children and not self.flow else self.end


def _compose(text: str) -> _Place | None:
    """The tree of places, from the parser's events."""
    stack: list[_Place] = []
    root: _Place | None = None
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        start, end = _offset(event.start_mark), _offset(event.end_mark)
        if isinstance(event, yaml.events.CollectionEndEvent):
            place = stack.pop()
            place.end = end if place.flow else start
            if place.kind == "mapping":
                keys = place.children[::2]
                place.names = [_key_text(text, key) for key in keys]
                place.children = place.children[1::2]
            continue
        if not isinstance(event, yaml.events.NodeEvent):
            continue
        place = _Place("scalar", start, end)
        place.column = event.start_mark.column if event.start_mark else 0
        place.alias = isinstance(event, yaml.events.AliasEvent)
        place.anchor = not place.alias and event.anchor is not None
        if isinstance(event, yaml.events.CollectionStartEvent):
            place.kind = "mapping" if isinstance(event, yaml.events.MappingStartEvent) else "list"
            place.flow = bool(event.flow_style)
        elif isinstance(event, yaml.events.ScalarEvent) and event.style in ("|", ">"):
            # its end is where the next line of text begins
            place.end = start + len(text[start:end].rstrip())
        if stack:
            stack[-1].children.append(place)
        else:
            root = place
        if place.kind != "scalar":
            stack.append(place)
    return root


def _offset(mark: Any) -> int:
    return int(mark.index)  # typed as optional: libyaml's parser always gives one


def _key_text(text: str, key: _Place) -> str:
    held = read_yaml(text[key.start : key.end] + ": 0").value
    return next(iter(held), "") if isinstance(held, dict) else ""


def _replaced(text: str, old: _Place, value: object) -> str:
    start, end = old.start, old.last
    # `key:` or `-` with nothing after it
    gap = " " if start == end and text[start - 1 : start] in (":", "-") else ""
    return text[:start] + gap + _inline(value) + text[end:]


def _added(text: str, holder: _Place, last: str | int, value: object) -> str:
    entry = _inline(value) if holder.kind == "list" else f"{_inline(str(last))}: {_inline(value)}"
    if holder.flow:
        close = holder.end - 1
        at = holder.children[-1].end if holder.children else close
        return text[:at] + (", " if holder.children else "") + entry + text[at:]
    newline = "\r\n" if "\r\n" in text else "\n"
    end = re.compile(r"\r?\n|$").search(text, holder.last)
    at = end.start() if end else len(text)
    # a block mapping begins at its first key, a block list at its first dash
    dash = "- " if holder.kind == "list" else ""
    return text[:at] + newline + " " * holder.column + dash + entry + text[at:]


def _inline(value: object) -> str:
    """*value* on one line, in flow style where it is a collection."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_inline(k)}: {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_inline(one) for one in value) + "]"
    if isinstance(value, str) and not _SAFE.fullmatch(value):
        return _double_quoted(value)  # plain it might end a flow collection, or the line
    if value is None:
        return "null"
    return dump({"v": value}).removeprefix("v: ").removesuffix("\n")


def _double_quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else _escape(c) for c in escaped) + '"'


def _escape(char: str) -> str:
    return {"\n": "\\n", "\t": "\\t"}.get(char, f"\\U{ord(char):08x}")


def _with(value: Any, pointer: Pointer, new: object) -> Any:
    changed = deepcopy(value)
    *above, last = pointer
    holder = changed
    for part in above:
        holder = holder[part]
    if isinstance(holder, list) and last == len(holder):
        holder.append(_listed(new))
    else:
        holder[last] = _listed(new)
    return changed


def _listed(value: object) -> object:
    """As the reader gives it: lists, never tuples."""
    if isinstance(value, dict):
        return {name: _listed(one) for name, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value


def _replace(path: Path, data: bytes) -> None:
    """All or nothing, also when the machine stops half-way; rights are kept."""
    mode = path.stat().st_mode
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as new:
        try:
            new.write(data)
            new.flush()
            os.fsync(new.fileno())
            Path(new.name).chmod(mode)
            Path(new.name).replace(path)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise
