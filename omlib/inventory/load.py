"""Load an inventory: one estate, or every problem of the whole tree."""

import gc
import os
import zoneinfo
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from omlib.inventory.addresses import check_addresses, check_places
from omlib.inventory.build import Located, build_estate
from omlib.inventory.catalogue import ROOT, ROOT_FILE
from omlib.inventory.contents import Contents, check_contents
from omlib.inventory.crosscheck import (
    Ids,
    check_choices,
    check_cycles,
    check_ids,
    check_lifecycles,
    check_parts,
    check_references,
    ids_of,
)
from omlib.inventory.problem import (
    Code,
    InvalidInventoryError,
    NoInventoryError,
    Problem,
    nearest,
    shown,
)
from omlib.inventory.promises import check_identities, check_waivers
from omlib.inventory.rendered import Rendered
from omlib.inventory.schema.organisation import EstateRecord, PolicyRecord
from omlib.inventory.shape import check_shape
from omlib.inventory.tree import Tree, read_tree
from omlib.model.estate import Estate

ENVIRONMENT = "OMLIB_INVENTORY"


def find_root(
    start: Path | None = None, env: Mapping[str, str] = os.environ, cwd: Path | None = None
) -> Path:
    """The inventory's folder: as said, else `OMLIB_INVENTORY`, else the nearest upwards.

    A folder's own `inventory/` counts as near as itself. Raises NoInventoryError.
    """
    said = start or (Path(env[ENVIRONMENT]) if env.get(ENVIRONMENT) else None)
    here = (cwd or Path.cwd()).absolute()
    if said is not None:
        candidates = [said.parent if said.name == ROOT_FILE else said]
    else:
        candidates = [at for above in (here, *here.parents) for at in (above, above / "inventory")]
    for candidate in candidates:
        if (candidate / ROOT_FILE).exists():
            return candidate
    raise NoInventoryError(looked=str(here if said is None else said))


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """*estate* is None exactly when there are *problems*. *files*, as read, relative to *root*."""

    root: Path
    estate: Estate | None
    problems: tuple[Problem, ...]
    files: tuple[str, ...]

    def checked(self) -> Estate:
        """The estate; raises InvalidInventoryError."""
        if self.estate is None:
            first = self.problems[0]
            raise InvalidInventoryError(
                root=str(self.root),
                count=len(self.problems),
                first=f"{first.file}:{first.line}: {first.code}",
            )
        return self.estate


def load(root: Path) -> Loaded:
    """Read, check and build what *root* holds. Every problem is found in this one pass."""
    with _no_collection():
        return _load(root)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Python's cyclic collector walks the growing tree again and again: 2.0 s instead of 0.8 s."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _load(root: Path) -> Loaded:
    tree = read_tree(root)
    contents = Contents(tree.root)
    problems = list(tree.problems)
    records: list[Located] = []
    estate_record: EstateRecord | None = None
    for entry in tree.entries:
        record, found = check_shape(entry)
        problems += found
        if isinstance(record, EstateRecord):
            estate_record = record
        elif record is not None:
            records.append((record, entry.source))
    problems += _across(tree, contents)
    estate = None
    if not problems and estate_record is not None:
        rendered = Rendered(contents)
        estate = build_estate(estate_record, records, contents, rendered)
        problems += rendered.problems(tree)
    return Loaded(
        root=tree.root,
        estate=None if problems else estate,
        problems=tuple(sorted(_once(problems), key=lambda problem: problem.order)),
        files=tuple(tree.files),
    )


def _across(tree: Tree, contents: Contents) -> Iterator[Problem]:
    ids: Ids = ids_of(tree)
    yield from _check_timezone(tree)
    yield from check_ids(tree)
    yield from check_parts(tree)
    yield from check_choices(tree)
    yield from check_references(tree, ids)
    yield from check_cycles(ids)
    yield from check_lifecycles(tree, ids)
    yield from check_places(tree, ids)
    yield from check_addresses(tree, ids)
    yield from check_waivers(tree, ids, _waiver_max_days(tree))
    yield from check_identities(tree, ids)
    yield from check_contents(tree, contents)


def _waiver_max_days(tree: Tree) -> int:
    """As written, also where something else in the root file is wrong."""
    for entry in tree.of(ROOT):
        days = entry.at("policy", "waiver_max_days")
        if isinstance(days, int):
            return days
    return PolicyRecord().waiver_max_days


def _check_timezone(tree: Tree) -> Iterator[Problem]:
    known = zoneinfo.available_timezones()  # empty where no tzdata is installed: nothing to say
    for entry in tree.of(ROOT):
        given = entry.text("timezone")
        if given and known and given not in known:
            near = nearest(given, sorted(known))
            facts = {"given": shown(given), "nearest": near}
            yield entry.problem(Code.UNKNOWN_TIMEZONE, ("timezone",), **facts)


def _once(problems: list[Problem]) -> list[Problem]:
    """A record that an alias repeats has its problem once."""
    return list({problem.order: problem for problem in problems}.values())
