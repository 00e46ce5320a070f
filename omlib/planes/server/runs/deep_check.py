"""The declared hosts held against omlib's own playbook, each site with its passwords."""

import time
from collections.abc import Callable, Iterator, Sequence

from omlib.errors import RunFailedError
from omlib.model.estate import Estate, Server, Site
from omlib.planes.server.runs.host_vars import host_vars
from omlib.planes.server.runs.inventory import inert
from omlib.planes.server.runs.places import SITE, shipped
from omlib.planes.server.runs.reach import PathOf
from omlib.planes.server.runs.runner import Ended, Job, run
from omlib.planes.server.runs.task import TaskResult
from omlib.ports import Secrets


def check_declared(
    estate: Estate,
    *,
    path_of: PathOf,
    secrets: Secrets,
    limit: Sequence[str],
    deadline_s: float,
    forks: int,
    on_result: Callable[[TaskResult], None],
    runs: Callable[..., Ended] = run,
) -> list[Ended]:
    """One run for all hosts that are entered with the same passwords. *limit*: only these.

    *deadline_s* is that of all of them together.
    """
    began = time.monotonic()
    wanted = [server for server in estate.servers.values() if not limit or server.id in limit]
    if not wanted:
        raise RunFailedError(what="deep_check.nothing")
    return [
        runs(
            Job(
                playbook=shipped(SITE),
                inventory={"all": {"hosts": _hosts(servers, estate, path_of)}},
                check=True,
                deadline_s=max(1.0, deadline_s - (time.monotonic() - began)),
                forks=forks,
                become_password=secrets.resolve(site.sudo_password) if site.sudo_password else None,
                connection_password=secrets.resolve(site.password) if site.password else None,
            ),
            on_result=on_result,
        )
        for site, servers in _alike(wanted, estate)
    ]


def _alike(servers: Sequence[Server], estate: Estate) -> Iterator[tuple[Site, list[Server]]]:
    held: dict[tuple[str, str], list[Server]] = {}
    for server in servers:
        site = estate.sites[server.access.site]
        held.setdefault((site.sudo_password, site.password), []).append(server)
    for group in held.values():
        yield estate.sites[group[0].access.site], group


def _hosts(servers: Sequence[Server], estate: Estate, path_of: PathOf) -> dict[str, object]:
    return {
        server.id: inert(host_vars(server, estate.sites[server.access.site], path_of))
        for server in servers
    }
