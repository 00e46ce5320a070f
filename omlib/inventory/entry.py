"""One record as it was written, unchecked, with the way back to where each value stands.

Checks over the whole tree read entries and not validated records, so that one bad field hides no
other problem; the accessors give nothing where a value has the wrong type.
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from yaml.nodes import Node

from omlib.inventory import yaml_read
from omlib.inventory.problem import Code, Problem
from omlib.inventory.yaml_read import Path
from omlib.model.item import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """*node* holds the record in YAML; None: a row of a CSV file, all on one *line*."""

    collection: str
    value: dict[str, Any]
    file: str
    line: int
    node: Node | None = None

    @property
    def id(self) -> str:
        return self.name("system" if self.collection == "tombstones" else "id")

    @property
    def source(self) -> Source:
        return Source(self.file, self.line)

    def at(self, *path: str | int) -> Any:
        """The value at *path*, None if there is none."""
        value: Any = self.value
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def text(self, *path: str | int) -> str:
        value = self.at(*path)
        return value if isinstance(value, str) else ""

    def name(self, *path: str | int) -> str:
        """The text at *path* as refs spell it: in Unicode NFC."""
        return unicodedata.normalize("NFC", self.text(*path))

    def each(self, *path: str | int) -> Iterator[tuple[str | int, ...]]:
        """The paths of the elements of the list at *path*."""
        value = self.at(*path)
        if isinstance(value, list):
            yield from ((*path, index) for index in range(len(value)))

    def problem(self, code: Code, path: Path, /, **facts: str | int) -> Problem:
        return self._problem(yaml_read.place, code, path, facts)

    def key_problem(self, code: Code, path: Path, /, **facts: str | int) -> Problem:
        """As `problem`, at the key that *path* ends with."""
        return self._problem(yaml_read.key_place, code, path, facts)

    def _problem(
        self,
        find: Callable[[Node | None, Path], tuple[int, int]],
        code: Code,
        path: Path,
        facts: dict[str, str | int],
    ) -> Problem:
        line, column = (self.line, 1) if self.node is None else find(self.node, path)
        return Problem(self.file, line, column, code, facts)
