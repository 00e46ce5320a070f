"""kill -9 at any point of an `up` of 30 servers (here 12), of the engine and of omlib itself.

On the real engine and a simulated cloud in a process of its own, which goes on with what it was
asked for whoever dies. After it the next run converges: no server twice, no orphan unseen.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from omlib.inventory.yaml_write import dump
from omlib.planes.cloud.engine.binary import candidates
from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.locks import locks_of
from omlib.planes.cloud.engine.state import read
from omlib.planes.cloud.provider.marks import mark_in
from omlib.testing.openstack import CHANGER, READER, Pace, SimulatedCloud, simulated_cloud

RUN = Path(__file__).with_name("crash_run.py")
STACK = "gov.RegionOne.hrss"
SOAK = os.environ.get("OMLIB_SOAK") == "1"
SERVERS = PORTS = 30 if SOAK else 12
# a word of the journal of creations, and how often it stands there when the kill comes
ALL_POINTS = (
    *(("began", 1), ("made", 3), ("ended", 8), ("began", 16), ("made", 24)),
    *(("ended", 30), ("began", 40), ("made", 48), ("ended", 55), ("ended", 60)),
)
# "lock": before anything is made, when the engine has just begun
POINTS = (("lock", 1), *ALL_POINTS) if SOAK else (("began", 8), ("made", 18))
WAIT_S = 120.0
GRACE_S = "3"  # the cloud takes 0.15 s for what it was asked


@dataclass(frozen=True, slots=True)
class Town:
    """An inventory's state, and the cloud that it speaks of."""

    root: Path
    cloud: SimulatedCloud

    @property
    def home(self) -> StateHome:
        return StateHome(self.root)

    def start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, str(RUN), str(self.root), str(self.cloud.clouds_yaml), GRACE_S],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self) -> dict[str, Any]:
        """One run to its end, tried again while an engine that lost its omlib is still there."""
        until = time.monotonic() + WAIT_S
        while True:
            told = ended(self.start())
            if told["code"] != 8 or time.monotonic() > until:
                return told
            time.sleep(0.3)

    def reached(self, word: str, count: int, process: "subprocess.Popen[str]") -> bool:
        """Wait until the journal says *word* so often; False where the run ended before."""
        journal = self.home.creates(STACK)
        while process.poll() is None:
            if word == "lock" and self.home.stack_file(STACK).exists():
                if any(locks_of(self.home, STACK)):
                    return True
                continue
            text = journal.read_text(encoding="utf-8") if journal.exists() else ""
            if text.count(f'"did": "{word}"') >= count:
                return True
            time.sleep(0.002)
        return False

    def assert_converged(self) -> None:
        """What is live, what carries a mark and what the state knows are the same things."""
        servers = self.cloud.things("server")
        assert sorted(str(each["name"]) for each in servers) == [
            f"oa-{number:02}" for number in range(SERVERS)
        ]
        made = [each for each in (*servers, *self.cloud.things("port")) if mark_in(each)]
        state = read(self.home, STACK)
        assert sorted(each["id"] for each in made) == sorted(each.id for each in state.resources)
        assert len(state.resources) == SERVERS + PORTS
        assert state.pending == ()
        assert list(locks_of(self.home, STACK)) == []
        self.cloud.clear_counts()
        told = self.run()
        assert (told["code"], told["ops"]) == (0, {"same": SERVERS + PORTS}), told
        assert self.cloud.changes() == {}


def ended(process: "subprocess.Popen[str]") -> dict[str, Any]:
    out, err = process.communicate(timeout=WAIT_S)
    told = json.loads(out.splitlines()[-1]) if out.strip() else {"said": err}
    return {**told, "code": process.returncode}


def write_inventory(root: Path) -> None:
    """One project with VMs oa-00, oa-01 ..., each with a port."""
    cloud = {
        "id": "gov",
        "name": "政务云",
        "site": "gov",
        "profile": READER,
        "change_profile": CHANGER,
        "region": "RegionOne",
        "projects": [{"id": "hrss", "department": "hrss"}],
        "networks": [{"id": "gov-net", "cidr": "10.20.0.0/20"}],
    }
    vms = [
        {
            "id": f"oa-{number:02}",
            "cloud": "gov",
            "project": "hrss",
            "vcpu": 1,
            "ram_mib": 512,
            "image": "lab-linux",
            "interfaces": [{"network": "gov-net", "address": f"10.20.1.{number + 10}"}],
        }
        for number in range(SERVERS)
    ]
    files: dict[str, Any] = {
        "estate": {"schema": 1, "name": "测试市", "timezone": "Asia/Shanghai"},
        "departments": {"departments": [{"id": "hrss", "name": "人社局"}]},
        "sites": {"sites": [{"id": "gov", "name": "政务云"}]},
        "clouds": {"clouds": [cloud]},
        "vms": {"vms": vms},
    }
    root.mkdir()
    for name, held in files.items():
        (root / f"{name}.yml").write_text(dump(held), encoding="utf-8")


def engine_of(process: "subprocess.Popen[str]") -> int:
    """The pid of the pulumi that a thread of *process* runs."""
    threads = Path(f"/proc/{process.pid}/task").iterdir()
    pids = [pid for each in threads for pid in (each / "children").read_text().split()]
    return next(
        int(pid)
        for pid in pids
        if Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() == "pulumi"
    )


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    if not any(each.fits for each in candidates()):
        pytest.skip("no engine on this machine: `make engine` builds it, in three minutes")
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    pace = Pace(call_s=0.15, build_s=0.2)
    with simulated_cloud(tmp_path / "cloud", own_process=True, pace=pace) as cloud:
        write_inventory(tmp_path / "清单")
        yield Town(tmp_path / "清单", cloud)


@pytest.mark.parametrize(("word", "count"), POINTS)
def test_a_killed_engine_leaves_no_server_twice_and_no_orphan(
    word: str, count: int, town: Town
) -> None:
    process = town.start()
    if town.reached(word, count, process):
        os.kill(engine_of(process), signal.SIGKILL)
        assert ended(process)["code"] == 1
    told = town.run()
    assert told["code"] == 0, told
    town.assert_converged()


@pytest.mark.parametrize(("word", "count"), POINTS)
def test_a_killed_omlib_leaves_no_server_twice_and_no_orphan(
    word: str, count: int, town: Town
) -> None:
    process = town.start()
    assert town.reached(word, count, process)
    process.kill()
    process.communicate()
    told = town.run()
    assert told["code"] == 0, told
    town.assert_converged()


def test_ctrl_c_lets_what_is_in_flight_end_and_the_next_run_only_makes_the_rest(
    town: Town,
) -> None:
    process = town.start()
    assert town.reached("made", 6, process)
    process.send_signal(signal.SIGINT)
    told = ended(process)
    assert told["interrupted"]
    state, servers = read(town.home, STACK), town.cloud.things("server")
    made = [each for each in (*servers, *town.cloud.things("port")) if mark_in(each)]
    assert state.pending == ()
    assert sorted(each["id"] for each in made) == sorted(each.id for each in state.resources)
    assert 6 <= len(made) < SERVERS + PORTS
    assert list(locks_of(town.home, STACK)) == []
    told = town.run()
    assert (told["code"], told["imports"]) == (0, 0), told
    town.assert_converged()


def test_of_two_operators_one_waits_or_is_refused_and_nothing_is_lost(town: Town) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(ended, [town.start(), town.start()]))
    assert sorted(each["code"] for each in both) in ([0, 8], [0, 0])
    town.assert_converged()
