"""Runs over stacks as people read them, in both languages: `NAME.en.txt` and `NAME.zh.txt`.

`OMLIB_GOLDEN=write` writes them anew, to be read before they are committed. The JSON of the same
runs is held against its schema, and each has the exit code that stands beside it.
"""

import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from omlib.model.ref import parse_ref
from omlib.model.stack import (
    Cause,
    Deed,
    Op,
    Refusal,
    Rule,
    Sides,
    StackInfo,
    StackResult,
    StackRun,
    Step,
    Verb,
)
from omlib.model.status import UnknownReason
from omlib.report.stack_exits import stack_exit_code
from omlib.report.stack_json import stack_list_json, stack_run_json
from omlib.report.stack_list import stack_list_report
from omlib.report.stack_screen import stack_report
from omlib.report.terminal import to_text
from omlib.report.words import Lang, has

HERE = Path(__file__).parent
SCHEMA = HERE.parents[2] / "docs" / "schema" / "stack_run-1.0.json"
STACK = "gov-cloud.RegionOne.hrss"


def step(ref: str, op: Op = Op.SAME, **more: object) -> Step:
    return Step(urn=f"urn:{ref}", ref=parse_ref(f"cloud/{ref}"), op=op, **more)  # type: ignore[arg-type]


RESIZED = Deed(action="resize", user="5f2c", request="req-77aa", at="2026-11-21T08:14:02.000000")
GREW = Sides(path="vcpu", declared=4, live=8, recorded=4, cause=Cause.DEPLOYED_DRIFT, deed=RESIZED)
RULES = Sides(
    path="rules",
    declared=("ingress tcp 443 198.18.0.0/20",),
    live=("ingress tcp 443 198.18.0.0/20", "ingress tcp 8443 any"),
    recorded=("ingress tcp 80 any",),
    cause=Cause.BOTH,
)
IMAGE = Sides(
    path="image",
    declared="kylin",
    live="lab-linux",
    recorded="lab-linux",
    cause=Cause.DECLARED_CHANGE,
    replaces=True,
)
RENAMED = Sides(path="name", declared="社保", live="x ", recorded=None, cause=Cause.UNKNOWN)
DRIFTED = Sides(path="power", declared="off", live="on", recorded="off", cause=Cause.DEPLOYED_DRIFT)
LOOKED = (
    step("security_group/hrss-web", Op.UPDATE, sides=(RULES,)),
    step("server/hrss-app-01", Op.UPDATE, sides=(GREW, RENAMED)),
    step("server/hrss-app-02", Op.REPLACE, sides=(IMAGE,)),
    step("server/hrss-app-03", Op.CREATE, gone=True),
    step("port/hrss-app-04/gov-net", Op.CREATE),
    step("volume/hrss-db-01-data", Op.SAME, unseen=("metadata",), detail="403 Forbidden"),
    step("server/hrss-db-01", unknown=UnknownReason.IN_TRANSITION, detail="it is being changed"),
    *(step(f"server/old-{n}", unknown=UnknownReason.DENIED, detail="403") for n in range(8)),
    step("server/left", carried=True),
    step("server/fine"),
)
DONE = tuple(each for each in LOOKED if each.op in (Op.UPDATE, Op.CREATE))
FAILED = step("port/hrss-app-04/gov-net", Op.CREATE, error="409 Quota exceeded for resources: port")
REFUSED = (
    Refusal(rule=Rule.REPLACE, refs=(LOOKED[2].ref,)),
    Refusal(
        rule=Rule.GONE, refs=tuple(parse_ref(f"cloud/server/s-{n}") for n in range(9)), detail="3"
    ),
    Refusal(rule=Rule.ELSEWHERE, refs=(LOOKED[4].ref,), detail=f"{STACK}.b"),
)


def run(verb: Verb, *results: StackResult, interrupted: bool = False) -> StackRun:
    return StackRun(verb=verb, results=results, interrupted=interrupted)


def result(verb: Verb, **more: object) -> StackResult:
    return StackResult(stack=STACK, verb=verb, took_s=2.14, **more)  # type: ignore[arg-type]


