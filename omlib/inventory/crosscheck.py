"""Check what stands in several places: ids, references, cycles, retired systems.

Reads entries as written, so that a record with another problem is checked here too.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from omlib.inventory.entry import Entry
from omlib.inventory.problem import Code, Problem, nearest, shown
from omlib.inventory.tree import Tree
from omlib.inventory.yaml_read import Path
from omlib.model.lifecycle import STATUSES_OF, Outcome, Stage

Ids = Mapping[str, dict[str, Entry]]


class Reference(NamedTuple):
    """A field that names a record; `*` in *path* stands for each element of a list."""

    collection: str
    path: tuple[str, ...]
    to: tuple[str, ...]


_SYSTEMS = ("systems", "tombstones")  # to use a closed one is another problem: RETIRED_USED
REFERENCES = (
    Reference("estate", ("policy", "log_servers", "*"), ("servers",)),
    Reference("estate", ("policy", "antivirus_roles", "*"), ("roles",)),
    Reference("departments", ("parent",), ("departments",)),
    Reference("clouds", ("site",), ("sites",)),
    Reference("clouds", ("projects", "*", "department"), ("departments",)),
    Reference("clouds", ("projects", "*", "system"), _SYSTEMS),
    Reference("systems", ("department",), ("departments",)),
    Reference("systems", ("depends_on", "*", "system"), _SYSTEMS),
    Reference("vms", ("cloud",), ("clouds",)),
    Reference("vms", ("security_groups", "*"), ("security_groups",)),
    *(
        reference
        for collection in ("vms", "servers", "network")
        for reference in (
            Reference(collection, ("system",), _SYSTEMS),
            Reference(collection, ("systems", "*"), _SYSTEMS),
        )
    ),
    Reference("security_groups", ("cloud",), ("clouds",)),
    Reference("servers", ("department",), ("departments",)),
    Reference("servers", ("access", "site"), ("sites",)),
    Reference("servers", ("vm",), ("vms",)),
    Reference("servers", ("room",), ("rooms",)),
    Reference("servers", ("roles", "*"), ("roles",)),
    Reference("network", ("department",), ("departments",)),
    Reference("network", ("access", "site"), ("sites",)),
    Reference("network", ("room",), ("rooms",)),
    Reference("rooms", ("department",), ("departments",)),
    Reference("circuits", ("contract",), ("contracts",)),
    Reference("circuits", ("device",), ("network",)),
    Reference("contracts", ("system",), _SYSTEMS),
    Reference("tombstones", ("department",), ("departments",)),
)
_SHARED_IDS = (("systems", "tombstones"), ("servers", "network"))  # one name, one thing
_USES = ("vms", "servers", "network")
CLOUD_PARTS = ("networks", "routers", "key_pairs", "server_groups")


def check_ids(tree: Tree) -> Iterator[Problem]:
    """Duplicates, also of the volumes of all VMs and of what clouds hold; and names that differ
    but make one ref.
    """
    space = {name: group[0] for group in _SHARED_IDS for name in group}
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for entry in tree.entries:
        collection = space.get(entry.collection, entry.collection)
        ids: list[tuple[str, Path]] = [(collection, _id_path(entry))]
        ids += [("volumes", (*path, "id")) for path in entry.each("volumes")]
        ids += [(field, (*path, "id")) for field, path in cloud_parts(entry)]
        for kind, path in ids:
            text = entry.text(*path)
            if not text or entry.collection == "waivers":
                continue
            if entry.collection == "contracts":
                kind = f"contracts {entry.at('year')} {entry.at('system')}"
            key = (kind, unicodedata.normalize("NFC", text))
            if key not in seen:
                seen[key] = text, str(entry.source)
                continue
            other, first = seen[key]
            if other != text:
                yield entry.problem(Code.SAME_REF, path, given=shown(text), other=first)
            else:
                yield entry.problem(Code.DUPLICATE_ID, path, id=shown(text), first=first)


def check_parts(tree: Tree) -> Iterator[Problem]:
    """Names of a server's packages, files ... that differ as written and make one ref."""
    for entry in tree.of("roles", "servers"):
        above = ("state",) if entry.collection == "servers" else ()
        for kind in ("packages", "services", "files", "users", "listeners"):
            names = entry.at(*above, kind)
            seen: dict[str, str] = {}
            for name in names if isinstance(names, list | dict) else ():
                if not isinstance(name, str):
                    continue
                first = seen.setdefault(unicodedata.normalize("NFC", name), name)
                if first != name:
                    path = (*above, kind, name)
                    yield entry.key_problem(
                        Code.SAME_REF, path, given=shown(name), other=shown(first)
                    )


