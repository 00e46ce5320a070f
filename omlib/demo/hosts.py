"""Bring a fresh host to its declared state, as its administrator would: one shell script a host.

The finished product leaves this to Ansible; the demo must stand before anything is applied.
"""

import base64
import shlex
from collections.abc import Iterator

from omlib.model.estate import Server
from omlib.model.item import Attributes

ALREADY_THERE = frozenset({"root", "ops", "nobody", "sync"})


def script(server: Server, repository_url: str) -> str:
    """A POSIX shell script for root; it stops at the first thing that fails."""
    lines = ["set -eu", "export DEBIAN_FRONTEND=noninteractive"]
    lines += _packages(server, repository_url)
    for name, user in server.state.of("user").items():
        if user["present"] and name not in ALREADY_THERE:
            lines += _user(name, user)
    for path, file in server.state.of("file").items():
        where = shlex.quote(path)
        if (content := server.state.contents.get(path)) is not None:
            text = base64.b64encode(content).decode()
            lines.append(f'mkdir -p "$(dirname {where})"')
            lines.append(f"echo {text} | base64 -d > {where}")
        elif "sha256" not in file:
            lines.append(f"mkdir -p {where}")
        if mode := file.get("mode"):
            lines.append(f"chmod {shlex.quote(str(mode))} {where}")
        if owner := file.get("owner"):
            both = f"{owner}:{file['group']}" if "group" in file else str(owner)
            lines.append(f"chown {shlex.quote(both)} {where}")
    for unit, service in server.state.of("service").items():
        lines.append(f"systemctl {'enable' if service['enabled'] else 'disable'} -q {unit}")
        lines.append(f"systemctl {'restart' if service['running'] else 'stop'} {unit}")
    return "\n".join(lines) + "\n"


def _packages(server: Server, repository_url: str) -> Iterator[str]:
    wanted = [
        f"{name}={package['version']}" if "version" in package else name
        for name, package in server.state.of("package").items()
        if package["present"]
    ]
    yield f"echo 'deb [trusted=yes] {repository_url} ./' > /etc/apt/sources.list.d/lab.list"
    yield "apt-get update -qq"
    if wanted:
        yield f"apt-get install -y -qq {' '.join(map(shlex.quote, wanted))} >/dev/null"
    # what the build itself needed must not stay: the declared estate knows nothing of it
    yield "rm -f /etc/apt/sources.list.d/lab.list"


def _user(name: str, user: Attributes) -> Iterator[str]:
    options = ["--create-home"]
    for attribute, option in (("uid", "--uid"), ("shell", "--shell"), ("home", "--home-dir")):
        if attribute in user:
            options += [option, str(user[attribute])]
    if groups := user.get("groups"):
        options += ["--groups", ",".join(map(str, groups if isinstance(groups, tuple) else ()))]
    yield f"id {shlex.quote(name)} >/dev/null 2>&1 || useradd {shlex.join([*options, name])}"
