"""The plane over real hosts passes the suite that the fakes pass."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest

from omlib.lab.break_hosts import cut_off, let_in
from omlib.model.estate import (
    ServerState,
)
from omlib.model.item import Declared
from omlib.model.ref import Plane as PlaneName
from omlib.model.ref import Ref, make_ref
from omlib.model.status import UnknownReason
from omlib.planes.server.declared import declare
from omlib.ports import Plane
from omlib.testing.plane_contract import Changed, PlaneContract, Silenced

from .conftest import NAMES, Hosts

pytestmark = pytest.mark.lab
HOST = "srv1"
SHELLS, NOTE = "/etc/shells", "/etc/omlib-contract"
TEXT = b"as declared\n"
STATE = ServerState(
    items={
        "package": {"openssh-server": {"present": True}, "telnet": {"present": False}},
        "service": {
            "ssh": {"running": True, "enabled": True},
            "cron": {"running": True, "enabled": True},
        },
        "file": {
            SHELLS: {"owner": "root", "group": "root", "mode": "0644"},
            NOTE: {"sha256": hashlib.sha256(TEXT).hexdigest()},
        },
        "user": {"ops": {"present": True, "shell": "/bin/bash"}, "mallory": {"present": False}},
        "listener": {"tcp/*:22": {"process": "sshd"}},
    },
    full=frozenset({"listener"}),
    contents={NOTE: TEXT},
)


@dataclass(frozen=True, slots=True)
class HostCase:
    changing: Callable[[str, str, str], None]
    cut: Callable[[str], None]
    plane: Plane
    declared: Sequence[Declared]
    cannot: Mapping[str, str]

    def change(self) -> Changed:
        self.changing(HOST, f"chmod 600 {SHELLS}", f"chmod 644 {SHELLS}")
        return Changed(
            ref=make_ref(PlaneName.SERVER, "file", HOST, SHELLS), path="mode", actual="0600"
        )

    def add_undeclared(self) -> str:
        listen = "systemd-socket-activate -l 8089 sleep 1"
        self.changing(
            HOST,
            f"systemd-run -q --unit omlib-shadow {listen}; sleep 1",
            "systemctl stop omlib-shadow",
        )
        return HOST

    def remove(self) -> Ref:
        self.changing(HOST, f"rm {NOTE}", f"rm -f {NOTE}")
        return make_ref(PlaneName.SERVER, "file", HOST, NOTE)

    def silence(self) -> Silenced:
        self.cut(HOST)
        return Silenced(target=HOST, reason=UnknownReason.UNREACHABLE)


@pytest.fixture
def cut(hosts: Hosts) -> Iterator[Callable[[str], None]]:
    """Cut a host off, until the test is over."""
    cut_hosts: list[str] = []

    def do(name: str) -> None:
        cut_off(hosts.layout, name)
        cut_hosts.append(name)

    yield do
    for name in cut_hosts:
        let_in(hosts.layout, name)


class TestRealHosts(PlaneContract):
    @pytest.fixture
    def case(
        self, hosts: Hosts, changing: Callable[[str, str, str], None], cut: Callable[[str], None]
    ) -> HostCase:
        for name in NAMES:
            changing(name, f"echo as declared > {NOTE}", f"rm -f {NOTE}")
        return HostCase(
            changing=changing,
            cut=cut,
            plane=hosts.plane(STATE),
            declared=list(declare(hosts.estate(STATE))),
            cannot={},
        )
