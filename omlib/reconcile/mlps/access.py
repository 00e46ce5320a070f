"""Rows 5 to 7 and 17: sessions end, nothing in the clear, a second factor, from where to manage."""

import ipaddress

from omlib.model.status import UnknownReason
from omlib.reconcile.mlps import limits
from omlib.reconcile.mlps.host import Host, listed
from omlib.reconcile.mlps.reach import Network, Open, Reach, only_here, ports_of, reach


def idle(host: Host) -> None:
    """Row 5: a shell that idles ends, and so does an SSH session that does not answer."""
    most = limits.IDLE_EXIT_S
    if (tmout := host.number("login", "tmout_s")) is not None:
        host.setting(0 < tmout <= most, "TMOUT", tmout, f"<= {most}")
    each, times = host.number("sshd", "alive_s"), host.number("sshd", "alive_count")
    if each is not None and times is not None:
        shown = f"{each} x {times}"
        # with a count of 0 sshd ends nothing (sshd_config(5))
        ok = each > 0 and times > 0 and each * times <= most
        host.setting(ok, "ClientAliveInterval x CountMax", shown, f"<= {most}")


def plain_text(host: Host) -> None:
    """Row 6: nobody listens who speaks in the clear, and root does not log in over SSH."""
    if (listeners := host.texts("reach", "listeners")) is not None:
        wrong = tuple(
            f"{limits.PLAIN_PORTS[port]} ({proto}/{address}:{port})"
            for proto, address, port, process in ports_of(listeners)
            if proto == "tcp" and port in limits.PLAIN_PORTS and not _is_syslog(port, process)
        )
        host.none_of("plain_listener", wrong)
    if (root := host.text("sshd", "root")) is not None:
        host.setting(root == "no", "PermitRootLogin", root, "no")
    if (inside := host.texts("sshd", "root_in_match")) is not None:
        host.none_of("root_in_match", tuple(value for value in inside if value != "no"))


def _is_syslog(port: str, process: str) -> bool:
    """514 of TCP is rsh by the registry, and where log servers listen by habit."""
    return port == "514" and process in ("rsyslogd", "syslog-ng")


def second_factor(host: Host) -> None:
    """Row 7: sshd wants two things, or only the declared jump hosts get to it."""
    methods, keys = host.text("sshd", "methods"), host.text("sshd", "keys")
    pam, modules = host.text("sshd", "pam"), host.texts("pam", "second_factor")
    ways = (methods or "").split()
    if ways and all("," in way for way in ways):
        _settle(host, "second_factor", how=methods or "")
    elif modules and pam == "yes" and keys == "no":  # a key would go past the stack
        _settle(host, "second_factor", how=listed(modules))
    else:
        _by_reach(host)


def _settle(host: Host, code: str, **facts: str) -> None:
    """One way is enough: what was not seen of the other does not matter."""
    host.hidden.clear()
    host.evidence.clear()
    host.holds(True, code, **facts)


def _by_reach(host: Host) -> None:
    allowed, told = _bastions(host), _ssh_reach(host)
    if told is None:
        return
    if told is Open.UNSURE:
        host.unknown(UnknownReason.UNSUPPORTED, "rules_unsure", port="ssh")
    elif not isinstance(told, Open) and all(_within(one, allowed) for one in told):
        _settle(host, "only_bastions", names=_shown(told))
    elif not host.hidden:
        host.holds(False, "beyond_bastions", names=_shown(told))


def _bastions(host: Host) -> list[str]:
    """The addresses of the jump hosts that the site declares."""
    site = host.facts.estate.sites.get(host.server.access.site)
    found = []
    for hop in (site.jump if site else "").split(","):
        place = hop.rpartition("@")[2].strip()
        name = place[1:].partition("]")[0] if place.startswith("[") else place.partition(":")[0]
        known = host.facts.estate.servers.get(name)
        try:
            found.append(str(ipaddress.ip_address(known.access.address if known else name)))
        except ValueError:
            continue
    return found


def _within(network: Network, allowed: list[str]) -> bool:
    return network.num_addresses == 1 and str(network.network_address) in allowed


def _ssh_reach(host: Host) -> Reach | None:
    """From where any port of sshd is reached; None where that was not seen."""
    ports, rules = host.texts("sshd", "ports"), host.texts("reach", "input_rules")
    if ports is None or rules is None:
        return None
    told = [reach(rules, "tcp", port) for port in ports]
    if Open.ANYWHERE in told or not told:
        return Open.ANYWHERE
    if Open.UNSURE in told:
        return Open.UNSURE
    return tuple(one for each in told if not isinstance(each, Open) for one in each)


def _shown(told: Reach) -> str:
    return "0.0.0.0/0" if isinstance(told, Open) else listed(tuple(map(str, told))) or "-"


def management(host: Host) -> None:
    """Row 17: what manages the host is reached from some addresses only."""
    ssh, listeners = host.texts("sshd", "ports"), host.texts("reach", "listeners")
    rules = host.texts("reach", "input_rules")
    if ssh is None or listeners is None or rules is None:
        return
    named = {**limits.MANAGEMENT_PORTS, **dict.fromkeys(ssh, "ssh")}
    for proto, address, port, _ in ports_of(listeners):
        if port not in named or only_here(address) or (proto == "udp") != (port == "161"):
            continue
        told = reach(rules, proto, port)
        what = f"{named[port]} ({proto}/{address}:{port})"
        if told is Open.UNSURE:
            host.unknown(UnknownReason.UNSUPPORTED, "rules_unsure", port=what)
        elif told is Open.ANYWHERE:
            host.holds(False, "open_to_all", name=what)
        else:
            host.holds(True, "open_to", name=what, names=_shown(told))