_WAYS = {"content", "sha256", "source", "target", "template"}


def check_choices(tree: Tree) -> Iterator[Problem]:
    """A contract is for a system or for a package; a file's content is given in one way."""
    for entry in tree.of("contracts"):
        if bool(entry.at("system")) == bool(entry.at("package")):
            yield entry.problem(Code.EITHER_OR, (), one="system", other="package")
    for entry in tree.of("roles", "servers"):
        above = ("state", "files") if entry.collection == "servers" else ("files",)
        files = entry.at(*above)
        for name in files if isinstance(files, dict) else ():
            held = entry.at(*above, name)
            ways = sorted(_WAYS & (held if isinstance(held, dict) else {}).keys())
            if len(ways) > 1:
                path = (*above, name, ways[1])
                yield entry.key_problem(Code.EITHER_OR, path, one=ways[0], other=ways[1])


def cloud_parts(entry: Entry) -> Iterator[tuple[str, Path]]:
    """What a cloud's record declares inside it. A network without project is only referred to."""
    if entry.collection == "clouds":
        for field in CLOUD_PARTS:
            for path in entry.each(field):
                if field != "networks" or entry.text(*path, "project"):
                    yield field, path


def _id_path(entry: Entry) -> Path:
    return ("system",) if entry.collection == "tombstones" else ("id",)


def ids_of(tree: Tree) -> Ids:
    """The first entry of each id, by collection; ids in NFC, as refs have them."""
    found: dict[str, dict[str, Entry]] = {}
    for entry in tree.entries:
        if entry.id:
            found.setdefault(entry.collection, {}).setdefault(entry.id, entry)
    return found


def check_references(tree: Tree, ids: Ids) -> Iterator[Problem]:
    by_collection: dict[str, list[Reference]] = {}
    for reference in REFERENCES:
        by_collection.setdefault(reference.collection, []).append(reference)
    for entry in tree.entries:
        for reference in by_collection.get(entry.collection, ()):
            for path in _paths(entry, reference.path):
                yield from check_reference(tree, ids, entry, path, reference.to)
        if entry.collection == "systems":
            to = {Outcome.MERGE: "systems", Outcome.TRANSFER: "departments"}
            outcome = entry.text("decision", "outcome")
            if outcome in to:
                into = (to[Outcome(outcome)],)
                yield from check_reference(tree, ids, entry, ("decision", "into"), into)


def check_reference(
    tree: Tree,
    ids: Ids,
    entry: Entry,
    path: tuple[str | int, ...],
    to: tuple[str, ...],
) -> Iterator[Problem]:
    name = entry.name(*path)
    if not name or any(name in ids.get(collection, ()) for collection in to):
        return
    if any(collection in tree.broken for collection in to):
        return  # the record may stand in the file that could not be read
    known = [name for collection in to for name in ids.get(collection, ())]
    yield unknown_reference(entry, path, name, to[0], known)


def unknown_reference(
    entry: Entry, path: tuple[str | int, ...], name: str, collection: str, known: Iterable[str]
) -> Problem:
    facts = {"field": ".".join(map(str, path)), "given": shown(name), "collection": collection}
    near = nearest(name, list(known))
    return entry.problem(Code.UNKNOWN_REFERENCE, path, **facts, nearest=near)


def _paths(entry: Entry, pattern: tuple[str, ...]) -> Iterator[tuple[str | int, ...]]:
    if "*" not in pattern:
        yield pattern
        return
    star = pattern.index("*")
    above, below = pattern[:star], pattern[star + 1 :]
    if isinstance(entry.at(*above), str):
        yield above  # one name, written without a list
    for path in entry.each(*above):
        yield (*path, *below)


