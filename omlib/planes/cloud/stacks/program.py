"""From the estate to the resources of one stack, each after what it needs. Pure.

Networks, security groups, images and flavors are told by name, so that a thing found in the cloud
and one made by us have the same inputs; what only an id names (a server's ports) is a link.

A thing that the inventory says is bound to a live one keeps the names that it has on the live side,
where the inventory does not give any: of its ports, volumes and subnet.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from omlib.model.estate import (
    Cloud,
    CloudNetwork,
    Estate,
    Interface,
    KeyPair,
    Router,
    SecurityGroup,
    ServerGroup,
    Vm,
)
from omlib.model.ref import Ref
from omlib.planes.cloud.rules import declared_rules
from omlib.planes.cloud.stacks.names import ref_of
from omlib.planes.cloud.stacks.order import in_order
from omlib.planes.cloud.stacks.resource import Input, Link, Resource, StackId


def stacks_of(estate: Estate) -> tuple[StackId, ...]:
    """The stacks in which something is declared. A project's networks, groups, keys: its first."""
    found = {
        StackId(vm.cloud, estate.clouds[vm.cloud].region, vm.project, vm.shard)
        for vm in estate.vms.values()
    }
    found |= {
        StackId(group.cloud, estate.clouds[group.cloud].region, group.project)
        for group in estate.security_groups.values()
    }
    for cloud in estate.clouds.values():
        held: tuple[CloudNetwork | Router | KeyPair | ServerGroup, ...]
        held = (*cloud.networks, *cloud.routers, *cloud.key_pairs, *cloud.server_groups)
        found |= {StackId(cloud.id, cloud.region, one.project) for one in held if one.project}
    return tuple(
        sorted(found, key=lambda stack: (stack.cloud, stack.region, stack.project, stack.shard))
    )


def program(estate: Estate, stack: StackId) -> tuple[Resource, ...]:
    """What is declared for *stack*; nothing where the estate no longer knows it."""
    cloud = estate.clouds.get(stack.cloud)
    if cloud is None or cloud.region != stack.region:
        return ()
    shared = () if stack.shard else _shared(estate, cloud, stack)
    vms = (vm for vm in estate.vms.values() if _stands_in(vm, stack))
    machines = chain.from_iterable(_machine(estate, cloud, vm, stack) for vm in vms)
    return in_order((*shared, *machines))


def without_network(estate: Estate, stack: StackId) -> tuple[Ref, ...]:
    """Floating IPs that are not in the program: nothing declared says which network gives them."""
    cloud = estate.clouds.get(stack.cloud)
    return tuple(
        ref_of("floating_ip", vm.id)
        for vm in estate.vms.values()
        if cloud and _stands_in(vm, stack) and vm.floating_ip and not _outer_network(cloud, vm)
    )


def _stands_in(vm: Vm, stack: StackId) -> bool:
    return (vm.cloud, vm.project, vm.shard) == (stack.cloud, stack.project, stack.shard)


def _resource(
    stack: StackId,
    kind: str,
    name: str,
    inputs: Mapping[str, Input],
    after: Iterable[Link] = (),
    bound: str = "",
) -> Resource:
    return Resource(
        kind=kind,
        name=name,
        inputs={**stack.place.named, **inputs},
        ref=ref_of(kind, name),
        after=tuple(after),
        bound=bound,
    )


def _shared(estate: Estate, cloud: Cloud, stack: StackId) -> Iterator[Resource]:
    for pair in cloud.key_pairs:
        if pair.project == stack.project:
            inputs = {"name": pair.name, "public_key": pair.public_key}
            yield _resource(stack, "key_pair", pair.id, inputs)
    for server_group in cloud.server_groups:
        if server_group.project == stack.project:
            inputs = {"name": server_group.name, "policy": server_group.policy}
            yield _resource(
                stack, "server_group", server_group.id, inputs, bound=server_group.bound_id
            )
    groups = [
        group
        for group in estate.security_groups.values()
        if (group.cloud, group.project) == (stack.cloud, stack.project)
    ]
    for group in groups:
        yield _security_group(stack, group, groups)
    for network in cloud.networks:
        if network.project == stack.project:
            yield from _network(stack, network)
    for router in cloud.routers:
        if router.project == stack.project:
            yield _router(stack, cloud, router)


def _security_group(
    stack: StackId, group: SecurityGroup, groups: Iterable[SecurityGroup]
) -> Resource:
    rules = declared_rules(group.rules)
    peers = {rule.split()[3] for rule in rules}
    after = [Link("security_group", g.id) for g in groups if f"group:{g.name}" in peers]
    inputs: dict[str, Input] = {"name": group.name, "rules": rules}
    return _resource(stack, "security_group", group.id, inputs, after, group.bound_id)


def _network(stack: StackId, network: CloudNetwork) -> Iterator[Resource]:
    yield _resource(stack, "network", network.id, {"name": network.name}, bound=network.bound_id)
    inputs: dict[str, Input] = {"network": network.name, "cidr": network.cidr}
    if not network.bound_id:
        inputs = {"name": network.name, **inputs}
    if network.gateway:
        inputs["gateway"] = network.gateway
    if network.dhcp is not None:
        inputs["dhcp"] = network.dhcp
    yield _resource(stack, "subnet", network.id, inputs, [Link("network", network.id)])


