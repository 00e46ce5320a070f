"""Bring in the contents of declared files: inline text, or a file of the inventory's own tree."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from omlib.inventory.entry import Entry
from omlib.inventory.problem import Problem
from omlib.inventory.tree import Tree, UnfitFileError, read_inside


class Contents:
    """The files that `source:` and `template:` name, each read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._read = lru_cache(maxsize=None)(lambda name: read_inside(root, name))

    def of(self, name: str) -> bytes:
        """Raises UnfitFileError."""
        return self._read(name)


def check_contents(tree: Tree, contents: Contents) -> Iterator[Problem]:
    for entry in tree.of("roles", "servers"):
        above = ("state", "files") if entry.collection == "servers" else ("files",)
        files = entry.at(*above)
        for path in files if isinstance(files, Mapping) else ():
            for field in ("source", "template"):
                yield from _check(entry, (*above, path, field), contents)


def _check(entry: Entry, path: tuple[str, ...], contents: Contents) -> Iterator[Problem]:
    name = entry.text(*path)
    if not name or name.startswith("/") or ".." in name.split("/"):
        return  # not given, or said to lead outside by the record's own check
    try:
        contents.of(name)
    except UnfitFileError as unfit:
        yield entry.problem(unfit.code, path, **{"path": name, **unfit.facts})
