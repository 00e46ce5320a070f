"""A lab with a cloud and no hosts, with two bureaus' projects and one that omlib may not see."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from omlib.lab import lifecycle, machine
from omlib.lab.cloud import connect, create_project
from omlib.lab.cloud.access import CHANGER, READER
from omlib.lab.cloud.seed import IMAGE, RECORDS_NETWORK
from omlib.lab.errors import LabBusyError
from omlib.lab.layout import LabLayout
from omlib.lab.spec import LabSpec
from omlib.model.estate import (
    Cloud,
    Estate,
    Interface,
    Project,
    SecurityGroup,
    Site,
    Vm,
    Volume,
)
from omlib.model.item import Source
from omlib.planes.cloud.plane import CloudPlane

LAB_ID = 17
OF_ALL = ("hrss", "civil", "police")  # projects that several modules look at
_STANDING: list[LabLayout] = []  # the lab, once a test asked for it
SOURCE = Source("vms.yml", 1)
GROUP = SecurityGroup(
    id="hrss-web",
    name="web",
    cloud="gov-cloud",
    project="hrss",
    rules=("ingress tcp 443 198.18.0.0/24", "ingress icmp any 0.0.0.0/0"),
    source=SOURCE,
)


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class RealCloud:
    """The estate as it was built, and its builder's connections by project."""

    layout: LabLayout
    estate: Estate
    people: dict[str, Any]

    def refloat(self, vm: str) -> None:
        give_floating_ip(self.people[self.estate.vms[vm].project], self.estate.vms[vm])

    @property
    def clouds_yaml(self) -> Path:
        return self.layout.run / "clouds.yaml"

    def plane(self, **changes: Any) -> CloudPlane:
        """omlib's own look, with the reader's account."""
        return CloudPlane(replace(self.estate, **changes), _Clock(), clouds_yaml=self.clouds_yaml)


@pytest.fixture(scope="session")
def cloud_lab() -> Iterator[LabLayout]:
    """The lab while the tests run. OMLIB_LAB_ID names another than the usual one."""
    if reason := machine.unsupported():
        pytest.skip(f"no lab on this machine: {reason}")
    lab_id = int(os.environ.get("OMLIB_LAB_ID") or LAB_ID)
    layout = LabLayout(id=lab_id, home=LabLayout.from_environment().home)
    try:
        lifecycle.up(layout, LabSpec(cloud=True))
        _STANDING.append(layout)
        yield layout
    except LabBusyError:  # another home holds this id: not ours to take down
        raise
    except BaseException:
        lifecycle.down(layout)
        raise
    lifecycle.down(layout)


@pytest.fixture(scope="module", autouse=True)
def leftovers_out_of_sight() -> Iterator[None]:
    """What a module made in projects of its own, omlib's accounts do not see in the next one."""
    yield
    if not _STANDING:
        return
    identity = connect(_STANDING[0]).identity
    users = [identity.find_user(account) for account in (READER, CHANGER)]
    for project in identity.projects():
        if project.name in (*OF_ALL, "admin"):
            continue
        for user in users:
            for given in identity.role_assignments(user_id=user.id, scope_project_id=project.id):
                identity.unassign_project_role_from_user(project, user, given.role["id"])


@pytest.fixture(scope="session")
def real(cloud_lab: LabLayout) -> RealCloud:
    return _build(cloud_lab)


