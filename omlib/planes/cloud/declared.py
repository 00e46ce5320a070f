"""What the inventory wants of the clouds, as items. Pure.

An attribute that the inventory leaves open is not in the item, so it is not compared: no image, no
interfaces, no security groups (nova then puts a server into the project's `default`).
"""

from collections.abc import Iterator

from omlib.model.estate import Estate, SecurityGroup, Vm
from omlib.model.item import Attributes, Declared, Key, Scope, Value
from omlib.model.ref import Plane, make_ref
from omlib.planes.cloud.rules import declared_rules

KINDS = ("server", "volume", "port", "floating_ip", "security_group")


def declare(estate: Estate) -> Iterator[Declared]:
    """Servers with their volumes and floating IPs, then security groups."""
    for vm in estate.vms.values():
        yield from _of_vm(estate, vm)
    for group in estate.security_groups.values():
        yield _group(estate, group)


def where_of(estate: Estate, cloud: str, project: str) -> str:
    region = estate.clouds[cloud].region if cloud in estate.clouds else ""
    return f"{cloud}:{region}:{project}"


def _of_vm(estate: Estate, vm: Vm) -> Iterator[Declared]:
    def item(kind: str, own_id: str, bound_id: str, attributes: dict[str, Value]) -> Declared:
        return Declared(
            ref=make_ref(Plane.CLOUD, kind, own_id),
            scope=Scope(Plane.CLOUD, kind, where_of(estate, vm.cloud, vm.project)),
            attributes={**attributes, "project": vm.project},
            keys=_keys(own_id, bound_id),
            systems=vm.systems,
            department=department,
            source=vm.source,
        )

    department = next((estate.department_of(system) for system in vm.systems), "")
    department = department or _owner(estate, vm.cloud, vm.project)[1]
    yield item("server", vm.id, vm.bound_id, dict(_server(estate, vm)))
    for volume in vm.volumes:
        wanted: dict[str, Value] = {"size_gib": volume.size_gib, "attached_to": (vm.id,)}
        yield item("volume", volume.id, volume.bound_id, wanted)
    if vm.floating_ip:
        wanted = {"address": vm.floating_ip}
        if len(vm.interfaces) == 1 and vm.interfaces[0].address:
            wanted["target"] = vm.interfaces[0].address
        # its address is its identity: `omlib.planes.cloud.normal` reports it under this ref
        yield item("floating_ip", vm.id, "", wanted)


def _server(estate: Estate, vm: Vm) -> Attributes:
    wanted: dict[str, Value] = {"vcpu": vm.vcpu, "ram_mib": vm.ram_mib, "power": vm.power}
    if vm.name:
        wanted["name"] = vm.name
    if vm.image:
        wanted["image"] = vm.image
    addresses = tuple(interface.address for interface in vm.interfaces)
    if addresses and all(addresses):
        wanted["addresses"] = addresses
    if vm.security_groups:
        known = estate.security_groups
        names = {known[group].name if group in known else group for group in vm.security_groups}
        wanted["security_groups"] = tuple(sorted(names))
    return wanted


def _group(estate: Estate, group: SecurityGroup) -> Declared:
    system, department = _owner(estate, group.cloud, group.project)
    return Declared(
        ref=make_ref(Plane.CLOUD, "security_group", group.id),
        scope=Scope(Plane.CLOUD, "security_group", where_of(estate, group.cloud, group.project)),
        attributes={
            "name": group.name,
            "rules": declared_rules(group.rules),
            "project": group.project,
        },
        keys=_keys(group.id, group.bound_id),
        systems=(system,) if system else (),
        department=department,
        source=group.source,
    )


def _keys(own_id: str, bound_id: str) -> tuple[Key, ...]:
    mark = Key("mark", own_id)
    return (Key("id", bound_id), mark) if bound_id else (mark,)


def _owner(estate: Estate, cloud: str, project: str) -> tuple[str, str]:
    projects = estate.clouds[cloud].projects if cloud in estate.clouds else ()
    for known in projects:
        if known.id == project:
            return known.system, known.department
    return "", ""
