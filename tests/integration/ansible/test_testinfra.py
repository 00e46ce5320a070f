"""Tests that people write with testinfra run on declared hosts, over the way the inventory says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import NAMES, Lab

pytestmark = pytest.mark.lab
CLONE = Path(__file__).parents[3]
THEIRS = """\
def test_root_is_reached(host):
    assert host.user().name == "root"

def test_names_are_told(host):
    assert [host.run(f"echo {n}").stdout for n in range(9)] == [f"{n}\\n" for n in range(9)]

def test_the_declared_file_is_there(host):
    assert host.file("/etc/hostname").content_string.strip() in host.backend.get_pytest_id()
"""


def inventory(lab: Lab, folder: Path) -> Path:
    told = lab.inventory()["all"]
    assert isinstance(told, dict)
    common = told["vars"]
    known = Path(common["ansible_ssh_common_args"].partition("UserKnownHostsFile=")[2])
    servers = "".join(
        f"  - {{id: {name}, department: ops, os: debian-12,"
        f" access: {{site: lab, address: {host['ansible_host']}}}}}\n"
        for name, host in told["hosts"].items()
    )
    key = common["ansible_ssh_private_key_file"]
    files = {
        "estate.yml": "schema: 1\nname: Lab\ntimezone: Asia/Shanghai\n",
        "departments.yml": "departments:\n  - {id: ops, name: Operations}\n",
        "sites.yml": "sites:\n  - {id: lab, name: Lab, user: ops,"
        f" key: 'file:{key}', known_hosts: 'file:{known}'}}\n",
        "servers.yml": f"servers:\n{servers}",
        "omlib.yml": "plugin: omlib\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "omlib.yml"


def logins(lab: Lab, name: str) -> int:
    return lab.sh(name, "journalctl -t sshd --no-pager").count("Accepted publickey for ops")


def test_testinfra_runs_on_declared_hosts_and_enters_each_once(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "inventory").mkdir()
    # Ansible makes it with its first connection; testinfra shares none where it is not there
    (Path.home() / ".ansible" / "cp").mkdir(parents=True, exist_ok=True)
    plugin = inventory(lab, tmp_path / "inventory")
    theirs = tmp_path / "test_theirs.py"
    theirs.write_text(THEIRS, encoding="utf-8")
    before = {name: logins(lab, name) for name in NAMES}
    programs = Path(sys.executable).parent
    done = subprocess.run(
        [
            programs / "pytest",
            "-v",
            "-p",
            "no:cacheprovider",
            "--hosts=ansible://all",
            f"--ansible-inventory={plugin}",
            f"--rootdir={tmp_path}",
            str(theirs),
        ],
        cwd=CLONE,  # where ansible.cfg is
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for name in NAMES:
        assert f"test_root_is_reached[ansible://{name}] PASSED" in done.stdout
        assert logins(lab, name) == before[name] + 1
    assert "6 passed" in done.stdout
