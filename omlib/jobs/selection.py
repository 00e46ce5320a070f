"""Which part of the estate a run is about: systems, departments, planes, or all of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from omlib import ports
from omlib.errors import UsageError
from omlib.model.estate import Estate
from omlib.model.finding import Finding
from omlib.model.item import Declared
from omlib.model.ref import Plane
from omlib.model.status import DRIFT, Status
from omlib.reconcile.owners import owners_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Empty means all. A department includes those below it.

    *owned* are the places (`Scope.where`) of the systems and departments themselves: undeclared
    things there are theirs too, also where they have not declared anything.
    """

    systems: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    planes: frozenset[Plane] = frozenset()
    owned: frozenset[str] = frozenset()
    typed: str = field(default="", compare=False)

    @property
    def everything(self) -> bool:
        return not (self.systems or self.departments or self.planes)

    def holds(self, one: Declared | Finding) -> bool:
        if self.planes and one.ref.plane not in self.planes:
            return False
        if not self.systems and not self.departments:
            return True
        return bool(self.systems & set(one.systems)) or one.department in self.departments

    def planes_of(self, planes: Iterable[ports.Plane]) -> list[ports.Plane]:
        return [one for one in planes if not self.planes or one.name in self.planes]

    def places(self, items: Iterable[Declared]) -> frozenset[str] | None:
        """The places to look at on the selected planes, None for all."""
        if not self.systems and not self.departments:
            return None
        return self.owned.union(item.scope.where for item in items if self.holds(item))


def select(
    estate: Estate,
    *,
    systems: Iterable[str] = (),
    departments: Iterable[str] = (),
    planes: Iterable[str] = (),
) -> Selection:
    """Check the names and take in what lies below a department; raises UsageError."""
    systems, departments, planes = tuple(systems), tuple(departments), tuple(planes)
    known = (
        ("system", systems, {*estate.systems, *estate.tombstones}),
        ("department", departments, set(estate.departments)),
        ("plane", planes, {plane.value for plane in Plane}),
    )
    for what, names, there in known:
        for name in names:
            if name not in there:
                raise UsageError(what=f"no_such_{what}", name=name)
    below = set(departments)
    while True:
        more = {d.id for d in estate.departments.values() if d.parent in below} - below
        if not more:
            break
        below |= more
    places = owners_of(estate).places
    held = {s.id for s in estate.systems.values() if s.department in below} | set(systems)
    typed = [f"--system {name}" for name in systems]
    typed += [f"--department {name}" for name in departments]
    typed += [f"--plane {name}" for name in planes]
    return Selection(
        systems=frozenset(held),
        departments=frozenset(below),
        planes=frozenset(map(Plane, planes)),
        owned=frozenset(
            where
            for where, owner in places.items()
            if owner.department in below or held.intersection(owner.systems)
        ),
        typed=" ".join(typed),
    )


def statuses(typed: str) -> frozenset[Status]:
    """The drifts that `--fail-on` names, all of them by default; raises UsageError."""
    if not typed:
        return DRIFT
    known = {status.value: status for status in DRIFT}
    names = [name.strip() for name in typed.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise UsageError(what="no_such_status", name=name, known=", ".join(sorted(known)))
    return frozenset(known[name] for name in names)
