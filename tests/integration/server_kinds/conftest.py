"""Real hosts: looked at by the probe, and made so, or only judged, by the roles of Ansible.

OMLIB_LAB_ID says which lab; several may stand side by side.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from omlib.lab import lifecycle, machine
from omlib.lab.layout import LabLayout
from omlib.lab.spec import LabSpec
from omlib.lab.spec import Server as LabServer
from omlib.model.estate import ServerState
from omlib.model.kind import SERVER_KINDS
from omlib.planes.server.runs.host_vars import content_vars

from ...lab_estate import Seen, estate_of, look_at

LAB_ID = int(os.environ.get("OMLIB_LAB_ID", "21"))
NAMES = ("srv1", "srv2")
ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Hosts:
    layout: LabLayout
    folder: Path

    def run(self, name: str, script: str) -> str:
        done = lifecycle.exec_(self.layout, name, ["sh", "-c", script])
        assert done.code == 0, done.stderr
        return done.stdout

    def look(self, name: str, state: ServerState, *, deadline_s: int = 20) -> Seen:
        return look_at(estate_of(self.layout, {name: state}, deadline_s=deadline_s))

    def check(self, name: str, state: ServerState) -> dict[str, str]:
        """What the roles would do in check mode: by `kind/name` `ok`, `changed` or the failure."""
        return self._play(name, state, "--check", "--diff")

    def apply(self, name: str, state: ServerState) -> dict[str, str]:
        """The same, done."""
        return self._play(name, state)

    def _play(self, name: str, state: ServerState, *options: str) -> dict[str, str]:
        kinds = [kind for kind in SERVER_KINDS if state.of(kind.name)]
        variables = {
            f"omlib_{kind.collection}": [
                _variables(kind.name, part, told, state)
                for part, told in state.of(kind.name).items()
            ]
            for kind in kinds
        }
        roles = [kind.collection for kind in kinds]
        roles += ["users"] if roles[:1] == ["groups"] and "users" not in roles else []
        play = {"hosts": name, "become": True, "gather_facts": True, "roles": roles}
        book = self.folder / "play.json"
        book.write_text(json.dumps([{**play, "vars": variables}]), encoding="utf-8")
        settings = self.folder / "ansible.cfg"  # whoever runs this may have their own
        settings.touch()
        ssh = f"-F {self.layout.run / 'ssh_config'}"
        environment = {
            **os.environ,
            "ANSIBLE_CONFIG": str(settings),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            "ANSIBLE_LIBRARY": str(ROOT / "plugins" / "modules"),
            "ANSIBLE_ROLES_PATH": str(ROOT / "playbooks" / "roles"),
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_SSH_ARGS": ssh,
            "ANSIBLE_HOME": str(self.folder / "ansible"),
        }
        playbook = str(Path(sys.executable).with_name("ansible-playbook"))
        argv = [playbook, "-i", f"{name},", *options, str(book)]
        done = subprocess.run(argv, capture_output=True, env=environment, check=False, timeout=250)
        assert done.stdout.strip(), done.stderr.decode()
        told = json.loads(done.stdout[done.stdout.index(b"{") :])
        return _results(told, name)


def _variables(
    kind: str, name: str, told: Mapping[str, Any], state: ServerState
) -> dict[str, object]:
    variables: dict[str, object] = {"name": name, "ref": f"{kind}/{name}", **told}
    if kind == "file":
        if name in state.contents:
            variables |= content_vars(state.contents[name])
        variables["restarts"] = state.restarts.get(name, ())
    return variables


def _results(told: Any, name: str) -> dict[str, str]:
    """An item that several tasks judge is as the worst of them says."""
    results: dict[str, str] = {}
    for task in [task for play in told["plays"] for task in play["tasks"]]:
        outcome = task["hosts"].get(name, {})
        for one in outcome.get("results", outcome.get("omlib_items", [outcome])):
            item = one if "ref" in one else one.get("item")
            named = isinstance(item, dict) and "ref" in item
            ref = item["ref"] if named else task["task"]["name"]
            if one.get("failed") or one.get("unreachable"):
                results[ref] = f"failed: {one.get('msg')}"
            elif one.get("changed") and not results.get(ref, "").startswith("failed"):
                results[ref] = "changed"
            elif not one.get("skipped") and named:
                results.setdefault(ref, "ok")
    return results


@pytest.fixture(scope="session", autouse=True)
def supported() -> None:
    if reason := machine.unsupported():
        pytest.skip(f"no lab on this machine: {reason}")


@pytest.fixture(scope="session")
def hosts(supported: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    layout = LabLayout(id=LAB_ID, home=LabLayout.from_environment({**os.environ}).home)
    lifecycle.up(layout, LabSpec(servers=tuple(LabServer(n, "dc", 10 + int(n[3:])) for n in NAMES)))
    yield Hosts(layout, tmp_path_factory.mktemp("ansible"))
    lifecycle.down(layout)


@pytest.fixture
def changing(hosts: Hosts) -> Iterator[Callable[[str, str, str], None]]:
    """Do something to a host, and undo it when the test is over."""
    undone: list[tuple[str, str]] = []

    def change(name: str, script: str, undo: str) -> None:
        undone.append((name, undo))
        hosts.run(name, script)

    yield change
    for name, undo in reversed(undone):
        hosts.run(name, undo)
