"""Read the files of an inventory: each a regular file of bounded size inside the tree."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from omlib.inventory.catalogue import (
    ANSIBLE_FILE,
    COLLECTIONS,
    FILES,
    ONE_PER_FILE,
    ROOT,
    ROOT_FILE,
    known_files,
    model_of,
)
from omlib.inventory.csv_read import decode_table, read_csv
from omlib.inventory.entry import Entry
from omlib.inventory.problem import Code, Problem, nearest, shown, type_word
from omlib.inventory.yaml_read import Document, child, read_yaml

MAX_FILE_BYTES = 8 * 1024 * 1024


@dataclass(slots=True)
class Tree:
    """Everything that was read. *broken* collections may lack records: their file was not read."""

    root: Path
    files: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def of(self, *collections: str) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry.collection in collections)


class UnfitFileError(Exception):
    """A file that is not read. *code* and *facts* say why."""

    def __init__(self, code: Code, **facts: str | int) -> None:
        super().__init__(code, facts)
        self.code, self.facts = code, facts


def read_tree(root: Path) -> Tree:
    tree = Tree(root.resolve())
    for name, collection in _layout(tree):
        try:
            data = read_inside(tree.root, name)
        except UnfitFileError as unfit:
            tree.problems.append(Problem(name, 1, 1, unfit.code, unfit.facts))
            tree.broken.add(collection)
            continue
        tree.files.append(name)
        if name.endswith(".csv"):
            _take_table(tree, name, collection, data)
        else:
            _take_yaml(tree, name, collection, data)
    return tree


def read_inside(root: Path, name: str) -> bytes:
    """The bytes of a file of the inventory; raises UnfitFileError."""
    path = root / name
    try:
        if not path.resolve().is_relative_to(root):
            raise UnfitFileError(Code.PATH_OUTSIDE, path=shown(name))
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise UnfitFileError(Code.NOT_A_FILE)
        if found.st_size > MAX_FILE_BYTES:
            raise UnfitFileError(Code.TOO_BIG, bytes=found.st_size, limit=MAX_FILE_BYTES)
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of symbolic links
        said = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "loop"
        raise UnfitFileError(Code.UNREADABLE, said=said) from error
    if len(data) > MAX_FILE_BYTES:
        raise UnfitFileError(Code.TOO_BIG, bytes=len(data), limit=MAX_FILE_BYTES)
    return data


def _layout(tree: Tree) -> Iterator[tuple[str, str]]:
    """The files of records in a fixed order, with their collection; others become problems."""
    if not (tree.root / ROOT_FILE).exists():
        tree.problems.append(Problem(ROOT_FILE, 1, 1, Code.NO_ROOT_FILE, {}))
    for name in sorted(set(_names(tree)) - {ANSIBLE_FILE}):
        folder, _, file = name.rpartition("/")
        stem, _, kind = file.rpartition(".")
        if name == ROOT_FILE:
            yield name, ROOT
        elif not folder and kind in ("yml", "csv") and stem in COLLECTIONS:
            yield name, stem
        elif folder in COLLECTIONS and kind == "yml":
            yield name, folder
        else:
            near = _meant(folder, stem) if folder else nearest(name, known_files())
            facts: dict[str, str | int] = {"nearest": near, "known": " ".join(COLLECTIONS)}
            tree.problems.append(Problem(name, 1, 1, Code.UNKNOWN_FILE, facts))


def _meant(folder: str, stem: str) -> str:
    collection = nearest(folder, list(COLLECTIONS))
    return f"{collection}/{stem}.yml" if collection else ""


def _names(tree: Tree) -> Iterator[str]:
    """YAML and CSV files, relative; hidden ones and the folder of contents aside."""
    for at, folders, files in os.walk(tree.root):
        here = Path(at)
        for folder in list(folders):
            linked = (here / folder).is_symlink()
            if linked and not (here / folder).resolve().is_relative_to(tree.root):
                name = (here / folder).relative_to(tree.root).as_posix()
                tree.problems.append(Problem(name, 1, 1, Code.PATH_OUTSIDE, {"path": shown(name)}))
            elif linked and folder in COLLECTIONS and here == tree.root:
                # os.walk does not go through links, so it cannot go in circles
                linked_files = sorted((here / folder).glob("*.yml"))
                yield from (f"{folder}/{path.name}" for path in linked_files)
        folders[:] = [
            name for name in folders if name[0] != "." and not (here == tree.root and name == FILES)
        ]
        for file in files:
            if file[0] != "." and file.lower().endswith((".yml", ".yaml", ".csv")):
                yield (here / file).relative_to(tree.root).as_posix()


def _take_table(tree: Tree, name: str, collection: str, data: bytes) -> None:
    try:
        text = decode_table(data)
    except UnicodeDecodeError as error:
        tree.problems.append(_undecoded(name, data, error, Code.NOT_TEXT))
        tree.broken.add(collection)
        return
    for read in read_csv(text, name, collection, model_of(collection)):
        if isinstance(read, Entry):
            tree.entries.append(read)
        else:
            tree.problems.append(read)
            if read.code in (Code.SYNTAX, Code.CSV_CELLS):
                tree.broken.add(collection)


def _take_yaml(tree: Tree, name: str, collection: str, data: bytes) -> None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        tree.problems.append(_undecoded(name, data, error, Code.NOT_UTF8))
        tree.broken.add(collection)
        return
    document = read_yaml(text)
    tree.problems += [Problem(name, *fault) for fault in document.faults]
    if document.value is None and document.faults:
        tree.broken.add(collection)
        return
    for found in _entries(document, name, collection):
        if isinstance(found, Entry):
            tree.entries.append(found)
        else:
            tree.problems.append(found)
            tree.broken.add(collection)


def _undecoded(name: str, data: bytes, error: UnicodeDecodeError, code: Code) -> Problem:
    before = data[: error.start]
    column = error.start - (before.rfind(b"\n") + 1) + 1
    facts: dict[str, str | int] = {"byte": f"0x{data[error.start]:02x}"}
    return Problem(name, before.count(b"\n") + 1, column, code, facts)


def _entries(document: Document, name: str, collection: str) -> Iterator[Entry | Problem]:
    value, node = document.value, document.node
    whole = Entry(collection=collection, value={}, file=name, line=1, node=node)
    single = collection == ROOT or ("/" in name and collection in ONE_PER_FILE)
    if not isinstance(value, dict):
        facts = {"field": name, "wanted": "mapping", "given": type_word(value)}
        yield whole.problem(Code.WRONG_TYPE, (), **facts)
    elif single and (collection == ROOT or value.keys() != {collection}):
        line = node.start_mark.line + 1 if node is not None else 1
        yield Entry(collection=collection, value=value, file=name, line=line, node=node)
    else:
        for key in value:
            if key != collection:
                facts = {"key": shown(key), "nearest": collection, "known": collection}
                yield whole.key_problem(Code.UNKNOWN_KEY, (key,), **facts)
        yield from _listed(document, name, collection, value.get(collection, []))


def _listed(
    document: Document, name: str, collection: str, records: object
) -> Iterator[Entry | Problem]:
    whole = Entry(collection=collection, value={}, file=name, line=1, node=document.node)
    if records is None:
        return
    if not isinstance(records, list):
        facts = {"field": collection, "wanted": "list", "given": type_word(records)}
        yield whole.problem(Code.WRONG_TYPE, (collection,), **facts)
        return
    held = child(document.node, collection)
    nodes = held.value if held is not None else []
    for index, (record, node) in enumerate(zip(records, nodes, strict=True)):
        if isinstance(record, dict):
            line = node.start_mark.line + 1
            yield Entry(collection=collection, value=record, file=name, line=line, node=node)
        else:
            facts = {"field": f"{collection}[{index}]", "wanted": "mapping"}
            facts["given"] = type_word(record)
            yield whole.problem(Code.WRONG_TYPE, (collection, index), **facts)
