"""Rules of sudo on a real host: drift by hand is seen, the role mends it, check mode agrees."""

from collections.abc import Callable

import pytest

from omlib.model.estate import ServerState
from omlib.model.status import Status, UnknownReason

from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
OPS = ("ops ALL=(ALL) NOPASSWD: ALL",)
DBA = ("Cmnd_Alias DB = /bin/a, /bin/b", "Defaults:dba !requiretty", "%dba ALL=(postgres) DB")
STATE = ServerState(
    items={
        "sudo": {
            "ops": {"present": True, "rules": OPS},
            "dba": {"present": True, "rules": DBA},
            "old": {"present": False},
            "new": {"present": True, "rules": ("%wheel ALL=(ALL) ALL",)},
        }
    }
)
FULL = ServerState(
    items={"sudo": {"ops": {"present": True, "rules": OPS}}}, full=frozenset({"sudo"})
)


def test_rules_are_seen_mended_and_judged_alike(hosts: Hosts, changing: Change) -> None:
    text = r"# of the dba\nCmnd_Alias  DB = /bin/a, \\\n   /bin/b\nDefaults:dba !requiretty # why\n"
    changing(
        "srv1",
        f"cd /etc/sudoers.d; printf '{text}%%dba ALL=(ALL) DB\\n' > dba; echo > old; chmod 440 dba",
        "cd /etc/sudoers.d; rm -f dba old new",
    )
    before = hosts.look("srv1", STATE)
    assert before.verdicts("sudo") == {
        "ops": Status.IN_SYNC,
        "dba": Status.DIVERGED,
        "old": Status.DIVERGED,
        "new": Status.MISSING,
    }
    assert before.items("sudo")["dba"]["rules"] == (*DBA[:2], "%dba ALL=(ALL) DB")
    judged = {
        "sudo/ops": "ok",
        "sudo/dba": "changed",
        "sudo/old": "changed",
        "sudo/new": "changed",
    }
    assert hosts.check("srv1", STATE) == judged
    assert hosts.apply("srv1", STATE) == judged
    assert set(hosts.look("srv1", STATE).verdicts("sudo").values()) == {Status.IN_SYNC}
    assert set(hosts.check("srv1", STATE).values()) == {"ok"}
    assert hosts.run("srv1", "stat -c '%U %G %a' /etc/sudoers.d/new") == "root root 440\n"
    assert "parsed OK" in hosts.run("srv1", "visudo -c")


def test_rules_that_would_shut_out_who_sets_them_are_taken_back(
    hosts: Hosts, changing: Change
) -> None:
    before = hosts.run("srv1", "cat /etc/sudoers.d/ops; stat -c '%U %G %a' /etc/sudoers.d/ops")
    changing("srv1", "true", "cd /etc/sudoers.d; rm -f twice; chown root:root ops; chmod 440 ops")
    other = "cd /etc/sudoers.d; echo 'User_Alias DBA = x' > a; chmod 440 a"
    changing("srv1", other, "rm /etc/sudoers.d/a")
    for item, rules, why in (
        ("ops", ("ops ALL=(postgres) NOPASSWD: ALL",), "would be asked for a password"),
        ("twice", ("User_Alias DBA = y",), "could not read all its files"),
    ):
        state = ServerState(items={"sudo": {item: {"present": True, "rules": rules}}})
        (told,) = hosts.apply("srv1", state).values()
        assert why in told
    gone = ServerState(items={"sudo": {"ops": {"present": False}}})
    (told,) = hosts.apply("srv1", gone).values()
    assert "stays as it was" in told
    script = "cat /etc/sudoers.d/ops; stat -c '%U %G %a' /etc/sudoers.d/ops"
    assert hosts.run("srv1", script) == before
    assert hosts.run("srv1", "ls /etc/sudoers.d") == "README\na\nops\n"