def _build(layout: LabLayout) -> RealCloud:
    for project, readable in (("hrss", True), ("civil", True), ("police", False)):
        create_project(layout, project, readable=readable)
    people = {project: connect(layout, project=project) for project in ("hrss", "civil", "police")}
    made = people["hrss"].network.create_security_group(
        name=GROUP.name, description=f"门户 omlib_id={GROUP.id}"
    )
    for protocol, port, peer in (("tcp", 443, "198.18.0.0/24"), ("icmp", None, "0.0.0.0/0")):
        people["hrss"].network.create_security_group_rule(
            security_group_id=made.id,
            direction="ingress",
            protocol=protocol,
            port_range_min=port,
            port_range_max=port,
            remote_ip_prefix=peer,
        )
    network = str(layout.records_network.network_address).rsplit(".", 1)[0]
    vms = [_vm("hrss", number, f"{network}.{10 + number}") for number in range(1, 4)]
    vms += [_vm("civil", number, f"{network}.{20 + number}") for number in range(1, 3)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda vm: _create(people[vm.project], vm), vms))
    first = _attach(people["hrss"], vms[0])
    vms[0] = replace(first, floating_ip=give_floating_ip(people["hrss"], first))
    estate = Estate(
        name="无锡",
        timezone="Asia/Shanghai",
        departments={},
        sites={"gov": Site(id="gov", name="政务云", source=SOURCE)},
        clouds={
            "gov-cloud": Cloud(
                id="gov-cloud",
                name="政务云",
                site="gov",
                profile="lab",
                region="RegionOne",
                projects=tuple(
                    Project(id=project, department=f"{project}-bureau") for project in people
                ),
                source=SOURCE,
            )
        },
        systems={},
        vms={vm.id: vm for vm in vms},
        security_groups={GROUP.id: GROUP},
        servers={},
        devices={},
        rooms={},
        circuits={},
        contracts=(),
        windows={},
        tombstones={},
        waivers=(),
    )
    return RealCloud(layout, estate, people)


def _vm(project: str, number: int, address: str) -> Vm:
    return Vm(
        id=f"{project}-app-{number:02d}",
        name=f"{project}-应用-{number:02d}",
        cloud="gov-cloud",
        project=project,
        systems=(),
        vcpu=1,
        ram_mib=512,
        image=IMAGE,
        interfaces=(Interface(network=RECORDS_NETWORK, address=address),),
        security_groups=(GROUP.id,) if project == "hrss" else ("default",),
        source=SOURCE,
    )


def _create(people: Any, vm: Vm) -> None:
    made = people.compute.create_server(
        name=vm.name,
        flavor_id=people.compute.find_flavor("m1.tiny").id,
        image_id=people.image.find_image(vm.image).id,
        networks=[
            {"uuid": people.network.find_network(i.network).id, "fixed_ip": i.address}
            for i in vm.interfaces
        ],
        security_groups=[{"name": "web" if vm.project == "hrss" else "default"}],
        metadata={"omlib_id": vm.id},
    )
    people.compute.wait_for_server(made, interval=0.3, wait=120)


def _attach(people: Any, vm: Vm) -> Vm:
    volume = people.block_storage.create_volume(
        name="hrss-data", size=2, metadata={"omlib_id": "hrss-data"}
    )
    people.block_storage.wait_for_status(volume, status="available", interval=0.3, wait=60)
    server = next(people.compute.servers(name=vm.name))
    people.compute.create_volume_attachment(server, volume_id=volume.id)
    people.block_storage.wait_for_status(volume, status="in-use", interval=0.3, wait=60)
    return replace(vm, volumes=(Volume(id="hrss-data", size_gib=2),))


def give_floating_ip(people: Any, vm: Vm) -> str:
    """The one declared for *vm*, or any where none is yet; with it, the address."""
    network = people.network
    port = next(network.ports(fixed_ips=f"ip_address={vm.interfaces[0].address}"))
    wanted = {"floating_ip_address": vm.floating_ip} if vm.floating_ip else {}
    made = network.create_ip(
        floating_network_id=network.find_network("ext-net").id, port_id=port.id, **wanted
    )
    return str(made.floating_ip_address)


@pytest.fixture
def later(real: RealCloud) -> Iterator[Callable[[Callable[[], object]], None]]:
    """Say how to undo a change; it is undone when the test ends."""
    undo: list[Callable[[], object]] = []
    yield undo.append
    for step in reversed(undo):
        step()
