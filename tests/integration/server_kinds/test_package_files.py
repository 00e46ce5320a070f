"""Changed files of packages, and programs of no package, on a real host."""

import hashlib
import re
from collections.abc import Callable

import pytest

from omlib.model.estate import ServerState
from omlib.model.status import Status

from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
LEFT_OUT = r" /usr/share/(doc|man|locale|info)/"
FULL = ServerState(full=frozenset({"package_file", "program"}))


def test_an_untouched_host_has_its_packages_as_they_were_shipped(hosts: Hosts) -> None:
    seen = hosts.look("srv2", FULL, deadline_s=120)
    assert (seen.items("package_file"), seen.reason("package_file")) == ({}, None)
    # the lab's own, which no package brought
    assert set(seen.items("program")) == {"/usr/local/sbin/lab-network"}


def test_changed_and_missing_files_of_packages_are_found(hosts: Hosts, changing: Change) -> None:
    changing(
        "srv1",
        "mkdir /root/k2; cp -a /usr/bin/env /etc/cron.d/e2scrub_all /etc/pam.d/login /root/k2;"
        "cp /usr/bin/true /usr/bin/env; rm /etc/cron.d/e2scrub_all; echo '#' >> /etc/pam.d/login;"
        "mv /usr/bin/nawk /root/k2/; mv /usr/share/pam/common-auth /usr/share/pam/away",
        "cd /root/k2; cp -a env nawk /usr/bin/; cp -a e2scrub_all /etc/cron.d;"
        "cp -a login /etc/pam.d;"
        "mv /usr/share/pam/away /usr/share/pam/common-auth; rm -rf /root/k2",
    )
    state = ServerState(
        items={
            "package_file": {
                "/etc/pam.d/login": {"changed": ("content",)},
                "/etc/pam.d/su": {"changed": ()},
                "/etc/pam.d/mine": {},
            }
        },
        full=frozenset({"package_file"}),
    )
    seen = hosts.look("srv1", state, deadline_s=120)
    assert seen.items("package_file") == {
        "/usr/bin/env": {"package": "coreutils", "changed": ("content",)},
        "/etc/cron.d/e2scrub_all": {"package": "e2fsprogs", "changed": ("missing",)},
        "/etc/pam.d/login": {"package": "login", "changed": ("content",)},
        "/etc/pam.d/su": {"package": "util-linux", "changed": ()},
        "/usr/share/pam/common-auth": {"package": "libpam-runtime", "changed": ("missing",)},
    }
    verdicts = seen.verdicts("package_file")
    assert verdicts["/etc/pam.d/login"] is Status.IN_SYNC
    assert verdicts["/etc/pam.d/su"] is Status.IN_SYNC
    assert verdicts["/etc/pam.d/mine"] is Status.MISSING
    assert verdicts["/usr/bin/env"] is Status.UNMANAGED


def test_it_agrees_with_dpkg(hosts: Hosts, changing: Change) -> None:
    changing(
        "srv1",
        "cp -a /usr/bin/env /root/; echo >> /usr/bin/env;"
        "cp -a /etc/pam.d/su /root; rm /etc/pam.d/su; mv /usr/bin/sg /root;"
        "rm -rf /var/lib/apt/lists/partial",
        "cp -a /root/env /usr/bin/; cp -a /root/su /etc/pam.d; mv /root/sg /usr/bin/;"
        "rm /root/env /root/su; mkdir /var/lib/apt/lists/partial",
    )
    told = hosts.run("srv1", "dpkg --verify || true").splitlines()
    # dpkg itself calls missing what it was told to leave out
    verified = {line.split()[-1] for line in told if not re.search(LEFT_OUT, line)}
    seen = hosts.look("srv1", ServerState(full=frozenset({"package_file"})), deadline_s=120)
    assert (
        set(seen.items("package_file"))
        == verified
        == {"/usr/bin/env", "/usr/bin/sg", "/etc/pam.d/su", "/var/lib/apt/lists/partial"}
    )


def test_a_changed_file_that_is_declared_is_told_once(hosts: Hosts, changing: Change) -> None:
    changing(
        "srv1",
        "cp -a /etc/pam.d/login /root; printf x > /etc/pam.d/login",
        "cp -a /root/login /etc/pam.d; rm /root/login",
    )
    sha256 = hashlib.sha256(b"x").hexdigest()
    state = ServerState(
        items={"file": {"/etc/pam.d/login": {"sha256": sha256}}}, full=frozenset({"package_file"})
    )
    seen = hosts.look("srv1", state, deadline_s=120)
    assert seen.items("package_file") == {}
    assert seen.verdicts("file") == {"/etc/pam.d/login": Status.IN_SYNC}


def test_programs_of_no_package_are_found(hosts: Hosts, changing: Change) -> None:
    changing(
        "srv1",
        "cp /bin/true /usr/local/bin/backdoor; ln -s /tmp /usr/local/bin/folder;"
        "printf '#!/bin/sh\\n' > /usr/sbin/script; chmod 4755 /usr/sbin/script;"
        "ln -s /usr/bin/env /usr/local/sbin/ls; printf data > /usr/bin/data;"
        "mkdir -p /usr/local/games; cp /bin/true /usr/local/games/play;"
        "cp /bin/true /opt/tool;"
        "update-alternatives --quiet --install /usr/bin/tool tool /opt/tool 1;"
        "cp /bin/true /opt/mine; ln -s /opt/mine /usr/local/bin/mine",
        "update-alternatives --quiet --remove tool /opt/tool;"
        "rm -rf /usr/local/bin/* /usr/sbin/script"
        " /usr/local/sbin/ls /usr/bin/data /usr/local/games/play /opt/tool /opt/mine",
    )
    state = ServerState(
        items={"program": {"/usr/local/bin/mine": {"mode": "0755"}, "/usr/local/bin/none": {}}},
        full=frozenset({"program"}),
    )
    seen = hosts.look("srv1", state)
    verdicts = seen.verdicts("program")
    assert verdicts.pop("/usr/local/bin/mine") is Status.IN_SYNC
    assert verdicts.pop("/usr/local/bin/none") is Status.MISSING
    assert set(verdicts) == {
        "/usr/local/sbin/lab-network",
        "/usr/local/bin/backdoor",
        "/usr/sbin/script",
        "/usr/local/sbin/ls",
        "/usr/local/games/play",
        "/usr/bin/tool",
    }
    assert seen.items("program")["/usr/sbin/script"]["mode"] == "4755"
