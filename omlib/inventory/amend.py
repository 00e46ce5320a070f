"""Changes of records all over an inventory, as new contents of its files. Nothing is written here.

A record is named by collection and id; where its file cannot take the change (the record is shared
by an anchor, or stands in a table) that record is refused and the others go on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from omlib.inventory.catalogue import ONE_PER_FILE
from omlib.inventory.entry import Entry
from omlib.inventory.tree import Tree, read_inside, read_tree
from omlib.inventory.writeback import Append, Edit, Pointer, Put, WriteBackError, edited


class By(NamedTuple):
    """The element of a list that has this id."""

    id: str


class Field(NamedTuple):
    """Set one field of a record: `("volumes", By("oa-data"), "bound_id")`."""

    collection: str
    id: str
    path: tuple[str | int | By, ...]
    value: object


class NewRecord(NamedTuple):
    """Add a record, to the file where its siblings of the same cloud and project stand."""

    collection: str
    record: Mapping[str, object]

    @property
    def id(self) -> str:
        return str(self.record["id"])


Change = Field | NewRecord
Owner = tuple[str, str]  # collection and id


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A file as it was read (None: it was not there), and as it is to be."""

    before: bytes | None
    after: bytes


@dataclass(slots=True)
class Amended:
    """*files* by name in the inventory; *refused* records with why; *at* where new ones stand."""

    files: dict[str, Rewrite] = field(default_factory=dict)
    refused: dict[Owner, str] = field(default_factory=dict)
    at: dict[Owner, str] = field(default_factory=dict)


class _Place(NamedTuple):
    entry: Entry
    at: int


def amend(root: Path, changes: Iterable[Change]) -> Amended:
    """The files with *changes*. *root* must hold a sound inventory."""
    tree = read_tree(root)
    places = dict(_places(tree))
    amended = Amended()
    wanted: dict[str, list[tuple[Owner, Edit]]] = {}
    for change in changes:
        owner = change.collection, change.id
        if isinstance(change, NewRecord):
            name = _home(tree, change)
            amended.at[owner] = name
            edit: Edit = Append((change.collection,), change.record)
            wanted.setdefault(name, []).append((owner, edit))
            continue
        place = places.get(owner)
        pointer = _pointer(change, place) if place else None
        if place is None or pointer is None:
            amended.refused[owner] = "no_such_place"
        elif place.entry.file.endswith(".csv"):
            amended.refused[owner] = "table"
        else:
            edits = wanted.setdefault(place.entry.file, [])
            edits.append((owner, Put(pointer, change.value)))
    for name, edits in sorted(wanted.items()):
        _rewrite(tree.root, name, edits, amended)
    return amended


def _rewrite(root: Path, name: str, edits: Sequence[tuple[Owner, Edit]], amended: Amended) -> None:
    before = read_inside(root, name) if (root / name).exists() else None
    kept = [pair for pair in edits if pair[0] not in amended.refused]
    try:
        after = edited(before or b"", [edit for _, edit in kept], name)
    except WriteBackError:
        for owner in dict.fromkeys(owner for owner, _ in kept):
            own = [edit for other, edit in kept if other == owner]
            try:
                edited(before or b"", own, name)
            except WriteBackError as refused:
                amended.refused[owner] = str(refused.facts["why"])
        kept = [pair for pair in kept if pair[0] not in amended.refused]
        after = edited(before or b"", [edit for _, edit in kept], name) if kept else before or b""
    if after != (before or b""):
        amended.files[name] = Rewrite(before, after)


def _places(tree: Tree) -> Iterator[tuple[Owner, _Place]]:
    """Each record with its place in its file's list."""
    count: Counter[tuple[str, str]] = Counter()
    for entry in tree.entries:
        if entry.collection in ONE_PER_FILE:
            continue
        at = entry.file, entry.collection
        yield (entry.collection, entry.id), _Place(entry, count[at])
        count[at] += 1


def _pointer(change: Field, place: _Place) -> Pointer | None:
    pointer: list[str | int] = [change.collection, place.at]
    held: object = place.entry.value
    for part in change.path:
        if isinstance(part, By):
            ids = [one.get("id") for one in held] if isinstance(held, list) else []
            if part.id not in ids:
                return None
            part = ids.index(part.id)
        pointer.append(part)
        if isinstance(held, dict):
            held = held.get(part)
        elif isinstance(held, list) and isinstance(part, int) and part < len(held):
            held = held[part]
        else:
            held = None
    return pointer


def _home(tree: Tree, new: NewRecord) -> str:
    """The file with most of its siblings: of its project, else of its cloud, else of its kind."""
    entries = [
        entry for entry in tree.of(new.collection) if entry.file.endswith(".yml") and entry.node
    ]
    for names in (("cloud", "project"), ("cloud",), ()):
        files = Counter(
            entry.file
            for entry in entries
            if all(entry.name(name) == new.record.get(name) for name in names)
        )
        if files:
            return min(files, key=lambda name: (-files[name], name))
    known = [name for name in tree.files if _collection_of(name) == new.collection]
    return min((name for name in known if name.endswith(".yml")), default=f"{new.collection}.yml")


def _collection_of(name: str) -> str:
    folder, _, file = name.rpartition("/")
    return folder or file.rpartition(".")[0]
