"""What the inventory wants of the clouds, as items. Pure.

An attribute that the inventory leaves open is not in the item, so it is not compared: no image, no
interfaces, no security groups (nova then puts a server into the project's `default`).
"""

from collections.abc import Iterator

from omlib.model.estate import Cloud, Estate, SecurityGroup, Vm
from omlib.model.item import Attributes, Declared, Key, Scope, Value
from omlib.model.ref import Plane, make_ref
from omlib.planes.cloud.normal_access import public_key
from omlib.planes.cloud.rules import declared_rules

KINDS = (
    "server",
    "volume",
    "port",
    "floating_ip",
    "security_group",
    "network",
    "router",
    "key_pair",
    "server_group",
)


def kinds_at(cloud: Cloud, project: str) -> tuple[str, ...]:
    """What is looked at in a project. Key pairs are the looking account's own, whatever the project
    it looks at: they are asked for only where some are declared, and only those are told of."""
    pairs = any(pair.project == project for pair in cloud.key_pairs)
    return tuple(kind for kind in KINDS if kind != "key_pair" or pairs)


def declare(estate: Estate) -> Iterator[Declared]:
    """Servers with their volumes and floating IPs, security groups, then what clouds hold."""
    for vm in estate.vms.values():
        yield from _of_vm(estate, vm)
    for group in estate.security_groups.values():
        yield _group(estate, group)
    for cloud in estate.clouds.values():
        yield from _of_cloud(estate, cloud)


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
    if vm.flavor:
        wanted["flavor"] = vm.flavor
    if vm.key_pair:
        wanted["key_pair"] = _name_in_cloud(estate, vm.cloud, "key_pairs", vm.key_pair)
    if vm.server_group:
        wanted["server_group"] = _name_in_cloud(estate, vm.cloud, "server_groups", vm.server_group)
    if vm.metadata is not None:
        wanted["metadata"] = tuple(sorted(f"{key}={value}" for key, value in vm.metadata.items()))
    addresses = tuple(interface.address for interface in vm.interfaces)
    if addresses and all(addresses):
        wanted["addresses"] = addresses
    if vm.security_groups:
        known = estate.security_groups
        names = {known[group].name if group in known else group for group in vm.security_groups}
        wanted["security_groups"] = tuple(sorted(names))
    return wanted


def _name_in_cloud(estate: Estate, cloud: str, field: str, own_id: str) -> str:
    """What the cloud calls one of its declared parts; the id itself where it is not one."""
    held = getattr(estate.clouds[cloud], field) if cloud in estate.clouds else ()
    return next((part.name for part in held if part.id == own_id), own_id)


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


def _of_cloud(estate: Estate, cloud: Cloud) -> Iterator[Declared]:
    """Networks that are made (not those only referred to), routers, key pairs, server groups."""

    def item(
        kind: str, own_id: str, project: str, bound_id: str, attributes: dict[str, Value]
    ) -> Declared:
        system, department = _owner(estate, cloud.id, project)
        return Declared(
            ref=make_ref(Plane.CLOUD, kind, own_id),
            scope=Scope(Plane.CLOUD, kind, where_of(estate, cloud.id, project)),
            attributes=attributes,
            keys=_keys(own_id, bound_id),
            systems=(system,) if system else (),
            department=department,
            source=cloud.source,
        )

    for net in cloud.networks:
        if not net.project:
            continue
        wanted: dict[str, Value] = {"name": net.name or net.id, "cidrs": (net.cidr,)}
        if net.gateway:
            wanted["gateway"] = net.gateway
        if net.dhcp is not None:
            wanted["dhcp"] = net.dhcp
        wanted["project"] = net.project
        yield item("network", net.id, net.project, net.bound_id, wanted)
    for router in cloud.routers:
        wanted = {"name": router.name, "project": router.project}
        if router.external:
            wanted["external_network"] = router.external
        if router.networks:
            names = (
                _name_in_cloud(estate, cloud.id, "networks", one) or one for one in router.networks
            )
            wanted["networks"] = tuple(sorted(names))
        yield item("router", router.id, router.project, router.bound_id, wanted)
    for pair in cloud.key_pairs:
        wanted = {"name": pair.name, "public_key": public_key(pair.public_key)}
        yield item("key_pair", pair.id, pair.project, "", wanted)
    for members in cloud.server_groups:
        wanted = {"name": members.name, "policy": members.policy, "project": members.project}
        yield item("server_group", members.id, members.project, members.bound_id, wanted)


def _keys(own_id: str, bound_id: str) -> tuple[Key, ...]:
    mark = Key("mark", own_id)
    return (Key("id", bound_id), mark) if bound_id else (mark,)


def _owner(estate: Estate, cloud: str, project: str) -> tuple[str, str]:
    projects = estate.clouds[cloud].projects if cloud in estate.clouds else ()
    for known in projects:
        if known.id == project:
            return known.system, known.department
    return "", ""
