"""The hosts that `server.py` measures on, and what a command takes here and on them.

CPU is counted by cgroups: what a tool leaves running, and what a host does beside answering (its
sshd, systemd and PAM), is part of the cost.
"""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import server_ten as ten  # type: ignore[import-not-found] # from its own folder

from omlib.lab import lifecycle, podman
from omlib.lab.layout import LabLayout
from omlib.lab.spec import numbered

CPU = Path("/sys/fs/cgroup/cpuacct")
AT_ONCE = 8  # hosts that each tool asks at once
DRIFT_EVERY = 5
DEADLINE_S = 120  # for one host, on a machine that is busy with fifty
SETTLE_S = 2  # sessions go on ending on the hosts when whoever asked has left


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    here_s: float
    there_s: float
    wall_s: float
    said: str


@dataclass(frozen=True, slots=True)
class Bench:
    """Hosts that stand and are as declared, but for the drift; *login* is as a site has it."""

    layout: LabLayout
    folder: Path
    hosts: Mapping[str, str]  # name to address
    groups: Sequence[Path]  # where the CPU of each host is counted
    login: Mapping[str, Any]
    key: str
    known_hosts: str
    swappiness: str

    @property
    def drifted(self) -> int:
        return len(range(0, len(self.hosts), DRIFT_EVERY))

    def used(self, command: Sequence[str], codes: Sequence[int], **env: str) -> Used:
        """What *command* takes; processes that it leaves behind count, and are ended."""
        own = CPU / f"omlib-bench-{os.getpid()}"
        own.mkdir()
        try:
            before_s, began = sum(map(_cpu_s, self.groups)), time.monotonic()
            into = f'echo $$ > {own}/cgroup.procs; exec "$@"'
            done = subprocess.run(
                ["sh", "-c", into, "sh", *command],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=os.environ | {"COLUMNS": "200"} | env,
                text=True,
                check=False,
            )
            wall_s = time.monotonic() - began
            time.sleep(SETTLE_S)
            there_s = sum(map(_cpu_s, self.groups)) - before_s
            here_s = _cpu_s(own)
        finally:
            _end(own)
        if done.returncode not in codes:
            raise SystemExit(f"{command[0]} ended with {done.returncode}:\n{done.stdout[-2000:]}")
        count = len(self.hosts)
        return Used(here_s=here_s / count, there_s=there_s / count, wall_s=wall_s, said=done.stdout)

    def found(self, count: int, who: str, said: str) -> None:
        if count != self.drifted:
            told = f"{who} found {count} of the {self.drifted} deviations:\n{said[-3000:]}"
            raise SystemExit(told)


def _cpu_s(group: Path) -> float:
    return int((group / "cpuacct.usage").read_text()) / 1e9


def _end(group: Path) -> None:
    """ssh keeps its connections open for whoever comes next."""
    for _ in range(50):
        left = (group / "cgroup.procs").read_text().split()
        if not left:
            break
        for process in left:
            subprocess.run(["kill", process], check=False, stderr=subprocess.DEVNULL)
        time.sleep(0.1)
    group.rmdir()


@contextmanager
def standing(layout: LabLayout, servers: int, folder: Path) -> Iterator[Bench]:
    if lifecycle.status(layout).stands:
        raise SystemExit(f"lab {layout.id} stands already; choose another with --lab")
    try:
        lifecycle.up(layout, numbered(servers=servers, routers=0, cloud=False))
        yield _prepared(layout, folder)
    finally:
        lifecycle.down(layout)


def _prepared(layout: LabLayout, folder: Path) -> Bench:
    told = json.loads((layout.run / "lab.json").read_text(encoding="utf-8"))["hosts"]
    hosts = {host["name"]: host["address"] for host in told}
    swappiness = Path("/proc/sys/vm/swappiness").read_text().strip()

    def prepare(number: int, name: str) -> None:
        script = ten.made(swappiness) + (ten.DRIFT if number % DRIFT_EVERY == 0 else "")
        done = lifecycle.exec_(layout, name, ["sh"], stdin=script)
        if done.code:
            raise SystemExit(f"{name}: {done.stderr}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(prepare, range(len(hosts)), hosts))
    login = {
        "user": told[0]["user"],
        "key": f"file:{told[0]['key_file']}",
        "known_hosts": f"file:{told[0]['known_hosts']}",
        "concurrency": AT_ONCE,
        "connect_s": DEADLINE_S // 2,
        "deadline_s": DEADLINE_S,
    }
    groups = [_group(container["Pid"]) for container in podman.containers(layout)]
    files = (told[0]["key_file"], told[0]["known_hosts"])
    return Bench(layout, folder, hosts, groups, login, *files, swappiness)


def _group(process: int) -> Path:
    lines = Path(f"/proc/{process}/cgroup").read_text().splitlines()
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if "cpuacct" in controllers.split(","):
            return CPU / path.lstrip("/")
    raise SystemExit("this machine counts no CPU by cgroup of version 1")
