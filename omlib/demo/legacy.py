"""Build a legacy estate in the lab's cloud by plain API calls, as people with a console did.

No mark, no tag, nothing of omlib's: names as somebody typed them, disks attached by hand.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from omlib.errors import OmlibError
from omlib.lab.cloud import connect, create_project
from omlib.lab.layout import LabLayout
from omlib.testing.yibin import Machine

WORKERS = 4  # building is CPU bound on two cores: more at once is not quicker
SETTLED_S = 180.0
LOOK_S = 0.4
_T = TypeVar("_T")


class BuildError(OmlibError):
    """Something could not be built in the lab. Facts: what, why."""

    code = "demo_build"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """What servers are made of: ids of the network, the image, and flavors by vCPU and GiB."""

    network: str
    image: str
    flavors: Mapping[tuple[int, int], str]


def build_legacy(
    layout: LabLayout,
    machines: Sequence[Machine],
    groups: Mapping[str, tuple[str, Sequence[str]]],
    *,
    network: str,
    image: str,
    advance: Callable[[str], None],
) -> None:
    """*groups*: by project the name of its security group, and its rules."""
    admin = connect(layout)
    shelf = _Shelf(
        network=admin.network.find_network(network, ignore_missing=False).id,
        image=admin.image.find_image(image, ignore_missing=False).id,
        flavors=_flavors(admin, {(one.vcpu, one.ram_gib) for one in machines}),
    )

    def project(name: str) -> tuple[str, Any]:
        create_project(layout, name)
        connection = connect(layout, project=name)
        make_group(connection, *groups[name])
        advance(name)
        return name, connection

    connections = dict(side_by_side(project, groups))

    def machine(one: Machine) -> None:
        _make(connections[one.department], shelf, one, groups[one.department][0])
        advance(one.name)

    side_by_side(machine, machines)


def _flavors(admin: Any, sizes: set[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """Of every size asked for; what is not there yet is made."""
    known = {(one.vcpus, one.ram // 1024): one.id for one in admin.compute.flavors()}
    for vcpu, gib in sorted(sizes - known.keys()):
        made = admin.compute.create_flavor(
            name=f"ecs.{vcpu}c.{gib}g", vcpus=vcpu, ram=gib * 1024, disk=40
        )
        known[vcpu, gib] = made.id
    return known


def _make(cloud: Any, shelf: _Shelf, machine: Machine, group: str) -> None:
    volumes = [
        cloud.block_storage.create_volume(name=disk.name, size=disk.size_gb)
        for disk in machine.disks
    ]
    server = cloud.compute.create_server(
        name=machine.name,
        flavor_id=shelf.flavors[machine.vcpu, machine.ram_gib],
        image_id=shelf.image,
        networks=[{"uuid": shelf.network, "fixed_ip": str(machine.address)}],
        security_groups=[{"name": group}],
    )
    settled(cloud, server.id, "ACTIVE")
    for volume in volumes:
        _volume_is(cloud, volume, "available")
        cloud.compute.create_volume_attachment(server.id, volume_id=volume.id)
    for volume in volumes:
        _volume_is(cloud, volume, "in-use")
    if not machine.power:
        cloud.compute.stop_server(server.id)
        settled(cloud, server.id, "SHUTOFF")


def last_changes(layout: LabLayout) -> Mapping[str, str]:
    """When each server, volume, port and group was last changed, by the clouds' own word."""
    admin = connect(layout)
    servers = admin.compute.servers(all_projects=True)
    volumes = admin.block_storage.volumes(all_projects=True)
    found = {one.id: str(one.updated_at) for each in (servers, volumes) for one in each}
    ports, groups = admin.network.ports(), admin.network.security_groups()
    return found | {one.id: str(one.revision_number) for each in (ports, groups) for one in each}


def make_group(cloud: Any, name: str, rules: Iterable[str]) -> None:
    """A group with *rules* as the inventory writes them; neutron adds its two egress rules."""
    made = cloud.network.create_security_group(name=name)
    for rule in rules:
        direction, protocol, ports, peer = rule.split()
        low, _, high = ports.partition("-")
        cloud.network.create_security_group_rule(
            security_group_id=made.id,
            direction=direction,
            protocol=None if protocol == "any" else protocol,
            port_range_min=None if ports == "any" else int(low),
            port_range_max=None if ports == "any" else int(high or low),
            remote_ip_prefix=peer,
        )


def settled(cloud: Any, server_id: str, status: str) -> Any:
    """The server, once it has *status* and nothing is being done to it."""
    end = time.monotonic() + SETTLED_S
    while time.monotonic() < end:
        server = cloud.compute.get_server(server_id)
        if server.status == status and not server.task_state:
            return server
        if server.status == "ERROR":
            raise BuildError(what=server.name, why=str((server.fault or {}).get("message")))
        time.sleep(LOOK_S)
    raise BuildError(what=server_id, why=f"not {status} within {SETTLED_S:g} s")


def _volume_is(cloud: Any, volume: Any, status: str) -> None:
    cloud.block_storage.wait_for_status(
        volume, status=status, failures=["error"], wait=SETTLED_S, interval=LOOK_S
    )


def side_by_side(work: Callable[[_T], Any], items: Iterable[_T]) -> list[Any]:
    from openstack.exceptions import SDKException

    with ThreadPoolExecutor(WORKERS) as pool:
        try:
            return [done.result() for done in [pool.submit(work, item) for item in items]]
        except SDKException as fault:
            raise BuildError(what="the cloud", why=str(fault)) from fault
