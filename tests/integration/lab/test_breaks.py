"""Every break changes what it says it changes, and its mending takes that back."""

from typing import Any

import pytest

from omlib.lab.breaks import BREAKS, make_break, mend_break
from omlib.lab.errors import LabError

pytestmark = pytest.mark.lab

# break, host, command, what it says before and after the mending, what it says in between
SEEN = [
    ("package-added", "srv1", "dpkg-query -W sysmon 2>/dev/null | cut -f2", "", "0.9"),
    ("listener-opened", "srv1", "ss -Htln sport = :8081 | wc -l", "0", "1"),
    ("account-made", "srv1", "id -Gn helpdesk 2>/dev/null | grep -c sudo; true", "0", "1"),
    ("service-stopped", "srv1", "systemctl is-active cron; true", "active", "inactive"),
]


@pytest.mark.parametrize(("name", "host", "command", "whole", "broken"), SEEN)
def test_a_break_is_seen_on_the_host_and_mended(
    lab: Any, name: str, host: str, command: str, whole: str, broken: str
) -> None:
    assert lab.says(host, command) == whole
    make_break(lab.layout, name, host)
    try:
        assert lab.says(host, command) == broken
    finally:
        mend_break(lab.layout, name, host)
    assert lab.says(host, command) == whole


def test_an_edited_file_holds_the_line(lab: Any) -> None:
    make_break(lab.layout, "file-edited", "srv1", path="/etc/issue", line="改过")
    assert lab.says("srv1", "tail -1 /etc/issue") == "改过"


def test_a_changed_route_stands_in_the_routers_configuration(lab: Any) -> None:
    route = "show running-config"
    make_break(lab.layout, "route-changed", "rtr1")
    assert "ip route 198.18.47.0/24 198.18.32.253" in lab.says("rtr1", route)
    mend_break(lab.layout, "route-changed", "rtr1")
    assert "ip route" not in lab.says("rtr1", route)


@pytest.mark.parametrize("how", ["firewall", "hung"])
def test_a_host_that_is_cut_off_does_not_answer(lab: Any, how: str) -> None:
    close = ["-o", "ControlPath=none", "-o", "ConnectTimeout=2"]
    assert lab.fresh_ssh("srv1", *close).returncode == 0
    make_break(lab.layout, "host-cut-off", "srv1", how=how)
    try:
        assert lab.fresh_ssh("srv1", *close).returncode == 255
    finally:
        mend_break(lab.layout, "host-cut-off", "srv1", how=how)
    assert lab.fresh_ssh("srv1", *close).returncode == 0


def test_a_changed_host_key_is_refused_by_ssh(lab: Any) -> None:
    make_break(lab.layout, "host-key-changed", "app1")
    try:
        refused = lab.fresh_ssh("app1", "-o", "ControlPath=none")
        assert refused.returncode == 255
        assert "HOST IDENTIFICATION HAS CHANGED" in refused.stderr
    finally:
        mend_break(lab.layout, "host-key-changed", "app1")
    assert lab.fresh_ssh("app1", "-o", "ControlPath=none").returncode == 0


def test_an_unknown_break_is_named_with_those_there_are(lab: Any) -> None:
    with pytest.raises(LabError, match="vm-resized"):
        make_break(lab.layout, "coffee-spilled", "srv1")


def test_every_break_says_what_it_is_in_both_languages() -> None:
    assert all(entry.en and entry.zh and entry.target for entry in BREAKS.values())
