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


def test_a_check_fetches_no_lists(hosts: Hosts, repository: None) -> None:
    # a list is as old as their directory
    hosts.run(
        "srv1", "find /var/lib/apt/lists -type f -delete; touch -d 2020-01-01 /var/lib/apt/lists"
    )
    state = ServerState(items={"package": {"cron": {"present": True}, "sysmon": {"present": True}}})
    checked = hosts.check("srv1", state)
    assert checked["package/cron"] == "ok"
    # without lists apt cannot say that it would; the probe says that it is not there
    assert checked["package/sysmon"].startswith("failed: No package matching 'sysmon'")
    assert hosts.run("srv1", "find /var/lib/apt/lists -type f") == ""
    assert hosts.look("srv1", state).verdicts("package")["sysmon"] is Status.MISSING
    assert hosts.apply("srv1", state)["package/sysmon"] == "changed"


def test_what_is_there_stays_in_order_when_no_list_can_be_fetched(
    hosts: Hosts, changing: Change
) -> None:
    changing(
        "srv1",
        "echo 'deb [trusted=yes] http://198.18.255.254:1 ./' > /etc/apt/sources.list",
        ": > /etc/apt/sources.list",
    )
    made(hosts, "srv1", package("cron", "present"))
