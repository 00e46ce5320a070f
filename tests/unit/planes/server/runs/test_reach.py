"""Ansible reaches a host as the probe does: keys, known hosts, jump hosts, no one's ssh_config."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from omlib.model.estate import Access, Site
from omlib.model.item import Source
from omlib.planes.server.runs.places import path_in
from omlib.planes.server.runs.reach import own_vars, site_vars

SOURCE = Source("sites.yml", 1)


def site(**facts: Any) -> Site:
    return Site(**{"id": "dc", "name": "机房", "user": "ops", "source": SOURCE, **facts})


def options(told: dict[str, object]) -> list[str]:
    return shlex.split(str(told["ansible_ssh_common_args"]))


def test_host_keys_are_checked_and_the_users_own_ssh_config_and_agent_play_no_part() -> None:
    told = options(site_vars(site(), path_in({})))
    assert told[:2] == ["-F", "/dev/null"]
    assert {"StrictHostKeyChecking=yes", "IdentitiesOnly=yes", "IdentityAgent=none"} <= {*told}
    with_agent = options(site_vars(site(agent=True), path_in({})))
    assert "IdentityAgent=none" not in with_agent


def test_a_reference_to_a_file_becomes_its_path() -> None:
    env = {"KEY": "/keys/ops", "KNOWN": "/etc/omlib/known hosts"}
    told = site_vars(site(key="env:KEY", known_hosts="env:KNOWN"), path_in(env))
    assert told["ansible_ssh_private_key_file"] == "/keys/ops"
    assert 'UserKnownHostsFile="/etc/omlib/known hosts"' in options(told)
    assert "GlobalKnownHostsFile=/dev/null" in options(told)


def test_a_key_that_stands_in_the_variable_itself_goes_nowhere() -> None:
    for held in ("-----BEGIN OPENSSH PRIVATE KEY-----\nabc", "hunter2", ""):
        told = site_vars(site(key="env:KEY"), path_in({"KEY": held}))
        assert "ansible_ssh_private_key_file" not in told


def test_a_port_of_the_sites_ssh_config_counts_where_the_inventory_has_none() -> None:
    told = site_vars(site(ssh_config="file:/etc/omlib/ssh_config"), path_in({}))
    assert "ansible_port" not in told
    assert options(told)[:2] == ["-F", "/etc/omlib/ssh_config"]
    assert own_vars(Access(site="dc", address="192.0.2.1", port=2222))["ansible_port"] == 2222
    assert site_vars(site(), path_in({}))["ansible_port"] == 22


def test_who_logs_in_becomes_root_unless_it_is_root() -> None:
    assert site_vars(site(), path_in({}))["ansible_become"] is True
    own = own_vars(Access(site="dc", address="192.0.2.1", user="root", port=2222))
    assert own == {
        "ansible_host": "192.0.2.1",
        "ansible_port": 2222,
        "ansible_user": "root",
        "ansible_become": False,
    }


def test_an_ssh_config_that_the_site_names_is_followed_where_the_inventory_is_silent() -> None:
    told = site_vars(site(ssh_config="file:/etc/omlib/ssh_config", jump="edge"), path_in({}))
    assert options(told)[:2] == ["-F", "/etc/omlib/ssh_config"]
    assert "ansible_port" not in told
    (proxy,) = [word for word in options(told) if word.startswith("ProxyCommand=")]
    assert "-F /etc/omlib/ssh_config" in proxy
    assert " -p " not in proxy
    assert site_vars(site(), path_in({}))["ansible_port"] == 22


def test_no_password_is_among_the_variables() -> None:
    secret = site(password="env:PASSWORD", sudo_password="env:SUDO")
    told = site_vars(secret, path_in({"PASSWORD": "/canary", "SUDO": "/canary"}))
    assert "canary" not in str(told)
    assert "PASSWORD" not in str(told)


@pytest.mark.parametrize(
    ("jump", "hosts"),
    [
        ("bastion", ["bastion"]),
        ("deng@[2001:db8::1]:2222", ["2001:db8::1"]),
        ("outer:2200,inner", ["inner", "outer"]),
    ],
)
def test_each_jump_host_is_given_the_key_and_the_known_hosts(
    jump: str, hosts: list[str], tmp_path: Path
) -> None:
    """As ssh itself reads it: a stand-in for ssh writes down how it is called, hop by hop."""
    called = tmp_path / "called"
    stand_in = tmp_path / "ssh"
    stand_in.write_text(f'#!/bin/sh\nfor word; do echo "$word"; done >> {called}\n')
    stand_in.chmod(0o755)
    env = {"KEY": "/keys/o'ps", "KNOWN": "/etc/known hosts"}
    told = site_vars(site(jump=jump, key="env:KEY", known_hosts="env:KNOWN"), path_in(env))
    words = options(told)
    target = "192.0.2.9"
    for host in hosts:
        (proxy,) = [w.partition("=")[2] for w in words if w.startswith("ProxyCommand=")]
        tokens = {"%h": target, "%p": "22", "%%": "%"}  # as ssh_config(5) expands them
        command = re.sub("%.", lambda found: tokens[found[0]], proxy)  # noqa: B023
        called.unlink(missing_ok=True)
        subprocess.run(["sh", "-c", f"PATH={tmp_path}; {command}"], check=True)
        words = called.read_text().splitlines()
        assert words[-1] == host
        assert words[words.index("-W") + 1] == f"[{target}]:22"
        assert words[words.index("-i") + 1] == "/keys/o'ps"
        assert 'UserKnownHostsFile="/etc/known hosts"' in words
        assert "StrictHostKeyChecking=yes" in words
        target = host
    assert not any(word.startswith("ProxyCommand=") for word in words)


def test_what_is_no_jump_host_is_never_a_command() -> None:
    told = str(site_vars(site(jump="a:b:$(id)"), path_in({}))["ansible_ssh_common_args"])
    (way,) = [word for word in shlex.split(told) if word.startswith("ProxyCommand=")]
    assert shlex.split(way.removeprefix("ProxyCommand=")) == ["ssh", "--", "a:b:$(id)"]
