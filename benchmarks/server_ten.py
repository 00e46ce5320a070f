"""Ten things that are declared of each host: how they are made, and as omlib's inventory has them.

Nothing here needs omlib: pyinfra's environment has none, and its deploy takes them from here.
"""

import json
from collections.abc import Mapping
from typing import Any

PACKAGE, SERVICE, PORT = "openssh-server", "ssh.service", 22
GROUP, GID = "bench", 4100
USER, UID, HOME, SHELL = "svc", 4101, "/home/svc", "/bin/bash"
FILE, CONTENT, MODE = "/etc/bench.conf", "level = 3\nname = bench\n", "0640"
SYSCTL, SYSCTL_FILE = "vm.swappiness", "/etc/sysctl.d/60-bench.conf"
CRON, CRON_LINE = "bench", "15 2 * * * root /usr/bin/true"
SUDO, SUDO_LINE = "bench", f"{USER} ALL=(root) NOPASSWD: /usr/bin/true"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPq0Ys1r2o9w7k8mD3Vd0cQbq2h8Hcq5mQ3tB0a1kYxv"

# what of a host is as nobody declares it belongs to the look at everything
FULL = (
    *("groups", "users", "authorized_keys", "sudo", "packages", "mounts", "services", "timers"),
    *("cron", "firewall", "listeners", "setuid_files", "programs", "trust_files"),
    "package_files",
)
WATCHED = ("/etc", "/usr/local", "/opt")


def made(swappiness: str) -> str:
    """A script that makes a host as declared. The kernel is everybody's: its setting stays."""
    return f"""set -e
groupadd -g {GID} {GROUP}
useradd -m -u {UID} -s {SHELL} -G {GROUP} {USER}
install -d -m 700 -o {USER} -g {USER} {HOME}/.ssh
echo '{KEY}' > {HOME}/.ssh/authorized_keys
chown {USER}:{USER} {HOME}/.ssh/authorized_keys; chmod 600 {HOME}/.ssh/authorized_keys
printf '{CONTENT.replace(chr(10), chr(92) + "n")}' > {FILE}; chmod {MODE} {FILE}
echo '{SYSCTL} = {swappiness}' > {SYSCTL_FILE}
echo '{CRON_LINE}' > /etc/cron.d/{CRON}; chmod 644 /etc/cron.d/{CRON}
echo '{SUDO_LINE}' > /etc/sudoers.d/{SUDO}; chmod 440 /etc/sudoers.d/{SUDO}
"""


DRIFT = f"chmod 0644 {FILE}"  # planted on every fifth host; whoever is measured must find it


def state(swappiness: str, *, everything: bool) -> Mapping[str, Any]:
    """What is declared, as a role of the inventory; with *everything* nothing else may be there."""
    return {
        "packages": [PACKAGE],
        "services": [SERVICE],
        "groups": {GROUP: {"gid": GID, "members": [USER]}},
        "users": {USER: {"uid": UID, "shell": SHELL, "home": HOME, "groups": [GROUP]}},
        "files": {FILE: {"content": CONTENT, "mode": MODE}},
        "sysctl": {SYSCTL: swappiness},
        "cron": {CRON: CRON_LINE},
        "sudo": {SUDO: SUDO_LINE},
        "listeners": {f"tcp/*:{PORT}": {}},
        "authorized_keys": {USER: [KEY]},
        **({"full": list(FULL), "watched": list(WATCHED)} if everything else {}),
    }


def inventory(
    hosts: Mapping[str, str], login: Mapping[str, Any], role: Mapping[str, Any]
) -> Mapping[str, str]:
    """The files of an inventory of *hosts*, name to address. JSON is YAML too."""
    tree: Mapping[str, Any] = {
        "estate.yml": {"schema": 1, "name": "bench", "timezone": "Asia/Shanghai"},
        "departments.yml": {"departments": [{"id": "dep", "name": "dep"}]},
        "sites.yml": {"sites": [{"id": "lab", "name": "lab", **login}]},
        "roles.yml": {"roles": [{"id": "ten", **role}]},
        "servers.yml": {
            "servers": [
                {
                    "id": name,
                    "department": "dep",
                    "os": "debian-12",
                    "roles": ["ten"],
                    "access": {"site": "lab", "address": address},
                }
                for name, address in hosts.items()
            ]
        },
    }
    return {path: json.dumps(told, indent=1) for path, told in tree.items()}
