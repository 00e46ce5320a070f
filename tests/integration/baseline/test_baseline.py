"""Real hosts: what a fresh one fails, and what it passes once it holds the baseline."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from omlib.cli.main import main
from omlib.lab import lifecycle, machine
from omlib.lab.layout import LabLayout
from omlib.lab.spec import LabSpec, Server

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1500)]
LAB_ID = 26
ROOT = Path(__file__).parents[3]
PASSWORD = "Correct-Horse-9"
# what the role makes true where no repository offers pam_pwquality and auditd
MADE = {3, 4, 5, 6, 9}
INVENTORY = {
    "estate.yml": "schema: 1\nname: 江滨市\ntimezone: Asia/Shanghai\n",
    "departments.yml": "departments:\n  - {id: city, name: 市政府}\n",
    "systems/pay.yml": """\
id: pay
name: 社保缴费
department: city
owner: {business: 甲, technical: 乙}
zone: gov-extranet
mlps: {level: 3}
lifecycle: {stage: operational, status: in_use, since: 2025-01-01}
""",
}
SITES = """\
sites:
  - id: dc
    name: 机房
    user: ops
    key: file:{key_file}
    known_hosts: file:{known_hosts}
    sudo_password: env:OMLIB_TEST_SUDO
    deadline_s: 60
"""
SERVERS = """\
servers:
  - id: srv1
    system: pay
    os: debian-12
    access: {{site: dc, address: {address}}}
    state: {{listeners: {{"tcp/*:22": {{}}}}, full: [listeners]}}
"""


@dataclass(frozen=True, slots=True)
class Host:
    layout: LabLayout
    root: Path

    def run(self, script: str) -> str:
        done = lifecycle.exec_(self.layout, "srv1", ["sh", "-c", script])
        assert done.code == 0, done.stderr
        return done.stdout

    def answers(self, capsys: pytest.CaptureFixture[str]) -> dict[int, Any]:
        capsys.readouterr()
        main(["mlps", "-i", str(self.root), "--json"])
        told = json.loads(capsys.readouterr().out)
        return {one["row"]: one for one in told["checks"] if one["subject"] == "srv1"}

    def play(self, *options: str, **variables: object) -> Any:
        hosts = {"all": {"hosts": {"srv1": variables}}}
        book = self.root.parent / "hosts.json"
        book.write_text(json.dumps(hosts), encoding="utf-8")
        environment = {
            **os.environ,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_LIBRARY": str(ROOT / "plugins" / "modules"),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            "ANSIBLE_SSH_ARGS": f"-F {self.layout.run / 'ssh_config'}",
            "ANSIBLE_HOME": str(self.root.parent / "ansible"),
        }
        ansible = str(Path(sys.executable).with_name("ansible-playbook"))
        argv = [ansible, "-i", str(book), *options, str(ROOT / "playbooks" / "baseline.yml")]
        done = subprocess.run(
            argv,
            capture_output=True,
            env=environment,
            check=False,
            timeout=600,
            stdin=subprocess.DEVNULL,
        )
        return json.loads(done.stdout[done.stdout.index(b"{") :])


def changed(told: Any) -> list[str]:
    tasks = [task for play in told["plays"] for task in play["tasks"]]
    return [
        task["task"]["name"].removeprefix("baseline : ")
        for task in tasks
        if task["hosts"]["srv1"].get("changed")
    ]


@pytest.fixture(scope="session")
def layout() -> Iterator[LabLayout]:
    if reason := machine.unsupported():
        pytest.skip(f"no lab on this machine: {reason}")
    layout = LabLayout(id=LAB_ID, home=LabLayout.from_environment().home)
    lifecycle.up(layout, LabSpec(servers=(Server("srv1", "dc", 11),)))
    yield layout
    lifecycle.down(layout)


@pytest.fixture
def host(layout: LabLayout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    told = json.loads((layout.run / "lab.json").read_text(encoding="utf-8"))["hosts"][0]
    root = tmp_path / "inventory"
    texts = {
        **INVENTORY,
        "sites.yml": SITES.format(**told),
        "servers.yml": SERVERS.format(**told),
    }
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("OMLIB_TEST_SUDO", PASSWORD)
    return Host(layout, root)


def test_the_baseline_makes_true_what_a_fresh_host_fails(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = host.answers(capsys)
    assert {row for row in fresh if fresh[row]["answer"] == "no"} == {*MADE, 2, 7, 11, 12, 17}
    assert {row for row in fresh if fresh[row]["answer"] == "yes"} == {1, 10, 16}
    host.run(f"echo 'ops:{PASSWORD}' | chpasswd")
    known = {"ansible_become_password": PASSWORD, "omlib_baseline_age_own_account": True}

    before = host.run("find /etc -type f -exec sha256sum {} + | sort -k2")
    would = changed(host.play("--check", "--diff", **known))
    assert host.run("find /etc -type f -exec sha256sum {} + | sort -k2") == before
    did = host.play(**known)
    assert did["stats"]["srv1"]["failures"] == 0
    named = {
        "The lock would stand in the stacks of Debian",
        "The lock stands in the stacks of Debian",
    }
    assert set(would) - named == set(changed(did)) - named
    assert len(would) == len(changed(did))

    assert changed(host.play(**known)) == []
    assert changed(host.play("--check", **known)) == []
    held = host.answers(capsys)
    passed = {row for row in held if held[row]["answer"] == "yes"}
    assert passed == {*MADE, 1, 10, 16}
    # what it could not do is said, and stays a no
    tasks = [task for play in did["plays"] for task in play["tasks"]]
    told = tasks[-1]["hosts"]["srv1"]["msg"]
    assert [line[:6] for line in told] == ["row 2:", "row 11"]
    assert {held[row]["answer"] for row in (2, 11)} == {"no"}


def test_who_logs_in_is_never_locked_out(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    host.run("echo 'ops ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/ops")
    host.run("passwd -d ops; chage -M 99999 ops")
    told = host.play()
    tasks = [task for play in told["plays"] for task in play["tasks"]]
    lines = tasks[-1]["hosts"]["srv1"]["msg"]
    assert any(line.startswith("row 3, left alone: ops") for line in lines)
    assert any("ops ALL=(ALL) NOPASSWD: ALL" in line for line in lines)
    assert changed(told) == []
    answers = host.answers(capsys)
    assert {row: answers[row]["answer"] for row in (1, 3, 9)} == {1: "no", 3: "no", 9: "no"}

    host.run(f"echo 'ops:{PASSWORD}' | chpasswd")
    wrong = host.play(ansible_become_password="not-it")
    assert wrong["stats"]["srv1"]["failures"] == 1
    assert host.run("cat /etc/sudoers.d/ops").strip() == "ops ALL=(ALL) NOPASSWD: ALL"
    assert host.play()["stats"]["srv1"]["failures"] == 0
