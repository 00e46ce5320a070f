"""Two real hosts for runs of Ansible, and a host that is not there."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from omlib.lab import lifecycle, machine
from omlib.lab.layout import LabLayout
from omlib.lab.spec import LabSpec, Server

LAB_ID = 24
NAMES = ("chk1", "chk2")


@dataclass(frozen=True, slots=True)
class Lab:
    layout: LabLayout

    def sh(self, name: str, script: str) -> str:
        done = lifecycle.exec_(self.layout, name, ["sh", "-c", script])
        assert done.code == 0, done.stderr
        return done.stdout

    def inventory(self, *names: str, **more: str) -> dict[str, object]:
        """*more*: further variables of all hosts. A name that is no host of the lab is silent."""
        told = json.loads((self.layout.run / "lab.json").read_text(encoding="utf-8"))
        real = {host["name"]: host for host in told["hosts"]}
        hosts: dict[str, object] = {}
        for name in names or NAMES:
            host = real.get(name, {"address": told["prefix"].rpartition(".")[0] + ".250"})
            hosts[name] = {"ansible_host": host["address"]}
        some = told["hosts"][0]
        common = {
            "ansible_user": "ops",
            "ansible_ssh_private_key_file": some["key_file"],
            "ansible_ssh_common_args": f"-F /dev/null -o UserKnownHostsFile={some['known_hosts']}",
            "ansible_python_interpreter": "/usr/bin/python3",
        }
        return {"all": {"hosts": hosts, "vars": common | more}}

    def written(self, folder: Path, *names: str, **more: str) -> Path:
        """The inventory as a file, as `ansible-playbook -i` takes it."""
        path = folder / "hosts.yml"
        path.write_text(json.dumps(self.inventory(*names, **more)), encoding="utf-8")
        return path


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    if reason := machine.unsupported():
        pytest.skip(f"no lab on this machine: {reason}")
    layout = LabLayout(id=LAB_ID, home=LabLayout.from_environment().home)
    servers = tuple(Server(name, "dc", 10 + int(name[3:])) for name in NAMES)
    lifecycle.up(layout, LabSpec(servers=servers))
    yield Lab(layout)
    lifecycle.down(layout)
