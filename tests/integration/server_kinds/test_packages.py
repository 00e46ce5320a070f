"""Packages of a real host, from an apt repository that needs no network."""

from collections.abc import Callable

import pytest

from omlib.model.estate import ServerState
from omlib.model.status import Status

from .agreement import agreed, made
from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]


@pytest.fixture
def repository(hosts: Hosts, changing: Change) -> None:
    source = f"deb [trusted=yes] {hosts.layout.repository_url} ./"
    changing(
        "srv1",
        f"echo '{source}' > /etc/apt/sources.list; apt-get update -q >/dev/null 2>&1",
        "apt-get purge -qy omagent sysmon >/dev/null 2>&1; : > /etc/apt/sources.list;"
        "find /var/lib/apt/lists -type f -delete",
    )


def package(name: str, told: str) -> ServerState:
    attributes: dict[str, bool | str] = {"present": told != "absent"}
    if told not in ("present", "absent"):
        attributes["version"] = told
    return ServerState(items={"package": {name: attributes}})


def test_packages_come_in_their_version_and_go(hosts: Hosts, repository: None) -> None:
    def says(told: str) -> Status:
        return agreed(hosts, "srv1", package("omagent", told))["package/omagent"]

    assert says("absent") is Status.IN_SYNC
    assert says("present") is Status.MISSING
    made(hosts, "srv1", package("omagent", "1.1"))
    assert says("1.0") is Status.DIVERGED
    made(hosts, "srv1", package("omagent", "1.0"))
    assert says("absent") is Status.DIVERGED
    made(hosts, "srv1", package("omagent", "absent"))


def several(**told: str) -> ServerState:
    items = {name: package(name, word).of("package")[name] for name, word in told.items()}
    return ServerState(items={"package": items})


def test_what_is_not_there_differs_though_no_list_knows_it_and_a_check_fetches_none(
    hosts: Hosts, repository: None
) -> None:
    # a list is as old as their directory
    hosts.run(
        "srv1", "find /var/lib/apt/lists -type f -delete; touch -d 2020-01-01 /var/lib/apt/lists"
    )
    state = several(cron="present", sysmon="present")
    assert agreed(hosts, "srv1", state) == {
        "package/cron": Status.IN_SYNC,
        "package/sysmon": Status.MISSING,
    }
    assert hosts.run("srv1", "find /var/lib/apt/lists -type f") == ""
    assert hosts.apply("srv1", state)["package/sysmon"] == "changed"


def test_packages_come_and_go_together_and_nothing_is_called_when_all_is_right(
    hosts: Hosts, repository: None
) -> None:
    def calls() -> int:
        return hosts.run("srv1", "cat /var/log/apt/history.log").count("Start-Date")

    before = calls()
    made(hosts, "srv1", several(omagent="1.0", sysmon="present", cron="present"))
    assert calls() == before + 1
    made(hosts, "srv1", several(omagent="absent", sysmon="absent"))
    assert calls() == before + 2
    # neither lists nor packages are asked for: without apt nothing is missed
    hosts.run("srv1", "mv /usr/bin/apt-get /usr/bin/apt-get.away")
    try:
        made(hosts, "srv1", several(cron="present", omagent="absent"))
    finally:
        hosts.run("srv1", "mv /usr/bin/apt-get.away /usr/bin/apt-get")


def test_what_no_repository_has_fails_in_the_words_of_apt_and_costs_no_other(
    hosts: Hosts, repository: None
) -> None:
    applied = hosts.apply(
        "srv1", several(nowhere="present", omagent="7.7", sysmon="present", cron="present")
    )
    assert applied["package/cron"] == "ok"
    assert applied["package/sysmon"] == "changed"
    assert applied["package/nowhere"] == "failed: No package matching 'nowhere' is available"
    assert applied["package/omagent"].startswith("failed: ")
    assert "7.7" in applied["package/omagent"]


def test_what_is_there_stays_in_order_when_no_list_can_be_fetched(
    hosts: Hosts, changing: Change
) -> None:
    changing(
        "srv1",
        "echo 'deb [trusted=yes] http://198.18.255.254:1 ./' > /etc/apt/sources.list",
        ": > /etc/apt/sources.list",
    )
    made(hosts, "srv1", package("cron", "present"))


def test_what_somebody_else_needs_does_not_go_and_takes_nothing_along(hosts: Hosts) -> None:
    before = hosts.run("srv2", "dpkg-query -W")
    told = hosts.apply("srv2", several(libwrap0="absent", cron="present"))
    assert "openssh-server" in told.pop("package/libwrap0")
    assert told["package/cron"] == "ok"
    assert hosts.run("srv2", "dpkg-query -W") == before
