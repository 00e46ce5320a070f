"""What keeps the clock. A container's is kept outside, so its daemons here only stand in."""

from collections.abc import Callable

import pytest

from omlib.model.estate import ServerState
from omlib.model.status import Status, UnknownReason

from .agreement import agreed, made
from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
UNIT = "printf '[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=basic.target\\n'"
CHRONY = f"""{UNIT} > /etc/systemd/system/chrony.service
mkdir -p /etc/chrony/sources.d; echo 'server b iburst' > /etc/chrony/sources.d/own.sources
printf 'pool a iburst\\nsourcedir /etc/chrony/sources.d\\nmakestep 1 3\\n' > /etc/chrony/chrony.conf
systemctl daemon-reload"""
NO_CHRONY = """systemctl disable -q --now chrony; rm -r /etc/chrony
rm /etc/systemd/system/chrony.service; systemctl daemon-reload"""
TIMESYNCD = f"""{UNIT} > /etc/systemd/system/systemd-timesyncd.service
printf '[Time]\\nNTP=a b\\n' > /etc/systemd/timesyncd.conf; systemctl daemon-reload"""
NO_TIMESYNCD = """systemctl disable -q --now systemd-timesyncd
rm -r /etc/systemd/timesyncd.conf* /etc/systemd/system/systemd-timesyncd.service
systemctl daemon-reload"""


def declared(**attributes: object) -> ServerState:
    return ServerState(items={"time_sync": {"clock": attributes}})  # type: ignore[dict-item]


def test_a_container_cannot_say_whether_its_clock_is_in_step(hosts: Hosts) -> None:
    assert agreed(hosts, "srv2", declared(synchronised=True)) == {"time_sync/clock": Status.UNKNOWN}
    clock = hosts.look("srv2", declared(synchronised=True)).actual("time_sync")["clock"]
    assert clock.unseen == {"synchronised": UnknownReason.UNSUPPORTED}
    assert clock.attributes == {"servers": ()}


@pytest.mark.parametrize(
    ("there", "gone", "file"),
    [
        (CHRONY, NO_CHRONY, "/etc/chrony/chrony.conf"),
        (TIMESYNCD, NO_TIMESYNCD, "/etc/systemd/timesyncd.conf.d/zz-omlib.conf"),
    ],
    ids=["chrony", "timesyncd"],
)
def test_the_servers_are_set(
    hosts: Hosts, changing: Change, there: str, gone: str, file: str
) -> None:
    changing("srv1", there, gone)
    before = hosts.look("srv1", declared(servers=("b", "a")))
    assert before.verdicts("time_sync") == {"clock": Status.IN_SYNC}
    state = declared(servers=("ntp.example.org", "198.18.0.5"))
    assert agreed(hosts, "srv1", state) == {"time_sync/clock": Status.DIVERGED}
    made(hosts, "srv1", state)
    assert "ntp.example.org" in hosts.run("srv1", f"cat {file}")
