"""Rows 11 to 14: what is audited, where its records are kept, and by which clock."""

from omlib.model.ref import Plane, make_ref
from omlib.model.status import UnknownReason
from omlib.reconcile.mlps import limits
from omlib.reconcile.mlps.host import Host, areas_of, listed


def audited(host: Host) -> None:
    """Row 11: auditd runs, and its rules watch what they must, now and after a boot."""
    if (active := host.flag("audit", "active")) is not None:
        host.setting(active, "auditd", "active" if active else "inactive", "active")
    for name in ("loaded", "at_boot"):
        told = host.texts("audit", name)
        if told is not None:
            missing = tuple(one for one in limits.AUDITED if one not in told)
            host.none_of(f"not_audited_{name}", missing)


def forwarded(host: Host) -> None:
    """Row 12: records leave the host, and a declared log server has new ones of it."""
    for name, what in (("targets", "syslog"), ("audit_targets", "audit")):
        told = host.texts("syslog", name)
        if told is not None:
            shown = listed(told) if told else "-"
            host.holds(bool(told), "sent_to" if told else "not_sent", what=what, names=shown)
    servers = host.facts.estate.policy.log_servers
    if not servers:
        host.undeclared("no_log_server")
        return
    arrived = {server: _hours(host, server) for server in servers}
    fresh = [
        (hours, server)
        for server, hours in arrived.items()
        if isinstance(hours, int) and 0 <= hours <= limits.LOG_ARRIVED_H
    ]
    unseen = {server: why for server, why in arrived.items() if not isinstance(why, int)}
    if fresh:
        hours, server = min(fresh)
        host.holds(True, "arrived", server=server, hours=hours)
    elif unseen:
        for server, reason in unseen.items():
            host.unknown(reason, "unseen_copy", server=server)
    else:
        host.holds(False, "not_arrived", names=listed(servers), needed=limits.LOG_ARRIVED_H)


def _hours(host: Host, server: str) -> int | UnknownReason:
    """How long ago a log server wrote something of the host, -1 never; or why nobody can tell."""
    facts = host.facts
    there = Host(facts=facts, server=facts.estate.servers[server], areas=areas_of(facts, server))
    told = there.number("logs", host.server.id)
    return there.hidden[0] if told is None else told


def clock(host: Host) -> None:
    """Row 14: in step with the declared servers, and near to them."""
    in_step, offset = host.flag("time", "synchronised"), host.number("time", "offset_us")
    if in_step is not None:
        host.setting(in_step, "synchronised", str(in_step).lower(), "true")
    if offset is not None:
        most = limits.CLOCK_OFFSET_US
        ok = offset < most
        host.setting(ok, "offset", f"{offset / 1000:.1f} ms", f"< {most // 1000} ms")
    servers = host.texts("time", "servers")
    item = host.facts.items.get(make_ref(Plane.SERVER, "time_sync", host.server.id, "clock"))
    declared = item.attributes.get("servers") if item else None
    if not isinstance(declared, tuple):
        host.undeclared("no_declared_clock")
    elif servers is not None:
        host.setting(
            sorted(map(str, declared)) == sorted(servers),
            "NTP",
            listed(servers) or "-",
            listed(tuple(map(str, declared))),
        )
