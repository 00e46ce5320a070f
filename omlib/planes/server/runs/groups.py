"""The groups that hosts are in, under names that Ansible takes. Pure.

`department_*`, `system_*`, `zone_*`, `platform_*`, `lifecycle_*`, `mlps_*` and `site_*`. A host is
in the groups of every system that it serves; a department's group holds those of the ones below it.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from omlib.model.estate import Estate, Server


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """*hosts* by group, each group by its name; *children* are groups within a group.

    *sites* are the names of the groups of sites, by the site.
    """

    hosts: Mapping[str, tuple[str, ...]]
    children: Mapping[str, tuple[str, ...]]
    sites: Mapping[str, str]


def groups_of(estate: Estate) -> Groups:
    hosts: dict[tuple[str, str], list[str]] = {}
    for server in estate.servers.values():
        for group in dict.fromkeys(_groups(server, estate)):
            hosts.setdefault(group, []).append(server.id)
    children: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for department in estate.departments.values():
        if department.parent:
            above = ("department", department.parent)
            children.setdefault(above, []).append(("department", department.id))
    inner = [group for below in children.values() for group in below]
    names = group_names([*hosts, *children, *inner])
    return Groups(
        hosts={names[group]: tuple(held) for group, held in sorted(hosts.items())},
        children={
            names[group]: tuple(names[each] for each in held)
            for group, held in sorted(children.items())
        },
        sites={site: name for (kind, site), name in names.items() if kind == "site"},
    )


def _groups(server: Server, estate: Estate) -> Iterator[tuple[str, str]]:
    yield "site", server.access.site
    yield "platform", server.os
    systems = [estate.systems[name] for name in server.systems if name in estate.systems]
    departments = [system.department for system in systems]
    for department in [server.department] if server.department else departments:
        yield "department", department
    for system in systems:
        yield "system", system.id
        yield "zone", system.zone
        yield "lifecycle", system.lifecycle.status
        yield "mlps", str(system.mlps_level)


def group_names(groups: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Letters, digits and `_`, of any script; two that would be one are told apart by a digest.

    >>> list(group_names([("system", "社保-缴费"), ("zone", "a.b"), ("zone", "a-b")]).values())
    ['system_社保_缴费', 'zone_a_b_2e7336', 'zone_a_b_d44362']
    """
    plain = {group: re.sub(r"\W", "_", "_".join(group)) for group in groups}
    taken: dict[str, int] = {}
    for name in plain.values():
        taken[name] = taken.get(name, 0) + 1
    return {
        group: f"{name}_{_digest(group)}" if taken[name] > 1 else name
        for group, name in plain.items()
    }


def _digest(group: tuple[str, str]) -> str:
    return hashlib.sha256(group[1].encode("utf-8")).hexdigest()[:6]
