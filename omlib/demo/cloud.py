"""Build the declared clouds: projects, security groups, volumes and servers, each with its mark."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from omlib.errors import OmlibError
from omlib.lab.cloud import connect, create_project
from omlib.lab.layout import LabLayout
from omlib.model.estate import Cloud, Estate, SecurityGroup, Vm

WORKERS = 4  # building is CPU bound on two cores: more at once is not quicker
ACTIVE_S = 120.0
DENIED_PROJECT = "police"  # a bureau that gave omlib no role: part of the story
_T = TypeVar("_T")


class BuildError(OmlibError):
    """Something declared could not be built in the lab. Facts: what, why."""

    code = "demo_build"


class CloudBuilder:
    """Builds one declared cloud in the lab, as the people who own it would have."""

    def __init__(self, estate: Estate, cloud: Cloud, layout: LabLayout) -> None:
        self.estate, self.cloud, self.layout = estate, cloud, layout
        self._connections: dict[str, Any] = {}

    def connection(self, project: str) -> Any:
        if project not in self._connections:
            self._connections[project] = connect(self.layout, project=project)
        return self._connections[project]

    def build(self, advance: Callable[[str], None]) -> None:
        projects = [project.id for project in self.cloud.projects]
        for project in projects:
            create_project(self.layout, project, readable=project != DENIED_PROJECT)
            self.connection(project)
        flavors = {
            (flavor.vcpus, flavor.ram): flavor.id
            for flavor in self.connection(projects[0]).compute.flavors()
        }
        groups = [g for g in self.estate.security_groups.values() if g.cloud == self.cloud.id]
        vms = [vm for vm in self.estate.vms.values() if vm.cloud == self.cloud.id]
        for group in groups:
            self._group(group)
            advance(group.id)

        def one(vm: Vm) -> None:
            if (vm.vcpu, vm.ram_mib) not in flavors:
                raise BuildError(what=vm.id, why=f"no flavor {vm.vcpu} vCPU / {vm.ram_mib} MiB")
            self._server(vm, flavors[vm.vcpu, vm.ram_mib])
            advance(vm.id)

        _side_by_side(one, vms)

    def _group(self, group: SecurityGroup) -> None:
        network = self.connection(group.project).network
        made = network.create_security_group(name=group.name, description=f"omlib_id={group.id}")
        for rule in group.rules:
            direction, protocol, ports, peer = rule.split()
            if direction == "egress":
                continue  # the two that neutron made itself
            low, _, high = ports.partition("-")
            network.create_security_group_rule(
                security_group_id=made.id,
                direction=direction,
                protocol=None if protocol == "any" else protocol,
                port_range_min=None if ports == "any" else int(low),
                port_range_max=None if ports == "any" else int(high or low),
                remote_ip_prefix=peer,
            )

    def _server(self, vm: Vm, flavor: str) -> None:
        cloud = self.connection(vm.project)
        networks = [
            {"uuid": cloud.network.find_network(i.network).id, "fixed_ip": i.address}
            for i in vm.interfaces
        ]
        groups = [self.estate.security_groups[one].name for one in vm.security_groups]
        server = cloud.compute.create_server(
            name=vm.name,
            flavor_id=flavor,
            image_id=cloud.image.find_image(vm.image).id,
            networks=networks,
            metadata={"omlib_id": vm.id, "omlib_system": vm.systems[0] if vm.systems else ""},
            **({"security_groups": [{"name": name} for name in groups]} if groups else {}),
        )
        server = _settled(cloud, server.id)
        for volume in vm.volumes:
            made = cloud.block_storage.create_volume(
                name=volume.id, size=volume.size_gib, metadata={"omlib_id": volume.id}
            )
            cloud.block_storage.wait_for_status(
                made, status="available", failures=["error"], wait=60, interval=0.5
            )
            cloud.compute.create_volume_attachment(server, volume_id=made.id)
            cloud.block_storage.wait_for_status(
                made, status="in-use", failures=["error"], wait=60, interval=0.5
            )


def _settled(cloud: Any, server_id: str) -> Any:
    """The server, once it is ACTIVE and nothing is being done to it."""
    end = time.monotonic() + ACTIVE_S
    while time.monotonic() < end:
        server = cloud.compute.get_server(server_id)
        if server.status == "ACTIVE" and not server.task_state:
            return server
        if server.status == "ERROR":
            raise BuildError(what=server.name, why=str((server.fault or {}).get("message")))
        time.sleep(0.3)
    raise BuildError(what=server_id, why=f"not ACTIVE within {ACTIVE_S:g} s")


def _side_by_side(work: Callable[[_T], None], items: Iterable[_T]) -> None:
    from openstack.exceptions import SDKException

    with ThreadPoolExecutor(WORKERS) as pool:
        for done in [pool.submit(work, item) for item in items]:
            try:
                done.result()
            except SDKException as fault:
                raise BuildError(what="the cloud", why=str(fault)) from fault
