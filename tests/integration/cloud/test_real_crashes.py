"""kill -9 in the middle of an `up` on a real OpenStack: of the engine, and of omlib itself."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from omlib.inventory.yaml_write import dump
from omlib.lab.cloud import connect, create_project
from omlib.lab.cloud.seed import IMAGE, RECORDS_NETWORK
from omlib.lab.layout import LabLayout
from omlib.planes.cloud.engine.binary import candidates
from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.state import read
from omlib.planes.cloud.provider.marks import mark_in

pytestmark = pytest.mark.lab

RUN = Path(__file__).parents[2] / "laws" / "crash_run.py"
SERVERS = 8
GRACE_S = "15"
WAIT_S = 240.0


@dataclass(frozen=True, slots=True)
class Town:
    root: Path
    project: str
    clouds_yaml: Path
    people: Any

    @property
    def stack(self) -> str:
        return f"gov.RegionOne.{self.project}"

    def start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, str(RUN), str(self.root), str(self.clouds_yaml), GRACE_S],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self) -> dict[str, Any]:
        """One run to its end, again while an engine that lost its omlib still holds the stack."""
        until = time.monotonic() + WAIT_S
        while True:
            process = self.start()
            out, err = process.communicate(timeout=WAIT_S)
            if process.returncode != 8 or time.monotonic() > until:
                assert process.returncode == 0, (out, err)
                told: dict[str, Any] = json.loads(out.splitlines()[-1])
                return told
            time.sleep(0.5)

    def reached(self, made: int, process: "subprocess.Popen[str]") -> None:
        journal = StateHome(self.root).creates(self.stack)
        while process.poll() is None:
            text = journal.read_text(encoding="utf-8") if journal.exists() else ""
            if text.count('"did": "made"') >= made:
                return
            time.sleep(0.005)
        pytest.fail(f"the run ended before it could be killed: {process.communicate()}")

    def live(self) -> list[dict[str, Any]]:
        """Everything that carries a mark of omlib's, servers and ports."""
        mine = self.people.current_project_id  # an admin is shown every project's ports
        servers = [each.to_dict() for each in self.people.compute.servers()]
        ports = [each.to_dict() for each in self.people.network.ports(project_id=mine)]
        return [each for each in (*servers, *ports) if mark_in(each)]


@pytest.fixture
def town(cloud_lab: LabLayout, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Town]:
    if not any(each.fits for each in candidates()):
        pytest.skip("no engine on this machine: `make engine` builds it, in three minutes")
    project = f"crash-{request.node.name.split('_')[2]}"
    create_project(cloud_lab, project)
    base = str(cloud_lab.records_network.network_address).rsplit(".", 1)[0]
    first = 60 if project.endswith("engine") else 80
    cloud = {
        "id": "gov",
        "name": "政务云",
        "site": "gov",
        "profile": "lab",
        "change_profile": "lab-change",
        "region": "RegionOne",
        "projects": [{"id": project, "department": "hrss"}],
        "networks": [{"id": RECORDS_NETWORK, "cidr": str(cloud_lab.records_network)}],
    }
    vms = [
        {
            "id": f"oa-{number:02}",
            "cloud": "gov",
            "project": project,
            "vcpu": 1,
            "ram_mib": 512,
            "image": IMAGE,
            "interfaces": [{"network": RECORDS_NETWORK, "address": f"{base}.{first + number}"}],
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
    root = tmp_path / "清单"
    root.mkdir()
    for name, held in files.items():
        (root / f"{name}.yml").write_text(dump(held), encoding="utf-8")
    people = connect(cloud_lab, project=project)
    yield Town(root, project, cloud_lab.run / "clouds.yaml", people)
    for server in people.compute.servers():
        people.compute.delete_server(server)
    until = time.monotonic() + WAIT_S
    while list(people.compute.servers()) and time.monotonic() < until:
        time.sleep(0.5)
    for port in people.network.ports(project_id=people.current_project_id):
        people.network.delete_port(port)


def engine_of(process: "subprocess.Popen[str]") -> int:
    threads = Path(f"/proc/{process.pid}/task").iterdir()
    pids = [pid for each in threads for pid in (each / "children").read_text().split()]
    return next(
        int(pid)
        for pid in pids
        if Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() == "pulumi"
    )


def assert_converged(town: Town) -> None:
    told = town.run()
    assert told["ops"] == {"same": 2 * SERVERS}, told
    live = town.live()
    names = sorted(each["name"] for each in live if "flavor" in each)
    assert names == [f"oa-{number:02}" for number in range(SERVERS)]
    state = read(StateHome(town.root), town.stack)
    assert sorted(each["id"] for each in live) == sorted(each.id for each in state.resources)
    assert state.pending == ()


def test_an_engine_killed_over_a_real_cloud_leaves_no_server_twice(town: Town) -> None:
    process = town.start()
    town.reached(6, process)
    os.kill(engine_of(process), signal.SIGKILL)
    process.communicate(timeout=WAIT_S)
    told = town.run()
    assert told["imports"] > 0, told
    assert_converged(town)


def test_an_omlib_killed_over_a_real_cloud_leaves_no_server_twice(town: Town) -> None:
    process = town.start()
    town.reached(6, process)
    process.kill()
    process.communicate()
    told = town.run()
    assert told["imports"] > 0, told
    assert_converged(town)
