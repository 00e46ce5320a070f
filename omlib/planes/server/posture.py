"""What hosts are asked for checks of the protection scheme, by host and area. Pure.

The answers are evidence, never findings: who only reconciles does not ask for them.
"""

from collections.abc import Mapping

from omlib.model.estate import Estate, Server
from omlib.model.item import Attributes
from omlib.model.mlps import hosts_under_rule, should_speak_tls
from omlib.planes.server.listener import listener_name

POSTURE = "posture"
AREAS = (
    *("passwords", "pam", "login", "sshd", "sudo", "modes", "audit", "syslog", "time", "reach"),
    *("updates", "antivirus", "boot"),
)


def posture_wanted(estate: Estate) -> Mapping[str, Mapping[str, Attributes]]:
    """Of each host under the scheme every area; of the declared log servers what they received."""
    hosts = [server for server, _ in hosts_under_rule(estate)]
    wanted: dict[str, dict[str, Attributes]] = {
        server.id: {area: {} for area in AREAS} | _tls(server) for server in hosts
    }
    names = tuple(" ".join((server.id, *names_of(server))) for server in hosts)
    for server_id in estate.policy.log_servers if names else ():
        if server_id in estate.servers:
            wanted.setdefault(server_id, {})["logs"] = {"hosts": names}
    return wanted


def _tls(server: Server) -> dict[str, Attributes]:
    """The declared listeners that should speak TLS, for the host itself to try."""
    names = sorted(map(listener_name, server.state.of("listener")))
    spoken = tuple(filter(should_speak_tls, names))
    return {"tls": {"listeners": spoken}} if spoken else {}


def names_of(server: Server) -> tuple[str, ...]:
    """What a host is called in a log server's own files: its id, its address."""
    return tuple(dict.fromkeys((server.id, server.access.address)))
