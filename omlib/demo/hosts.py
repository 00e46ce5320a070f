"""Bring a fresh host to its declared state, as its administrator would: one shell script a host.

The finished product leaves this to Ansible; the demo must stand before anything is applied.
"""

import base64
import shlex
from collections.abc import Iterator

from omlib.model.estate import Server, UserState

ALREADY_THERE = frozenset({"root", "ops", "nobody", "sync"})


def script(server: Server, repository_url: str) -> str:
    """A POSIX shell script for root; it stops at the first thing that fails."""
    lines = ["set -eu", "export DEBIAN_FRONTEND=noninteractive"]
    lines += _packages(server, repository_url)
    for name, user in server.state.users.items():
        if user.present and name not in ALREADY_THERE:
            lines += _user(name, user)
    for path, file in server.state.files.items():
        where = shlex.quote(path)
        if file.content is not None:
            text = base64.b64encode(file.content).decode()
            lines.append(f'mkdir -p "$(dirname {where})"')
            lines.append(f"echo {text} | base64 -d > {where}")
        elif not file.sha256:
            lines.append(f"mkdir -p {where}")
        if file.mode:
            lines.append(f"chmod {shlex.quote(file.mode)} {where}")
        if file.owner:
            owner = f"{file.owner}:{file.group}" if file.group else file.owner
            lines.append(f"chown {shlex.quote(owner)} {where}")
    for unit, service in server.state.services.items():
        lines.append(f"systemctl {'enable' if service.enabled else 'disable'} -q {unit}")
        lines.append(f"systemctl {'restart' if service.running else 'stop'} {unit}")
    return "\n".join(lines) + "\n"


def _packages(server: Server, repository_url: str) -> Iterator[str]:
    wanted = [
        f"{name}={package.version}" if package.version else name
        for name, package in server.state.packages.items()
        if package.present
    ]
    yield f"echo 'deb [trusted=yes] {repository_url} ./' > /etc/apt/sources.list.d/lab.list"
    yield "apt-get update -qq"
    if wanted:
        yield f"apt-get install -y -qq {' '.join(map(shlex.quote, wanted))} >/dev/null"
    # what the build itself needed must not stay: the declared estate knows nothing of it
    yield "rm -f /etc/apt/sources.list.d/lab.list"


def _user(name: str, user: UserState) -> Iterator[str]:
    options = ["--create-home"]
    if user.uid is not None:
        options += ["--uid", str(user.uid)]
    if user.shell:
        options += ["--shell", user.shell]
    if user.home:
        options += ["--home-dir", user.home]
    if user.groups:
        options += ["--groups", ",".join(user.groups)]
    yield f"id {shlex.quote(name)} >/dev/null 2>&1 || useradd {shlex.join([*options, name])}"
