"""kill -9 at any point of an `up` of 30 servers, of the engine and of omlib itself.

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

from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.locks import locks_of
from omlib.planes.cloud.engine.state import read
from omlib.planes.cloud.provider.marks import mark_in
from omlib.testing.openstack import Pace, SimulatedCloud, simulated_cloud

RUN = Path(__file__).with_name("crash_run.py")
STACK = "gov-cloud.RegionOne.hrss"
SERVERS, PORTS = 30, 10
# a word of the journal of creations, and how often it stands there when the kill comes
ALL_POINTS = (
    *(("began", 1), ("made", 3), ("ended", 6), ("began", 12), ("made", 16)),
    *(("ended", 20), ("began", 26), ("made", 30), ("ended", 35), ("ended", 40)),
)
POINTS = ALL_POINTS if os.environ.get("OMLIB_SOAK") == "1" else (ALL_POINTS[3], ALL_POINTS[7])
WAIT_S = 60.0


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
            [sys.executable, str(RUN), str(self.root), str(self.cloud.clouds_yaml), str(SERVERS)],
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
        assert told["settled"]
        assert self.cloud.changes() == {}


def ended(process: "subprocess.Popen[str]") -> dict[str, Any]:
    out, err = process.communicate(timeout=WAIT_S)
    told = json.loads(out.splitlines()[-1]) if out.strip() else {"said": err}
    return {**told, "code": process.returncode}


def engine_of(process: "subprocess.Popen[str]") -> int:
    """The pid of the pulumi that *process* runs."""
    told = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
    return next(
        int(pid)
        for pid in told.split()
        if Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() == "pulumi"
    )


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    pace = Pace(call_s=0.15, build_s=0.2)
    with simulated_cloud(tmp_path / "cloud", own_process=True, pace=pace) as cloud:
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


def test_of_two_operators_one_waits_or_is_refused_and_nothing_is_lost(town: Town) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(ended, [town.start(), town.start()]))
    assert sorted(each["code"] for each in both) in ([0, 8], [0, 0])
    town.assert_converged()
