"""What most verbs begin with: the inventory read and checked, its planes, its records."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from omlib.inventory.load import find_root, load
from omlib.inventory.problem import InvalidInventoryError
from omlib.jobs.wiring import (
    bound_by_stacks,
    declared_items,
    real_planes,
    stacks_in_state,
)
from omlib.model.estate import Estate
from omlib.model.item import Declared
from omlib.ports import Plane
from omlib.reconcile.stacks import NO_STACKS, Stacks
from omlib.records.store import RecordStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """*root* is the inventory's directory; *items* everything declared, retired things too.

    *stacks* is what the states of the cloud's stacks hold; items stand under their ids there.
    """

    root: Path
    records: Path
    estate: Estate
    items: tuple[Declared, ...]
    planes: Sequence[Plane]
    stacks: Stacks = NO_STACKS

    def store(self) -> RecordStore:
        return RecordStore(self.records)

    @property
    def caps(self) -> dict[str, int]:
        return {site.id: site.concurrency for site in self.estate.sites.values()}


def read_estate(inventory: Path | None) -> Estate:
    """The declared estate; raises NoInventoryError, or InvalidInventoryError at any problem."""
    return _read(find_root(inventory))


def open_workspace(
    inventory: Path | None, records: Path | None = None, *, posture: bool = False
) -> Workspace:
    """The inventory with its planes; raises as `read_estate` does.

    *posture*: a look also asks for what checks of the protection scheme stand on.
    """
    root = find_root(inventory)
    estate = _read(root)
    stacks, live_ids = stacks_in_state(root)
    items = bound_by_stacks(declared_items(estate, root), live_ids)
    return Workspace(
        root=root,
        records=records or default_records(root),
        estate=estate,
        items=items,
        planes=real_planes(estate, items, posture=posture),
        stacks=stacks,
    )


def _read(root: Path) -> Estate:
    loaded = load(root)
    if loaded.estate is None:
        first = loaded.problems[0]
        raise InvalidInventoryError(
            root=str(root), count=len(loaded.problems), first=f"{first.file}:{first.line}"
        )
    return loaded.estate


def default_records(root: Path) -> Path:
    return root / ".omlib" / "records.sqlite"
