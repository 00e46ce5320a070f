"""One measurement of omlib's cloud stacks, on a cloud that stands: see `cloud.py`. Prints JSON.

    python benchmarks/cloud_omlib.py FOLDER CLOUDS_YAML ESTATE.JSON MODE

ESTATE.JSON names the projects with their servers as the simulation's `seed` told them. MODE is
`adopt` (everything comes into the state), `drift` (state against real), `preview` (declared against
real) or `build` (make what is declared).
"""

import json
import resource
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from omlib.model.estate import Cloud, CloudNetwork, Estate, Interface, Project, Site, Vm, Volume
from omlib.model.item import Source
from omlib.model.stack import Op, StackRun
from omlib.planes.cloud.engine import runs
from omlib.planes.cloud.engine.binary import find_pulumi
from omlib.planes.cloud.provider.place import Place
from omlib.planes.cloud.stacks.program import stacks_of
from omlib.planes.cloud.stacks.resource import Link, StackId

SOURCE = Source("benchmark", 1)
Told = Mapping[str, Any]


class Quiet:
    def start(self, step: str, total: int = 0) -> None: ...

    def advance(self, step: str, note: str = "") -> None: ...

    def done(self, step: str, took_s: float, note: str = "") -> None: ...


def estate_of(told: Told) -> Estate:
    cloud = Cloud(
        id="gov",
        name="政务云",
        site="gov",
        profile=told["profiles"][0],
        change_profile=told["profiles"][1],
        region="RegionOne",
        projects=tuple(Project(id=project, department="d") for project in told["projects"]),
        networks=(CloudNetwork(id="gov-net", name="gov-net", cidr=told["cidr"]),),
        source=SOURCE,
    )
    vms = {
        vm.id: vm for project, each in told["projects"].items() for vm in _vms(project, each, told)
    }
    return Estate(
        name="宜宾",
        timezone="Asia/Shanghai",
        departments={},
        sites={"gov": Site(id="gov", name="政务云", source=SOURCE)},
        clouds={"gov": cloud},
        systems={},
        vms=vms,
        security_groups={},
        servers={},
        devices={},
        rooms={},
        circuits={},
        contracts=(),
        windows={},
        tombstones={},
        waivers=(),
    )


def _vms(project: str, servers: Sequence[Told], told: Told) -> Iterator[Vm]:
    vcpu, ram_mib = told["size"]
    for server in servers:
        name = f"{project}-{server['name']}"
        yield Vm(
            id=name,
            name=server["name"],
            cloud="gov",
            project=project,
            systems=(),
            vcpu=vcpu,
            ram_mib=ram_mib,
            image="lab-linux",
            interfaces=(Interface(network="gov-net", address=server["address"]),)
            if told["ports"]
            else (),
            volumes=tuple(
                Volume(id=f"{name}-{number}", size_gib=10, bound_id=live_id)
                for number, live_id in enumerate(server["volumes"])
            ),
            bound_id=server["id"],
            source=SOURCE,
        )


def adoption(estate: Estate, told: Told) -> Iterator[tuple[StackId, Mapping[Link, str]]]:
    for stack in stacks_of(estate):
        ids: dict[Link, str] = {}
        for server in told["projects"][stack.project]:
            name = f"{stack.project}-{server['name']}"
            ids[Link("server", name)] = server["id"]
            if told["ports"]:
                ids[Link("port", f"{name}/gov-net")] = server["port"]
            for number, live_id in enumerate(server["volumes"]):
                ids[Link("volume", f"{name}-{number}")] = live_id
                attachment = Link("volume_attachment", f"{name}/{name}-{number}")
                ids[attachment] = f"{server['id']}/{live_id}"
        yield stack, ids


def hasty_engine(folder: Path, pulumi: Path) -> Path:
    """Writes the state once, not with each of a thousand imports, which takes minutes."""
    made = folder / "hasty" / "pulumi"
    made.parent.mkdir(parents=True)
    made.write_text(f'#!/bin/sh\nPULUMI_SKIP_CHECKPOINTS=true exec {pulumi} "$@"\n')
    made.chmod(0o755)
    return made


def listing_s(setting: runs.Setting) -> float:
    """What the bare listings of the first project take: no run can be faster."""
    project = next(iter(setting.estate.clouds["gov"].projects)).id
    api = setting.reading().api(Place("gov", "RegionOne", project))
    began = time.monotonic()
    for kind in ("server", "port", "volume", "flavor", "image", "network"):
        api.seen.listing(kind)
    return time.monotonic() - began


def cpu_s() -> float:
    """Of this process, and of the engines that it started and that ended."""
    each = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in each)


def ops(run: StackRun) -> dict[str, int]:
    faults = [f"{result.stack}: {result.fault} {result.facts}" for result in run.results]
    steps = [step for result in run.results for step in result.steps]
    if any(result.fault or result.refused for result in run.results):
        raise SystemExit("; ".join(faults) + repr([result.refused for result in run.results]))
    return {op.value: sum(step.op is op for step in steps) for op in Op} | {
        "unknown": sum(step.unknown is not None for step in steps)
    }


def main() -> None:
    folder, clouds_yaml, described, mode = sys.argv[1:]
    told = json.loads(Path(described).read_text())
    estate = estate_of(told)
    setting = runs.Setting(
        estate=estate,
        root=Path(folder),
        pulumi=find_pulumi(Quiet()),
        progress=Quiet(),
        clouds_yaml=Path(clouds_yaml),
    )
    stacks = stacks_of(estate)
    facts: dict[str, Any] = {}
    began, spent_s = time.monotonic(), cpu_s()
    if mode == "adopt":
        hasty = replace(setting, pulumi=hasty_engine(Path(folder), setting.pulumi))
        run = runs.up(hasty, stacks, adopt=dict(adoption(estate, told)))
    elif mode == "adopt-preview":
        run = runs.preview(setting, stacks, adopt=dict(adoption(estate, told)))
    elif mode == "drift":
        run = runs.drift(setting, stacks)
    elif mode == "preview":
        run = runs.preview(setting, stacks)
    else:
        run = runs.up(setting, stacks)
    facts["wall_s"] = round(time.monotonic() - began, 2)
    facts["cpu_s"] = round(cpu_s() - spent_s, 2)
    facts |= {op: count for op, count in ops(run).items() if count}
    if mode == "drift":
        facts["listing_s"] = round(listing_s(setting), 2)
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
