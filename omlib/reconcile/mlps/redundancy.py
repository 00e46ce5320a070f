"""Row 24 (8.1.4.9c): a level-3 system has at least two running instances on different hosts.

Counted are servers that are declared for the system, seen, and switched on. That two of them stand
on different hosts is seen in one of these ways, and else not known: nova's host id within one
project (in another project the same host has another id), the hypervisor's name where the account
may see it, a server group whose policy is `anti-affinity` (the soft one promises nothing), or
machines of their own, which no cloud holds. Servers are counted, not roles: that two of them do the
same work is for a person to judge, so they are named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from omlib.model.check import Answer, Checked, Evidence
from omlib.model.estate import System
from omlib.model.mlps import systems_under_rule
from omlib.model.ref import Plane, Ref, make_ref
from omlib.model.status import UnknownReason
from omlib.reconcile.mlps.facts import Facts

ROW, CLAUSE = 24, "8.1.4.9c"
_NEEDED = 2
_SEPARATES = "anti-affinity"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Instance:
    """*group* is a server group that separates its members, by place and name. *own*: a machine
    that is its own host."""

    name: str
    where: str = ""
    host_id: str = ""
    hypervisor: str = ""
    group: str = ""
    own: bool = False


def redundancy(facts: Facts) -> Iterator[Checked]:
    """One answer for each system of level 3 or above, by id."""
    groups = _separating_groups(facts)
    for system in systems_under_rule(facts.estate):
        yield _checked(facts, system, groups)


def _checked(facts: Facts, system: System, groups: Mapping[tuple[str, str], bool]) -> Checked:
    running: list[_Instance] = []
    hidden: list[UnknownReason] = []
    evidence: list[Evidence] = []
    for instance, reason, told in _instances(facts, system, groups):
        evidence.append(told)
        if reason:
            hidden.append(reason)
        elif instance:
            running.append(instance)
    pairs = [(one, other, _apart(one, other)) for one, other in combinations(running, 2)]
    proof = next(((one, other) for one, other, apart in pairs if apart), None)
    answer, reason, remedy = Answer.YES, None, ""
    if proof:
        evidence.append(Evidence("apart", {"one": proof[0].name, "other": proof[1].name}))
    elif not evidence:
        evidence.append(Evidence("no_server"))
        answer, reason, remedy = Answer.UNKNOWN, UnknownReason.NOT_CHECKED, "declare_servers"
    elif hidden:
        # also where no more than one is declared: what was not read is never judged
        lone = len(running) + len(hidden) < _NEEDED
        remedy = "add_instance" if lone else "look_again"
        answer, reason = Answer.UNKNOWN, min(hidden)
    elif len(running) < _NEEDED:
        evidence.append(Evidence("too_few", {"n": len(running)}))
        answer, remedy = Answer.NO, "add_instance"
    elif any(apart is None for _, _, apart in pairs):
        evidence.append(Evidence("not_comparable"))
        answer, reason, remedy = Answer.UNKNOWN, UnknownReason.UNSUPPORTED, "separate"
    else:
        evidence.append(Evidence("one_host"))
        answer, remedy = Answer.NO, "separate"
    return Checked(
        row=ROW,
        clause=CLAUSE,
        plane=Plane.CLOUD,
        subject=system.id,
        systems=(system.id,),
        answer=answer,
        reason=reason,
        evidence=tuple(evidence),
        remediation=remedy,
    )


_Told = tuple[_Instance | None, UnknownReason | None, Evidence]


def _instances(
    facts: Facts, system: System, groups: Mapping[tuple[str, str], bool]
) -> Iterator[_Told]:
    """Each declared server: as it runs, or why that is not known (neither: it does not run)."""
    for vm in sorted(facts.estate.vms.values(), key=lambda one: one.id):
        if system.id in vm.systems:
            yield _virtual(facts, make_ref(Plane.CLOUD, "server", vm.id), groups)
    for server in sorted(facts.estate.servers.values(), key=lambda one: one.id):
        if system.id in server.systems and not server.vm:
            yield _physical(facts, server.id)


def _virtual(facts: Facts, ref: Ref, groups: Mapping[tuple[str, str], bool]) -> _Told:
    if reason := facts.unseen(ref):
        return None, reason, Evidence("unseen", {"ref": str(ref), "reason": reason})
    seen = facts.found.get(ref)
    if seen is None:
        return None, None, Evidence("missing", {"ref": str(ref)})
    told = {path: str(seen.attributes.get(path) or "") for path in _PATHS}
    if told["power"] != "on":
        return None, None, Evidence("not_running", {"ref": str(ref), "power": told["power"]})
    instance = _Instance(
        name=str(ref),
        where=seen.scope.where,
        host_id=told["host_id"],
        hypervisor=told["hypervisor"],
        group=told["server_group"] if groups.get((seen.scope.where, told["server_group"])) else "",
    )
    host = told["hypervisor"] or told["host_id"]
    code = "runs_on" if host else "runs"
    return instance, None, Evidence(code, {"ref": str(ref), "host": host, "where": instance.where})


_PATHS = ("power", "host_id", "hypervisor", "server_group")


def _physical(facts: Facts, server: str) -> _Told:
    """A machine that answered is there; what stands on it is for other rows."""
    sights: Sequence[UnknownReason | None] = [
        sight.reason for scope, sight in sorted(facts.sights.items()) if scope.where == server
    ]
    if None in sights:
        return _Instance(name=server, own=True), None, Evidence("own_machine", {"server": server})
    reason = next(filter(None, sights), UnknownReason.NOT_CHECKED)
    return None, reason, Evidence("unseen", {"ref": server, "reason": reason})


def _apart(one: _Instance, other: _Instance) -> bool | None:
    """Whether they stand on different hosts; None where nothing seen tells."""
    if one.own or other.own:
        return True
    if one.hypervisor and other.hypervisor:
        return one.hypervisor != other.hypervisor
    if one.where != other.where:
        return None
    if one.host_id and other.host_id:
        return one.host_id != other.host_id
    return True if one.group and one.group == other.group else None


def _separating_groups(facts: Facts) -> dict[tuple[str, str], bool]:
    """By place and name whether a server group separates; false for a name that several have."""
    found: dict[tuple[str, str], bool] = {}
    for seen in facts.actual:
        if seen.ref.kind == "server_group":
            spot = (seen.scope.where, str(seen.attributes.get("name")))
            separates = seen.attributes.get("policy") == _SEPARATES
            found[spot] = separates and spot not in found
    return found
