"""What gets into a plan, what is left out and why, and in which order."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from omlib.model.action import Action, Declined, Verb, WhyNot
from omlib.model.finding import Finding
from omlib.model.item import Actual, Declared, Key, Scope
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, Ref, make_ref
from omlib.model.status import Status, UnknownReason
from omlib.plan.build import build
from omlib.plan.guards import GuardTrippedError, Limits, check_guards
from omlib.plan.order import PlanCycleError, in_order
from omlib.plan.plan import Bound, NotPlanned, Plan, Why

NOW = datetime(2026, 3, 2, tzinfo=UTC)
HOST = Scope(Plane.SERVER, "package", "oa-01")
SEEN = Sight(complete=True, reason=None, at=NOW, by="probe", via="ssh")


def _ref(name: str, plane: Plane = Plane.SERVER, kind: str = "package") -> Ref:
    return make_ref(plane, kind, "oa-01", name)


def _action(ref: Ref, verb: Verb = Verb.UPDATE, *needs: str, path: str = "version") -> Action:
    return Action(
        ref=ref,
        scope=Scope(ref.plane, ref.kind, "oa-01"),
        verb=verb,
        before=None if verb is Verb.CREATE else {path: "1"},
        after=None if verb is Verb.DELETE else {path: "2"},
        depends_on=needs,
    )


def _plan(findings: list[Finding], actions: list[Action], **more: bool) -> Plan:
    wanted = [Declared(ref=_ref("nginx"), scope=HOST, attributes={"version": "2"})]
    return build(
        findings,
        actions,
        declared=wanted,
        observation=Observation(
            sights={HOST: SEEN}, actual=(Actual(ref=_ref("old"), scope=HOST, attributes={}),)
        ),
        created_at=NOW,
        created_by="li@ops",
        **more,  # type: ignore[arg-type]
    )


def _drift(ref: Ref, status: Status = Status.DIVERGED) -> Finding:
    return Finding(ref=ref, status=status, scope=HOST)


def test_a_path_that_was_not_seen_is_not_set_though_its_item_drifts() -> None:
    ref = _ref("nginx")
    half = Finding(
        ref=ref, status=Status.DIVERGED, scope=HOST, unseen={"version": UnknownReason.DENIED}
    )
    plan = _plan([half], [_action(ref)])
    assert plan.actions == ()
    assert plan.not_planned == (
        NotPlanned(
            ref=ref,
            status=Status.DIVERGED,
            why=Why.UNKNOWN,
            reason=UnknownReason.DENIED,
            detail="version",
        ),
    )


def test_an_item_that_two_live_things_claim_is_left_to_a_person() -> None:
    ref = make_ref(Plane.CLOUD, "server", "oa-01")
    scope = Scope(Plane.CLOUD, "server", "gov:r1:oa")
    twins = tuple(
        Actual(
            ref=make_ref(Plane.CLOUD, "server", f"@gov:r1:oa:{name}"),
            scope=scope,
            attributes={},
            keys=(Key("mark", "oa-01"),),
        )
        for name in "ab"
    )
    plan = build(
        [Finding(ref=ref, status=Status.DIVERGED, scope=scope)],
        [_action(ref)],
        declared=[Declared(ref=ref, scope=scope, keys=(Key("mark", "oa-01"),))],
        observation=Observation(sights={scope: SEEN}, actual=twins),
        created_at=NOW,
        created_by="li@ops",
    )
    assert plan.actions == ()
    assert [(left.why, left.detail) for left in plan.not_planned] == [
        (Why.CONTESTED, "cloud/server/@gov:r1:oa:a, cloud/server/@gov:r1:oa:b")
    ]


@pytest.mark.parametrize(("verb", "live"), [(Verb.DELETE, ""), (Verb.UPDATE, "u-1, u-2")])
def test_an_action_on_a_live_thing_that_was_not_seen_is_left_out(verb: Verb, live: str) -> None:
    lost = replace(_action(_ref("lost"), verb), live=live)
    plan = _plan([_drift(_ref("lost"))], [lost], allow_destroy=True)
    assert (plan.actions, plan.not_planned[0].why) == ((), Why.CONTESTED)


def test_what_stands_on_something_left_out_is_left_out_too_and_says_on_what() -> None:
    package, service, route = _ref("nginx"), _ref("nginx", kind="service"), _ref("443")
    findings = [
        Finding(ref=package, status=Status.UNKNOWN, scope=HOST, reason=UnknownReason.DENIED),
        _drift(service),
        _drift(route),
    ]
    plan = _plan(
        findings,
        [_action(service, Verb.UPDATE, str(package)), _action(route, Verb.UPDATE, str(service))],
    )
    assert plan.actions == ()
    assert [(left.ref, left.why, left.detail) for left in plan.not_planned] == [
        (route, Why.BLOCKED, str(service)),
        (package, Why.UNKNOWN, ""),
        (service, Why.BLOCKED, str(package)),
    ]


def test_a_waived_drift_and_one_nobody_can_mend_are_told_apart() -> None:
    plan = _plan(
        [_drift(_ref("a"), Status.WAIVED), _drift(_ref("b"), Status.UNMANAGED)],
        [_action(_ref("a"))],
    )
    assert [(left.ref, left.why) for left in plan.not_planned] == [
        (_ref("a"), Why.NOT_A_DRIFT),
        (_ref("b"), Why.NOT_PROPOSED),
    ]


def test_deleting_needs_the_word_and_is_listed_without_it() -> None:
    gone = _drift(_ref("old"), Status.RESIDUE)
    delete = _action(_ref("old"), Verb.DELETE)
    careful, allowed = _plan([gone], [delete]), _plan([gone], [delete], allow_destroy=True)
    assert (careful.actions, careful.not_planned[0].why) == ((), Why.NEEDS_ALLOW_DESTROY)
    assert (allowed.actions, allowed.not_planned) == ((delete,), ())


def test_the_cloud_comes_before_the_server_before_the_network_and_removal_the_other_way() -> None:
    vm, acl = make_ref(Plane.CLOUD, "server", "oa-01"), _ref("acl", Plane.NETWORK, "section")
    service, package = _ref("nginx", kind="service"), _ref("nginx")
    made = [_action(ref, Verb.CREATE) for ref in (acl, service, package, vm)]
    gone = [_action(ref, Verb.DELETE) for ref in (vm, package, service, acl)]
    ordered = in_order([*gone, *made])
    first = [vm, package, service, acl]
    assert [action.ref for action in ordered] == [*first, *reversed(first)]
    assert [action.verb for action in ordered] == [Verb.CREATE] * 4 + [Verb.DELETE] * 4


def test_a_dependency_beats_the_usual_order_by_id_or_by_ref() -> None:
    remove = _action(_ref("a"), Verb.DELETE)
    again = _action(_ref("a"), Verb.CREATE, remove.id)
    early = _action(_ref("z", Plane.NETWORK, "section"))
    late = _action(make_ref(Plane.CLOUD, "server", "b"), Verb.UPDATE, str(early.ref), "absent")
    assert in_order([again, late, remove, early]) == [early, late, remove, again]


def test_actions_that_wait_for_each_other_are_an_error_that_names_them() -> None:
    one = _action(_ref("a"), Verb.UPDATE, str(_ref("b")))
    other = _action(_ref("b"), Verb.UPDATE, str(_ref("a")))
    with pytest.raises(PlanCycleError) as told:
        in_order([one, other, _action(_ref("c"))])
    assert told.value.facts == {"refs": [str(_ref("a")), str(_ref("b"))]}


def _deleting(count: int, declared_items: int) -> Plan:
    actions = tuple(_action(_ref(f"p{number}"), Verb.DELETE) for number in range(count))
    return Plan(
        actions=actions,
        bound=tuple(Bound(action=a.id, live="", declared={}, actual={}) for a in actions),
        not_planned=(),
        declared_items=declared_items,
        created_at=NOW,
        created_by="li@ops",
    )


@pytest.mark.parametrize(
    ("deletes", "declared", "allowed", "rule"),
    [
        (0, 0, False, ""),
        (1, 0, True, "empty_declaration"),
        (1, 10, False, "allow_destroy"),
        (2, 10, True, ""),
        (3, 10, True, "delete_share"),
        (20, 100, True, ""),
        (21, 100, True, "delete_share"),
    ],
)
def test_a_guard_trips_by_its_rule_and_tells_the_numbers(
    deletes: int, declared: int, allowed: bool, rule: str
) -> None:
    plan, limits = _deleting(deletes, declared), Limits(delete_pct=20, delete_free=0)
    if not rule:
        check_guards(plan, allow_destroy=allowed, limits=limits)
        return
    with pytest.raises(GuardTrippedError) as told:
        check_guards(plan, allow_destroy=allowed, limits=limits)
    assert (told.value.facts["rule"], told.value.facts["would_delete"]) == (rule, deletes)


def test_a_small_estate_may_lose_a_few_things_whatever_their_share() -> None:
    check_guards(_deleting(5, 6), allow_destroy=True)
    with pytest.raises(GuardTrippedError):
        check_guards(_deleting(6, 6), allow_destroy=True)


def test_what_a_plane_leaves_as_it_is_is_listed_with_its_word_and_blocks_nothing() -> None:
    port, file = _ref("tcp/*:8080", kind="listener"), _ref("/etc/a", kind="file")
    plan = build(
        [_drift(port, Status.UNMANAGED), _drift(file)],
        [_action(file, Verb.UPDATE, str(port))],
        declared=[],
        observation=Observation(
            sights={HOST: SEEN}, actual=(Actual(ref=file, scope=HOST, attributes={}),)
        ),
        declined=[Declined(ref=port, why=WhyNot.UNDECLARED)],
        created_at=NOW,
        created_by="li@ops",
    )
    assert [action.ref for action in plan.actions] == [file]
    assert plan.not_planned == (NotPlanned(ref=port, status=Status.UNMANAGED, why=Why.UNDECLARED),)