def test_an_untouched_host_shows_nothing_and_a_touched_one_all(
    hosts: Hosts, changing: Change
) -> None:
    assert hosts.look("srv2", FULL).verdicts("sudo") == {"ops": Status.IN_SYNC}
    changing(
        "srv2",
        "cp -p /etc/sudoers /root/main; echo 'mallory ALL=(ALL) NOPASSWD: ALL' >> /etc/sudoers;"
        " echo '@include /opt/rules' >> /etc/sudoers; echo 'eve ALL=(ALL) ALL' > /opt/rules;"
        " echo 'trent ALL=(ALL) ALL' > /etc/sudoers.d/trent",
        "mv /root/main /etc/sudoers; rm /opt/rules /etc/sudoers.d/trent",
    )
    seen = hosts.look("srv2", FULL)
    assert seen.verdicts("sudo") == {
        "ops": Status.IN_SYNC,
        "sudoers": Status.UNMANAGED,
        "/opt/rules": Status.UNMANAGED,
        "trent": Status.UNMANAGED,
    }
    assert "mallory ALL=(ALL) NOPASSWD: ALL" in seen.items("sudo")["sudoers"]["rules"]
    assert "mallory" in hosts.run("srv2", "sudo -l -U nobody >/dev/null; cat /etc/sudoers")


@pytest.mark.parametrize(
    "spoil",
    [
        "chmod 446 /etc/sudoers.d/dba",
        "chown ops /etc/sudoers.d/dba",
        "chgrp ops /etc/sudoers.d/dba; chmod 460 /etc/sudoers.d/dba",
    ],
)
def test_rules_that_sudo_does_not_take_are_not_in_force(
    hosts: Hosts, changing: Change, spoil: str
) -> None:
    state = ServerState(
        items={"sudo": {"dba": {"present": True, "rules": ("ops ALL=(games) /bin/x",)}}}
    )
    changing("srv1", "true", "rm -f /etc/sudoers.d/dba")
    hosts.apply("srv1", state)
    assert "/bin/x" in hosts.run("srv1", "sudo -l -U ops")
    hosts.run("srv1", spoil)
    assert "/bin/x" not in hosts.run("srv1", "sudo -l -U ops 2>/dev/null")
    seen = hosts.look("srv1", state)
    assert seen.items("sudo")["dba"] == {"present": True, "rules": ()}
    assert seen.verdicts("sudo") == {"dba": Status.DIVERGED}
    assert hosts.check("srv1", state) == hosts.apply("srv1", state) == {"sudo/dba": "changed"}
    assert hosts.look("srv1", state).verdicts("sudo") == {"dba": Status.IN_SYNC}
    assert hosts.run("srv1", "stat -c '%U %G %a' /etc/sudoers.d/dba") == "root root 440\n"


def test_a_name_that_sudo_passes_over_is_told(hosts: Hosts, changing: Change) -> None:
    state = ServerState(
        items={"sudo": {"a.conf": {"present": True, "rules": ("x ALL=ALL",)}}},
        full=frozenset({"sudo"}),
    )
    changing("srv1", "echo 'x ALL=ALL' > /etc/sudoers.d/a.conf", "rm -f /etc/sudoers.d/a.conf")
    changing("srv1", "echo 'y ALL=ALL' > /etc/sudoers.d/y.bak", "rm -f /etc/sudoers.d/y.bak")
    seen = hosts.look("srv1", state)
    assert seen.verdicts("sudo") == {"a.conf": Status.DIVERGED, "ops": Status.UNMANAGED}
    (told,) = hosts.apply("srv1", state).values()
    assert told.startswith("failed: sudo does not read /etc/sudoers.d/a.conf")


def test_rules_that_visudo_refuses_replace_nothing(hosts: Hosts) -> None:
    bad = ServerState(items={"sudo": {"ops": {"present": True, "rules": ("ops ALL=(ALL",)}}})
    (told,) = hosts.apply("srv1", bad).values()
    assert told.startswith("failed: visudo does not take these rules")
    assert "NOPASSWD" in hosts.run("srv1", "cat /etc/sudoers.d/ops")


def test_without_root_no_rule_is_seen_and_none_is_away(hosts: Hosts, changing: Change) -> None:
    changing("srv2", "mv /etc/sudoers.d/ops /root/ops", "mv /root/ops /etc/sudoers.d/ops")
    seen = hosts.look("srv2", STATE)
    assert seen.reason("sudo") is UnknownReason.DENIED
    assert set(seen.verdicts("sudo").values()) == {Status.UNKNOWN}
