"""What the gate refuses, what it lets through, and what is left as it is."""

from dataclasses import replace

import pytest

from omlib.model.stack import Cause, Op, Rule, Sides, Step
from omlib.model.status import UnknownReason
from omlib.planes.cloud.engine.gate import Permission, gate
from omlib.planes.cloud.stacks.names import ref_of, urn_of

SIDE = Sides(path="vcpu", declared=2, live=4, recorded=2, cause=Cause.DEPLOYED_DRIFT)


def step(op: Op, name: str = "oa", **more: object) -> Step:
    urn = urn_of("s", "server", name)
    made = Step(urn=urn, ref=ref_of("server", name), op=op)
    return replace(made, **more)  # type: ignore[arg-type]


def rules(*steps: Step, permission: Permission | None = None) -> list[Rule]:
    return [each.rule for each in gate(steps, permission or Permission()).refusals]


def test_changes_in_place_and_new_things_pass() -> None:
    assert rules(step(Op.UPDATE, sides=(SIDE,)), step(Op.CREATE, "new"), step(Op.SAME, "b")) == []


@pytest.mark.parametrize(
    ("one", "rule"),
    [
        (step(Op.DELETE), Rule.DELETE),
        (step(Op.REPLACE), Rule.REPLACE),
        (step(Op.UPDATE, imports=True, sides=(SIDE,)), Rule.IMPORT_DIFFERS),
        (step(Op.CREATE, bound="s1"), Rule.BOUND),
    ],
)
def test_one_step_refuses_the_whole_stack(one: Step, rule: Rule) -> None:
    refused = gate([step(Op.UPDATE, "other", sides=(SIDE,)), one], Permission())
    assert [(each.rule, each.refs) for each in refused.refusals] == [(rule, (one.ref,))]


def test_a_replacement_passes_only_by_its_own_permission() -> None:
    allowed = Permission(replace=frozenset({ref_of("server", "oa")}))
    assert rules(step(Op.REPLACE), permission=allowed) == []
    assert rules(step(Op.REPLACE, "other"), permission=allowed) == [Rule.REPLACE]


def test_a_few_gone_are_made_anew_and_many_are_rather_a_wrong_look() -> None:
    gone = [step(Op.CREATE, f"oa-{n}", gone=True) for n in range(4)]
    there = step(Op.SAME, "there", id="s1")
    assert rules(*gone[:3], there) == []
    assert rules(*gone, there) == [Rule.GONE]
    assert rules(*gone, there, permission=Permission(gone=4)) == []


def test_a_whole_stack_that_is_gone_is_rather_another_cloud_however_small_it_is() -> None:
    gone, new = step(Op.CREATE, gone=True), step(Op.CREATE, "new")
    unseen = step(Op.SAME, "unseen", id="s2", unknown=UnknownReason.ERROR)
    assert rules(gone, new, unseen) == [Rule.GONE]
    assert rules(gone, new, unseen, permission=Permission(all_gone=True)) == []


def test_what_cannot_be_seen_is_held_and_refuses_nothing() -> None:
    unseen = [
        step(Op.DELETE, "a", unknown=UnknownReason.UNREACHABLE),
        step(Op.REPLACE, "b", unseen=("vcpu",), sides=(SIDE,)),
        step(Op.UPDATE, "c", unseen=("image",), sides=(SIDE,)),
    ]
    decided = gate(unseen, Permission())
    assert decided.refusals == ()
    assert decided.held == {unseen[0].urn, unseen[1].urn}


def test_an_open_resize_may_be_settled_by_an_update_and_by_nothing_else() -> None:
    resting = {"unknown": UnknownReason.IN_TRANSITION, "awaits_update": True}
    decided = gate(
        [step(Op.UPDATE, "a", **resting), step(Op.REPLACE, "b", **resting)], Permission()
    )
    assert decided.held == {urn_of("s", "server", "b")}


def test_what_is_carried_and_gone_leaves_the_state_and_is_not_made() -> None:
    lost = step(Op.CREATE, carried=True, gone=True, bound="s1")
    decided = gate([lost, step(Op.SAME, "there", id="s2")], Permission())
    assert decided.refusals == ()
    assert decided.dropped == {lost.urn}


def test_our_own_interrupted_creation_may_differ() -> None:
    one = step(Op.UPDATE, imports=True, sides=(SIDE,))
    assert gate([one], Permission(), recovered=frozenset({one.urn})).refusals == ()


def test_what_another_stack_has_is_not_made_again() -> None:
    one = step(Op.CREATE)
    (refused,) = gate([one], Permission(), elsewhere={one.urn: "gov.R.hrss.b"}).refusals
    assert (refused.rule, refused.detail) == (Rule.ELSEWHERE, "gov.R.hrss.b")


def test_what_was_made_before_and_is_there_is_not_made_again() -> None:
    one, other = step(Op.CREATE, "oa"), step(Op.CREATE, "new")
    refused = gate([one, other], Permission(), marked={one.urn: ["6f1c"], "urn:else": ["77"]})
    (refusal,) = refused.refusals
    assert (refusal.rule, refusal.refs, refusal.detail) == (Rule.MARKED, (one.ref,), "6f1c")
