"""Read one YAML file into plain values, and find again where each of them stands.

The tree of nodes is kept, so places cost nothing until a problem asks for one. Refused, each with
its place: tags, duplicate keys, several documents, aliases that loop or that multiply beyond all
measure, and nesting so deep that it would end the process.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from omlib.inventory.problem import Code, shown
from omlib.inventory.scalars import value_of

MAX_DEPTH = 40
MAX_NODES = 500_000  # of one file with its aliases expanded; 5,000 items make about 150,000
MERGE = "<<"

Path = Sequence[str | int]


class Fault(NamedTuple):
    """A problem whose file is not yet known."""

    line: int
    column: int
    code: Code
    facts: dict[str, str | int]


_FATAL = frozenset({Code.ALIAS_BOMB, Code.ALIAS_LOOP})


class _TooDeepError(Exception):
    pass


class _Composer(CParser):
    """libyaml's parser. Scalars are not resolved here: `value_of` does it, once per value."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def resolve(self, _kind: object, _value: object, _implicit: object) -> str:
        return ""

    def descend_resolver(self, parent: Node | None, _index: object) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            # composing goes on in C without Python's limit: unbounded, it ends the process
            raise _TooDeepError(parent)

    def ascend_resolver(self) -> None:
        self.depth -= 1


class Document:
    """One file's values, and their places. *value* is None where faults leave nothing to check."""

    def __init__(self, node: Node | None, value: object, faults: list[Fault]) -> None:
        self.node, self.value, self.faults = node, value, faults


def read_yaml(text: str) -> Document:
    """Parse *text*, which is decoded and without a byte order mark."""
    try:
        composer = _Composer(text)
        node = composer.get_node() if composer.check_node() else None
        if composer.check_node():
            line, column = _start(composer.get_node())
            return Document(None, None, [Fault(line, column, Code.SEVERAL_DOCUMENTS, {})])
    except _TooDeepError as deep:
        line, column = _start(deep.args[0])
        return Document(None, None, [Fault(line, column, Code.TOO_DEEP, {"limit": MAX_DEPTH})])
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        said = " ".join(filter(None, (error.context, error.problem)))
        return Document(None, None, [Fault(line, column, Code.SYNTAX, {"said": shown(said)})])
    except yaml.reader.ReaderError as error:
        before = text.encode("utf-8", "surrogatepass")[: error.position]
        said = f"U+{error.character:04X}: {error.reason}"
        line = before.count(b"\n") + 1
        return Document(None, None, [Fault(line, 1, Code.SYNTAX, {"said": shown(said)})])
    if node is None:
        return Document(None, None, [])
    builder = _Builder()
    value, _ = builder.build(node)
    broken = any(fault.code in _FATAL for fault in builder.faults)
    return Document(node, None if broken else value, builder.faults)


class _Builder:
    """From nodes to values. An aliased node is built once and counted at each use."""

    def __init__(self) -> None:
        self._faults: dict[tuple[int, int, Code], Fault] = {}
        self._built: dict[int, tuple[Any, int]] = {}
        self._open: set[int] = set()
        self._over = False

    @property
    def faults(self) -> list[Fault]:
        return list(self._faults.values())

    def build(self, node: Node) -> tuple[Any, int]:
        """The value, and of how many nodes it is made."""
        if node.tag:
            self._fault(node, Code.TAG, tag=shown(node.tag))
        if node.__class__ is ScalarNode:
            return (node.value if node.style else value_of(node.value)), 1
        known = id(node)
        if known in self._built:
            return self._built[known]
        if known in self._open:
            self._fault(node, Code.ALIAS_LOOP)
            return None, 1
        self._open.add(known)
        value, size = (
            self._mapping(node) if isinstance(node, MappingNode) else self._list(node.value)
        )
        if size > MAX_NODES and not self._over:
            self._over = True
            self._fault(node, Code.ALIAS_BOMB, limit=MAX_NODES)
        self._open.discard(known)
        self._built[known] = value, size
        return value, size

    def _list(self, nodes: list[Node]) -> tuple[list[Any], int]:
        values, size = [], 1
        for node in nodes:
            value, held = self.build(node)
            values.append(value)
            size += held
        return values, size

    def _mapping(self, node: MappingNode) -> tuple[dict[str, Any], int]:
        values: dict[str, Any] = {}
        merged: list[dict[str, Any]] = []
        places: dict[str, int] = {}
        size = 1
        for key, child in node.value:
            value, nodes = self.build(child)
            size += nodes + 1
            if key.__class__ is not ScalarNode:
                self._fault(key, Code.BAD_KEY)
                continue
            name: str = key.value
            if name in places:
                self._fault(key, Code.DUPLICATE_KEY, key=shown(name), first=places[name])
                continue
            places[name] = key.start_mark.line + 1
            if name == MERGE and not key.style and size <= MAX_NODES:
                merged += self._merged(child, value)
            else:
                values[name] = value
        for more in merged:
            values = {**more, **values}
        return values, size

    def _merged(self, node: Node, value: object) -> list[dict[str, Any]]:
        given = value if isinstance(value, list) else [value]
        held = [one for one in given if isinstance(one, dict)]
        if len(held) == len(given):
            return held
        if value is not None:  # None: a problem of its own was found inside
            self._fault(node, Code.BAD_MERGE)
        return []

    def _fault(self, node: Node, code: Code, **facts: str | int) -> None:
        line, column = _start(node)
        self._faults.setdefault((line, column, code), Fault(line, column, code, facts))


def _start(node: Node | None) -> tuple[int, int]:
    return (node.start_mark.line + 1, node.start_mark.column + 1) if node is not None else (1, 1)


def place(node: Node | None, path: Path) -> tuple[int, int]:
    """Line and column of what *path* names: a scalar itself, a collection's key, or how far it got.

    A part of the path that is not there is passed over: a validator names union branches too.
    """
    where = node
    for part in path:
        for key, name, child in _entries(node):
            if name == part:
                # of a block collection the key's line is where a person looks
                where = child if key is None or child.__class__ is ScalarNode else key
                node = child
                break
    return _start(where)


def key_place(node: Node | None, path: Path) -> tuple[int, int]:
    """Line and column of the key that *path* ends with."""
    *above, last = path
    for part in above:
        node = next((child for _, name, child in _entries(node) if name == part), node)
    return _start(next((key for key, name, _ in _entries(node) if name == last), node))


def child(node: Node | None, part: str | int) -> Node | None:
    return next((value for _, name, value in _entries(node) if name == part), None)


def _entries(node: Node | None) -> Iterator[tuple[Node | None, str | int, Node]]:
    """What a collection holds: key node, name, value node."""
    if isinstance(node, SequenceNode):
        for index, child in enumerate(node.value):
            yield None, index, child
        for child in node.value:  # a list of names stands for a mapping: found by the name
            if child.__class__ is ScalarNode:
                yield None, child.value, child
    for holder in _with_merged(node):
        for key, child in holder.value:
            if key.__class__ is ScalarNode:
                yield key, key.value, child


def _with_merged(node: Node | None) -> Iterator[MappingNode]:
    """A mapping, then what it merges, in the order in which keys win."""
    if not isinstance(node, MappingNode):
        return
    yield node
    for key, child in node.value:
        if key.__class__ is ScalarNode and key.value == MERGE:
            for one in child.value if isinstance(child, SequenceNode) else (child,):
                yield from _with_merged(one)
