"""Files that give more rights than their caller has, on a real host."""

from collections.abc import Callable

import pytest

from omlib.model.estate import ServerState
from omlib.model.status import Status, UnknownReason

from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
FULL = ServerState(full=frozenset({"setuid_file"}))


def test_every_file_that_gives_rights_is_found_as_find_finds_it(hosts: Hosts) -> None:
    seen = hosts.look("srv1", FULL)
    found = hosts.run("srv1", "find / -xdev -type f -perm /6000; getcap -r / 2>/dev/null || true")
    paths = {line.split(" ")[0] for line in found.splitlines()}
    assert set(seen.items("setuid_file")) == paths
    assert seen.reason("setuid_file") is None
    assert seen.items("setuid_file")["/usr/bin/passwd"] == {
        "owner": "root",
        "group": "root",
        "mode": "4755",
    }


def test_what_somebody_planted_is_found_and_named(hosts: Hosts, changing: Change) -> None:
    before = set(hosts.look("srv1", FULL).items("setuid_file"))
    changing(
        "srv1",
        "mkdir -p /srv/数据/.x; cp /bin/sh /srv/数据/.x/sh; chmod 4755 /srv/数据/.x/sh;"
        " cp /bin/cat /run/cat; chmod 2711 /run/cat; ln /srv/数据/.x/sh /opt/twin;"
        " cp /bin/ls /opt/ls; setfattr -n security.capability"
        " -v 0x0100000204000000000000000000000000000000 /opt/ls 2>/dev/null || python3 -c"
        ' \'import os; os.setxattr("/opt/ls", "security.capability",'
        ' bytes.fromhex("0100000204000000000000000000000000000000"))\'',
        "rm -r /srv/数据 /run/cat /opt/twin /opt/ls",
    )
    seen = hosts.look("srv1", FULL)
    planted = {"/srv/数据/.x/sh", "/run/cat", "/opt/twin", "/opt/ls"}
    assert set(seen.items("setuid_file")) - before == planted
    assert seen.items("setuid_file")["/opt/ls"]["capabilities"] == "cap_dac_read_search=ep"
    meant = ServerState(
        items={
            "setuid_file": {
                "/opt/ls": {"capabilities": "cap_dac_read_search=ep"},
                "/run/cat": {"mode": "2755"},
                "/opt/none": {},
            }
        }
    )
    assert hosts.look("srv1", meant).verdicts("setuid_file") == {
        "/opt/ls": Status.IN_SYNC,
        "/run/cat": Status.DIVERGED,
        "/opt/none": Status.MISSING,
    }


def test_a_folder_that_may_not_be_read_is_no_proof(hosts: Hosts, changing: Change) -> None:
    sudoers = "/etc/sudoers.d/ops"
    changing("srv2", f"mv {sudoers} /root/sudoers", f"mv /root/sudoers {sudoers}")
    seen = hosts.look("srv2", FULL)
    assert seen.reason("setuid_file") is UnknownReason.DENIED
    assert "/usr/bin/passwd" in seen.items("setuid_file")
