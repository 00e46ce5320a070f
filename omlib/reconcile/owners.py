"""To whom an undeclared thing belongs: to the system it names, else to where it was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from omlib.model.estate import Device, Estate, Server
from omlib.model.lifecycle import LifecycleStatus


@dataclass(frozen=True, slots=True)
class Owner:
    systems: tuple[str, ...] = ()
    department: str = ""


NOBODY = Owner()


@dataclass(frozen=True, slots=True)
class Owners:
    """*places* by `Scope.where`; *systems*: each system's department; *retired*: systems gone."""

    places: Mapping[str, Owner] = field(default_factory=dict)
    systems: Mapping[str, str] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()


NO_OWNERS = Owners()


def owners_of(estate: Estate) -> Owners:
    places: dict[str, Owner] = {}
    for cloud in estate.clouds.values():
        for project in cloud.projects:
            where = f"{cloud.id}:{cloud.region}:{project.id}"
            systems = (project.system,) if project.system else ()
            places[where] = Owner(systems, project.department)
    hosts: list[Server | Device] = [*estate.servers.values(), *estate.devices.values()]
    for host in hosts:
        department = host.department or next(
            (estate.department_of(system) for system in host.systems), ""
        )
        places[host.id] = Owner(host.systems, department)
    gone = {
        system.id
        for system in estate.systems.values()
        if system.lifecycle.status is LifecycleStatus.RETIRED
    }
    return Owners(
        places=places,
        systems={system.id: system.department for system in estate.systems.values()}
        | {stone.system: stone.department for stone in estate.tombstones.values()},
        retired=frozenset(gone | estate.tombstones.keys()),
    )
