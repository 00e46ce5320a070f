"""The rows that can be checked, in one table: a new check is a function and a line here."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from omlib.model.check import Checked
from omlib.model.ref import Plane
from omlib.reconcile.mlps import redundancy
from omlib.reconcile.mlps.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """*planes* are those a look at which the check stands on; its title is `mlps.row.NUMBER`."""

    number: int
    clause: str
    planes: tuple[Plane, ...]
    check: Callable[[Facts], Iterator[Checked]]


ROWS: tuple[Row, ...] = (
    Row(
        number=redundancy.ROW,
        clause=redundancy.CLAUSE,
        planes=(Plane.CLOUD, Plane.SERVER),
        check=redundancy.redundancy,
    ),
)


def run_checks(facts: Facts, systems: Collection[str] = ()) -> list[Checked]:
    """Every row on every subject, or on those of *systems*; by row and subject."""
    return [
        checked
        for row in ROWS
        for checked in row.check(facts)
        if not systems or set(systems).intersection(checked.systems)
    ]
