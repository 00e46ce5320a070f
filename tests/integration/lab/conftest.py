"""Labs that only these tests use, so that a demonstration can stand beside them."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from omlib.lab import lifecycle, machine, podman, processes
from omlib.lab.layout import LabLayout
from omlib.lab.spec import LabSpec, Router, Server

STANDING_ID, THROWAWAY_ID = 2, 3
SMALL = LabSpec(
    servers=(Server("srv1", "dc", 11), Server("app1", "gov", 11)),
    routers=(Router("rtr1", {"dc": 254, "gov": 254}), Router("rtr2", {"dc": 253})),
)


@dataclass(frozen=True, slots=True)
class Lab:
    layout: LabLayout

    def told(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.layout.run / "lab.json").read_text())
        return content

    def ssh(self, host: str, command: str) -> "subprocess.CompletedProcess[str]":
        config = str(self.layout.run / "ssh_config")
        options = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=5"]
        return subprocess.run(
            ["ssh", "-F", config, *options, host, command],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def fresh_ssh(self, host: str, *options: str) -> "subprocess.CompletedProcess[str]":
        """A login of its own: a shared connection would hide what a new one sees."""
        argv = ["ssh", *options, "-F", str(self.layout.run / "ssh_config"), "-o", "BatchMode=yes"]
        return subprocess.run(
            [*argv, host, "true"], capture_output=True, text=True, timeout=60, check=False
        )

    def says(self, host: str, command: str) -> str:
        done = self.ssh(host, command)
        assert done.returncode == 0, f"{host}: {command}: {done.stderr}"
        return done.stdout.strip()


def layout(number: int) -> LabLayout:
    return LabLayout(id=number, home=LabLayout.from_environment().home)


@pytest.fixture(scope="session", autouse=True)
def supported() -> None:
    if reason := machine.unsupported():
        pytest.skip(f"no lab on this machine: {reason}")


@pytest.fixture(scope="session")
def lab(supported: None) -> Iterator[Lab]:
    """Two servers on different segments and the router between them; tests leave it whole."""
    mine = layout(STANDING_ID)
    lifecycle.up(mine, SMALL)
    yield Lab(mine)
    lifecycle.down(mine)


@pytest.fixture
def throwaway(supported: None) -> Iterator[LabLayout]:
    """An id whose lab a test may bring up, break and kill."""
    mine = layout(THROWAWAY_ID)
    lifecycle.down(mine)
    yield mine
    lifecycle.down(mine)


@pytest.fixture
def traces() -> "type[Traces]":
    return Traces


@dataclass(frozen=True, slots=True)
class Traces:
    """What one lab has on the machine, by kind; and totals that only mean something without
    another lab beside it."""

    mine: dict[str, list[str]]
    totals: dict[str, int]

    @classmethod
    def of(cls, layout: LabLayout) -> "Traces":
        def lines(*argv: str) -> list[str]:
            return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split(
                "\n"
            )

        links, routes = lines("ip", "-o", "link"), lines("ip", "route", "show", "table", "all")
        rules, mounts = lines("ip", "rule"), Path("/proc/mounts").read_text().splitlines()
        prefix = str(layout.prefix.network_address).rsplit(".", 2)[0]
        third = int(str(layout.prefix.network_address).split(".")[2])
        octets = tuple(f"{prefix}.{third + n}." for n in range(16))
        return cls(
            mine={
                "containers": [c["Names"][0] for c in podman.containers(layout)],
                "links": [line for line in links if layout.name + "-" in line],
                "routes": [line for line in routes if any(o in line for o in octets)],
                "rules": [line for line in rules if layout.name + "-" in line],
                "mounts": [line for line in mounts if str(layout.state) in line],
                "processes": [str(process) for process in processes.find(layout)],
                "files": [str(path) for path in (layout.run, layout.state) if path.exists()],
            },
            totals={
                "links": len(links),
                "routes": len(routes),
                "rules": len(rules),
                "mounts": len(mounts),
                "namespaces": len(list(Path("/run/netns").glob("*"))),
                "forwarding": int(Path("/proc/sys/net/ipv4/ip_forward").read_text()),
                "inotify": int(Path("/proc/sys/fs/inotify/max_user_instances").read_text()),
            },
        )
