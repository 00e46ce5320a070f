"""Which drifts of hosts Ansible mends, and by which actions; of the others, why not. Pure.

An action's *after* is all that is declared of its item and is not waived: what a role is given. Its
*before* is what was seen of the same. Nothing is removed that is not declared absent.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace

from omlib.model.action import Action, Declined, Verb, WhyNot
from omlib.model.estate import Server
from omlib.model.finding import Finding
from omlib.model.item import Attributes, Value
from omlib.model.kind import kind_of
from omlib.model.ref import Plane
from omlib.model.status import Status
from omlib.planes.server.declared import Wanted
from omlib.planes.server.runs.host_vars import ONLY_LOOKED_AT, content_of
from omlib.planes.server.runs.order import stands_on
from omlib.planes.server.runs.own_way import UNKNOWN_WAY, OwnWay, cuts_off

OLDEST_PYTHON = (3, 8)  # what modules of ansible-core 2.19 run on
NO_PYTHON = (0,)  # as `Look.python` has it
# seen and compared, and nothing sets them directly
_FOLLOWS: Mapping[str, frozenset[str]] = {"time_sync": frozenset({"synchronised"})}
_GONE: Attributes = {"present": False}


def mend(
    finding: Finding,
    server: Server,
    wanted: Wanted,
    python: tuple[int, ...] | None,
    drifting: Container[str],
    way: OwnWay,
) -> Action | Declined | None:
    """What to do about *finding*; None where it is no drift.

    *python* is the version that the host's `python3` told, NO_PYTHON where it has none, None where
    nobody asked. *drifting* are the refs of all drifts: what one of them stands on comes first.
    *way* is omlib's own into the host, which stays open.
    """
    ref, kind = finding.ref, finding.ref.kind
    if ref.plane is not Plane.SERVER or not finding.status.is_drift or finding.contested:
        return None
    if finding.status is Status.UNMANAGED:
        return Declined(ref=ref, why=WhyNot.UNDECLARED)
    if finding.status not in (Status.DIVERGED, Status.MISSING):
        return None
    if kind in ONLY_LOOKED_AT:
        return Declined(ref=ref, why=WhyNot.ONLY_LOOKED_AT)
    if python is not None and python < OLDEST_PYTHON and not server.access.python:
        version = "" if python == NO_PYTHON else ".".join(map(str, python))
        return Declined(ref=ref, why=WhyNot.OLD_PYTHON, detail=version)
    attributes = wanted.get(kind, {}).get(ref.part, {})
    waived = {each.path for each in finding.differences if each.waived_by}
    after = {
        path: value
        for path, value in attributes.items()
        if path not in waived | _FOLLOWS.get(kind, frozenset())
    }
    if kind == "file" and _lacks_content(finding, server, after):
        return Declined(ref=ref, why=WhyNot.NO_CONTENT)
    seen = {each.path: each.actual for each in finding.differences}
    if finding.status is Status.DIVERGED and not seen.keys() & after.keys():
        return Declined(ref=ref, why=WhyNot.FOLLOWS)
    if cuts_off(kind, ref.part, after, seen, way):
        return Declined(ref=ref, why=WhyNot.CUTS_OFF, detail=way.login)
    first = tuple(ref for ref in stands_on(finding.ref, after, server) if ref in drifting)
    return _action(finding, server, after, seen, first)


def _action(
    finding: Finding,
    server: Server,
    after: Attributes,
    seen: Mapping[str, Value],
    depends_on: tuple[str, ...],
) -> Action:
    action = Action(
        ref=finding.ref,
        scope=finding.scope,
        verb=Verb.CREATE,
        before=None,
        after=after,
        depends_on=depends_on,
    )
    if finding.status is Status.MISSING:
        return replace(action, reversible=bool(kind_of(finding.ref).away))
    before = {path: seen.get(path, value) for path, value in after.items()}
    if after.get("present") is False:
        return replace(action, verb=Verb.DELETE, before=before, after=_GONE, reversible=False)
    reversible = _way_back(action, server, before)
    return replace(action, verb=Verb.UPDATE, before=before, reversible=reversible)


def _way_back(action: Action, server: Server, before: Attributes) -> bool:
    """Whether what was there can be set again: a content only where the inventory holds it."""
    after = action.after or {}
    changed = {path for path, value in before.items() if after[path] != value}
    if any(before[path] is None for path in changed) or "version" in changed:
        return False
    known = content_of(before.get("sha256"), action.ref.part, server.state) is not None
    return "sha256" not in changed or known


def _lacks_content(finding: Finding, server: Server, after: Attributes) -> bool:
    """Whether a file is to be made or filled, and the inventory does not hold with what.

    What has no content declared is a directory, or is to keep the content that it has.
    """
    filled = finding.status is Status.DIVERGED and not any(
        each.path == "sha256" for each in finding.differences
    )
    if "sha256" not in after or filled:
        return False
    return content_of(after["sha256"], finding.ref.part, server.state) is None


def propose(
    findings: Sequence[Finding],
    servers: Mapping[str, Server],
    wanted: Mapping[str, Wanted],
    pythons: Mapping[str, tuple[int, ...]],
    ways: Mapping[str, OwnWay],
) -> Iterator[Action | Declined]:
    """What `mend` says of each of *findings* that stands on one of *servers*."""
    drifting = frozenset(str(finding.ref) for finding in findings if finding.status.is_drift)
    for finding in findings:
        server = servers.get(finding.scope.where)
        if server is None:
            continue
        way = ways.get(server.id, UNKNOWN_WAY)
        told = mend(finding, server, wanted[server.id], pythons.get(server.id), drifting, way)
        if told is not None:
            yield told
