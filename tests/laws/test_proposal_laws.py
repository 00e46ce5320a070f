"""The unknown is never acted on, by a plane or by a plan; and what is proposed leads home."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from omlib.model.action import Action, Verb
from omlib.model.finding import Finding
from omlib.model.item import Declared
from omlib.model.observation import Observation, merge
from omlib.model.ref import Plane
from omlib.model.status import Status
from omlib.plan.build import build
from omlib.reconcile.compare import reconcile
from omlib.testing.fakes import FakePlane, World, world_of
from omlib.testing.stores import START
from omlib.testing.strategies import TODAY, Look, declared_items, looks, unrivalled

NEVER_ACTED_ON = frozenset({Status.UNKNOWN, Status.WAIVED, Status.IN_SYNC})


@given(looks())
def test_a_plane_proposes_nothing_for_what_is_unknown_waived_or_in_sync(look: Look) -> None:
    findings = look.findings()
    for name in Plane:
        plane = FakePlane(name, World(), look.declared)
        quiet = [finding for finding in findings if finding.status in NEVER_ACTED_ON]
        assert list(plane.propose(quiet)) == []
        acted_on = {action.ref for action in plane.propose(findings)}
        assert acted_on <= {f.ref for f in findings if f.status.is_drift}


@given(looks(), st.sampled_from(Verb), st.booleans())
def test_a_plan_holds_no_action_for_the_unknown_whatever_a_plane_proposes(
    look: Look, verb: Verb, allow_destroy: bool
) -> None:
    findings = look.findings()
    reckless = [
        Action(
            ref=finding.ref,
            scope=finding.scope,
            verb=verb,
            before=None if verb is Verb.CREATE else {"name": "a"},
            after=None if verb is Verb.DELETE else {"name": "b"},
            live=finding.live,
        )
        for finding in findings
    ]
    plan = build(
        findings,
        reckless,
        declared=look.declared,
        observation=look.observed,
        allow_destroy=allow_destroy,
        created_at=START,
        created_by="law",
    )
    status = {finding.ref: finding.status for finding in findings}
    assert {status[action.ref] for action in plan.actions} & NEVER_ACTED_ON == set()
    if not allow_destroy:
        assert not [action for action in plan.actions if action.destructive]


@given(declared_items(), st.data())
def test_what_is_proposed_performed_and_looked_at_again_is_in_sync(
    declared: list[Declared], data: st.DataObject
) -> None:
    declared = unrivalled(declared)
    world = world_of(declared)
    for item in declared:
        if item.retired:
            continue
        match data.draw(st.sampled_from(("kept", "gone", "changed"))):
            case "gone":
                world.remove(item.ref)
            case "changed" if item.attributes:
                world.change(item.ref, min(item.attributes), "changed by hand")
    planes = [FakePlane(name, world, declared) for name in Plane]
    for plane in planes:
        for action in plane.propose(reconcile(declared, seen_by(planes), today=TODAY)):
            plane.perform(action)
            assert plane.verify(action)
    assert drifts(reconcile(declared, seen_by(planes), today=TODAY)) == []


def seen_by(planes: Sequence[FakePlane]) -> Observation:
    return merge(*(plane.observe(target) for plane in planes for target in plane.targets()))


def drifts(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.status is not Status.IN_SYNC]
