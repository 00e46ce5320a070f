"""Read findings back from JSON and JSON lines that any omlib of the same major version wrote.

Keys and kinds of line that are not known here are ignored, for a minor version adds some; another
major version is refused. A file that was cut is refused as well: half a list of findings reads
like an estate that is half as bad.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from omlib.errors import OmlibError
from omlib.model.finding import Difference, Finding, Resurfaced
from omlib.model.item import Scope, Source, Value
from omlib.model.ref import Plane, parse_ref
from omlib.model.status import Status, UnknownReason, UnmanagedClass
from omlib.report import findings_lines, reconcile_json


class UnreadableReportError(OmlibError):
    """A report cannot be read back, and nothing was taken from it. Facts: why, found, wanted."""

    code = "unreadable_report"


def read_findings(text: str) -> tuple[Finding, ...]:
    """The findings of a reconcile result as JSON; raises UnreadableReportError."""
    told = _object(text, "")
    _same_major(told, reconcile_json.SCHEMA)
    listed, total = told.get("findings"), _total(told.get("summary"))
    if not isinstance(listed, list) or len(listed) != total:
        raise UnreadableReportError(why="cut", found=total, wanted=reconcile_json.SCHEMA)
    return tuple(finding_from_json(one) for one in listed)


def read_findings_lines(lines: Iterable[str]) -> Iterator[Finding]:
    """The findings of JSON lines, one at a time; raises UnreadableReportError.

    That the file was cut is known only at its end, so take nothing for the whole before then.
    """
    read, total = 0, None
    started = False
    for number, line in enumerate(lines, start=1):
        told = _object(line, number)
        if not started:
            _same_major(told, findings_lines.SCHEMA)
            started = True
        elif total is not None:
            raise UnreadableReportError(why="after_the_end", found=number, wanted="")
        elif told.get("type") == "finding":
            read += 1
            yield finding_from_json(told)
        elif told.get("type") == "summary":
            total = _total(told)
    if read != total:
        raise UnreadableReportError(why="cut", found=read, wanted=findings_lines.SCHEMA)


def finding_from_json(told: Mapping[str, Any]) -> Finding:
    """One finding, as `finding_json` wrote it."""
    try:
        plane = Plane(told["plane"])
        return Finding(
            ref=parse_ref(told["ref"]),
            status=Status(told["status"]),
            scope=Scope(plane, told["kind"], told["where"]),
            differences=tuple(_difference(one) for one in told["differences"]),
            reason=UnknownReason(told["reason"]) if told["reason"] else None,
            detail=told["detail"],
            unseen={path: UnknownReason(reason) for path, reason in told["unseen"].items()},
            unmanaged=UnmanagedClass(told["unmanaged"]) if told["unmanaged"] else None,
            systems=tuple(told["systems"]),
            department=told["department"],
            source=_source(told["source"]),
            live=told["live"],
            label=told["label"],
            children=tuple(parse_ref(child) for child in told["children"]),
            contested=tuple(told["contested"]),
            stacks=tuple(told.get("stacks", ())),
            seen={path: _value(value) for path, value in told.get("seen", {}).items()},
        )
    except (KeyError, ValueError, TypeError, AttributeError, OmlibError) as fault:
        found = f"{type(fault).__name__}: {fault}"
        raise UnreadableReportError(why="shape", found=found, wanted="") from None


def _difference(told: Mapping[str, Any]) -> Difference:
    return Difference(
        path=told["path"],
        declared=_value(told["declared"]),
        actual=_value(told["actual"]),
        waived_by=told["waived_by"] or "",
        resurfaced=Resurfaced(told["resurfaced"]) if told["resurfaced"] else None,
    )


def _value(told: Any) -> Value:
    return tuple(told) if isinstance(told, list) else told


def _source(told: str | None) -> Source | None:
    if told is None:
        return None
    file, _, line = told.rpartition(":")
    return Source(file, int(line))


def _object(text: str, line: int | str) -> Mapping[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        raise UnreadableReportError(why="not_json", found=line, wanted="") from None
    if not isinstance(told, dict):
        raise UnreadableReportError(why="not_json", found=line, wanted="")
    return told


def _same_major(told: Mapping[str, Any], wanted: str) -> None:
    found = str(told.get("schema", ""))
    name, _, version = wanted.partition("/")
    if found.partition("/")[0] != name:
        raise UnreadableReportError(why="not_ours", found=found, wanted=wanted)
    if found.partition("/")[2].partition(".")[0] != version.partition(".")[0]:
        raise UnreadableReportError(why="major", found=found, wanted=wanted)


def _total(summary: Any) -> int | None:
    items = summary.get("items") if isinstance(summary, dict) else None
    return items if isinstance(items, int) else None
