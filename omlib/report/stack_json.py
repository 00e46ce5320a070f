"""Stacks as JSON: `omlib.stacks/1.0` (what there is) and `omlib.stack_run/1.0` (one run over them).

The shape of a run is held by `docs/schema/stack_run-1.0.json`.
"""

from collections.abc import Sequence

from omlib.model.stack import Sides, StackInfo, StackResult, StackRun, Step
from omlib.report.stack_exits import stack_exit_code


def stack_list_json(infos: Sequence[StackInfo]) -> dict[str, object]:
    return {
        "schema": "omlib.stacks/1.0",
        "stacks": [
            {
                "stack": info.name,
                "cloud": info.cloud,
                "project": info.project,
                "shard": info.shard,
                "declared": info.declared,
                "recorded": info.recorded,
                "carried": info.carried,
                "pending": info.pending,
                "changeable": info.changeable,
                "damaged": info.damaged,
                "systems": sorted(info.systems),
            }
            for info in infos
        ],
    }


def stack_run_json(run: StackRun) -> dict[str, object]:
    return {
        "schema": "omlib.stack_run/1.0",
        "verb": run.verb.value,
        "interrupted": run.interrupted,
        "exit_code": stack_exit_code(run),
        "stacks": [_result(result) for result in run.results],
    }


def _result(result: StackResult) -> dict[str, object]:
    return {
        "stack": result.stack,
        "took_s": round(result.took_s, 3),
        "changed": result.changed,
        "fault": {"code": result.fault, "facts": dict(result.facts)} if result.fault else None,
        "refused": [
            {
                "rule": refusal.rule.value,
                "refs": [str(ref) for ref in refusal.refs],
                "detail": refusal.detail,
            }
            for refusal in result.refused
        ],
        "held": [str(ref) for ref in result.held],
        "left_out": [str(ref) for ref in result.left_out],
        "warnings": list(result.warnings),
        "steps": [_step(step) for step in result.steps],
        "again": [_step(step) for step in result.again],
    }


def _step(step: Step) -> dict[str, object]:
    return {
        "ref": str(step.ref),
        "urn": step.urn,
        "id": step.id,
        "op": step.op.value,
        "unknown": step.unknown.value if step.unknown else None,
        "unseen": list(step.unseen),
        "detail": step.detail,
        "gone": step.gone,
        "carried": step.carried,
        "error": step.error,
        "attributes": [_side(side) for side in step.sides],
    }


def _side(side: Sides) -> dict[str, object]:
    deed = side.deed
    return {
        "path": side.path,
        "declared": side.declared,
        "live": side.live,
        "recorded": side.recorded,
        "cause": side.cause.value,
        "replaces": side.replaces,
        "deed": None
        if deed is None
        else {
            "action": deed.action,
            "user": deed.user,
            "request": deed.request,
            "at": deed.at,
        },
    }
