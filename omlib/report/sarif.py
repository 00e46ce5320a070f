"""A comparison as SARIF 2.1.0, for viewers of static analysis and code hosts.

One result for each attribute that differs, so that a waiver suppresses just what it accepts; for
an item of which there is no more to say, one result. Fingerprints are made of ref and path, never
of a position: a declaration may move within its file. Written result by result.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote

from omlib.model.estate import Estate
from omlib.model.finding import PRESENCE, Difference, Finding
from omlib.model.item import Scope
from omlib.model.ref import Plane
from omlib.model.status import WORST_FIRST, Status, UnknownReason
from omlib.report.changes import Changes, key_of
from omlib.report.finding_entries import kind_text
from omlib.report.finding_text import short
from omlib.report.json_text import json_line
from omlib.report.reconciliation import Label, Reconciliation
from omlib.report.values import moment_json, two_sides
from omlib.report.words import Lang, words

Plain = dict[str, object]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"
_LONGEST_NAME = 2000
_LEVEL = {
    Status.IN_SYNC: "none",
    Status.WAIVED: "error",
    Status.UNKNOWN: "none",
    Status.UNMANAGED: "warning",
    Status.DIVERGED: "error",
    Status.MISSING: "error",
    Status.RESIDUE: "error",
}
_KIND = {Status.IN_SYNC: "pass", Status.UNKNOWN: "open"}  # all others fail


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """What one result is about: an attribute of an item, or with path "" the item."""

    path: str
    status: Status
    difference: Difference | None = None
    unseen: UnknownReason | None = None


def sarif(it: Reconciliation, lang: Lang, *, changes: Changes | None) -> Iterator[str]:
    """The file in pieces. With *changes*, each result says whether it is new."""
    told = [*it.findings]
    if changes:
        told += (*changes.gone, *changes.lost, *(before for before, _ in changes.changed))
    used = {_rule(p.status, finding) for finding in told for p in _points(finding)}
    used |= {_rule(Status.UNKNOWN, finding) for finding in (changes.lost if changes else ())}
    rules = {rule: at for at, rule in enumerate(sorted(used, key=_rule_order))}
    run = json_line(
        {
            "tool": {"driver": _driver(it, rules, lang)},
            "automationDetails": {"id": f"omlib/{it.run.id}"},
            "originalUriBaseIds": {_ROOT: {"description": {"text": words("sarif.root", lang)}}},
            "columnKind": "unicodeCodePoints",
            "invocations": [_invocation(it, lang)],
            "properties": {
                "estate": _cut(it.estate.name),
                "scope": _cut(it.run.scope),
                "labels": [label.value for label in it.run.labels],
                "revision": _cut(it.run.revision),
                "clean": it.run.clean,
                "complete": it.complete,
            },
        }
    )
    yield f'{{"$schema":"{_SCHEMA}","version":"2.1.0","runs":[{run[:-1]},"results":['
    between = "\n"
    for result in _results(it, rules, lang, changes):
        yield between + json_line(result)
        between = ",\n"
    yield "\n]}]}\n"


def fingerprint(finding: Finding, path: str) -> str:
    """Stable from run to run for one attribute of one item.

    It is a hash because a ref may be as long as a file name on a host.
    """
    named = "\0".join((*key_of(finding), path))
    return hashlib.sha256(named.encode("utf-8", "backslashreplace")).hexdigest()


def _results(
    it: Reconciliation, rules: Mapping[str, int], lang: Lang, changes: Changes | None
) -> Iterator[Plain]:
    new = {key_of(finding) for finding in changes.new} if changes else set()
    old = {key_of(now): before for before, now in changes.changed} if changes else {}
    closed = {key_of(finding) for finding in changes.gone} if changes else set()
    for finding in it.findings:
        key = key_of(finding)
        before = {point.path: point for point in _points(old[key])} if key in old else {}
        for point in _points(finding):
            result = _result(finding, point, it.estate, rules, lang)
            if key in new or key in closed:
                result["baselineState"] = "new"
            elif key in old:
                was = before.pop(point.path, None)
                result["baselineState"] = (
                    "new" if was is None else "unchanged" if was == point else "updated"
                )
            elif changes:
                result["baselineState"] = "unchanged"
            yield result
        for point in before.values():
            absent = _result(old[key], point, it.estate, rules, lang)
            yield absent | {"baselineState": "absent"}
    if changes:
        for finding in changes.gone:
            for point in _points(finding):
                absent = _result(finding, point, it.estate, rules, lang)
                yield absent | {"baselineState": "absent"}
        for finding in changes.lost:
            yield from _lost(finding, it.estate, rules, lang)


def _lost(
    finding: Finding, estate: Estate, rules: Mapping[str, int], lang: Lang
) -> Iterator[Plain]:
    """Open before, and now nobody knows: never absent."""
    status = words(f"status.{finding.status}", lang)
    told = words("sarif.lost", lang, ref=_ref(finding), status=status)
    for seen in _points(finding):
        point = replace(seen, status=Status.UNKNOWN)
        yield _result(finding, point, estate, rules, lang) | {
            "message": {"text": _plain(told)},
            "baselineState": "updated",
        }


def _points(finding: Finding) -> Iterator[_Point]:
    for difference in finding.differences:
        status = Status.WAIVED if difference.waived_by else finding.status
        yield _Point(path=difference.path, status=status, difference=difference)
    for path in sorted(finding.unseen):
        yield _Point(path=path, status=Status.UNKNOWN, unseen=finding.unseen[path])
    if not finding.differences and not finding.unseen:
        yield _Point(path="", status=finding.status)


def _result(
    finding: Finding, point: _Point, estate: Estate, rules: Mapping[str, int], lang: Lang
) -> Plain:
    rule = _rule(point.status, finding)
    result: Plain = {
        "ruleId": rule,
        "ruleIndex": rules[rule],
        "kind": _KIND.get(point.status, "fail"),
        "level": _LEVEL[point.status],
        "message": {"text": _plain(_message(finding, point, lang))},
        "locations": [_location(finding)],
        "partialFingerprints": {"omlibRefPath/v1": fingerprint(finding, point.path)},
    }
    if point.difference and point.difference.waived_by:
        result["suppressions"] = [_suppression(finding, point.difference, estate)]
    result["properties"] = {
        "ref": _ref(finding),
        "path": _cut(point.path),
        "status": point.status.value,
        "systems": [_cut(system) for system in finding.systems],
        "department": finding.department,
    }
    return result


def _message(finding: Finding, point: _Point, lang: Lang) -> str:
    ref = _ref(finding)
    if point.unseen:
        reason = words(f"reason.{point.unseen}", lang)
        return words("sarif.unseen", lang, ref=ref, path=short(point.path, lang), reason=reason)
    if point.difference and point.path != PRESENCE:
        sides = two_sides(point.difference.declared, point.difference.actual, lang)
        declared, actual = (short(side, lang) for side in sides)
        facts = {"ref": ref, "path": short(point.path, lang)}
        return words("sarif.difference", lang, **facts, declared=declared, actual=actual)
    if point.status is Status.IN_SYNC:
        return words("sarif.in_sync", lang, ref=ref)
    if finding.reason:
        reason, why = words(f"reason.{finding.reason}", lang), words(f"why.{finding.reason}", lang)
        told = words("sarif.unknown", lang, ref=ref, reason=reason, why=why)
    else:
        status, means = (words(f"{word}.{finding.status}", lang) for word in ("status", "means"))
        told = words("sarif.status", lang, ref=ref, status=status, means=means)
    detail = short(finding.detail, lang)
    return told + (words("text.semicolon", lang) + detail if detail else "")


def _plain(text: str) -> str:
    """A viewer must not find a link in what a host said: `[text](target)` is one in SARIF."""
    return re.sub(r"\](?=\()", "] ", text)


def _ref(finding: Finding) -> str:
    return _cut(str(finding.ref))


def _cut(text: str) -> str:
    """A name, in one language: viewers group by it."""
    return short(text, Lang.EN, _LONGEST_NAME)


def _location(finding: Finding) -> Plain:
    name = {"fullyQualifiedName": _ref(finding), "kind": "resource"}
    place: Plain = {"logicalLocations": [name]}
    if finding.source:
        file = finding.source.file[:_LONGEST_NAME].replace("\\", "/")
        uri = quote(file.encode("utf-8", "backslashreplace"), safe="/")
        place["physicalLocation"] = {
            "artifactLocation": {"uri": uri, "uriBaseId": _ROOT},
            "region": {"startLine": max(1, finding.source.line)},
        }
    return place


def _suppression(finding: Finding, difference: Difference, estate: Estate) -> Plain:
    ticket, told = difference.waived_by, [difference.waived_by]
    for waiver in estate.waivers:
        if (waiver.ticket, waiver.ref, waiver.path) == (ticket, finding.ref, difference.path):
            told = [ticket, waiver.reason, waiver.owner, waiver.until.isoformat()]
            break
    justification = "; ".join(short(part, Lang.EN) for part in told)
    return {"kind": "external", "status": "accepted", "justification": justification}


def _rule(status: Status, finding: Finding) -> str:
    return f"{status}/{finding.ref.plane}/{finding.ref.kind}"


def _rule_order(rule: str) -> tuple[int, str]:
    return WORST_FIRST.index(Status(rule.partition("/")[0])), rule


def _driver(it: Reconciliation, rules: Mapping[str, int], lang: Lang) -> Plain:
    driver: Plain = {"name": "omlib", "rules": [_descriptor(rule, lang) for rule in rules]}
    return driver | ({"version": _cut(it.run.tool)} if it.run.tool else {})


def _descriptor(rule: str, lang: Lang) -> Plain:
    code, plane, kind = rule.split("/", 2)
    status = Status(code)
    named, means = words(f"status.{status}", lang), words(f"means.{status}", lang)
    what = kind_text(Plane(plane), kind, lang)
    told = words("sarif.rule", lang, kind=what, status=named, means=means)
    return {
        "id": rule,
        "shortDescription": {"text": told},
        "help": {"text": words(f"next.{status}", lang) if status.is_drift else means},
        "defaultConfiguration": {"level": _LEVEL[status]},
        "properties": {"tags": [plane, kind, code]},
    }


def _invocation(it: Reconciliation, lang: Lang) -> Plain:
    run = it.run
    told: Plain = {
        "executionSuccessful": Label.INTERRUPTED not in run.labels,
        "exitCode": it.exit_code,
        "startTimeUtc": moment_json(run.started),
        "endTimeUtc": moment_json(run.started + timedelta(seconds=run.took_s)),
    }
    if run.actor:
        told["account"] = _cut(run.actor)
    gaps = [_gap(*gap, lang) for row in it.coverage for gap in row.gaps]
    return told | ({"toolExecutionNotifications": gaps} if gaps else {})


def _gap(scope: Scope, reason: UnknownReason, detail: str, lang: Lang) -> Plain:
    told = words(
        "sarif.gap",
        lang,
        kind=kind_text(scope.plane, scope.kind, lang),
        where=short(scope.where, lang),
        reason=words(f"reason.{reason}", lang),
        detail=short(detail, lang),
    )
    return {"level": "warning", "message": {"text": _plain(told.rstrip())}}
