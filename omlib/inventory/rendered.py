"""Make the contents of files from templates, host by host.

A template sees `host` (id, address, os, department, systems, zone, room, vm) and by their names the
`vars` of the host's roles in order, then its own. What it includes is a file of the inventory too.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import BaseLoader, Environment, TemplateNotFound

from omlib.inventory.contents import Contents
from omlib.inventory.entry import Entry
from omlib.inventory.problem import Code, Problem, shown
from omlib.inventory.tree import Tree, UnfitFileError
from omlib.templates import failure, render, sandbox

_LONGEST_CHARS = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a file is declared: in a record of a *collection*, by its *path* on the host."""

    collection: str
    id: str
    path: str


class Rendered:
    """Each template once a host. One that fails is remembered, and makes nothing."""

    def __init__(self, contents: Contents) -> None:
        self._root = str(contents.root)
        self._templates = sandbox(_Loader(contents))
        self._made: dict[tuple[str, str], bytes | None] = {}
        self._failed: dict[tuple[str, int, str], tuple[str, Place]] = {}

    def of(self, name: str, host: str, values: Mapping[str, object], place: Place) -> bytes | None:
        if (name, host) not in self._made:
            try:
                text = render(self._templates, name, values, limit_chars=_LONGEST_CHARS)
                self._made[name, host] = text.encode("utf-8")
            except Exception as error:  # noqa: BLE001  (a template can raise whatever Python can)
                at = failure(error, name, (self._root,))
                self._failed.setdefault(at, (host, place))
                self._made[name, host] = None
        return self._made[name, host]

    def problems(self, tree: Tree) -> Iterator[Problem]:
        """What fails on many hosts for one reason is told of the first."""
        entries = {(entry.collection, entry.id): entry for entry in tree.of("roles", "servers")}
        for (template, line, said), (host, place) in self._failed.items():
            entry: Entry = entries[place.collection, place.id]
            above = ("state", "files") if place.collection == "servers" else ("files",)
            yield entry.problem(
                Code.TEMPLATE_FAILED,
                (*above, place.path, "template"),
                template=f"{template}:{line}" if line else template,
                host=host,
                said=shown(said),
            )


class _Loader(BaseLoader):
    """Templates are read as any file of the inventory is: regular, bounded, inside, UTF-8."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002
        template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        try:
            source = self._contents.of(template).decode("utf-8")
        except UnfitFileError as unfit:
            raise TemplateNotFound(template, f"{template}: {unfit.code}") from unfit
        return source, f"{self._contents.root}/{template}", lambda: True
