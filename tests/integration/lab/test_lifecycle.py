"""A lab comes up, stands beside others, and goes without a trace, however it ended."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from omlib.lab import lifecycle, podman
from omlib.lab.errors import LabError
from omlib.lab.layout import RUN, LabLayout
from omlib.lab.spec import LabSpec, Router, Server, numbered

pytestmark = pytest.mark.lab

NOTHING: dict[str, list[str]] = {
    "containers": [],
    "links": [],
    "routes": [],
    "rules": [],
    "mounts": [],
    "processes": [],
    "files": [],
}


def alone(layout: LabLayout) -> bool:
    return not any(entry.name.isdecimal() for entry in RUN.iterdir())


def test_up_and_down_leave_the_machine_as_it_was(throwaway: LabLayout, traces: Any) -> None:
    counted = alone(throwaway)
    before = traces.of(throwaway)
    status = lifecycle.up(throwaway, numbered(servers=2, routers=2, cloud=True))
    assert {host.name: host.state for host in status.hosts} == dict.fromkeys(
        ("srv1", "srv2", "rtr1", "rtr2"), "running"
    )
    assert all(status.services.values())
    during = traces.of(throwaway).mine
    assert all(during[kind] for kind in ("containers", "links", "routes", "rules", "processes"))
    lifecycle.down(throwaway)
    after = traces.of(throwaway)
    assert after.mine == NOTHING
    if counted:
        assert after.totals == before.totals


def test_a_second_up_starts_only_what_is_not_running(throwaway: LabLayout) -> None:
    spec = numbered(servers=2, routers=1, cloud=False)
    lifecycle.up(throwaway, spec)
    ids = {c["Names"][0]: c["Id"] for c in podman.containers(throwaway)}
    lifecycle.exec_(throwaway, "srv1", ["poweroff"])
    end = time.monotonic() + 15
    while podman.state(throwaway, throwaway.container("srv1")) == "running":
        assert time.monotonic() < end
        time.sleep(0.1)
    status = lifecycle.up(throwaway, spec)
    assert {host.state for host in status.hosts} == {"running"}
    assert {c["Names"][0]: c["Id"] for c in podman.containers(throwaway)} == ids


@pytest.mark.parametrize("after_s", [0.4, 0.9, 1.6, 4.0, 8.0])
def test_down_clears_what_a_killed_up_left(
    throwaway: LabLayout, traces: Any, after_s: float
) -> None:
    environment = {
        **os.environ,
        "OMLIB_LAB_ID": str(throwaway.id),
        "OMLIB_LAB_HOME": str(throwaway.home),
    }
    up = subprocess.Popen(
        [sys.executable, "-m", "omlib.lab", "up"], env=environment, stderr=subprocess.DEVNULL
    )
    with up:
        time.sleep(after_s)
        up.send_signal(signal.SIGKILL)
    lifecycle.down(throwaway)
    assert traces.of(throwaway).mine == NOTHING
    lifecycle.up(throwaway, LabSpec(servers=(Server("srv1", "dc", 11),)))  # nothing is in its way


def test_two_labs_stand_side_by_side(lab: Any, throwaway: LabLayout) -> None:
    theirs = lab.says("srv1", "cat /etc/machine-id")
    lifecycle.up(throwaway, LabSpec(servers=(Server("srv1", "dc", 11),)))
    ours = lifecycle.exec_(throwaway, "srv1", ["cat", "/etc/machine-id"]).stdout.strip()
    assert ours != theirs
    lifecycle.down(throwaway)
    assert lab.says("srv1", "hostname") == "srv1"


def test_a_lab_whose_prefix_is_taken_is_refused_and_nothing_is_made(
    throwaway: LabLayout, traces: Any
) -> None:
    taken = str(throwaway.records_network)
    subprocess.run(["ip", "route", "add", "blackhole", taken], check=True)
    try:
        with pytest.raises(LabError, match=f"overlaps the route {taken}"):
            lifecycle.up(throwaway, LabSpec(routers=(Router("rtr1", {"dc": 254}),)))
        assert traces.of(throwaway).mine["containers"] == []
    finally:
        subprocess.run(["ip", "route", "del", "blackhole", taken], check=True)


def test_one_id_belongs_to_one_home_at_a_time(lab: Any, tmp_path: Path) -> None:
    other = LabLayout(id=lab.layout.id, home=tmp_path)
    with pytest.raises(LabError, match="held by the home"):
        lifecycle.up(other, LabSpec())
