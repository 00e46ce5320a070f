"""The server plane on real hosts: what was done to them is seen, and nothing is done to them."""

import hashlib
import shutil
import time
from collections.abc import Callable
from typing import Any

import pytest

from omlib.lab import host as lab_host
from omlib.lab.podman import podman
from omlib.model.estate import (
    ServerState,
)
from omlib.model.item import Actual
from omlib.model.observation import Observation
from omlib.model.status import UnknownReason
from omlib.planes.server.plane import ServerPlane

from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
ANY = "0" * 64
STATE = ServerState(
    items={
        "package": {"openssh-server": {"present": True}, "telnet": {"present": False}},
        "service": {
            "ssh": {"running": True, "enabled": True},
            "cron.service": {"running": True, "enabled": True},
            "no-such": {"running": True, "enabled": True},
        },
        "file": {
            "/etc/passwd": {"sha256": ANY},
            "/etc/shadow": {"sha256": ANY, "owner": "root"},
            "/etc/no-such": {},
        },
        "user": {
            "ops": {"present": True},
            "mallory": {"present": False},
            "no-such": {"present": True},
        },
        "listener": {"tcp/*:22": {"process": "sshd"}, "tcp/*:9": {}},
    }
)


def look(plane: ServerPlane, name: str = "srv1") -> Observation:
    return plane.observe(next(target for target in plane.targets() if target.name == name))


def reasons(seen: Observation) -> dict[str, UnknownReason | None]:
    return {scope.kind: sight.reason for scope, sight in seen.sights.items()}


def found(seen: Observation, kind: str) -> dict[str, Actual]:
    return {item.ref.part: item for item in seen.actual if item.ref.kind == kind}


def attributes(seen: Observation, kind: str) -> dict[str, dict[str, Any]]:
    return {name: dict(item.attributes) for name, item in found(seen, kind).items()}


ALL_SEEN = dict.fromkeys(("package", "service", "file", "user", "listener"))


def test_a_host_is_seen_whole_by_a_user_with_sudo(hosts: Hosts) -> None:
    seen = look(hosts.plane(STATE))
    assert reasons(seen) == ALL_SEEN
    packages = attributes(seen, "package")
    assert packages["telnet"] == {"present": False}
    version = hosts.run("srv1", "dpkg-query -W -f '${Version}' openssh-server")
    assert packages["openssh-server"] == {"present": True, "version": version}
    runs = {"running": True, "enabled": True}
    assert attributes(seen, "service") == {"ssh": runs, "cron.service": runs}
    passwd = hashlib.sha256(hosts.run("srv1", "cat /etc/passwd").encode()).hexdigest()
    files = attributes(seen, "file")
    assert files["/etc/passwd"] == {
        "present": True, "sha256": passwd, "owner": "root", "group": "root", "mode": "0644"
    }  # fmt: skip
    assert files["/etc/shadow"]["group"] == "shadow"
    assert "/etc/no-such" not in files
    assert attributes(seen, "user") == {
        "mallory": {"present": False},
        "ops": {
            "present": True,
            "uid": 1000,
            "shell": "/bin/bash",
            "home": "/home/ops",
            "groups": ("sudo",),
            "locked": True,
        },
    }
    assert attributes(seen, "listener") == {"tcp/*:22": {"process": "sshd"}}
    assert {sight.by for sight in seen.sights.values()} == {"ops (root)"}


def test_without_sudo_what_cannot_be_read_is_denied_and_not_missing(
    hosts: Hosts, changing: Change
) -> None:
    sudoers = "/etc/sudoers.d/ops"
    changing("srv2", f"mv {sudoers} /root/sudoers", f"mv /root/sudoers {sudoers}")
    seen = look(hosts.plane(STATE), "srv2")
    assert reasons(seen) == ALL_SEEN
    shadow = found(seen, "file")["/etc/shadow"]
    assert (shadow.attributes["owner"], shadow.unseen) == (
        "root", {"sha256": UnknownReason.DENIED}
    )  # fmt: skip
    listener = found(seen, "listener")["tcp/*:22"]
    assert (dict(listener.attributes), listener.unseen) == ({}, {"process": UnknownReason.DENIED})
    assert found(seen, "package")["openssh-server"].attributes["present"] is True
    assert {sight.by for sight in seen.sights.values()} == {"ops"}


def test_what_people_do_to_a_host_is_seen(hosts: Hosts, changing: Change) -> None:
    state = ServerState(
        items={
            "file": {"/etc/omlib-test.conf": {"sha256": ANY, "mode": "0640"}},
            "service": {"cron": {"running": True, "enabled": True}},
        },
        full=frozenset({"user", "listener", "package", "service"}),
    )
    before = look(hosts.plane(state), "srv3")
    changing("srv3", "useradd -m -s /bin/bash mallory", "userdel -r mallory")
    changing("srv3", "useradd -o -u 0 -s /usr/sbin/nologin toor", "userdel -f toor")
    changing(
        "srv3",
        r"""printf '\261\340\302\353' > /etc/omlib-test.conf; chmod 640 /etc/omlib-test.conf""",
        "rm /etc/omlib-test.conf",
    )
    changing("srv3", "systemctl stop cron; systemctl disable cron", "systemctl enable --now cron")
    changing(
        "srv3",
        "systemd-run --unit backdoor python3 -c 'import socket,time;"
        's=socket.create_server(("0.0.0.0",4444));time.sleep(99)\'; sleep 0.5',
        "systemctl stop backdoor",
    )
    after = look(hosts.plane(state), "srv3")
    assert set(found(after, "user")) - set(found(before, "user")) == {"mallory", "toor"}
    assert attributes(after, "user")["toor"]["uid"] == 0
    new = set(found(after, "listener")) - set(found(before, "listener"))
    assert new == {"tcp/*:4444"}
    assert attributes(after, "listener")["tcp/*:4444"] == {"process": "python3"}
    assert attributes(after, "service")["cron"] == {"running": False, "enabled": False}
    assert set(found(after, "service")) - set(found(before, "service")) == {"backdoor"}
    assert attributes(after, "file")["/etc/omlib-test.conf"] == {
        "present": True,
        "sha256": hashlib.sha256("编码".encode("gb18030")).hexdigest(),
        "owner": "root",
        "group": "root",
        "mode": "0640",
    }
    assert len(found(after, "package")) > 100
    assert set(found(after, "package")) == set(found(before, "package"))


