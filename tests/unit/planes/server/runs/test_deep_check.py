"""The declared hosts are checked in as many runs as there are passwords, within one deadline."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from omlib.log import Secret
from omlib.model.estate import Access, Estate, Server, ServerState, Site
from omlib.model.item import Source
from omlib.planes.server.runs.deep_check import check_declared
from omlib.planes.server.runs.job import Ended, Job

HERE = Source("servers.yml", 1)
SITE = Site(id="a", name="a", user="ops", key="file:/key", source=HERE)
HOST = Server(
    id="a-01",
    systems=(),
    access=Access(site="a", address="192.0.2.1"),
    os="debian-12",
    state=ServerState(items={"service": {"cron": {"running": True}}}),
    source=HERE,
)


class Known:
    def resolve(self, reference: str) -> Secret:
        return Secret(reference)


def estate(*sites: Site) -> Estate:
    servers = {f"{site.id}-01": replace(HOST, id=f"{site.id}-01") for site in sites}
    entered = {name: replace(server.access, site=name[0]) for name, server in servers.items()}
    lists = dict.fromkeys(("contracts", "waivers"), ())
    named = "departments clouds systems vms security_groups devices rooms circuits windows"
    return Estate(
        name="市",
        timezone="Asia/Shanghai",
        sites={site.id: site for site in sites},
        servers={name: replace(told, access=entered[name]) for name, told in servers.items()},
        tombstones={},
        **{name: {} for name in named.split()},  # type: ignore[arg-type]
        **lists,  # type: ignore[arg-type]
    )


def deadlines(given: Estate, takes_s: float) -> list[float]:
    seen: list[float] = []

    def runs(job: Job, *, on_result: Callable[..., Any]) -> Ended:
        seen.append(job.deadline_s)
        time.sleep(takes_s)
        return Ended(results=(), unreachable={}, hosts=(), error="", took_s=takes_s)

    check_declared(
        given,
        path_of=lambda reference: reference,
        secrets=Known(),
        limit=(),
        deadline_s=2.0,
        forks=1,
        on_result=lambda _result: None,
        runs=runs,
    )
    return seen


def test_a_second_password_gets_what_the_first_has_left_of_the_time() -> None:
    first, second = deadlines(estate(SITE, replace(SITE, id="b", sudo_password="env:PW")), 0.3)
    assert 1.9 < first <= 2.0
    assert 1.0 <= second <= first - 0.3


def test_hosts_with_the_same_passwords_are_one_run() -> None:
    assert len(deadlines(estate(SITE, replace(SITE, id="b")), 0)) == 1
