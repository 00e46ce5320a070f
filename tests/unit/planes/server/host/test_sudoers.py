"""Rules of sudo: what of a file counts, and what else it brings in."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

from omlib.inventory.schema.state import rule_without_comment
from omlib.planes.server.host import sudoers

# of sudo 1.9.13 on Debian 12, 1.8.29 on RHEL 8 (`#includedir`), and what sudoers(5) allows besides
DEBIAN = b"""\
#
# This file MUST be edited with the 'visudo' command as root.
#
Defaults\tenv_reset
Defaults\tsecure_path="/usr/local/sbin:/usr/local/bin"

# User privilege specification
root\tALL=(ALL:ALL) ALL
%sudo\tALL=(ALL:ALL) ALL   # members of group sudo

@includedir /etc/sudoers.d
"""
RHEL = b"""\
Cmnd_Alias NETWORKING = /sbin/route, /sbin/ifconfig, \\
    /bin/ping,\\
\t/sbin/dhclient
## Read drop-in files (the # here does not mean a comment)
#includedir /etc/sudoers.d
"""
RULES = {
    DEBIAN: [
        "Defaults env_reset",
        'Defaults secure_path="/usr/local/sbin:/usr/local/bin"',
        "root ALL=(ALL:ALL) ALL",
        "%sudo ALL=(ALL:ALL) ALL",
        "@includedir /etc/sudoers.d",
    ],
    RHEL: [
        "Cmnd_Alias NETWORKING = /sbin/route, /sbin/ifconfig, /bin/ping, /sbin/dhclient",
        "#includedir /etc/sudoers.d",
    ],
    b"#1001 ALL=(#0) ALL # a uid is no comment\n": ["#1001 ALL=(#0) ALL"],
    b'Defaults badpass_message="try # again" # x\n': ['Defaults badpass_message="try # again"'],
    b"ops ALL=/bin/echo \\# x\n": ["ops ALL=/bin/echo \\# x"],
    b"# a comment does not go on \\\nmallory ALL=(ALL) ALL": ["mallory ALL=(ALL) ALL"],
    b"ops ALL=(ALL) \\\n": ["ops ALL=(ALL)"],
    b"ops ALL=(ALL) ALL\r\n": ["ops ALL=(ALL) ALL"],
    b'Defaults x="a \\\n   b"\n': ['Defaults x="a b"'],
    b"ops ALL=/bin/a\\\\\nroot ALL=ALL": ["ops ALL=/bin/a\\\\", "root ALL=ALL"],
    b"": [],
}


def the_module() -> ModuleType:
    path = Path(__file__).parents[5] / "plugins" / "modules" / "omlib_sudo_rules.py"
    spec = importlib.util.spec_from_file_location("omlib_sudo_rules", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("raw", RULES)
def test_probe_and_ansible_take_the_same_rules_from_a_file(raw: bytes) -> None:
    assert sudoers.parse_rules(raw) == RULES[raw]
    assert the_module().parse_rules(raw) == RULES[raw]


@pytest.mark.parametrize("raw", RULES)
def test_a_line_is_declared_as_the_probe_finds_it(raw: bytes) -> None:
    lines = [line for line in raw.decode().splitlines() if line and not line.endswith("\\")]
    for line in lines:
        found = sudoers.parse_rules(line.encode())
        assert found == [rule for rule in [rule_without_comment(line)] if rule]


@pytest.mark.parametrize("module", [sudoers, the_module()], ids=["probe", "ansible"])
def test_includes_are_followed_as_sudo_does(module: ModuleType) -> None:
    rules = [
        "@includedir /etc/sudoers.d",
        "#include /opt/sudo rules",
        "@include sudoers.%h",
        '@include "/etc/with blank"',
        "#includes nothing",
        "ops ALL=/bin/x",
    ]
    assert module.includes(rules, "/etc/sudoers", "srv1") == [
        (True, "/etc/sudoers.d"),
        (False, "/opt/sudo rules"),
        (False, "/etc/sudoers.srv1"),
        (False, "/etc/with blank"),
    ]


@pytest.mark.parametrize("module", [sudoers, the_module()], ids=["probe", "ansible"])
@pytest.mark.parametrize(
    ("mode", "uid", "gid", "trusted"),
    [
        (0o440, 0, 0, True),
        (0o644, 0, 0, True),
        (0o460, 0, 0, True),
        (0o460, 0, 27, False),
        (0o446, 0, 0, False),
        (0o440, 1000, 0, False),
    ],
)
def test_sudo_takes_no_file_that_others_may_write(
    module: ModuleType, mode: int, uid: int, gid: int, *, trusted: bool
) -> None:
    told = os.stat_result((mode, 1, 1, 1, uid, gid, 0, 0, 0, 0))
    assert module.is_trusted(told) is trusted


def test_a_file_with_a_dot_or_a_tilde_is_not_taken() -> None:
    names = ["ops", "ops.bak", "ops~", "README", ".swp", "90-cloud-init-users"]
    assert [name for name in names if sudoers.is_taken(name)] == [
        "ops",
        "README",
        "90-cloud-init-users",
    ]


def test_a_file_is_named_as_the_inventory_names_it() -> None:
    named = {"/etc/sudoers": "sudoers", "/etc/sudoers.d/ops": "ops", "/opt/x": "/opt/x"}
    assert {path: sudoers.item_of(path) for path in named} == named
    assert {sudoers.path_of(item): item for item in named.values()} == named


def test_rules_in_a_directory_are_known_to_be_elsewhere() -> None:
    assert sudoers.rules_elsewhere(b"passwd: files sss\nsudoers:    files sss\n") == ["sss"]
    assert sudoers.rules_elsewhere(b"# sudoers: ldap\npasswd: files\n") == []
    assert sudoers.rules_elsewhere(b"sudoers: files # sss\n") == []
