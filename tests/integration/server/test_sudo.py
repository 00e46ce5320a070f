"""Who asks becomes root where the host lets it, with or without a password, and leaves no trace."""

import threading
import time
from collections.abc import Callable

import pytest

from omlib.model.estate import ServerState
from omlib.model.observation import Observation
from omlib.model.status import UnknownReason

from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
HOST = "srv2"
PASSWORD = r"k7%s \n'$(id)\"Qx-canary"
SHADOW = ServerState(items={"file": {"/etc/shadow": {"sha256": "0" * 64}}})
RULES = "/etc/sudoers.d/ops"


def look(hosts: Hosts, secret: str = PASSWORD) -> Observation:
    site = {"sudo_password": "env:IT"} if secret else {}
    plane = hosts.plane(SHADOW, secret=secret, **site)
    return plane.observe(next(target for target in plane.targets() if target.name == HOST))


def by(seen: Observation) -> str:
    (sight,) = seen.sights.values()
    assert sight.complete, sight.detail
    return sight.by


def digest(seen: Observation) -> object:
    (item,) = seen.actual
    return item.unseen.get("sha256") or len(str(item.attributes["sha256"]))


@pytest.fixture
def asks(changing: Change) -> Callable[[str], None]:
    """Let sudo ask user ops for a password, with further *rules*."""

    def make(rules: str = "") -> None:
        quoted = PASSWORD.replace("'", "'\\''")
        changing(HOST, f"printf 'ops:%s\\n' '{quoted}' | chpasswd", "usermod -p '*' ops")
        changing(
            HOST,
            f"cp -p {RULES} /root/ops.sudo; printf '%s\\n' 'ops ALL=(ALL) ALL' {rules} > {RULES}",
            f"cp -p /root/ops.sudo {RULES}",
        )

    return make


def test_with_the_right_password_all_is_seen(hosts: Hosts, asks: Callable[..., None]) -> None:
    asks()
    seen = look(hosts)
    assert (by(seen), digest(seen)) == ("ops (root)", 64)


def test_sudo_that_remembers_nothing_is_no_obstacle(
    hosts: Hosts, asks: Callable[..., None]
) -> None:
    asks("'Defaults timestamp_timeout=0'")
    assert by(look(hosts)) == "ops (root)"


def test_a_wrong_password_is_tried_once_and_the_rest_is_read_as_who_logged_in(
    hosts: Hosts, asks: Callable[..., None]
) -> None:
    asks()
    hosts.run(HOST, "journalctl --rotate -q; journalctl --vacuum-time=1s -q; true")
    begun = hosts.run(HOST, "date '+%F %T'").strip()
    seen = look(hosts, "wrong")
    assert (by(seen), digest(seen)) == ("ops", UnknownReason.DENIED)
    told = hosts.run(HOST, f"journalctl -q --since '{begun}' _COMM=sudo; true")
    assert told.count("authentication failure") == 1


@pytest.mark.parametrize("secret", [PASSWORD, "wrong"])
def test_a_host_without_a_python_is_asked_as_root_too(
    hosts: Hosts, asks: Callable[..., None], changing: Change, secret: str
) -> None:
    asks()
    changing(
        HOST,
        "for p in /usr/bin/python3*; do mv $p /root/; done",
        "for p in /root/python3*; do mv $p /usr/bin/; done",
    )
    seen = look(hosts, secret)
    right = secret == PASSWORD
    assert by(seen) == ("ops (root)" if right else "ops")
    assert digest(seen) == (64 if right else UnknownReason.DENIED)


def test_a_password_that_nobody_wants_is_no_obstacle(hosts: Hosts) -> None:
    assert by(look(hosts)) == "ops (root)"  # NOPASSWD


def test_where_sudo_wants_a_terminal_the_rest_is_read_as_who_logged_in(
    hosts: Hosts, asks: Callable[..., None]
) -> None:
    asks("'Defaults requiretty'")
    seen = look(hosts)
    assert (by(seen), digest(seen)) == ("ops", UnknownReason.DENIED)


@pytest.mark.parametrize("secret", ["", PASSWORD])
def test_without_sudo_the_rest_is_read_as_who_logged_in(
    hosts: Hosts, changing: Change, secret: str
) -> None:
    changing(HOST, "mv /usr/bin/sudo /root/sudo", "mv /root/sudo /usr/bin/sudo")
    seen = look(hosts, secret)
    assert (by(seen), digest(seen)) == ("ops", UnknownReason.DENIED)


@pytest.mark.parametrize("asked", [True, False])
def test_the_password_is_in_no_argument_environment_file_or_log_of_the_host(
    hosts: Hosts, asks: Callable[..., None], changing: Change, asked: bool
) -> None:
    """Not even where sudo keeps what its programs read."""
    keep = "'Defaults log_input,log_output,!compress_io,iolog_dir=/var/log/sudo-io'"
    if asked:
        asks(keep)
    else:
        changing(HOST, f"printf '%s\\n' {keep} > /etc/sudoers.d/zz", "rm /etc/sudoers.d/zz")
    changing(HOST, "mkdir -p /var/log/sudo-io", "rm -r /var/log/sudo-io /tmp/.seen; true")
    watch = (
        "end=$(($(date +%s)+8)); while [ $(date +%s) -lt $end ]; do"
        " cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'"
        " | grep -a -e canar[y] -e ISBc >> /tmp/.seen; done; true"
    )
    watcher = threading.Thread(target=hosts.run, args=(HOST, watch))
    watcher.start()
    time.sleep(1)
    for _ in range(3):
        assert by(look(hosts)) == "ops (root)"
    watcher.join()
    assert "ISBc" in hosts.run(HOST, "cat /tmp/.seen")
    assert "canary" not in hosts.run(HOST, "cat /tmp/.seen")
    assert hosts.run(HOST, "find /var/log/sudo-io -name stdin -size +0 | head -1")
    told = hosts.run(HOST, "grep -rla canar[y] /var/log /run /tmp /home /etc 2>/dev/null; true")
    assert told == ""
    assert "canary" not in hosts.run(HOST, "journalctl -q; true")
