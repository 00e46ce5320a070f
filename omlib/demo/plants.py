"""The deviations of the story: each planted the way people make it, each with what must be found.

A plant has two hands: on the lab it is one of `omlib.lab.breaks`, in the simulation a change to the
world in memory. What is expected is the same, and it is all that may be found.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from omlib.model.finding import Finding
from omlib.model.item import Actual, Declared, Key, Scope, Value
from omlib.model.ref import LIVE, Plane, Ref
from omlib.model.status import Status, UnknownReason
from omlib.testing.world import World, live_id, live_ref

Items = Sequence[Declared]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One finding that must be there. *label* names a live thing whose ref holds an id."""

    plane: Plane
    kind: str
    owner: str
    part: str = ""
    label: str = ""
    status: Status
    reason: UnknownReason | None = None

    def is_met_by(self, finding: Finding) -> bool:
        ref = finding.ref
        if (finding.status, finding.reason) != (self.status, self.reason):
            return False
        if (ref.plane, ref.kind) != (self.plane, self.kind):
            return False
        if self.label:
            return finding.label == self.label and ref.owner.startswith(self.owner)
        return (ref.owner, ref.part) == (self.owner, self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """*code* is worded by `demo.plant.CODE`; *target* is where, for people and for the lab.

    *breaks* names the lab's break ("" where the lab was built so from the start); *expects* may
    depend on what is declared. *simulate* does nothing where a story is told on the lab only.
    """

    code: str
    target: str
    breaks: str
    lab_target: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    expects: "Expects"
    simulate: "Simulate" = lambda _world, _items: None


Expects = Callable[[Items], Iterable[Expected]]
Simulate = Callable[[World, Items], None]


def one(plane: Plane, kind: str, owner: str, part: str, status: Status) -> Expects:
    expected = Expected(plane=plane, kind=kind, owner=owner, part=part, status=status)
    return lambda _: (expected,)


def shadow(where: str, kind: str, label: str) -> Expects:
    """Something in the cloud that nobody declared, seen under the name *label*."""
    expected = Expected(
        plane=Plane.CLOUD,
        kind=kind,
        owner=f"{LIVE}{where}:",
        label=label,
        status=Status.UNMANAGED,
    )
    return lambda _: (expected,)


def blind(where: str, reason: UnknownReason) -> Expects:
    """Everything declared at *where* is unknown for *reason*."""

    def told(items: Items) -> Iterator[Expected]:
        for item in items:
            if item.scope.where == where:
                yield Expected(
                    plane=item.ref.plane,
                    kind=item.ref.kind,
                    owner=item.ref.owner,
                    part=item.ref.part,
                    status=Status.UNKNOWN,
                    reason=reason,
                )

    return told


def change(ref: Ref, *, adds: bool = False, **attributes: Value) -> Simulate:
    """Set attributes of a thing; with *adds* the given members come on top of what is there."""

    def apply(world: World, _: Items) -> None:
        thing = world.thing(ref)
        for path, value in attributes.items():
            there = thing.attributes.get(path) if adds and thing else None
            if isinstance(there, tuple) and isinstance(value, tuple):
                value = (*there, *value)
            world.change(ref, path, value)

    return apply


def put(ref: Ref, **attributes: Value) -> Simulate:
    """Something nobody declared appears on a host."""

    def apply(world: World, _: Items) -> None:
        scope = Scope(ref.plane, ref.kind, ref.owner)
        world.put(Actual(ref=ref, scope=scope, attributes=attributes))

    return apply


def put_in_cloud(where: str, kind: str, name: str, **attributes: Value) -> Simulate:
    """Something nobody declared appears in a project."""

    def apply(world: World, _: Items) -> None:
        scope = Scope(Plane.CLOUD, kind, where)
        live = live_id(f"{where}/{name}")
        world.put(
            Actual(
                ref=live_ref(scope, live),
                scope=scope,
                attributes={"name": name, **attributes},
                keys=(Key("id", live),),
                label=name,
            )
        )

    return apply


def silence(where: str, reason: UnknownReason, detail: str) -> Simulate:
    return lambda world, _: world.silence(where, reason, detail)


def judge(plants: Iterable[Plant], items: Items, findings: Iterable[Finding]) -> "Judgement":
    """Hold what was found against what was planted."""
    open_findings = [f for f in findings if f.status is not Status.IN_SYNC]
    found: list[tuple[Plant, tuple[Finding, ...]]] = []
    missed: list[tuple[Plant, Expected]] = []
    for plant in plants:
        met = []
        for expected in plant.expects(items):
            hit = next((f for f in open_findings if expected.is_met_by(f)), None)
            if hit is None:
                missed.append((plant, expected))
            else:
                open_findings.remove(hit)
                met.append(hit)
        found.append((plant, tuple(met)))
    return Judgement(found=tuple(found), missed=tuple(missed), besides=tuple(open_findings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """*missed* was planted and not found; *besides* was found and not planted."""

    found: tuple[tuple[Plant, tuple[Finding, ...]], ...]
    missed: tuple[tuple[Plant, Expected], ...]
    besides: tuple[Finding, ...]

    @property
    def exact(self) -> bool:
        return not self.missed and not self.besides
