"""Whether a plan still holds: what counts as moved, and what does not."""

from dataclasses import replace
from datetime import UTC, datetime

from omlib.model.action import Action, Verb
from omlib.model.finding import PRESENCE, Finding
from omlib.model.item import Actual, Declared, Key, Scope
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status, UnknownReason
from omlib.plan.build import build
from omlib.plan.fresh import How, Moved, Side, check_fresh
from omlib.plan.plan import Plan

NOW = datetime(2026, 3, 2, tzinfo=UTC)
PROJECT = Scope(Plane.CLOUD, "server", "gov:r1:oa")
REF = make_ref(Plane.CLOUD, "server", "oa-01")
COMPLETE = Sight(complete=True, reason=None, at=NOW, by="reader", via="api")
BROKEN = replace(COMPLETE, complete=False, reason=UnknownReason.INCOMPLETE)
WANTED = Declared(
    ref=REF,
    scope=PROJECT,
    attributes={"vcpu": 4, "security_groups": ("web", "ssh")},
    keys=(Key("mark", "oa-01"),),
)


def _live(name: str = "u-1", **attributes: int) -> Actual:
    return Actual(
        ref=make_ref(Plane.CLOUD, "server", f"@gov:r1:oa:{name}"),
        scope=PROJECT,
        attributes={"vcpu": 2, "security_groups": ("web", "ssh"), **attributes},
        keys=(Key("id", name), Key("mark", "oa-01")),
    )


def _seen(*actual: Actual, sight: Sight = COMPLETE) -> Observation:
    return Observation(sights={PROJECT: sight}, actual=actual)


def _plan(verb: Verb = Verb.UPDATE) -> Plan:
    status = Status.MISSING if verb is Verb.CREATE else Status.DIVERGED
    action = Action(
        ref=REF,
        scope=PROJECT,
        verb=verb,
        before=None if verb is Verb.CREATE else {"vcpu": 2},
        after={"vcpu": 4},
        live="" if verb is Verb.CREATE else "u-1",
    )
    return build(
        [Finding(ref=REF, status=status, scope=PROJECT)],
        [action],
        declared=[WANTED],
        observation=_seen() if verb is Verb.CREATE else _seen(_live()),
        created_at=NOW,
        created_by="li@ops",
    )


def _moved(path: str, how: How, detail: str = "", side: Side = Side.ACTUAL) -> list[Moved]:
    return [Moved(ref=str(REF), side=side, path=path, how=how, detail=detail)]


def test_a_list_without_order_that_comes_in_another_order_has_not_moved() -> None:
    turned = _live()
    turned = replace(turned, attributes={**turned.attributes, "security_groups": ("ssh", "web")})
    assert check_fresh(_plan(), [WANTED], _seen(turned)) == []


def test_another_item_of_the_same_project_may_change_freely() -> None:
    other = replace(_live("u-9"), keys=(Key("id", "u-9"),))
    assert check_fresh(_plan(), [WANTED], _seen(_live(), other)) == []


def test_the_declared_side_is_asked_too() -> None:
    turned = replace(WANTED, attributes={**WANTED.attributes, "vcpu": 8})
    moved = check_fresh(_plan(), [turned], _seen(_live()))
    assert moved == _moved("vcpu", How.CHANGED, side=Side.DECLARED)
    moved = check_fresh(_plan(), [], _seen(_live()))
    assert moved == _moved(PRESENCE, How.GONE, side=Side.DECLARED)


def test_a_rebuilt_thing_with_the_same_attributes_is_another_thing() -> None:
    assert check_fresh(_plan(), [WANTED], _seen(_live("u-2"))) == _moved(PRESENCE, How.GONE)


def test_what_is_to_be_made_must_still_be_provably_absent() -> None:
    plan = _plan(Verb.CREATE)
    assert check_fresh(plan, [WANTED], _seen()) == []
    assert check_fresh(plan, [WANTED], _seen(_live())) == _moved(PRESENCE, How.APPEARED)
    unseen = _moved(PRESENCE, How.UNSEEN, "incomplete")
    assert check_fresh(plan, [WANTED], _seen(sight=BROKEN)) == unseen
    nowhere = Observation(sights={}, actual=())
    assert check_fresh(plan, [WANTED], nowhere) == _moved(PRESENCE, How.UNSEEN, "not_checked")


def test_what_cannot_be_seen_any_more_is_not_called_gone() -> None:
    assert check_fresh(_plan(), [WANTED], _seen()) == _moved(PRESENCE, How.GONE)
    unseen = _moved(PRESENCE, How.UNSEEN, "incomplete")
    assert check_fresh(_plan(), [WANTED], _seen(sight=BROKEN)) == unseen
    hidden = replace(
        _live(),
        attributes={"security_groups": ("web", "ssh")},
        unseen={"vcpu": UnknownReason.DENIED},
    )
    assert check_fresh(_plan(), [WANTED], _seen(hidden)) == _moved("vcpu", How.UNSEEN, "denied")


def test_another_version_of_the_tool_or_a_template_moves_a_plan() -> None:
    moved = check_fresh(_plan(), [WANTED], _seen(_live()), versions={"omlib": "9.9.9"})
    assert moved == [Moved(ref="omlib", side=Side.TOOL, path="version", how=How.CHANGED)]


def test_what_a_cut_off_step_was_to_leave_is_its_own_doing_and_anything_else_is_not() -> None:
    plan = _plan()
    begun = {plan.actions[0].id}
    assert check_fresh(plan, [WANTED], _seen(_live(vcpu=4)), begun=begun) == []
    by_hand = check_fresh(plan, [WANTED], _seen(_live(vcpu=16)), begun=begun)
    assert by_hand == _moved("vcpu", How.CHANGED)


def test_a_thing_that_a_cut_off_step_made_and_somebody_changed_is_not_made_twice() -> None:
    plan = _plan(Verb.CREATE)
    begun = {plan.actions[0].id}
    assert check_fresh(plan, [WANTED], _seen(_live(vcpu=4)), begun=begun) == []
    changed = check_fresh(plan, [WANTED], _seen(_live(vcpu=16)), begun=begun)
    assert changed == _moved("vcpu", How.CHANGED)
    half_made = replace(_live(), pending=True)  # it carries the mark: the step goes on with it
    assert check_fresh(plan, [WANTED], _seen(half_made), begun=begun) == []
    twins = _seen(_live("u-1", vcpu=4), _live("u-2", vcpu=4))
    assert check_fresh(plan, [WANTED], twins, begun=begun) == _moved(PRESENCE, How.APPEARED)
