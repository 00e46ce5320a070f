"""Trusted keys on a real host: drift by hand is seen, the role mends it, check mode agrees."""

from collections.abc import Callable

import pytest

from omlib.model.estate import ServerState
from omlib.model.status import Status, UnknownReason

from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
A, B, C = (f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{letter}" for letter in "ABC")
LIMITED = f'from="10.0.0.0/8",command="echo hi  there" {B}'
STATE = ServerState(
    items={
        "authorized_keys": {
            "app": {"keys": (A, LIMITED)},
            "web": {"keys": ()},
            "db": {"keys": (C,)},
        }
    }
)


@pytest.fixture
def accounts(changing: Change) -> None:
    users = "app web db"
    changing(
        "srv1",
        f"for u in {users}; do useradd -m $u; done",
        f"for u in {users}; do userdel -r $u 2>/dev/null; done; true",
    )


def keys(name: str, *lines: str, file: str = "authorized_keys") -> str:
    folder = f"/home/{name}/.ssh"
    printed = "".join(f"echo '{line}'; " for line in lines)
    return (
        f"install -d -m 700 -o {name} -g {name} {folder}; ({printed}) >> {folder}/{file}; "
        f"chown {name}: {folder}/{file}; "
    )


@pytest.mark.usefixtures("accounts")
def test_keys_are_seen_mended_and_judged_alike(hosts: Hosts) -> None:
    hosts.run("srv1", keys("app", "# people", f"{A} ops@bastion", f"{C} gone"))
    hosts.run("srv1", keys("web", f"{A} x", file="authorized_keys2"))
    hosts.run("srv1", keys("db", f"{C}   of the db"))
    before = hosts.look("srv1", STATE)
    assert before.verdicts("authorized_keys") == {
        "app": Status.DIVERGED,
        "web": Status.DIVERGED,
        "db": Status.IN_SYNC,
    }
    judged = {
        "authorized_keys/app": "changed",
        "authorized_keys/web": "changed",
        "authorized_keys/db": "ok",
    }
    assert hosts.check("srv1", STATE) == judged
    assert hosts.apply("srv1", STATE) == judged
    after = hosts.look("srv1", STATE)
    assert set(after.verdicts("authorized_keys").values()) == {Status.IN_SYNC}
    assert set(hosts.check("srv1", STATE).values()) == {"ok"}
    kept = hosts.run("srv1", "cat /home/app/.ssh/authorized_keys")
    assert kept == f"# people\n{A} ops@bastion\n{LIMITED}\n"
    told = hosts.run("srv1", "stat -c '%U %G %a' /home/app/.ssh/authorized_keys")
    assert told == "app app 600\n"


@pytest.mark.usefixtures("accounts")
def test_an_account_without_a_file_gets_one_that_sshd_takes(hosts: Hosts) -> None:
    state = ServerState(items={"authorized_keys": {"db": {"keys": (C,)}, "none": {"keys": ()}}})
    assert hosts.look("srv1", state).verdicts("authorized_keys") == {
        "db": Status.MISSING,
        "none": Status.IN_SYNC,
    }
    judged = {"authorized_keys/db": "changed", "authorized_keys/none": "ok"}
    assert hosts.check("srv1", state) == hosts.apply("srv1", state) == judged
    told = hosts.run("srv1", "cd /home/db; stat -c '%U %a' .ssh .ssh/authorized_keys")
    assert told == "db 700\ndb 600\n"
    assert set(hosts.look("srv1", state).verdicts("authorized_keys").values()) == {Status.IN_SYNC}


@pytest.mark.usefixtures("accounts")
def test_a_link_in_a_home_leads_the_role_nowhere_else(hosts: Hosts) -> None:
    hosts.run("srv1", "rm -rf /home/web/.ssh; ln -s /etc/cron.d /home/web/.ssh")
    state = ServerState(items={"authorized_keys": {"web": {"keys": (A,)}}})
    (told,) = hosts.apply("srv1", state).values()
    assert told.startswith("failed: /home/web/.ssh/authorized_keys was not written")
    assert "authorized_keys" not in hosts.run("srv1", "ls /etc/cron.d")


@pytest.mark.usefixtures("accounts")
def test_under_full_ownership_every_account_with_a_key_is_found(hosts: Hosts) -> None:
    state = ServerState(full=frozenset({"authorized_keys"}))
    before = set(hosts.look("srv1", state).items("authorized_keys"))
    hosts.run("srv1", keys("web", f"{A} x") + keys("db", "# nothing"))
    after = hosts.look("srv1", state)
    assert set(after.items("authorized_keys")) - before == {"web"}
    assert after.items("authorized_keys")["web"] == {"keys": (A,)}
    assert after.reason("authorized_keys") is None


@pytest.mark.usefixtures("accounts")
def test_keys_are_looked_for_where_sshd_looks(hosts: Hosts, changing: Change) -> None:
    config = "/etc/ssh/sshd_config.d/elsewhere.conf"
    changing(
        "srv1",
        "mkdir -p /etc/ssh/keys; printf 'Match User web\\n AuthorizedKeysFile /etc/ssh/keys/%%u\\n"
        f"Match User db\\n AuthorizedKeysCommand /bin/true\\n AuthorizedKeysCommandUser nobody\\n'"
        f" > {config}",
        f"rm -r {config} /etc/ssh/keys",
    )
    hosts.run("srv1", f"echo '{A} x' > /etc/ssh/keys/web; " + keys("web", C) + keys("app", B))
    told = ServerState(
        items={"authorized_keys": {name: {"keys": ()} for name in ("app", "web", "db")}}
    )
    seen = hosts.look("srv1", told)
    assert seen.items("authorized_keys") == {
        "app": {"keys": (B,)},
        "web": {"keys": (A,)},
        "db": {},
    }
    assert seen.actual("authorized_keys")["db"].unseen["keys"] is UnknownReason.UNSUPPORTED
    state = ServerState(items={"authorized_keys": {"web": {"keys": (B,)}}})
    assert hosts.apply("srv1", state) == {"authorized_keys/web": "changed"}
    assert hosts.run("srv1", "cat /etc/ssh/keys/web") == f"{B}\n"


@pytest.mark.usefixtures("accounts")
def test_without_root_keys_of_others_are_denied_and_not_away(
    hosts: Hosts, changing: Change
) -> None:
    hosts.run("srv1", keys("db", C) + "chmod 700 /home/db")
    sudoers = "/etc/sudoers.d/ops"
    changing("srv1", f"mv {sudoers} /root/sudoers", f"mv /root/sudoers {sudoers}")
    seen = hosts.look("srv1", ServerState(items={"authorized_keys": {"db": {"keys": ()}}}))
    assert seen.verdicts("authorized_keys") == {"db": Status.UNKNOWN}
    full = hosts.look("srv1", ServerState(full=frozenset({"authorized_keys"})))
    assert full.reason("authorized_keys") is UnknownReason.DENIED
    assert "ops" in full.items("authorized_keys")
    assert "db" not in full.items("authorized_keys")
