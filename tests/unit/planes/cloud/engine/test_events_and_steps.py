"""What the engine's events come to: steps, three sides of an attribute, or nothing known."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from omlib.model.stack import Cause, Deed, Op, Sides, Step
from omlib.model.status import UnknownReason
from omlib.planes.cloud.engine.drift import cause_of, deed_of
from omlib.planes.cloud.engine.events import Account, account_of
from omlib.planes.cloud.engine.inline import Heard
from omlib.planes.cloud.engine.steps import drift_steps, steps_of
from omlib.planes.cloud.provider.unknowns import Unknown
from omlib.planes.cloud.stacks.names import ref_of, urn_of
from omlib.planes.cloud.stacks.resource import Resource

STACK = "gov.R.hrss"
PLACE = {"cloud": "gov", "region": "R", "project": "hrss"}
SERVER: dict[str, Any] = {**PLACE, "name": "oa", "vcpu": 2, "ram_mib": 4096, "power": "on"}
OA = Resource(kind="server", name="oa", inputs=SERVER, ref=ref_of("server", "oa"))
URN = urn_of(STACK, "server", "oa")
PRE, OUT, FAILED = "resourcePreEvent", "resOutputsEvent", "resOpFailedEvent"


def said(name: str, op: str, **more: Any) -> dict[str, Any]:
    return {name: {"metadata": {"op": op, "urn": URN, "type": "omcloud:index:Server", **more}}}


def state(**inputs: Any) -> dict[str, Any]:
    return {"id": "s1", "inputs": {**SERVER, **inputs}, "outputs": {**SERVER, **inputs}}


def summary(**changes: int) -> dict[str, Any]:
    return {"summaryEvent": {"resourceChanges": changes}}


def heard(*events: Mapping[str, Any], code: int = 0, whole: bool = True) -> Heard:
    numbered = tuple({"sequence": at, **event} for at, event in enumerate(events))
    return Heard(events=numbered, whole=whole, code=code, said="pulumi ended")


def step_of(
    *events: Mapping[str, Any], unknowns: Mapping[str, Unknown] | None = None, **more: Any
) -> Step:
    (step,) = steps_of(STACK, [OA], account_of(heard(*events, **more)), unknowns or {})
    return step


def refreshed(
    old: Mapping[str, Any], new: Mapping[str, Any], op: str = "refresh"
) -> list[dict[str, Any]]:
    """*op*: a run that only refreshes tells its own word at the end."""
    return [said(PRE, "refresh", old=old, new=old), said(OUT, op, old=old, new=new)]


def changed(
    op: str, *paths: str, new: Mapping[str, Any], kind: str = "update"
) -> list[dict[str, Any]]:
    diff = {path: {"diffKind": kind, "inputDiff": True} for path in paths}
    return [said(name, op, new=new, detailedDiff=diff) for name in (PRE, OUT)]


def test_what_is_as_declared_is_the_same() -> None:
    events = [*refreshed(state(), state()), said(PRE, "same"), said(OUT, "same"), summary(same=1)]
    assert step_of(*events) == Step(urn=URN, ref=OA.ref, op=Op.SAME, id="s1")


def test_a_difference_has_its_three_sides() -> None:
    events = [
        *refreshed(state(vcpu=4), state(vcpu=8.0)),
        *changed("update", "vcpu", new=state(vcpu=2.0)),
        summary(update=1),
    ]
    step = step_of(*events)
    assert step.op is Op.UPDATE
    side = Sides(path="vcpu", declared=2, live=8, recorded=4, cause=Cause.BOTH)
    assert step.sides == (side,)


def test_a_replacement_says_which_attribute_forces_it() -> None:
    ops = ("create-replacement", "replace", "delete-replaced")
    new = state(image="other")
    steps = [event for op in ops for event in changed(op, "image", new=new, kind="update-replace")]
    counted = summary(replace=1)
    step = step_of(*refreshed(state(image="a"), state(image="a")), *steps, counted)
    assert step.op is Op.REPLACE
    assert [(side.path, side.replaces) for side in step.sides] == [("image", True)]
    assert step.sides[0].cause is Cause.DECLARED_CHANGE


def test_what_vanished_is_gone_and_to_be_made() -> None:
    events = [
        said(PRE, "refresh", old=state(), new=state()),
        *changed("create", new=state()),
        summary(create=1),
    ]
    step = step_of(*events)
    assert (step.op, step.gone, step.id) == (Op.CREATE, True, "s1")


def test_what_the_engine_was_stopped_at_is_not_gone() -> None:
    """It had begun to look, and nobody heard what it saw."""
    step = step_of(said(PRE, "refresh", old=state(), new=state()), code=255)
    assert (step.gone, step.unknown) == (False, UnknownReason.ERROR)


def test_the_providers_table_comes_before_what_the_engine_concluded() -> None:
    events = [*refreshed(state(), state()), said(PRE, "same"), said(OUT, "same"), summary(same=1)]
    denied = Unknown(UnknownReason.DENIED, "403 Forbidden")
    step = step_of(*events, unknowns={URN: denied})
    assert (step.unknown, step.detail, step.changes) == (
        UnknownReason.DENIED,
        "403 Forbidden",
        False,
    )
    part = Unknown(UnknownReason.UNSUPPORTED, "no image", ("image",))
    assert step_of(*events, unknowns={URN: part}).unseen == ("image",)


@pytest.mark.parametrize(
    ("events", "how"),
    [
        ([said(PRE, "same"), said(OUT, "same")], {}),  # no summary
        ([said(PRE, "same"), said(OUT, "same"), summary(same=2)], {}),  # it counted more
        ([said(PRE, "same"), said(OUT, "same"), summary(same=1)], {"whole": False}),
        ([said(PRE, "merge"), said(OUT, "merge"), summary(same=1)], {}),  # a word not known
        ([summary(same=1)], {"code": 1}),
        ([], {"code": 255}),
    ],
)
def test_nothing_is_the_same_because_nothing_was_heard(
    events: Sequence[Mapping[str, Any]], how: dict[str, Any]
) -> None:
    assert step_of(*events, **how).unknown in (UnknownReason.ERROR, UnknownReason.NOT_CHECKED)


def test_a_step_that_failed_says_why_in_the_clouds_words() -> None:
    said_by_cloud = {"urn": URN, "severity": "error", "message": "Update failed: 403 quota\n"}
    events = [said(PRE, "create", new=state()), {"diagnosticEvent": said_by_cloud}]
    step = step_of(*events, said(FAILED, "create"), summary(), code=1)
    assert (step.op, step.error, step.unknown) == (Op.CREATE, "403 quota", None)


def test_a_provider_from_path_is_no_warning() -> None:
    notes = ["using pulumi-resource-omcloud from $PATH at bin/x", "disk is nearly full"]
    told = [{"diagnosticEvent": {"severity": "warning", "message": note}} for note in notes]
    account = account_of(heard(*told, summary()))
    assert account.warnings == ("disk is nearly full",)


def looked(*events: Mapping[str, Any]) -> Account:
    return account_of(heard(*events))


def test_drift_is_told_against_the_last_apply_and_with_what_is_declared_now() -> None:
    events = refreshed(state(vcpu=1, power="on"), state(vcpu=8, power="off"), "update")
    (step,) = drift_steps(STACK, [OA], looked(*events, summary(update=1)), {})
    sides = {
        side.path: (side.recorded, side.live, side.declared, side.cause) for side in step.sides
    }
    assert sides == {
        "vcpu": (1, 8, 2, Cause.BOTH),
        "power": ("on", "off", "on", Cause.DEPLOYED_DRIFT),
    }


def test_a_drift_towards_what_is_declared_now_is_both() -> None:
    events = refreshed(state(vcpu=1), state(vcpu=2), "update")
    (step,) = drift_steps(STACK, [OA], looked(*events, summary(update=1)), {})
    assert [side.cause for side in step.sides] == [Cause.BOTH]


def test_what_is_no_longer_declared_drifts_against_what_was() -> None:
    events = refreshed(state(vcpu=1), state(vcpu=2), "same")  # the state says to ignore it
    (step,) = drift_steps(STACK, [], looked(*events, summary(same=1)), {})
    assert step.carried
    assert [(side.declared, side.cause) for side in step.sides] == [(1, Cause.DEPLOYED_DRIFT)]


def test_nobody_is_blamed_without_a_record() -> None:
    assert cause_of(2, 4, None) is Cause.UNKNOWN
    assert cause_of(2, 2, 7) is None


LOG: list[dict[str, Any]] = [
    {"action": "create", "start_time": "2026-11-21T09:00:00.000000", "message": None},
    {"action": "resize", "start_time": "2026-11-21T10:00:00.000000", "message": "Error"},
    {
        "action": "resize",
        "start_time": "2026-11-21T10:30:00.000000",
        "message": None,
        "user_id": "u1",
        "request_id": "req-7",
    },
    {"action": "stop", "start_time": "2026-11-21T11:00:00.000000", "message": None},
]


def test_the_last_action_that_can_have_done_it_is_named() -> None:
    done = deed_of("vcpu", LOG, "2026-11-21T09:30:00.1Z")
    assert done == Deed(action="resize", user="u1", request="req-7", at=LOG[2]["start_time"])


@pytest.mark.parametrize(
    ("path", "since"),
    [
        ("vcpu", "2026-11-21T10:30:01Z"),  # it was so when the state was written
        ("vcpu", ""),  # nobody knows when that was
        ("name", "2026-11-21T09:30:00Z"),  # nova logs no renaming
        ("power", "2026-11-21T11:00:00Z"),
    ],
)
def test_nobody_is_named_where_the_log_does_not_tell(path: str, since: str) -> None:
    assert deed_of(path, LOG, since) is None
