"""Laws of planning: never on the unseen, always in one order, and what moved is always named."""

import random
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import assume, given
from hypothesis import strategies as st

from omlib.model.action import Action, Verb
from omlib.model.finding import PRESENCE, Finding
from omlib.model.item import Actual, Declared, Value
from omlib.model.observation import Observation
from omlib.model.ref import Plane
from omlib.model.status import Status
from omlib.plan.build import build
from omlib.plan.codec import dump, load, plan_digest
from omlib.plan.fresh import check_fresh
from omlib.plan.plan import Plan
from omlib.testing.fakes import FakePlane
from omlib.testing.strategies import Look, looks
from omlib.testing.world import World

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def _proposed(look: Look, findings: list[Finding]) -> list[Action]:
    """What planes propose, and beside it what a careless one might for every single item."""
    world = World()
    for seen in look.observed.actual:
        world.put(seen)
    planes = [FakePlane(name, world, look.declared) for name in Plane]
    told = [action for plane in planes for action in plane.propose(findings)]
    careless = [
        Action(ref=f.ref, scope=f.scope, verb=Verb.UPDATE, before={}, after={"x": 1}, live=f.live)
        for f in findings
    ]
    return told + careless


def _plan(look: Look, findings: list[Finding], actions: list[Action], **options: bool) -> Plan:
    return build(
        findings,
        actions,
        declared=look.declared,
        observation=look.observed,
        created_at=NOW,
        created_by="li@ops",
        **options,  # type: ignore[arg-type]
    )


@given(looks())
def test_an_unknown_item_never_gets_an_action_and_is_always_listed(look: Look) -> None:
    findings = look.findings()
    plan = _plan(look, findings, _proposed(look, findings), allow_destroy=True)
    unknown = {finding.ref for finding in findings if finding.status is Status.UNKNOWN}
    assert not unknown & {action.ref for action in plan.actions}
    assert unknown <= {left.ref for left in plan.not_planned}


@given(looks())
def test_every_drift_is_planned_or_listed_and_nothing_else_is_touched(look: Look) -> None:
    findings = look.findings()
    plan = _plan(look, findings, _proposed(look, findings), allow_destroy=True)
    drifts = {finding.ref for finding in findings if finding.status.is_drift}
    planned = {action.ref for action in plan.actions}
    assert planned <= drifts
    assert drifts <= planned | {left.ref for left in plan.not_planned}


@given(looks())
def test_nothing_is_deleted_unless_it_is_allowed_and_something_is_declared(look: Look) -> None:
    findings = look.findings()
    actions = _proposed(look, findings)
    careful = _plan(look, findings, actions)
    assert not any(action.destructive for action in careful.actions)
    emptied = Look(
        declared=[item for item in look.declared if item.retired], observed=look.observed
    )
    plan = _plan(emptied, emptied.findings(), actions, allow_destroy=True)
    assert not any(action.destructive for action in plan.actions)


@given(looks(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_never_shows(look: Look, rng: random.Random) -> None:
    findings = look.findings()
    actions = _proposed(look, findings)
    plan = _plan(look, findings, actions, allow_destroy=True)
    rng.shuffle(findings)
    rng.shuffle(actions)
    again = _plan(look, findings, actions, allow_destroy=True)
    assert plan == again


@given(looks())
def test_deletions_come_last_and_planes_stand_on_each_other(look: Look) -> None:
    findings = look.findings()
    plan = _plan(look, findings, _proposed(look, findings), allow_destroy=True)
    kinds = [action.destructive for action in plan.actions]
    assert kinds == sorted(kinds)
    order = list(Plane)
    made = [order.index(action.ref.plane) for action in plan.actions if not action.destructive]
    gone = [order.index(action.ref.plane) for action in plan.actions if action.destructive]
    assert made == sorted(made)
    assert gone == sorted(gone, reverse=True)


@given(looks())
def test_a_plan_reads_back_the_same_and_its_digest_is_not_about_who_or_when(look: Look) -> None:
    findings = look.findings()
    plan = _plan(look, findings, _proposed(look, findings), allow_destroy=True)
    assert load(dump(plan)) == plan
    other = replace(plan, created_at=datetime(2030, 1, 1, tzinfo=UTC), created_by="wang@ops")
    assert plan_digest(other) == plan_digest(plan)


@given(looks())
def test_a_plan_holds_while_nothing_moves(look: Look) -> None:
    findings = look.findings()
    plan = _plan(look, findings, _proposed(look, findings), allow_destroy=True)
    assert check_fresh(plan, look.declared, look.observed) == []


@given(looks(), st.data())
def test_any_flipped_attribute_of_either_side_is_named_by_its_path(
    look: Look, data: st.DataObject
) -> None:
    findings = look.findings()
    plan = _plan(look, findings, _proposed(look, findings), allow_destroy=True)
    assume(plan.actions)
    index = data.draw(st.integers(0, len(plan.actions) - 1))
    action, bound = plan.actions[index], plan.bound[index]
    flips: list[tuple[str, list[Declared], Observation]] = []
    for item in look.declared:
        if item.ref == action.ref:
            rest = [other for other in look.declared if other is not item]
            for path, value in item.attributes.items():
                turned = {**item.attributes, path: _other(value)}
                moved = [*rest, replace(item, attributes=turned)]
                flips.append((path, moved, look.observed))
            flips.append((PRESENCE, rest, look.observed))
    for seen in look.observed.actual:
        if str(seen.ref) == bound.live:
            for path, value in seen.attributes.items():
                turned = {**seen.attributes, path: _other(value)}
                flips.append((path, list(look.declared), _swap(look, seen, attributes=turned)))
            flips.append(
                ("@pending", list(look.declared), _swap(look, seen, pending=not seen.pending))
            )
            gone = tuple(other for other in look.observed.actual if other is not seen)
            left = replace(look.observed, actual=gone)
            flips.append((PRESENCE, list(look.declared), left))
    for path, declared, observed in flips:
        moved_now = check_fresh(plan, declared, observed)
        assert (str(action.ref), path) in {(moved.ref, moved.path) for moved in moved_now}


def _other(value: Value) -> Value:
    return "flipped" if value != "flipped" else "flopped"


def _swap(look: Look, seen: Actual, **change: object) -> Observation:
    changed: Actual = replace(seen, **change)  # type: ignore[arg-type]
    actual = tuple(changed if other is seen else other for other in look.observed.actual)
    return replace(look.observed, actual=actual)
