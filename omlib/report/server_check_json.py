"""The deep check for programs: one object per task and item of a loop, codes only."""

from omlib.report.server_check import ServerCheck, TaskLike, ref_of


def server_check_json(it: ServerCheck) -> dict[str, object]:
    """`{"results": [...]}`. *reason* is null unless the status is unknown."""
    return {"results": [_result(result) for result in it.results]}


def _result(result: TaskLike) -> dict[str, object]:
    return {
        "host": result.host,
        "task": result.task,
        "item": result.item,
        "status": result.status.value,
        "reason": result.reason.value if result.reason else None,
        "why": str(result.why) if result.why else None,
        "detail": result.detail,
        "diff": result.diff,
        "path": result.path,
        "ref": ref_of(result),
    }
