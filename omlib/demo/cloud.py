"""Make the declared clouds real: the projects by an administrator, what is in them by Pulumi.

A bureau that gave omlib no role builds its own servers, by hand: omlib could neither make nor see
them.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from omlib.demo.legacy import BuildError, settled, side_by_side
from omlib.jobs.cloud import open_desk
from omlib.lab.cloud import connect, create_project
from omlib.lab.layout import LabLayout
from omlib.model.estate import Estate, Vm
from omlib.model.stack import Op, StackResult
from omlib.ports import Progress

DENIED_PROJECT = "police"  # a bureau that gave omlib no role: part of the story
_MADE_BY = "lab"  # names, in a stacks' home, the lab that its states are of


@dataclass(frozen=True, slots=True)
class Made:
    """What Pulumi made: *differ* counts what a second look would still change."""

    stacks: int
    resources: int
    differ: int


def forget_stacks(root: Path) -> None:
    """The states of a lab that is gone: its clouds are built anew, and hold nothing of them.

    Stacks that no demonstration made are somebody's, and are put aside.
    """
    home = root / ".omlib" / "pulumi"
    if (home / _MADE_BY).exists():
        shutil.rmtree(home)
    elif home.exists():
        number = 1
        while (aside := home.with_name(f"pulumi.{number}")).exists():
            number += 1
        home.rename(aside)


def make_projects(estate: Estate, layout: LabLayout) -> None:
    for cloud in estate.clouds.values():
        for project in cloud.projects:
            create_project(layout, project.id, readable=project.id != DENIED_PROJECT)


def build_stacks(root: Path, layout: LabLayout, progress: Progress) -> Made:
    """Everything declared in the projects that omlib may change; raises BuildError."""
    desk = open_desk(root, progress).desk
    names = [info.name for info in desk.infos() if info.project != DENIED_PROJECT]
    mark = root / ".omlib" / "pulumi" / _MADE_BY
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(f"{layout.id}\n", encoding="ascii")
    results = desk.up(names).results
    for result in results:
        if why := _trouble(result):
            raise BuildError(what=result.stack, why=why)
    return Made(
        stacks=len(results),
        resources=sum(step.op is Op.CREATE for result in results for step in result.steps),
        differ=sum(step.changes for result in results for step in result.again),
    )


def _trouble(result: StackResult) -> str:
    told = "; ".join(value for _, value in result.facts)
    if result.fault:
        return f"{result.fault}: {told}"
    if result.refused:
        return ", ".join(f"{one.rule} {one.refs[0]}" for one in result.refused)
    return next((f"{step.ref}: {step.error}" for step in result.steps if step.error), "")


def build_by_hand(estate: Estate, layout: LabLayout, advance: Callable[[str], None]) -> None:
    """What stands in the project that omlib may not enter."""
    denied = [vm for vm in estate.vms.values() if vm.project == DENIED_PROJECT]
    if not denied:
        return
    cloud = connect(layout, project=DENIED_PROJECT)
    flavors = {(one.vcpus, one.ram): one.id for one in cloud.compute.flavors()}

    def one(vm: Vm) -> None:
        made = cloud.compute.create_server(
            name=vm.name,
            flavor_id=flavors[vm.vcpu, vm.ram_mib],
            image_id=cloud.image.find_image(vm.image, ignore_missing=False).id,
            networks=[
                {
                    "uuid": cloud.network.find_network(on.network, ignore_missing=False).id,
                    "fixed_ip": on.address,
                }
                for on in vm.interfaces
            ],
        )
        settled(cloud, made.id, "ACTIVE")
        advance(vm.id)

    side_by_side(one, denied)
