"""Check where VMs stand (project, network, security groups) and that no address is used twice."""

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import replace

from omlib.inventory.crosscheck import CLOUD_PARTS, Ids, cloud_parts, unknown_reference
from omlib.inventory.entry import Entry
from omlib.inventory.problem import Code, Problem, shown
from omlib.inventory.tree import Tree

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def check_places(tree: Tree, ids: Ids) -> Iterator[Problem]:
    """Projects, networks and groups of the VM's own cloud; each VM in one server."""
    clouds = ids.get("clouds", {})
    named = {
        (id_, field): _named(cloud, field)
        for id_, cloud in clouds.items()
        for field in ("projects", *CLOUD_PARTS)
    }
    for id_, holder in clouds.items():
        yield from _cloud_parts(holder, named[id_, "projects"], named[id_, "networks"])
    for entry in tree.of("vms", "security_groups"):
        cloud = clouds.get(entry.name("cloud"))
        if cloud is None:
            continue
        projects = named[cloud.id, "projects"]
        if entry.text("project") and entry.name("project") not in projects:
            given = entry.name("project")
            yield unknown_reference(entry, ("project",), given, "projects", projects)
        networks = named[cloud.id, "networks"]
        for path in entry.each("interfaces"):
            name = entry.name(*path, "network")
            if name and name not in networks:
                yield unknown_reference(entry, (*path, "network"), name, "networks", networks)
            elif name:
                cidr = cloud.text(*networks[name], "cidr")
                yield from _outside(entry, (*path, "address"), name, cidr)
        if (pair := entry.name("key_pair")) and pair not in named[cloud.id, "key_pairs"]:
            known = named[cloud.id, "key_pairs"]
            yield unknown_reference(entry, ("key_pair",), pair, "key_pairs", known)
        if group := entry.name("server_group"):  # nova gives no server a group of another project
            known = {
                id_: path
                for id_, path in named[cloud.id, "server_groups"].items()
                if cloud.name(*path, "project") == entry.name("project")
            }
            if group not in known:
                yield unknown_reference(entry, ("server_group",), group, "server_groups", known)
        groups = ids.get("security_groups", {})
        for path in entry.each("security_groups"):
            used_group = groups.get(entry.name(*path))
            place = ("cloud", "project")
            if used_group and any(used_group.name(part) != entry.name(part) for part in place):
                near = [g.id for g in groups.values() if g.name("project") == entry.name("project")]
                yield unknown_reference(entry, path, used_group.id, "security_groups", near)
    used: dict[str, str] = {}
    for entry in tree.of("servers"):
        vm = entry.name("vm")
        if vm and used.setdefault(vm, str(entry.source)) != str(entry.source):
            yield entry.problem(Code.VM_TAKEN, ("vm",), vm=shown(vm), first=used[vm])


def _cloud_parts(
    cloud: Entry, projects: Iterable[str], networks: Iterable[str]
) -> Iterator[Problem]:
    for _, path in cloud_parts(cloud):
        project = cloud.name(*path, "project")
        if project and project not in projects:
            yield unknown_reference(cloud, (*path, "project"), project, "projects", projects)
    for path in cloud.each("networks"):
        name, cidr = cloud.name(*path, "id"), cloud.text(*path, "cidr")
        yield from _outside(cloud, (*path, "gateway"), name, cidr)
    for router in cloud.each("routers"):
        for path in cloud.each(*router, "networks"):
            name = cloud.name(*path)
            if name and name not in networks:
                yield unknown_reference(cloud, path, name, "networks", networks)


def _named(cloud: Entry, field: str) -> dict[str, tuple[str | int, ...]]:
    return {cloud.name(*path, "id"): path for path in cloud.each(field)}


def _outside(
    entry: Entry, path: tuple[str | int, ...], network: str, cidr: str
) -> Iterator[Problem]:
    address = _parsed(entry.text(*path))
    try:
        inside = address is None or address in ipaddress.ip_network(cidr)
    except ValueError:
        return  # the network's own problem
    if not inside:
        facts = {"address": str(address), "network": network, "cidr": cidr}
        yield entry.problem(Code.ADDRESS_OUTSIDE, path, **facts)


def check_addresses(tree: Tree, ids: Ids) -> Iterator[Problem]:
    """One address, one thing. Only different ports, or different networks of clouds, share one.

    A server in a VM is that VM: it may repeat the VM's address, and has it if it gives none.
    """
    on_networks: dict[tuple[str, str, Address], Entry] = {}
    users: dict[Address, Entry] = {}
    for entry in tree.of("vms"):
        for path in (*entry.each("interfaces"), ()):
            field = (*path, "address") if path else ("floating_ip",)
            address = _parsed(entry.text(*field))
            if address is None:
                continue
            network = entry.name(*path, "network") if path else "floating_ip"
            first = on_networks.setdefault((entry.name("cloud"), network, address), entry)
            users.setdefault(address, entry)
            if first is not entry:
                yield _twice(entry, field, address, first)
    reached: dict[tuple[Address, int], Entry] = {}
    for entry in tree.of("servers", "network"):
        field = ("access", "address")
        vm = ids.get("vms", {}).get(entry.name("vm"))
        if not entry.text(*field):
            if entry.collection == "network" or not entry.text("vm"):
                yield entry.problem(Code.MISSING_FIELD, ("access",), field="access.address")
            elif vm is not None and not entry_addresses(vm):
                yield entry.problem(Code.NO_ADDRESS, ("vm",))
        address = _parsed(entry.text(*field))
        if address is None:
            continue
        port = entry.at("access", "port")
        first = reached.setdefault((address, port if isinstance(port, int) else 22), entry)
        user = users.get(address, first)
        if first is not entry or user not in (entry, vm):
            yield _twice(entry, field, address, user if user not in (entry, vm) else first)


def entry_addresses(vm: Entry) -> list[str]:
    return [vm.text(*path, "address") for path in vm.each("interfaces")]


def _twice(entry: Entry, path: tuple[str | int, ...], address: Address, first: Entry) -> Problem:
    facts = {"address": str(address), "first": f"{first.id} ({first.source})"}
    found = entry.problem(Code.ADDRESS_TWICE, path, **facts)
    # merged in from a record above: the fault is in this one, which should have its own
    return replace(found, line=entry.line, column=1) if found.line < entry.line else found


def _parsed(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