def check_cycles(ids: Ids) -> Iterator[Problem]:
    departments = {
        name: [(("parent",), entry.name("parent"))]
        for name, entry in ids.get("departments", {}).items()
    }
    systems = {
        name: [
            ((*path, "system"), entry.name(*path, "system")) for path in entry.each("depends_on")
        ]
        for name, entry in ids.get("systems", {}).items()
    }
    for code, collection, edges in (
        (Code.DEPARTMENT_CYCLE, "departments", departments),
        (Code.DEPENDENCY_CYCLE, "systems", systems),
    ):
        for cycle in find_cycles({name: [to for _, to in held] for name, held in edges.items()}):
            entry = ids[collection][cycle[0]]
            field = next(path for path, to in edges[cycle[0]] if to == cycle[1])
            yield entry.problem(code, field, path=" -> ".join(cycle))


def find_cycles(edges: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """A closed path for each way back to a node above, `[a, b, a]`; none if there is no cycle.

    Depth first without recursion: a chain may be as long as the inventory.

    >>> list(find_cycles({"a": ["b"], "b": ["a"], "c": ["a"]}))
    [['a', 'b', 'a']]
    """
    done: set[str] = set()
    for start in sorted(edges):
        path: list[str] = []
        on_path: set[str] = set()
        work = [(start, False)]
        while work:
            node, leave = work.pop()
            if leave:
                on_path.discard(path.pop())
                done.add(node)
            elif node in on_path:
                cycle = path[path.index(node) :]
                first = cycle.index(min(cycle))
                yield [*cycle[first:], *cycle[:first], cycle[first]]
            elif node not in done and node in edges:
                path.append(node)
                on_path.add(node)
                work.append((node, True))
                work += [(to, False) for to in sorted(edges[node], reverse=True)]


def check_lifecycles(tree: Tree, ids: Ids) -> Iterator[Problem]:
    """A retired system keeps its identities and wants nothing; nothing else names it."""
    retired = set()
    for entry in tree.of("systems"):
        stage, status = entry.text("lifecycle", "stage"), entry.text("lifecycle", "status")
        allowed = [word.value for word in STATUSES_OF[Stage(stage)]] if stage in _STAGES else []
        if allowed and status and status in _STATUSES and status not in allowed:
            facts = {"stage": stage, "status": status, "known": " ".join(sorted(allowed))}
            yield entry.problem(Code.BAD_LIFECYCLE, ("lifecycle", "status"), **facts)
        if status != "retired":
            if entry.at("retired") is not None:
                facts = {"system": entry.id, "status": shown(status)}
                yield entry.key_problem(Code.NOT_RETIRED, ("retired",), **facts)
            continue
        retired.add(entry.id)
        if entry.at("retired") is None:
            yield entry.problem(Code.MISSING_FIELD, (), field="retired")
        for field in ("provides", "depends_on"):
            if entry.at(field):
                yield entry.key_problem(Code.RETIRED_WANTS, (field,), system=entry.id, field=field)
    closed = retired | ids.get("tombstones", {}).keys()
    for entry in tree.entries:
        for path in _system_paths(entry):
            if entry.name(*path) in closed:
                facts = {"system": shown(entry.text(*path)), "field": ".".join(map(str, path))}
                yield entry.problem(Code.RETIRED_USED, path, **facts)


_STAGES = frozenset(stage.value for stage in Stage)
_STATUSES = frozenset(status.value for statuses in STATUSES_OF.values() for status in statuses)


def _system_paths(entry: Entry) -> Iterator[tuple[str | int, ...]]:
    if entry.collection in _USES:
        yield ("system",)
        yield from entry.each("systems")
        if isinstance(entry.at("systems"), str):
            yield ("systems",)
    elif entry.collection == "clouds":
        yield from ((*path, "system") for path in entry.each("projects"))
    elif entry.collection == "systems":
        yield from ((*path, "system") for path in entry.each("depends_on"))
