"""Files of a real host: what is declared of them, and what is in watched directories besides."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from omlib.model.estate import ServerState
from omlib.model.status import Status, UnknownReason

from .agreement import agreed, made
from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
WATCHED = ("/etc/pam.d", "/etc/ssh", "/etc/cron.d", "/etc/modprobe.d", "/etc/profile.d")


def file(content: bytes, **more: object) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), **more}


def test_files_are_made_and_mended_whatever_they_hold(hosts: Hosts, changing: Change) -> None:
    changing(
        "srv1",
        "mkdir -p /opt/k2; cd /opt/k2; printf same > same; printf old > other; chmod 600 other;"
        "chown ops:ops other; printf x > gone; mkdir empty; ln -s other wrong; printf y > flat;"
        "printf target > real; ln -s real through; printf 7 > loose; chmod 666 loose",
        "rm -rf /opt/k2 /opt/k2-new",
    )
    contents = {
        "/opt/k2/same": b"same",
        "/opt/k2/other": "新的 '\"$x\n".encode(),
        "/opt/k2/binary": b"\x00\xff\xfe GB: \xbb\xb6",
        "/opt/k2/数据/报表": b"",
        "/opt/k2/through": b"new target",
    }
    attributes: dict[str, dict[str, Any]] = {
        "/opt/k2/other": {"owner": "root", "group": "daemon", "mode": "0640"},
        "/opt/k2/binary": {"mode": "0600"},
        "/opt/k2/gone": {"present": False},
        "/opt/k2/never": {"present": False},
        "/opt/k2/empty": {"present": False},
        "/opt/k2/wrong": {"target": "/opt/k2/same"},
        "/opt/k2/flat": {"target": "same"},
        "/opt/k2/fresh": {"target": "nowhere"},
        "/opt/k2/数据": {"owner": "ops", "mode": "0750"},
        "/opt/k2/loose": {"mode": "644"},
    }
    items = {name: {**file(text), **attributes.pop(name, {})} for name, text in contents.items()}
    state = ServerState(items={"file": {**attributes, **items}}, contents=contents)
    verdicts = agreed(hosts, "srv1", state)
    in_order = {"file//opt/k2/same", "file//opt/k2/never"}
    assert {ref for ref, status in verdicts.items() if status is Status.IN_SYNC} == in_order
    made(hosts, "srv1", state)
    assert hosts.run("srv1", "readlink /opt/k2/through; cat /opt/k2/real") == "real\nnew target"
    assert hosts.run("srv1", "cat /opt/k2/other") == "新的 '\"$x\n"
    assert hosts.run("srv1", "ls -A /opt/k2 | grep omlib || true") == ""


def test_what_cannot_be_made_is_refused_and_says_why(hosts: Hosts, changing: Change) -> None:
    changing("srv1", "mkdir -p /opt/k2/full; touch /opt/k2/full/x", "rm -rf /opt/k2")
    contents = {"/opt/k2/none/inside": b"x", "/opt/k2/owned": b"x"}
    items = {name: file(text) for name, text in contents.items()}
    items["/opt/k2/owned"]["owner"] = "nobody-here"
    items["/opt/k2/full"] = {"present": False}
    items["/opt/k2/unknown"] = {"sha256": "0" * 64}
    state = ServerState(items={"file": items}, contents=contents)
    assert set(agreed(hosts, "srv1", state).values()) <= {Status.MISSING, Status.DIVERGED}
    applied = hosts.apply("srv1", state)
    assert (
        "its directory /opt/k2/none is not there; declare it" in applied["file//opt/k2/none/inside"]
    )
    assert "nobody-here" in applied["file//opt/k2/owned"]
    assert "a directory that holds something" in applied["file//opt/k2/full"]
    assert "only the digest" in applied["file//opt/k2/unknown"]
    assert hosts.run("srv1", "ls -A /opt/k2 /opt/k2/full") == "/opt/k2:\nfull\n\n/opt/k2/full:\nx\n"


def test_what_uses_a_changed_file_is_restarted_and_nothing_else(
    hosts: Hosts, changing: Change
) -> None:
    unit = "[Service]\\nExecStart=/bin/sleep 9999\\n"
    changing(
        "srv1",
        f"for n in a b; do printf '{unit}' > /run/systemd/system/k2-$n.service; done;"
        "systemctl daemon-reload; systemctl start k2-a k2-b; printf old > /etc/k2-a;"
        "printf b > /etc/k2-b",
        "systemctl stop k2-a k2-b; rm -f /run/systemd/system/k2-* /etc/k2-*;"
        "systemctl daemon-reload",
    )
    contents = {"/etc/k2-a": b"new", "/etc/k2-b": b"b"}
    state = ServerState(
        items={"file": {name: file(text) for name, text in contents.items()}},
        contents=contents,
        restarts={f"/etc/k2-{name}": (f"k2-{name}.service",) for name in "ab"},
    )
    pids = "systemctl show -p MainPID --value k2-a k2-b | grep ."
    before = hosts.run("srv1", pids).split()
    hosts.check("srv1", state)
    assert hosts.run("srv1", pids).split() == before
    hosts.apply("srv1", state)
    after = hosts.run("srv1", pids).split()
    assert (after[0] == before[0], after[1] == before[1]) == (False, True)


def test_sshd_is_not_restarted_with_what_it_does_not_take(hosts: Hosts, changing: Change) -> None:
    main, more = "/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/k2.conf"
    gone = "/etc/ssh/ssh_host_ed25519_key"
    changing(
        "srv1",
        "cp -a /etc/ssh /root/k2-ssh",
        "cp -a /root/k2-ssh/. /etc/ssh/; rm -rf /root/k2-ssh; rm -f " + more + ";"
        "systemctl restart ssh",
    )
    look = f"sha256sum {main}; stat -c '%a %U' {main}; ls {more} 2>/dev/null || true"
    pid = "systemctl show -p MainPID --value ssh"
    before, running = hosts.run("srv1", look), hosts.run("srv1", pid)
    contents = {main: b"PermitRootLogin perhaps\n", more: b"Nonsense yes\n"}
    wrong = ServerState(
        items={"file": {name: file(text, mode="0600") for name, text in contents.items()}},
        contents=contents,
        restarts={main: ("ssh.service",)},
    )
    told = hosts.apply("srv1", wrong)
    assert "perhaps" in told[f"file/{main}"]
    assert "Nonsense" in told[f"file/{more}"]
    assert (hosts.run("srv1", look), hosts.run("srv1", pid)) == (before, running)

    right = ServerState(
        items={"file": {more: file(b"LogLevel VERBOSE\n", present=True)}},
        contents={more: b"LogLevel VERBOSE\n"},
        restarts={more: ("ssh",)},
    )
    assert hosts.apply("srv1", right)[f"file/{more}"] == "changed"
    assert hosts.run("srv1", pid) != running
    away = ServerState(items={"file": {gone: {"present": False}}})
    assert "hostkeys" in hosts.apply("srv1", away)[f"file/{gone}"]
    assert hosts.run("srv1", f"stat -c %a {gone}").strip() == "600"


def test_what_was_wrong_with_sshd_before_is_mended_file_by_file(
    hosts: Hosts, changing: Change
) -> None:
    first, second = (f"/etc/ssh/sshd_config.d/k2-{name}.conf" for name in "ab")
    changing(
        "srv1",
        f"echo Wrong yes > {first}; echo Wrong yes > {second}",
        f"rm -f {first} {second}",
    )
    mended = ServerState(
        items={"file": {name: file(b"# none\n") for name in (first, second)}},
        contents=dict.fromkeys((first, second), b"# none\n"),
        restarts=dict.fromkeys((first, second), ("ssh",)),
    )
    told = hosts.apply("srv1", mended)
    assert told[f"file/{first}"].startswith("failed: ")
    assert told[f"file/{second}"] == "changed"
    assert hosts.run("srv1", f"cat {first}; sshd -t") == "# none\n"


def test_an_untouched_host_has_nothing_strange_in_watched_directories(hosts: Hosts) -> None:
    seen = hosts.look("srv2", ServerState(watched=WATCHED))
    assert seen.reason("file") is None
    # made when the image was: the host's keys, and the lab's own setting
    assert set(seen.items("file")) <= {
        "/etc/ssh/ssh_host_ed25519_key",
        "/etc/ssh/ssh_host_ed25519_key.pub",
        "/etc/ssh/sshd_config.d/lab.conf",
    }


def test_whatever_is_done_in_watched_directories_is_found(hosts: Hosts, changing: Change) -> None:
    watched = (*WATCHED, "/etc/systemd/system", "/etc/alternatives")
    before = hosts.look("srv1", ServerState(watched=watched)).items("file")
    changing(
        "srv1",
        "cp -a /etc/pam.d /etc/ssh /root/;"
        "sed -i 's/pam_unix.so/pam_permit.so/' /etc/pam.d/common-auth;"
        "sed -i '1i auth sufficient pam_permit.so' /etc/pam.d/common-account;"
        "echo '# mine' >> /etc/pam.d/sshd;"
        "echo 'PermitRootLogin yes' >> /etc/ssh/sshd_config;"
        "chmod 666 /etc/pam.d/login; chown ops /etc/pam.d/su;"
        "echo '* * * * * root true' > /etc/cron.d/job;"
        "ln -s /tmp/x /etc/profile.d/x.sh; mkfifo /etc/profile.d/pipe;"
        "ln -s /lib/systemd/system/rsync.service /etc/systemd/system/multi-user.target.wants/;"
        "ln -s /lib/systemd/system/systemd-networkd.service"
        " /etc/systemd/system/multi-user.target.wants/;"
        "ln -s /lib/systemd/system/ssh.service /etc/systemd/system/evil.service;"
        "ln -sf /tmp/awk /etc/alternatives/awk",
        "cp -a /root/pam.d /root/ssh /etc/; rm -rf /root/pam.d /root/ssh /etc/cron.d/job"
        " /etc/profile.d/x.sh /etc/profile.d/pipe /etc/systemd/system/evil.service"
        " /etc/systemd/system/multi-user.target.wants/rsync.service"
        " /etc/systemd/system/multi-user.target.wants/systemd-networkd.service;"
        "ln -sf /usr/bin/mawk /etc/alternatives/awk",
    )
    found = hosts.look("srv1", ServerState(watched=watched)).items("file")
    new = {name: told for name, told in found.items() if name not in before}
    assert set(new) == {
        "/etc/pam.d/common-auth",
        "/etc/pam.d/common-account",
        "/etc/pam.d/sshd",
        "/etc/pam.d/login",
        "/etc/pam.d/su",
        "/etc/ssh/sshd_config",
        "/etc/cron.d/job",
        "/etc/profile.d/x.sh",
        "/etc/profile.d/pipe",
        # enabled, but no unit of that name is packaged; and an alias that ssh does not have
        "/etc/systemd/system/multi-user.target.wants/rsync.service",
        "/etc/systemd/system/evil.service",
        "/etc/alternatives/awk",
    }
    assert (new["/etc/pam.d/login"]["mode"], new["/etc/pam.d/su"]["owner"]) == ("0666", "ops")
    assert new["/etc/profile.d/x.sh"]["target"] == "/tmp/x"
    assert new["/etc/cron.d/job"]["sha256"] == hashlib.sha256(b"* * * * * root true\n").hexdigest()


def test_what_is_declared_in_a_watched_directory_is_not_strange(
    hosts: Hosts, changing: Change
) -> None:
    changing(
        "srv1",
        "printf x > /etc/profile.d/mine.sh; echo '* * * * * root true' > /etc/cron.d/job",
        "rm /etc/profile.d/mine.sh /etc/cron.d/job",
    )
    state = ServerState(
        items={
            "file": {"/etc/profile.d/mine.sh": file(b"x")},
            "cron": {"job": {"present": True, "jobs": ("* * * * * root true",)}},
        },
        watched=("/etc/profile.d", "/etc/cron.d"),
    )
    seen = hosts.look("srv1", state)
    assert seen.verdicts("file") == {"/etc/profile.d/mine.sh": Status.IN_SYNC}


def test_a_tree_that_is_too_large_is_incomplete_and_not_in_order(
    hosts: Hosts, changing: Change
) -> None:
    changing(
        "srv2",
        "mkdir /opt/many; cd /opt/many; seq 20001 | xargs touch",
        "rm -rf /opt/many",
    )
    seen = hosts.look("srv2", ServerState(watched=("/opt/many",)), deadline_s=60)
    assert seen.reason("file") is UnknownReason.INCOMPLETE
    assert len(seen.items("file")) == 20_000
