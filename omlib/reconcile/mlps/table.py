"""The rows that can be checked, in one table: a new check is a function and a line here."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from omlib.model.check import Checked
from omlib.model.ref import Plane
from omlib.reconcile.mlps import access, identity, redundancy, rights, surface, trail
from omlib.reconcile.mlps.facts import Facts
from omlib.reconcile.mlps.host import Judge, on_hosts


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """*planes* are those a look at which the check stands on; its title is `mlps.row.NUMBER`."""

    number: int
    clause: str
    planes: tuple[Plane, ...]
    check: Callable[[Facts], Iterator[Checked]]


def _host(number: int, clause: str, judge: Judge, remedy: str = "") -> Row:
    check = on_hosts(number, clause, judge, remedy)
    return Row(number=number, clause=clause, planes=(Plane.SERVER,), check=check)


_BASELINE = "baseline"
ROWS: tuple[Row, ...] = (
    _host(1, "8.1.4.1a", identity.accounts),
    _host(2, "8.1.4.1a", identity.quality, _BASELINE),
    _host(3, "8.1.4.1a", identity.ageing, _BASELINE),
    _host(4, "8.1.4.1b", identity.locking, _BASELINE),
    _host(5, "8.1.4.1b", access.idle, _BASELINE),
    _host(6, "8.1.4.1c", access.plain_text, _BASELINE),
    _host(7, "8.1.4.1d", access.second_factor),
    _host(8, "8.1.4.2b,c", rights.stray_accounts),
    _host(9, "8.1.4.2d", rights.sudo, _BASELINE),
    _host(10, "8.1.4.2f", rights.file_modes, _BASELINE),
    _host(11, "8.1.4.3a", trail.audited, _BASELINE),
    _host(12, "8.1.4.3c", trail.forwarded),
    _host(14, "8.1.4.3", trail.clock),
    _host(15, "8.1.4.4a", surface.installed, "declare"),
    _host(16, "8.1.4.4b", surface.listening, "declare"),
    _host(17, "8.1.4.4c", access.management),
    _host(18, "8.1.4.4e", surface.updated),
    _host(19, "8.1.4.5", surface.guarded),
    _host(20, "8.1.4.6", surface.booted),
    _host(21, "8.1.4.7/8", surface.encrypted),
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
