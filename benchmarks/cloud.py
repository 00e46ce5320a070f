"""Measure whole stacks on a real engine, beside their twin on `pulumi.dynamic`, in one run.

    python benchmarks/cloud.py [--quick] [--lab ID]

The cloud is simulated, in a process of its own, and takes 50 ms for each GET. With --lab the last
row is taken on the real OpenStack of that lab, which must stand. README.md says what and how.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omlib.testing.openstack import CHANGER, READER, SimulatedCloud, simulated_cloud

HERE = Path(__file__).parent
GET_S = 0.05
DEPARTMENTS = 13
LAB_PROFILES, LAB_PROJECT, LAB_SERVERS = ("lab", "lab-change"), "bench", 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """*wall_s* is from the call to its answer; *twin_s* the same question put to the twin."""

    what: str
    wall_s: float
    target_s: float
    cpu_s: float
    twin_s: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bench:
    """An estate of seeded servers on *cloud*, and where its state is kept."""

    folder: Path
    cloud: SimulatedCloud
    described: Path

    def run(self, mode: str) -> dict[str, Any]:
        return told_by("cloud_omlib.py", self.folder, self.cloud.clouds_yaml, self.described, mode)

    def row(self, mode: str, what: str, target_s: float, twin_s: float | None = None) -> Row:
        """*mode* is run twice, and the second counts: the first has caches of the disk to fill."""
        self.run(mode)
        facts = self.run(mode)
        listing_s = facts.get("listing_s", 0.0)
        note = f"the listings alone {listing_s:.1f} s" if listing_s else ""
        return Row(
            what=what,
            wall_s=facts["wall_s"],
            target_s=target_s + listing_s,
            cpu_s=facts["cpu_s"],
            twin_s=twin_s,
            note=note,
        )


def told_by(script: str, *words: object) -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", str(HERE / script), *map(str, words)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return dict(json.loads(said.splitlines()[-1]))


def seeded(folder: Path, cloud: SimulatedCloud, sizes: Sequence[int], **more: Any) -> Bench:
    """Project *p00* with the first of *sizes*, and so on."""
    projects = {f"p{n:02d}": cloud.seed(f"p{n:02d}", size, **more) for n, size in enumerate(sizes)}
    told = {
        "profiles": (READER, CHANGER),
        "cidr": "10.20.0.0/20",
        "size": (2, 4096),
        "ports": bool(more),
        "projects": projects,
    }
    folder.mkdir()
    (folder / "estate.json").write_text(json.dumps(told))
    cloud.trouble(method="GET", hang_s=GET_S)
    return Bench(folder / "inventory", cloud, folder / "estate.json")


def one_stack(folder: Path, servers: int) -> list[Row]:
    with simulated_cloud(folder / "one", projects=("p00",), own_process=True) as cloud:
        bench = seeded(folder / "one-stack", cloud, [servers])
        twin = told_by("cloud_dynamic.py", folder / "twin", cloud.clouds_yaml, "p00")
        bench.run("adopt")
        size = f"{servers:,} servers in one stack"
        state = bench.row("drift", f"state against real, {size}", 3.0, twin["state_s"])
        declared = bench.row("preview", f"declared against real, {size}", 30.0, twin["declared_s"])
        return [state, declared]


def five_stacks(folder: Path, servers: int) -> Row:
    projects = [f"p{n:02d}" for n in range(5)]
    with simulated_cloud(folder / "five", projects=projects, own_process=True) as cloud:
        bench = seeded(folder / "five-stacks", cloud, [servers // 5] * 5)
        bench.run("adopt")
        what = f"declared against real, {servers:,} servers in 5 stacks"
        return bench.row("preview", what, 8.0)


def adoption(folder: Path, stacks: int) -> list[Row]:
    """75 servers, each with a port and a volume that is attached: 300 resources."""
    projects = [f"p{n:02d}" for n in range(stacks)]
    sizes = [75 // stacks + (n < 75 % stacks) for n in range(stacks)]
    with simulated_cloud(folder / f"cloud-{stacks}", projects=projects, own_process=True) as cloud:
        bench = seeded(folder / f"adopted-{stacks}", cloud, sizes, volumes=1)
        size = f"75 servers with ports and volumes, stacks: {stacks}"
        looked = bench.row("adopt-preview", f"adoption preview, {size}", 4.0)
        bench.run("adopt")
        return [looked, bench.row("preview", f"no-change check, {size}", 4.0)]


def lab_row(folder: Path, lab_id: int) -> Row:
    from omlib.lab.cloud import connect, create_project
    from omlib.lab.layout import LabLayout

    layout = LabLayout(id=lab_id, home=LabLayout.from_environment().home)
    create_project(layout, LAB_PROJECT)
    hosts = list(layout.records_network.hosts())[100:]
    servers = [
        {"name": f"bench-{n:02d}", "address": str(hosts[n]), "id": "", "volumes": []}
        for n in range(LAB_SERVERS)
    ]
    told = {
        "profiles": LAB_PROFILES,
        "cidr": str(layout.records_network),
        "size": (1, 512),
        "ports": True,
        "projects": {LAB_PROJECT: servers},
    }
    described = folder / "lab.json"
    described.write_text(json.dumps(told))
    clouds_yaml = layout.run / "clouds.yaml"
    try:
        facts = told_by("cloud_omlib.py", folder / "lab", clouds_yaml, described, "build")
    finally:
        people = connect(layout, project=LAB_PROJECT)
        for server in people.compute.servers():
            people.compute.delete_server(server)
        for server in people.compute.servers():
            people.compute.wait_for_delete(server)
        for port in people.network.ports(project_id=people.current_project_id):
            people.network.delete_port(port)
    return Row(
        what=f"{LAB_SERVERS} servers with ports made on the lab's cloud",
        wall_s=facts["wall_s"],
        target_s=18.0,
        cpu_s=facts["cpu_s"],
        note=f"with the looks before and after; {facts['create']} made",
    )


def shown(rows: Sequence[Row]) -> str:
    head = ("what", "wall s", "target", "ratio", "CPU s", "twin s", "x", "note")
    lines = [head]
    for row in rows:
        twin, times = "-", "-"
        if row.twin_s is not None:
            twin, times = f"{row.twin_s:.1f}", f"{row.twin_s / row.wall_s:.1f}"
        target, ratio = f"<= {row.target_s:.1f}", f"{row.wall_s / row.target_s:.2f}"
        cells = (row.what, f"{row.wall_s:.1f}", target, ratio, f"{row.cpu_s:.1f}", twin, times)
        lines.append((*cells, row.note))
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in (0, len(head) - 1) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100 servers instead of 1,000")
    parser.add_argument("--lab", type=int, help="id of a lab whose cloud stands")
    told = parser.parse_args()
    servers = 100 if told.quick else 1000
    with tempfile.TemporaryDirectory(prefix="omlib-bench-") as folder:
        rows = [
            *one_stack(Path(folder), servers),
            five_stacks(Path(folder), servers),
            *adoption(Path(folder), 1),
            *adoption(Path(folder), DEPARTMENTS),
        ]
        if told.lab is not None:
            rows.append(lab_row(Path(folder), told.lab))
    load = os.getloadavg()[0]
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores,"
        f" load {load:.1f}; each GET takes {GET_S * 1000:.0f} ms"
    )
    print(shown(rows))


if __name__ == "__main__":
    main()