def test_shells_that_talk_change_nothing(hosts: Hosts, changing: Change) -> None:
    changing(
        "srv2",
        'cp /home/ops/.bashrc /root/bashrc; printf \'printf "\\\\033[31mhello \\\\377\\\\n"; '
        "echo noise >&2\\n' | cat - /root/bashrc > /home/ops/.bashrc",
        "cp /root/bashrc /home/ops/.bashrc",
    )
    assert reasons(look(hosts.plane(STATE), "srv2")) == ALL_SEEN


def test_a_look_writes_nothing(hosts: Hosts) -> None:
    """On its file system; what the login itself writes, PAM's message of the day, lies in /run."""
    everything = ServerState(
        items={"file": STATE.of("file")}, full=frozenset({"user", "listener", "package", "service"})
    )
    plane = hosts.plane(everything)
    look(plane)  # the first login makes systemd start the user's session
    hosts.run("srv1", "touch /tmp/.mark; sleep 0.1")
    assert reasons(look(plane)) == ALL_SEEN
    changed = hosts.run(
        "srv1",
        "find / -xdev -newer /tmp/.mark ! -path '/var/log/*' ! -path /run; rm /tmp/.mark",
    )
    assert changed == ""


def test_a_paused_host_is_unreachable_in_time_and_costs_no_other(
    hosts: Hosts, changing: Change
) -> None:
    plane = hosts.plane(STATE, connect_s=1)
    lab_host.pause(hosts.layout, "srv3")
    try:
        begun = time.monotonic()
        seen = look(plane, "srv3")
        assert time.monotonic() - begun < 2
    finally:
        lab_host.unpause(hosts.layout, "srv3")
    assert set(reasons(seen).values()) == {UnknownReason.UNREACHABLE}
    assert {sight.detail for sight in seen.sights.values()} == {"no_banner"}
    assert reasons(look(plane, "srv2")) == ALL_SEEN


NO_PYTHON = (
    "for p in /usr/bin/python3*; do mv $p /root/; done",
    "rm -f /usr/bin/python3; for p in /root/python3*; do mv $p /usr/bin/; done",
)
IN_ITS_PLACE = {
    "none": "true",
    "old": "printf '#!/bin/sh\\necho omlib:no-python3\\n' > /usr/bin/python3",
    "broken": "printf '#!/bin/sh\\nexit 139\\n' > /usr/bin/python3",
    "dash": "true",
    "bash": "ln -sf bash /bin/sh",
    "busybox": "ln -sf busybox /bin/sh; rm /usr/bin/base64 /usr/bin/sha256sum",
}


@pytest.mark.parametrize("python", IN_ITS_PLACE)
def test_a_host_without_a_python_tells_what_its_shell_can(
    hosts: Hosts, changing: Change, python: str
) -> None:
    if python == "busybox":
        if not (place := shutil.which("busybox")):
            pytest.skip("no busybox on this machine to give to a host")
        container = hosts.layout.container("srv2")
        podman(hosts.layout, "cp", place, f"{container}:/usr/bin/busybox")
        keep = "cp /usr/bin/base64 /usr/bin/sha256sum /root/"
        changing("srv2", keep, "mv /root/base64 /root/sha256sum /usr/bin/; rm /usr/bin/busybox")
    with_python = look(hosts.plane(STATE), "srv2")
    changing("srv2", *NO_PYTHON)
    changing("srv2", IN_ITS_PLACE[python], "ln -sf dash /bin/sh")
    state = ServerState(items={**STATE.items, "sysctl": {"kernel.pid_max": {"runtime": "1"}}})
    seen = look(hosts.plane(state), "srv2")
    assert reasons(seen) == {**ALL_SEEN, "sysctl": UnknownReason.UNSUPPORTED}
    assert {sight.by for sight in seen.sights.values()} == {"ops (root)"}
    for kind in ("package", "service", "user"):
        assert attributes(seen, kind) == attributes(with_python, kind)
    files = attributes(seen, "file")
    assert files["/etc/passwd"] == attributes(with_python, "file")["/etc/passwd"]
    assert files["/etc/shadow"] == attributes(with_python, "file")["/etc/shadow"]
    assert "/etc/no-such" not in files
    listener = found(seen, "listener")["tcp/*:22"]
    assert listener.unseen == {"process": UnknownReason.UNSUPPORTED}
    assert "tcp/*:9" not in found(seen, "listener")


def test_a_host_is_reached_through_another(hosts: Hosts) -> None:
    address = hosts.layout.address("dc", 12)
    assert reasons(look(hosts.plane(STATE, jump=f"ops@{address}"))) == ALL_SEEN
