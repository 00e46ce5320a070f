"""Who names whom in an estate: the same relations that the inventory's references are made of."""

from collections.abc import Iterator
from typing import NamedTuple

from omlib.model.estate import Estate
from omlib.model.lifecycle import Outcome


class Node(NamedTuple):
    collection: str
    id: str


class Edge(NamedTuple):
    """*source* names *target* in its field *field*."""

    source: Node
    field: str
    target: Node


def relations(estate: Estate) -> Iterator[Edge]:
    """In the order of the collections and of ids."""
    yield from _organisation(estate)
    yield from _machines(estate)
    yield from _papers(estate)


def _organisation(estate: Estate) -> Iterator[Edge]:
    for department in estate.departments.values():
        yield from _edge("departments", department.id, "parent", "departments", department.parent)
    for system in estate.systems.values():
        yield from _edge("systems", system.id, "department", "departments", system.department)
        for needed in system.depends_on:
            yield from _edge("systems", system.id, "depends_on", "systems", needed.system)
        if system.decision and system.decision.into:
            moved = system.decision.outcome is Outcome.TRANSFER
            to = "departments" if moved else "systems"
            yield from _edge("systems", system.id, "decision.into", to, system.decision.into)


def _machines(estate: Estate) -> Iterator[Edge]:
    for cloud in estate.clouds.values():
        yield from _edge("clouds", cloud.id, "site", "sites", cloud.site)
        for project in cloud.projects:
            yield from _edge("clouds", cloud.id, "projects", "departments", project.department)
            yield from _edge("clouds", cloud.id, "projects", "systems", project.system)
    for vm in estate.vms.values():
        yield from _edge("vms", vm.id, "cloud", "clouds", vm.cloud)
        yield from _systems("vms", vm.id, vm.systems)
        for name in vm.security_groups:
            yield from _edge("vms", vm.id, "security_groups", "security_groups", name)
    for group in estate.security_groups.values():
        yield from _edge("security_groups", group.id, "cloud", "clouds", group.cloud)
    for server in estate.servers.values():
        yield from _edge("servers", server.id, "vm", "vms", server.vm)
        yield from _edge("servers", server.id, "room", "rooms", server.room)
        yield from _edge("servers", server.id, "access.site", "sites", server.access.site)
        yield from _edge("servers", server.id, "department", "departments", server.department)
        yield from _systems("servers", server.id, server.systems)
        for role in server.roles:
            yield from _edge("servers", server.id, "roles", "roles", role)
    for device in estate.devices.values():
        yield from _edge("network", device.id, "room", "rooms", device.room)
        yield from _edge("network", device.id, "access.site", "sites", device.access.site)
        yield from _edge("network", device.id, "department", "departments", device.department)
        yield from _systems("network", device.id, device.systems)


def _papers(estate: Estate) -> Iterator[Edge]:
    for room in estate.rooms.values():
        yield from _edge("rooms", room.id, "department", "departments", room.department)
    for circuit in estate.circuits.values():
        yield from _edge("circuits", circuit.id, "device", "network", circuit.device)
        yield from _edge("circuits", circuit.id, "contract", "contracts", circuit.contract)
    for contract in estate.contracts:
        yield from _edge("contracts", contract.id, "system", "systems", contract.system)
    for stone in estate.tombstones.values():
        yield from _edge("tombstones", stone.system, "department", "departments", stone.department)


def _systems(collection: str, source: str, systems: tuple[str, ...]) -> Iterator[Edge]:
    for system in systems:
        yield from _edge(collection, source, "systems", "systems", system)


def _edge(collection: str, source: str, field: str, to: str, target: str) -> Iterator[Edge]:
    if target:
        yield Edge(Node(collection, source), field, Node(to, target))
