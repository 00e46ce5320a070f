"""Accounts on a real host: drift by hand is seen, the role mends it, check mode agrees."""

from collections.abc import Callable

import pytest

from omlib.model.estate import ServerState
from omlib.model.item import Attributes
from omlib.model.status import Status, UnknownReason

from .agreement import agreed, made
from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
USERS: dict[str, Attributes] = {
    "app": {
        "present": True,
        "uid": 2001,
        "shell": "/bin/bash",
        "home": "/srv/app",
        "groups": ("adm", "audit"),
        "locked": True,
    },
    "web": {"present": True, "groups": (), "locked": True},
    "old": {"present": False},
    "daemon": {"present": True, "locked": True},
    "nobody": {"present": True, "home": "/nonexistent"},
}
GROUPS: dict[str, Attributes] = {
    "app": {"present": True, "gid": 2222},
    "audit": {"present": True, "gid": 3100, "members": ("app",)},
}
STATE = ServerState(items={"group": GROUPS, "user": USERS})


def test_users_are_seen_mended_and_judged_alike(hosts: Hosts, changing: Change) -> None:
    changing(
        "srv1",
        "useradd old; useradd -s /bin/sh -G adm,sudo web; echo web:secret | chpasswd",
        "userdel web; userdel -r app; groupdel audit; groupdel app; true",
    )
    before = hosts.look("srv1", STATE)
    assert before.verdicts("user") == {
        "app": Status.MISSING,
        "web": Status.DIVERGED,
        "old": Status.DIVERGED,
        "daemon": Status.IN_SYNC,  # locked by `*`, which usermod(8) would lock once more
        "nobody": Status.IN_SYNC,  # has no home, and shall have none
    }
    web = before.items("user")["web"]
    assert (web["locked"], web["groups"]) == (False, ("adm", "sudo"))
    judged = {
        "group/app": "changed",
        "group/audit": "changed",
        "user/app": "changed",
        "user/web": "changed",
        "user/old": "changed",
        "user/daemon": "ok",
        "user/nobody": "ok",
    }
    assert hosts.check("srv1", STATE) == judged
    assert hosts.apply("srv1", STATE) == judged
    after = hosts.look("srv1", STATE)
    assert set(after.verdicts("user").values()) == {Status.IN_SYNC}
    assert set(after.verdicts("group").values()) == {Status.IN_SYNC}
    assert set(hosts.check("srv1", STATE).values()) == {"ok"}
    assert hosts.run("srv1", "id -gn app; stat -c %U /srv/app; ls -d /nonexistent || true") == (
        "app\napp\n"
    )


@pytest.mark.parametrize(
    ("drift", "attribute"),
    [
        ("usermod -s /bin/sh tester", "shell"),
        ("usermod -u 2999 tester", "uid"),
        ("usermod -d /tmp tester", "home"),
        ("usermod -aG sudo tester", "groups"),
        ("echo tester:secret | chpasswd", "locked"),
        ("usermod -p '' tester", "locked"),
    ],
)
def test_one_changed_attribute_is_one_difference(
    hosts: Hosts, changing: Change, drift: str, attribute: str
) -> None:
    changing("srv2", "useradd -u 2500 -s /bin/bash -d /home/tester tester", "userdel tester")
    wanted: Attributes = {
        "present": True,
        "uid": 2500,
        "shell": "/bin/bash",
        "home": "/home/tester",
        "groups": (),
        "locked": True,
    }
    state = ServerState(items={"user": {"tester": wanted}})
    assert hosts.look("srv2", state).verdicts("user") == {"tester": Status.IN_SYNC}
    hosts.run("srv2", drift)
    (finding,) = hosts.look("srv2", state).findings
    assert [difference.path for difference in finding.differences] == [attribute]


def test_a_primary_group_is_no_matter_of_further_groups(hosts: Hosts, changing: Change) -> None:
    changing("srv2", "useradd -G adm tester", "userdel tester")
    changing("srv2", "useradd -G adm listed; gpasswd -a listed listed", "userdel listed")
    users: dict[str, Attributes] = {
        "tester": {"present": True, "groups": ("adm", "tester")},
        "listed": {"present": True, "groups": ("adm",)},
        "fresh": {"present": True, "groups": ("adm",)},
    }
    state = ServerState(items={"user": users})
    assert hosts.look("srv2", state).verdicts("user") == {
        "tester": Status.IN_SYNC,
        "listed": Status.IN_SYNC,
        "fresh": Status.MISSING,
    }
    judged = {"user/tester": "ok", "user/listed": "ok", "user/fresh": "changed"}
    assert hosts.check("srv2", state) == judged


def test_a_second_account_of_root_is_found_though_it_cannot_log_in(
    hosts: Hosts, changing: Change
) -> None:
    state = ServerState(full=frozenset({"user"}))
    before = set(hosts.look("srv1", state).items("user"))
    assert before == {"root", "ops"}
    changing("srv1", "useradd -o -u 0 -s /usr/sbin/nologin toor", "userdel -f toor")
    changing("srv1", "useradd -s /usr/sbin/nologin quiet", "userdel quiet")
    after = hosts.look("srv1", state)
    assert set(after.items("user")) - before == {"toor"}
    assert after.verdicts("user")["toor"] is Status.UNMANAGED
    assert after.items("user")["toor"]["uid"] == 0


def test_a_second_account_of_root_goes_though_it_is_in_use_as_long_as_the_host_runs(
    hosts: Hosts, changing: Change
) -> None:
    changing("srv1", "useradd -o -u 0 -g 0 -M -d /root toor", "userdel -f toor 2>/dev/null || true")
    state = ServerState(items={"user": {"toor": {"present": False}}})
    assert agreed(hosts, "srv1", state) == {"user/toor": Status.DIVERGED}
    made(hosts, "srv1", state)
    assert hosts.run("srv1", "ls -d /root; id -un").split() == ["/root", "root"]


def test_without_root_nobody_can_say_whether_a_password_is_locked(
    hosts: Hosts, changing: Change
) -> None:
    sudoers = "/etc/sudoers.d/ops"
    changing("srv2", f"mv {sudoers} /root/sudoers", f"mv /root/sudoers {sudoers}")
    seen = hosts.look("srv2", ServerState(items={"user": {"root": {"locked": True}}}))
    assert seen.actual("user")["root"].unseen == {"locked": UnknownReason.DENIED}
    assert seen.verdicts("user") == {"root": Status.UNKNOWN}


def test_without_the_table_of_groups_none_is_said_to_be_missing(
    hosts: Hosts, changing: Change
) -> None:
    state = ServerState(
        items={
            "group": {"dba": {"present": True}, "root": {"present": True}},
            "user": {"ops": {"present": True, "groups": ("sudo",)}, "away": {"present": True}},
        }
    )
    changing("srv2", "mv /etc/group /etc/group.k2", "mv /etc/group.k2 /etc/group")
    seen = hosts.look("srv2", state)
    assert set(seen.verdicts("group").values()) == {Status.UNKNOWN}
    assert seen.reason("group") is UnknownReason.ERROR
    assert seen.verdicts("user") == {"ops": Status.UNKNOWN, "away": Status.MISSING}
