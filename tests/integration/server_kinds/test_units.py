"""Services and timers on a real host."""

from collections.abc import Callable

import pytest

from omlib.model.estate import ServerState
from omlib.model.item import Attributes
from omlib.model.status import Status

from .agreement import agreed, made
from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
RUNS: Attributes = {"running": True, "enabled": True}
AWAY: Attributes = {"running": False, "enabled": False}

LOOP = r"""cat > /etc/systemd/system/loop.service <<'END'
[Service]
ExecStart=/bin/false
Restart=always
RestartSec=60
[Install]
WantedBy=multi-user.target
END
systemctl daemon-reload; systemctl enable -q loop; systemctl start loop || true; sleep 0.5"""
TIMER = r"""printf '[Service]\nExecStart=/bin/true\n' > /etc/systemd/system/tick.service
printf '[Timer]\nOnCalendar=hourly\n[Install]\nWantedBy=timers.target\n' > /root/tick
mv /root/tick /etc/systemd/system/tick.timer
systemctl daemon-reload; systemctl enable -q --now tick.timer"""
NO_TIMER = """systemctl disable -q --now tick.timer
rm -rf /etc/systemd/system/tick.*; systemctl daemon-reload"""


def test_services_that_were_stopped_are_seen_and_started(hosts: Hosts, changing: Change) -> None:
    changing(
        "srv1",
        "systemctl disable -q --now cron; systemctl disable -q ssh",
        "systemctl enable -q --now cron; systemctl enable -q ssh",
    )
    state = ServerState(
        items={"service": {"ssh": RUNS, "cron.service": RUNS, "telnetd": AWAY, "nginx": RUNS}}
    )
    assert agreed(hosts, "srv1", state) == {
        "service/ssh": Status.DIVERGED,
        "service/cron.service": Status.DIVERGED,
        "service/telnetd": Status.IN_SYNC,
        "service/nginx": Status.MISSING,
    }
    there = {name: told for name, told in state.of("service").items() if name != "nginx"}
    made(hosts, "srv1", ServerState(items={"service": there}))


def test_a_service_in_a_crash_loop_does_not_run(hosts: Hosts, changing: Change) -> None:
    changing("srv1", LOOP, "systemctl disable -q --now loop; rm /etc/systemd/system/loop.service")
    state = ServerState(items={"service": {"loop": RUNS}})
    assert agreed(hosts, "srv1", state) == {"service/loop": Status.DIVERGED}


def test_a_timer_by_hand_is_found_and_has_its_calendar_set(hosts: Hosts, changing: Change) -> None:
    changing("srv1", TIMER, NO_TIMER)
    everything = ServerState(full=frozenset({"timer"}))
    assert hosts.look("srv1", everything).items("timer") == {
        "tick": {**RUNS, "calendar": ("hourly",)}
    }
    assert hosts.look("srv2", everything).items("timer") == {}
    hourly = ServerState(items={"timer": {"tick": {**RUNS, "calendar": ("*:00",)}}})
    assert agreed(hosts, "srv1", hourly) == {"timer/tick": Status.IN_SYNC}
    state = ServerState(
        items={"timer": {"tick.timer": {**RUNS, "calendar": ("Mon..Fri 2:30", "weekly")}}}
    )
    assert agreed(hosts, "srv1", state) == {"timer/tick.timer": Status.DIVERGED}
    made(hosts, "srv1", state)
    told = hosts.run("srv1", "systemctl show -p TimersCalendar tick.timer")
    assert "OnCalendar=Mon *-*-* 00:00:00" in told
    assert "OnCalendar=Mon..Fri *-*-* 02:30:00" in told
    assert "hourly" not in told
    never = {"timer": {"tick": {**RUNS, "calendar": ("no such time",)}}}
    (refused,) = hosts.apply("srv1", ServerState(items=never)).values()
    assert "no such time" in refused
    assert hosts.run("srv1", "systemctl is-active tick.timer") == "active\n"
    assert set(agreed(hosts, "srv1", state).values()) == {Status.IN_SYNC}


def test_a_timer_that_must_be_away_is_stopped(hosts: Hosts, changing: Change) -> None:
    changing("srv1", TIMER, NO_TIMER)
    state = ServerState(items={"timer": {"tick": AWAY, "fstrim": AWAY, "no-such": AWAY}})
    assert agreed(hosts, "srv1", state) == {
        "timer/tick": Status.DIVERGED,
        "timer/fstrim": Status.IN_SYNC,
        "timer/no-such": Status.IN_SYNC,
    }
    made(hosts, "srv1", state)
