"""Deviations made on hosts and routers, the way a person with a shell makes them.

Each is done as root inside the host, past its SSH, so that it also works on one that is cut off.
*target* is a host's name, or PROJECT/SERVER for a server that was made through the cloud.
"""

from omlib.lab import host
from omlib.lab.cloud.access import server_id
from omlib.lab.errors import LabError
from omlib.lab.layout import LabLayout
from omlib.lab.lifecycle import exec_
from omlib.lab.repo import PACKAGES

CUT_OFF = """\
table inet cutoff {
  chain input { type filter hook input priority 0; tcp dport 22 drop; }
}
"""
HOST_KEY = "/etc/ssh/ssh_host_ed25519_key"
SERVE = """\
setsid nohup python3 -m http.server "$1" > /dev/null 2>&1 < /dev/null &
for _ in $(seq 50); do ss -Htln "sport = :$1" | grep -q . && exit 0; sleep 0.1; done; exit 1
"""
FETCH = "import sys, urllib.request as r; r.urlretrieve(sys.argv[1], sys.argv[2])"


def host_name(layout: LabLayout, target: str) -> str:
    """
    >>> from pathlib import Path
    >>> host_name(LabLayout(id=0, home=Path("/nowhere")), "srv1")
    'srv1'
    """
    project, slash, server = target.partition("/")
    return f"vm-{server_id(layout, project, server)}" if slash else target


def edit_file(
    layout: LabLayout, target: str, *, path: str = "/etc/motd", line: str = "edited by hand"
) -> str:
    _do(layout, target, "sh", "-c", 'printf "%s\\n" "$2" >> "$1"', "sh", path, line)
    return f"{path}: added the line {line!r}"


def add_package(layout: LabLayout, target: str, *, package: str = "sysmon") -> str:
    """By dpkg from a downloaded file, as where apt has no source for it."""
    known = [p for p in PACKAGES if p.name == package]
    if not known:
        raise LabError(f"the lab's repository has no package {package}")
    file = known[-1].file_name
    _do(layout, target, "python3", "-c", FETCH, f"{layout.repository_url}/{file}", f"/root/{file}")
    _do(layout, target, "dpkg", "--install", f"/root/{file}")
    _do(layout, target, "rm", f"/root/{file}")
    return f"package {package} {known[-1].version} installed"


def remove_package(layout: LabLayout, target: str, *, package: str = "sysmon") -> str:
    _do(layout, target, "dpkg", "--purge", package)
    return f"package {package} purged"


def open_listener(layout: LabLayout, target: str, *, port: str = "8081") -> str:
    _do(layout, target, "sh", "-c", SERVE, "sh", port)
    return f"TCP port {port} listens"


def close_listener(layout: LabLayout, target: str, *, port: str = "8081") -> str:
    _do(layout, target, "pkill", "--full", f"http.server {port}$")
    return f"TCP port {port} closed"


def make_account(layout: LabLayout, target: str, *, account: str = "helpdesk") -> str:
    _do(layout, target, "useradd", "-m", "-s", "/bin/bash", "-G", "sudo", account)
    return f"account {account} made, in group sudo"


def remove_account(layout: LabLayout, target: str, *, account: str = "helpdesk") -> str:
    _do(layout, target, "userdel", "--remove", account)
    return f"account {account} removed"


def stop_service(layout: LabLayout, target: str, *, service: str = "cron") -> str:
    _do(layout, target, "systemctl", "stop", service)
    return f"service {service} stopped"


def start_service(layout: LabLayout, target: str, *, service: str = "cron") -> str:
    _do(layout, target, "systemctl", "start", service)
    return f"service {service} started"


def change_route(layout: LabLayout, target: str, *, prefix: str = "", via: str = "") -> str:
    route = _route(layout, prefix, via)
    _vtysh(layout, target, f"ip route {route}")
    return f"static route {route} added"


def undo_route(layout: LabLayout, target: str, *, prefix: str = "", via: str = "") -> str:
    route = _route(layout, prefix, via)
    _vtysh(layout, target, f"no ip route {route}")
    return f"static route {route} removed"


def cut_off(layout: LabLayout, target: str, *, how: str = "firewall") -> str:
    """*how*: `firewall` (SSH packets are dropped: a time-out) or `hung` (it accepts the connection
    and never says a word)."""
    if how == "hung":
        host.pause(layout, host_name(layout, target))
        return "the host is frozen"
    _do(layout, target, "nft", "--file", "-", stdin=CUT_OFF)
    return "SSH is dropped by nftables"


def let_in(layout: LabLayout, target: str, *, how: str = "firewall") -> str:
    if how == "hung":
        host.unpause(layout, host_name(layout, target))
        return "the host goes on"
    _do(layout, target, "nft", "delete", "table", "inet", "cutoff")
    return "SSH is let in again"


def change_host_key(layout: LabLayout, target: str) -> str:
    """What a host rebuilt by hand looks like, or one that stands at another's address."""
    _do(layout, target, "rm", HOST_KEY, f"{HOST_KEY}.pub")
    _do(layout, target, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", HOST_KEY)
    _do(layout, target, "systemctl", "restart", "ssh")
    return "SSH shows a new host key"


def restore_host_key(layout: LabLayout, target: str) -> str:
    private = layout.host_public_key.with_suffix("")
    for path, source, mode in (
        (HOST_KEY, private, "600"),
        (f"{HOST_KEY}.pub", layout.host_public_key, "644"),
    ):
        write = ["install", "-m", mode, "/dev/stdin", path]
        _do(layout, target, *write, stdin=source.read_text(encoding="ascii"))
    _do(layout, target, "systemctl", "restart", "ssh")
    return "SSH shows the lab's host key again"


def _route(layout: LabLayout, prefix: str, via: str) -> str:
    unused = list(layout.prefix.subnets(new_prefix=24))[-1]
    return f"{prefix or unused} {via or layout.address('dc', 253)}"


def _vtysh(layout: LabLayout, target: str, line: str) -> None:
    _do(layout, target, "vtysh", "-c", "configure terminal", "-c", line)


def _do(layout: LabLayout, target: str, *argv: str, stdin: str = "") -> None:
    name = host_name(layout, target)
    done = exec_(layout, name, list(argv), stdin=stdin)
    if done.code:
        told = (done.stderr or done.stdout).strip()[-300:]
        raise LabError(f"{argv[0]} on {name} ended with {done.code}: {told}")
