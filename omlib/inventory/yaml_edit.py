"""From a change of a record to pieces of its file's text, in the style of its siblings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from omlib.errors import RefusedError
from omlib.inventory.yaml_places import Place, compose
from omlib.inventory.yaml_read import read_yaml
from omlib.inventory.yaml_splice import Splice, end_of_line, past_own_comments
from omlib.inventory.yaml_style import Path as StylePath
from omlib.inventory.yaml_style import Style, learn, scalar

Pointer = Sequence[str | int]


class WriteBackError(RefusedError):
    """The change cannot be made in place. Nothing was written. Facts: file, pointer, why."""

    code = "write_back"


class Put(NamedTuple):
    """Set what *pointer* names; a last part that is not there yet is added."""

    pointer: Pointer
    value: object


class Append(NamedTuple):
    """Add a record to the list *pointer*, which may be empty or not be there yet."""

    pointer: Pointer
    value: Mapping[str, object]


Edit = Put | Append


def refusal(file: str, pointer: Pointer, why: str) -> WriteBackError:
    return WriteBackError(file=file, pointer="/".join(map(str, pointer)), why=why)


class Writer:
    """Turns edits of one text into splices."""

    def __init__(self, text: str, file: str) -> None:
        self._text, self._file = text, file
        self._root = compose(text)
        self._added: Counter[int] = Counter()  # entries added so far, by the holder's start
        self._styles: dict[str | int, Style] = {}
        self.splices: list[Splice] = []

    def take(self, edit: Edit) -> None:
        *above, last = edit.pointer
        holder = self._held(edit.pointer, above)
        if isinstance(edit, Append):
            self._append(edit, holder, str(last))
        elif holder is None or holder.kind == "scalar":
            raise refusal(self._file, edit.pointer, "no_such_place")
        elif old := holder.entry(last):
            if old.anchor:  # aliases elsewhere say what it says
                raise refusal(self._file, edit.pointer, "shared")
            self._replace(edit, old)
        else:
            self._add(edit, holder, last)

    def _held(self, pointer: Pointer, above: Pointer) -> Place | None:
        holder = self._root
        for part in above:
            inner = holder.entry(part) if holder else None
            if inner is None:
                raise refusal(self._file, pointer, "no_such_place")
            if inner.alias or inner.anchor:
                # a change of one of its users would change them all
                raise refusal(self._file, pointer, "shared")
            holder = inner
        return holder

    def _style(self, first: str | int) -> Style:
        """Learnt from all records of the top-level list *first*."""
        if first not in self._styles:
            held = self._root.entry(first) if self._root else None
            self._styles[first] = learn(self._text, held, self._root)
        return self._styles[first]

    def _replace(self, edit: Put, old: Place) -> None:
        style, path = self._style(edit.pointer[0]), _path(edit.pointer)
        if isinstance(edit.value, str) and old.kind == "scalar" and old.quote in ("'", '"'):
            new = scalar(edit.value, old.quote)
        elif old.kind == "scalar" or old.flow or old.alias:
            new = style.inline(edit.value, path)
        else:
            new = style.block(edit.value, path, old.column)
        start, end = old.start, old.last
        # `key:` or `-` with nothing after it
        gap = " " if start == end and self._text[start - 1 : start] in (":", "-") else ""
        self.splices.append(Splice(start, end, gap + new))

    def _add(self, edit: Put, holder: Place, last: str | int) -> None:
        style, path = self._style(edit.pointer[0]), _path(edit.pointer[:-1])
        if holder.flow:
            is_list = holder.kind == "list"
            entry = style.inline(edit.value, (*path, "*")) if is_list else ""
            self._into_flow(holder, entry or style.pair(str(last), edit.value, path))
            return
        # a block mapping begins at its first key, a block list at its first dash
        if holder.kind == "list":
            entry = "- " + style.element(edit.value, (*path, "*"), holder.column + 2)
        else:
            entry = style.entry(str(last), edit.value, path, holder.column)
        at = end_of_line(self._text, holder.last)
        self.splices.append(Splice(at, at, style.newline + " " * holder.column + entry))

    def _into_flow(self, holder: Place, entry: str) -> None:
        between = ""
        if holder.children or self._added[holder.start]:
            between = ", "
        if len(holder.children) > 0:
            line = self._text.rfind("\n", 0, holder.children[-1].start) + 1
            if holder.kind == "list" and line > holder.start:  # one element a line
                indent = self._text[line : holder.children[-1].start]
                between = "," + ("\r\n" if "\r\n" in self._text else "\n") + indent
                between = between if not indent.strip() else ", "
        self._added[holder.start] += 1
        at = holder.children[-1].end if holder.children else holder.start + 1
        self.splices.append(Splice(at, at, between + entry))

    def _append(self, edit: Append, holder: Place | None, name: str) -> None:
        style = self._style(edit.pointer[0])
        path = (*_path(edit.pointer), "*")
        held = holder.entry(name) if holder else None
        if held is not None and (held.alias or held.anchor):
            raise refusal(self._file, edit.pointer, "shared")
        if holder is not None and held is not None and held.children:
            if held.flow:
                self._into_flow(held, style.inline(edit.value, path))
                return
            gap = held.children[-1].column - held.column
            gap = gap if held.children[-1].kind == "mapping" and not held.children[-1].flow else 2
            record = style.element(edit.value, path, held.column + gap)
            at = past_own_comments(self._text, end_of_line(self._text, held.last), held.column)
            blank = style.newline * _blank_lines_between(self._text, held)
            indent = " " * held.column
            dash = "-" + " " * (gap - 1)
            self.splices.append(Splice(at, at, f"{blank}{style.newline}{indent}{dash}{record}"))
        elif holder is None:
            head = "" if self._added[0] else f"{name}:{style.newline}"
            self._added[0] += 1
            text = self._text
            gap_before = style.newline if text and not text.endswith("\n") and head else ""
            record = style.element(edit.value, path, 4)
            tail = style.newline
            at = len(text)
            self.splices.append(Splice(at, at, f"{gap_before}{head}  - {record}{tail}"))
        elif held is None:
            if holder.kind != "mapping":
                raise refusal(self._file, edit.pointer, "no_such_place")
            self._new_list(edit, holder, style, path, name)
        elif held.kind == "list" and holder.flow:
            self._into_flow(held, style.inline(edit.value, path))
        elif held.kind == "list" or not read_yaml(self._text[held.start : held.end]).value:
            self._fill(edit, holder, held, style, path)
        else:
            raise refusal(self._file, edit.pointer, "no_such_place")

    def _new_list(
        self, edit: Append, holder: Place, style: Style, path: StylePath, name: str
    ) -> None:
        if holder.flow:
            if self._added[holder.start]:
                raise refusal(self._file, edit.pointer, "no_such_place")
            self._into_flow(holder, f"{name}: [{style.inline(edit.value, path)}]")
            return
        indent = " " * holder.column
        head = "" if self._added[holder.start] else f"{style.newline}{indent}{name}:"
        self._added[holder.start] += 1
        record = style.element(edit.value, path, holder.column + 4)
        at = end_of_line(self._text, holder.last)
        self.splices.append(Splice(at, at, f"{head}{style.newline}{indent}  - {record}"))

    def _fill(
        self, edit: Append, holder: Place, held: Place, style: Style, path: StylePath
    ) -> None:
        """A list that is empty: `[]`, `null`, or nothing after its key."""
        if not self._added[held.start] and held.end > held.start:
            colon = len(self._text[: held.start].rstrip(" "))
            self.splices.append(Splice(colon, held.end, ""))
        self._added[held.start] += 1
        record = style.element(edit.value, path, holder.column + 4)
        at = end_of_line(self._text, held.end)
        indent = " " * (holder.column + 2)
        self.splices.append(Splice(at, at, f"{style.newline}{indent}- {record}"))


def _path(pointer: Pointer) -> StylePath:
    """Below the top-level list: `("vms", 3, "volumes", 0)` is `("*", "volumes", "*")`."""
    return tuple("*" if isinstance(part, int) else part for part in pointer[1:])


def _blank_lines_between(text: str, held: Place) -> int:
    """As between the last two records; none where the last text would take it for its own."""
    if len(held.children) < 2 or held.leaf.keeps:
        return 0
    between = text[held.children[-2].last : held.children[-1].start]
    return sum(not line.strip() for line in between.splitlines()[1:-1])