def _router(stack: StackId, cloud: Cloud, router: Router) -> Resource:
    names = {network.id: network.name for network in cloud.networks}
    inputs: dict[str, Input] = {"name": router.name}
    if router.external:
        inputs["external_network"] = router.external
    inputs["networks"] = tuple(sorted(names[network] for network in router.networks))
    after = [Link("subnet", network) for network in sorted(router.networks)]
    return _resource(stack, "router", router.id, inputs, after, router.bound_id)


def _machine(estate: Estate, cloud: Cloud, vm: Vm, stack: StackId) -> Iterator[Resource]:
    ports = _port_names(vm)
    for name, interface in ports.items():
        yield _port(estate, cloud, vm, stack, name, interface)
    for volume in vm.volumes:
        inputs: dict[str, Input] = {"size_gib": volume.size_gib}
        if not volume.bound_id:
            inputs = {"name": volume.id, **inputs}
        yield _resource(stack, "volume", volume.id, inputs, bound=volume.bound_id)
    yield _server(cloud, vm, stack, ports)
    for volume in vm.volumes:
        ends: dict[str, Input] = {
            "server": Link("server", vm.id),
            "volume": Link("volume", volume.id),
        }
        bound = f"{vm.bound_id}/{volume.bound_id}" if vm.bound_id and volume.bound_id else ""
        yield _resource(stack, "volume_attachment", f"{vm.id}/{volume.id}", ends, bound=bound)
    if vm.floating_ip and (outer := _outer_network(cloud, vm)):
        yield _floating_ip(cloud, vm, stack, outer, ports)


def _port_names(vm: Vm) -> Mapping[str, Interface]:
    """`<vm>/<network>`, and for one more on the same network `<vm>/<network>/2`."""
    named: dict[str, Interface] = {}
    for interface in vm.interfaces:
        name, count = f"{vm.id}/{interface.network}", 1
        while name in named:
            count += 1
            name = f"{vm.id}/{interface.network}/{count}"
        named[name] = interface
    return named


def _port(
    estate: Estate, cloud: Cloud, vm: Vm, stack: StackId, name: str, interface: Interface
) -> Resource:
    names = {network.id: network.name for network in cloud.networks}
    inputs: dict[str, Input] = {} if vm.bound_id else {"name": name}
    inputs["network"] = names[interface.network]
    inputs["addresses"] = (interface.address,)
    if vm.security_groups:
        groups = estate.security_groups
        inputs["security_groups"] = tuple(sorted({groups[id_].name for id_ in vm.security_groups}))
    after = [Link("subnet", interface.network)]
    after += [Link("security_group", group) for group in sorted(set(vm.security_groups))]
    return _resource(stack, "port", name, inputs, after)


def _server(cloud: Cloud, vm: Vm, stack: StackId, ports: Iterable[str]) -> Resource:
    inputs: dict[str, Input] = {"name": vm.name, "vcpu": vm.vcpu, "ram_mib": vm.ram_mib}
    inputs |= {name: value for name, value in (("flavor", vm.flavor), ("image", vm.image)) if value}
    after = []
    if links := tuple(Link("port", name) for name in ports):
        inputs["ports"] = links
    inputs["power"] = vm.power
    if vm.metadata is not None:
        inputs["metadata"] = dict(vm.metadata)
    if vm.key_pair:
        inputs["key_pair"] = next(p.name for p in cloud.key_pairs if p.id == vm.key_pair)
        after.append(Link("key_pair", vm.key_pair))
    if vm.server_group:
        inputs["server_group"] = next(
            group.name for group in cloud.server_groups if group.id == vm.server_group
        )
        after.append(Link("server_group", vm.server_group))
    return _resource(stack, "server", vm.id, inputs, after, vm.bound_id)


def _floating_ip(
    cloud: Cloud, vm: Vm, stack: StackId, outer: str, ports: Mapping[str, Interface]
) -> Resource:
    inputs: dict[str, Input] = {"network": outer, "address": vm.floating_ip}
    if name := _port_behind(cloud, ports):
        inputs["port"] = Link("port", name)
        inputs["fixed_address"] = ports[name].address
    after = [Link("server", vm.id), *(Link("router", router.id) for router in cloud.routers)]
    return _resource(stack, "floating_ip", vm.id, inputs, after)


def _port_behind(cloud: Cloud, ports: Mapping[str, Interface]) -> str:
    """The port that the floating IP leads to: the only one, or the only one behind a router."""
    routed = {network for router in cloud.routers for network in router.networks}
    names = list(ports)
    if len(names) > 1:
        names = [name for name, interface in ports.items() if interface.network in routed]
    return names[0] if len(names) == 1 else ""


def _outer_network(cloud: Cloud, vm: Vm) -> str:
    """Name of the network that the floating IP is of; "" where nothing declared tells it."""
    address = ipaddress.ip_address(vm.floating_ip)
    holding = [n.name for n in cloud.networks if address in ipaddress.ip_network(n.cidr)]
    own = {interface.network for interface in vm.interfaces}
    leading = {
        router.external for router in cloud.routers if router.external and own & {*router.networks}
    }
    found = holding or sorted(leading)
    return found[0] if len(found) == 1 else ""
