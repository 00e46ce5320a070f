"""The plan file: what a reader takes, what it refuses, and that no secret gets in."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from omlib.log import Secret
from omlib.model.action import Action, Verb
from omlib.model.item import Scope
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status, UnknownReason
from omlib.plan.codec import BadPlanError, dump, load, plan_digest
from omlib.plan.plan import Bound, NotPlanned, Plan, Why
from omlib.records.canonical import digest

REF = make_ref(Plane.SERVER, "file", "oa-01", "/etc/\udcb1主机")
ACTION = Action(
    ref=REF,
    scope=Scope(Plane.SERVER, "file", "oa-01"),
    verb=Verb.UPDATE,
    before={"owner": "\udcff", "groups": ("a", 1, None)},
    after={"owner": "root", "groups": ()},
    live="x",
    depends_on=("cloud/server/oa-01",),
    reversible=False,
)
PLAN = Plan(
    actions=(ACTION,),
    bound=(Bound(action=ACTION.id, live="x", declared={"owner": "1"}, actual={"owner": "2"}),),
    not_planned=(
        NotPlanned(
            ref=REF, status=Status.UNKNOWN, why=Why.UNKNOWN, reason=UnknownReason.DENIED, detail="d"
        ),
    ),
    declared_items=3,
    versions={"omlib": "0.1.0", "templates": "abc"},
    created_at=datetime(2026, 3, 2, tzinfo=UTC),
    created_by="李工@ops",
)


def _file(**change: object) -> bytes:
    return json.dumps({**json.loads(dump(PLAN)), **change}).encode()


def test_a_plan_reads_back_the_same_and_its_bytes_are_always_the_same() -> None:
    assert load(dump(PLAN)) == PLAN
    assert dump(load(dump(PLAN))) == dump(PLAN)
    dump(PLAN).decode("utf-8")  # any reader's UTF-8, though a file name was not


def test_the_digest_can_be_checked_without_omlib() -> None:
    told = json.loads(dump(PLAN))
    assert told["digest"] == digest(told["plan"]) == plan_digest(PLAN)


def test_a_newer_minor_version_is_read_and_another_major_refused() -> None:
    assert load(_file(schema="1.7", more="keys")) == PLAN
    with pytest.raises(BadPlanError) as told:
        load(_file(schema="2.0"))
    assert told.value.facts == {"why": "schema", "detail": "2.0"}


def test_one_changed_value_is_noticed() -> None:
    damaged = dump(PLAN).replace(b'"root"', b'"toor"')
    with pytest.raises(BadPlanError) as told:
        load(damaged)
    assert told.value.facts["why"] == "damaged"


@pytest.mark.parametrize("why", ["action", "missing", "word"])
def test_a_file_whose_digest_was_made_anew_must_still_be_a_plan(why: str) -> None:
    plan = json.loads(dump(PLAN))["plan"]
    if why == "action":
        plan["actions"][0]["after"]["owner"] = "toor"  # its id tells
    elif why == "missing":
        del plan["declared_items"]
    else:
        plan["not_planned"][0]["why"] = "because"
    with pytest.raises(BadPlanError) as told:
        load(_file(plan=plan, digest=digest(plan)))
    assert told.value.facts["why"] == "damaged"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"format":"other"}']
)
def test_what_is_no_plan_is_told_in_words_not_in_a_traceback(content: bytes) -> None:
    with pytest.raises(BadPlanError) as told:
        load(content)
    assert told.value.facts["why"] == "not_a_plan"


def test_a_secret_cannot_be_written_into_a_plan() -> None:
    careless = replace(ACTION, after={"password": Secret("hunter2")})  # type: ignore[dict-item]
    with pytest.raises(TypeError) as told:
        dump(replace(PLAN, actions=(careless,)))
    assert "hunter2" not in str(told.value)
