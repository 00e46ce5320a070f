"""Files by which a host trusts others, on a real host."""

import hashlib
from collections.abc import Callable

import pytest

from omlib.model.estate import ServerState
from omlib.model.status import Status, UnknownReason

from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
FULL = ServerState(full=frozenset({"trust_file"}))


def test_trust_files_of_homes_and_of_the_host_are_found(hosts: Hosts, changing: Change) -> None:
    untouched = hosts.look("srv1", FULL)
    assert (untouched.items("trust_file"), untouched.reason("trust_file")) == ({}, None)
    changing(
        "srv1",
        "echo + > /root/.rhosts; printf x > /home/ops/.netrc; chown ops: /home/ops/.netrc;"
        " chmod 600 /home/ops/.netrc; echo + > /etc/hosts.equiv; mkdir /root/.shosts",
        "rm /root/.rhosts /home/ops/.netrc /etc/hosts.equiv; rmdir /root/.shosts",
    )
    seen = hosts.look("srv1", FULL)
    assert seen.verdicts("trust_file") == dict.fromkeys(
        ("/etc/hosts.equiv", "/home/ops/.netrc", "/root/.rhosts"), Status.UNMANAGED
    )
    assert seen.items("trust_file")["/home/ops/.netrc"] == {
        "sha256": hashlib.sha256(b"x").hexdigest(),
        "owner": "ops",
        "group": "ops",
        "mode": "0600",
    }
    declared = ServerState(
        items={"trust_file": {"/root/.rhosts": {"mode": "0644"}}}, full=FULL.full
    )
    assert hosts.look("srv1", declared).verdicts("trust_file")["/root/.rhosts"] is Status.IN_SYNC


def test_a_home_that_may_not_be_looked_into_is_no_proof(hosts: Hosts, changing: Change) -> None:
    sudoers = "/etc/sudoers.d/ops"
    changing("srv2", f"mv {sudoers} /root/sudoers", f"mv /root/sudoers {sudoers}")
    assert hosts.look("srv2", FULL).reason("trust_file") is UnknownReason.DENIED
    state = ServerState(items={"trust_file": {"/root/.rhosts": {}}})
    assert hosts.look("srv2", state).verdicts("trust_file") == {"/root/.rhosts": Status.UNKNOWN}
