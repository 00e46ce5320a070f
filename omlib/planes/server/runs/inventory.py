"""A whole estate as an inventory of Ansible: small enough to keep, quick to hand over. Pure.

`compact` is what the plugin keeps: plain JSON in which a state that hosts share stands once, and
references to files are still references. `as_script` is what an inventory script prints.
"""

import json
from collections.abc import Mapping
from typing import Any

from omlib.model.estate import Estate, Server, ServerState, Site
from omlib.model.item import Source
from omlib.planes.server.runs.groups import groups_of
from omlib.planes.server.runs.host_vars import host_vars, state_vars
from omlib.planes.server.runs.reach import PathOf, own_vars, site_vars

FORMAT = 1  # of `compact`: another one is not read
HOST = "{{ inventory_hostname }}"
_SITE_FIELDS = ("id", "user", "key", "agent", "ssh_config", "known_hosts", "jump", "connect_s")


def compact(estate: Estate) -> dict[str, Any]:
    """*shared* states by group: the items' refs name the host by `HOST`, a template."""
    groups = groups_of(estate)
    states: dict[str, list[Server]] = {}
    known: dict[object, str] = {}
    for server in estate.servers.values():
        same = _same(server.state)
        if same not in known:
            known[same] = _shape(server)
        states.setdefault(known[same], []).append(server)
    shared: dict[str, Any] = {}
    hosts = {server.id: own_vars(server.access) for server in estate.servers.values()}
    for shape, servers in states.items():
        if len(servers) > 1:
            shared[f"state_{len(shared) + 1}"] = {
                "hosts": [server.id for server in servers],
                "vars": json.loads(shape),
            }
        else:
            hosts[servers[0].id] |= state_vars(servers[0].id, servers[0].state)
    return {
        "format": FORMAT,
        "sites": {
            name: {field: getattr(estate.sites[site], field) for field in _SITE_FIELDS}
            for site, name in groups.sites.items()
        },
        "groups": groups.hosts,
        "children": groups.children,
        "shared": shared,
        "hosts": hosts,
    }


def _same(state: ServerState) -> object:
    """Equal for states whose parts are the same objects, as those of hosts with equal roles are."""
    items = (
        (kind, name, id(told))
        for kind, named in state.items.items()
        for name, told in named.items()
    )
    contents = ((path, id(content)) for path, content in state.contents.items())
    return tuple(items), tuple(contents), tuple(state.restarts.items())


def _shape(server: Server) -> str:
    """The variables of a state, but for the host's name: equal texts are one state."""
    told = state_vars(server.id, server.state)
    for items in told.values():
        for item in items:  # type: ignore[attr-defined]
            plane, kind, _, part = item["ref"].split("/")
            item["ref"] = f"{plane}/{kind}/{HOST}/" + part.replace("{", "{{ '{' }}")
    return json.dumps(told, ensure_ascii=False)


def vars_of_site(told: Mapping[str, Any], path_of: PathOf) -> dict[str, object]:
    """What all hosts of a site share, from what `compact` keeps of it."""
    return site_vars(Site(name=told["id"], source=Source("", 0), **told), path_of)


def vars_of_host(estate: Estate, server: Server, path_of: PathOf) -> dict[str, object]:
    return host_vars(server, estate.sites[server.access.site], path_of)


def as_script(estate: Estate, path_of: PathOf) -> dict[str, Any]:
    """What `--list` of an inventory script prints: groups, and the variables of all hosts."""
    groups = groups_of(estate)
    listed: dict[str, Any] = {name: {"hosts": list(held)} for name, held in groups.hosts.items()}
    for name, held in groups.children.items():
        listed.setdefault(name, {})["children"] = list(held)
    every = {
        server.id: inert(vars_of_host(estate, server, path_of))
        for server in estate.servers.values()
    }
    return {"_meta": {"hostvars": every}, "all": {"hosts": list(every)}, **listed}


def inert(value: Any) -> Any:
    """*value* for a place where Ansible takes texts for templates: those that look so are not."""
    if isinstance(value, str):
        return {"__ansible_unsafe": value} if "{" in value else value
    if isinstance(value, dict):
        return {name: inert(inner) for name, inner in value.items()}
    return [inert(inner) for inner in value] if isinstance(value, list) else value
