"""Which live thing each resource of the stacks is, and an estate of only what is adopted now. Pure.

An estate without the rest is what keeps an adoption an adoption: what is declared and nowhere to be
found is not in its program, so it cannot be made; what is in a state already is carried as it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace

from omlib.model.estate import Cloud, Estate, Vm
from omlib.model.item import Actual
from omlib.model.kind import key_value
from omlib.model.observation import Observation
from omlib.model.ref import Plane, Ref, make_ref
from omlib.planes.cloud.stacks.names import ref_of
from omlib.planes.cloud.stacks.order import links_of
from omlib.planes.cloud.stacks.program import program, stacks_of
from omlib.planes.cloud.stacks.resource import Link, Resource, StackId

Imports = Mapping[StackId, Mapping[Link, str]]


def imports_of(
    estate: Estate, found: Mapping[Ref, str], held: Mapping[Ref, str], observed: Observation
) -> Imports:
    """Live ids of what is to be imported, by stack; only what has all that it needs.

    *found* are live ids of items, *held* those of resources that a state has.
    """
    live = _Live(observed)
    return {stack: _of_stack(estate, stack, found, held, live) for stack in stacks_of(estate)}


def _of_stack(
    estate: Estate,
    stack: StackId,
    found: Mapping[Ref, str],
    held: Mapping[Ref, str],
    live: "_Live",
) -> Mapping[Link, str]:
    resources = program(estate, stack)
    ids = {
        each.link: own_id
        for each in resources
        if each.ref not in held and (own_id := live.id_of(each, found))
    }
    servers = dict(_servers(resources))
    while True:
        ready = {each.link for each in resources if each.ref in held} | ids.keys()
        lacking = [
            each.link
            for each in resources
            if each.link in ids
            if any(link not in ready for _, link in links_of(each))
            or servers.get(each.link, each.link) not in ready
        ]
        if not lacking:
            return ids
        ids = {link: own_id for link, own_id in ids.items() if link not in lacking}


def _servers(resources: Iterable[Resource]) -> Iterator[tuple[Link, Link]]:
    """Of each part of a server, the server: parts of one that stays outside stay there too."""
    for each in resources:
        if each.kind in ("port", "floating_ip"):
            yield each.link, Link("server", each.ref.owner)
        elif each.kind == "volume_attachment":
            yield Link("volume", each.ref.part), Link("server", each.ref.owner)


class _Live:
    """Ids of what has no item of its own: ports, attachments, subnets."""

    def __init__(self, observed: Observation) -> None:
        self._ports: dict[tuple[str, str, str], str] = {}
        self._attached: set[tuple[str, str]] = set()
        self._subnets: dict[str, str] = {}
        for seen in observed.actual:
            if seen.ref.plane is not Plane.CLOUD:
                continue
            if seen.ref.kind == "port" and seen.parent:
                network = str(seen.attributes.get("network", ""))
                addresses = seen.attributes.get("addresses")
                for address in addresses if isinstance(addresses, tuple) else ():
                    at = seen.parent.value, network, key_value("address", str(address))
                    self._ports[at] = _id(seen)
            elif seen.ref.kind == "volume":
                servers = seen.attributes.get("attached_to")
                for server in servers if isinstance(servers, tuple) else ():
                    self._attached.add((str(server), _id(seen)))
            elif seen.ref.kind == "network":
                self._subnets[_id(seen)] = _key(seen, "subnet")

    def id_of(self, resource: Resource, found: Mapping[Ref, str]) -> str:
        owner = resource.ref.owner
        server = found.get(make_ref(Plane.CLOUD, "server", owner), "")
        if resource.kind == "port":
            addresses = resource.inputs["addresses"]
            address = str(addresses[0]) if isinstance(addresses, tuple) else ""
            at = server, str(resource.inputs["network"]), key_value("address", address)
            return self._ports.get(at, "")
        if resource.kind == "volume_attachment":
            volume = found.get(make_ref(Plane.CLOUD, "volume", resource.ref.part), "")
            there = {(owner, volume), (f"@{server}", volume)} & self._attached
            return f"{server}/{volume}" if server and volume and there else ""
        if resource.kind == "subnet":
            network = found.get(make_ref(Plane.CLOUD, "network", owner), "")
            return self._subnets.get(network, "")
        return found.get(resource.ref, "")


def only(estate: Estate, kept: Set[Ref]) -> Estate:
    """The estate with just those things that make the resources *kept*; others only lend names."""
    clouds = {cloud.id: _cloud(cloud, kept) for cloud in estate.clouds.values()}
    groups = {
        group.id: group
        if ref_of("security_group", group.id) in kept
        else replace(group, project="")
        for group in estate.security_groups.values()
    }
    owners = {ref.owner for ref in kept if ref.kind in ("server", "port", "floating_ip")}
    vms = {
        vm.id: _vm(vm, kept)
        for vm in estate.vms.values()
        if vm.id in owners or any(_is_kept(vm, one.id, kept) for one in vm.volumes)
    }
    return replace(estate, clouds=clouds, security_groups=groups, vms=vms)


def _vm(vm: Vm, kept: Set[Ref]) -> Vm:
    volumes = (one for one in vm.volumes if _is_kept(vm, one.id, kept))
    floating = vm.floating_ip if ref_of("floating_ip", vm.id) in kept else ""
    return replace(vm, volumes=tuple(volumes), floating_ip=floating)


def _is_kept(vm: Vm, volume: str, kept: Set[Ref]) -> bool:
    """The volume itself, or that it hangs on the server."""
    refs = {ref_of("volume", volume), ref_of("volume_attachment", f"{vm.id}/{volume}")}
    return not refs.isdisjoint(kept)


def _cloud(cloud: Cloud, kept: Set[Ref]) -> Cloud:
    """Its parts that are not *kept* belong to no project here, so that no stack holds them.

    The account that looks is the one that adopts: adopting changes nothing in a cloud.
    """
    parts = {
        "networks": tuple(
            one if ref_of("network", one.id) in kept else replace(one, project="")
            for one in cloud.networks
        ),
        "routers": tuple(
            one if ref_of("router", one.id) in kept else replace(one, project="")
            for one in cloud.routers
        ),
        "key_pairs": tuple(
            one if ref_of("key_pair", one.id) in kept else replace(one, project="")
            for one in cloud.key_pairs
        ),
        "server_groups": tuple(
            one if ref_of("server_group", one.id) in kept else replace(one, project="")
            for one in cloud.server_groups
        ),
    }
    return replace(cloud, change_profile=cloud.profile, **parts)  # type: ignore[arg-type]


def _id(seen: Actual) -> str:
    return _key(seen, "id")


def _key(seen: Actual, space: str) -> str:
    return next((key.value for key in seen.keys if key.space == space), "")