RUNS = {
    "preview": (
        run(
            Verb.PREVIEW,
            result(Verb.PREVIEW, steps=LOOKED, left_out=(parse_ref("cloud/floating_ip/x"),)),
        ),
        6,
    ),
    "as_declared": (run(Verb.PREVIEW, result(Verb.PREVIEW, steps=(step("server/a"),))), 0),
    "drift": (
        run(Verb.DRIFT, result(Verb.DRIFT, steps=(step("server/a", Op.UPDATE, sides=(DRIFTED,)),))),
        2,
    ),
    "refused": (run(Verb.UP, result(Verb.UP, steps=LOOKED[:5], refused=REFUSED)), 10),
    "done": (
        run(Verb.UP, result(Verb.UP, steps=DONE, changed=True, again=(step("server/a"),))),
        0,
    ),
    "failed": (
        run(
            Verb.UP,
            result(
                Verb.UP,
                steps=(*DONE[:2], FAILED),
                warnings=("disk is nearly full",),
                held=(parse_ref("cloud/server/hrss-db-01"),),
                changed=True,
                again=(step("port/hrss-app-04/gov-net", Op.CREATE),),
                fault="engine_failed",
                facts=(("said", "409 Quota exceeded for resources: port"),),
            ),
        ),
        1,
    ),
    "not_changeable": (
        run(
            Verb.UP,
            result(
                Verb.UP,
                fault="cloud_not_changeable",
                facts=(("cloud", "gov-cloud"),),
                is_refusal=True,
            ),
        ),
        8,
    ),
    "interrupted": (
        run(Verb.UP, result(Verb.UP, steps=DONE[:1], fault="interrupted"), interrupted=True),
        130,
    ),
    "recovered": (run(Verb.RECOVER, result(Verb.RECOVER)), 0),
    "found_again": (
        run(
            Verb.RECOVER,
            result(Verb.RECOVER, steps=(step("server/oa-01", Op.IMPORT, id="s-1", imports=True),)),
        ),
        2,
    ),
    "none": (run(Verb.PREVIEW), 0),
}
STACKS = (
    StackInfo(
        name=STACK,
        cloud="gov-cloud",
        project="hrss",
        place="",
        declared=14,
        recorded=15,
        carried=1,
        pending=2,
        changeable=True,
    ),
    StackInfo(
        name="gov-cloud.RegionOne.edu", cloud="gov-cloud", project="edu", place="", declared=5
    ),
    StackInfo(name="old.R.p", cloud="", project="", place="", recorded=3, carried=3),
    StackInfo(name="bad.R.p", cloud="", project="", place="", declared=1, damaged="no JSON"),
)


def held_to(name: str, lang: Lang, told: str) -> None:
    path = HERE / f"{name}.{lang}.txt"
    if os.environ.get("OMLIB_GOLDEN") == "write":
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("name", RUNS)
def test_a_run_reads_so(name: str, lang: Lang) -> None:
    held_to(name, lang, to_text(stack_report(RUNS[name][0], lang), 100))


@pytest.mark.parametrize("lang", Lang)
def test_the_list_of_stacks_reads_so(lang: Lang) -> None:
    held_to("stacks", lang, to_text(stack_list_report("望澜市", STACKS, lang), 100))


@pytest.mark.parametrize("name", RUNS)
def test_its_json_is_as_published_and_says_the_exit_code(name: str) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    one, code = RUNS[name]
    told = json.loads(json.dumps(stack_run_json(one)))
    assert list(Draft202012Validator(schema).iter_errors(told)) == []
    assert stack_exit_code(one) == told["exit_code"] == code


def test_the_list_as_json_has_every_stack() -> None:
    told = stack_list_json(STACKS)
    assert json.loads(json.dumps(told))["stacks"][0]["carried"] == 1


def test_there_are_words_for_every_rule_and_cause() -> None:
    codes = [f"rule.{rule}" for rule in Rule] + [f"rule.{rule}.next" for rule in Rule]
    codes += [f"cause.{cause}" for cause in Cause]
    codes += [f"{said}.{op}" for op in Op if op is not Op.SAME for said in ("op", "did")]
    codes += [f"title.stack_{verb}" for verb in Verb] + [f"step.cloud_{verb}" for verb in Verb]
    assert [code for code in codes if not has(code)] == []
