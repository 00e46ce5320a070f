"""A folder with a state as Pulumi writes it, and a Progress that remembers what it was told."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.stacks.names import urn_of

STACK = "gov-cloud.RegionOne.hrss"


class Told:
    """An `omlib.ports.Progress` that keeps every word."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.notes: list[str] = []
        self.done_steps: list[str] = []

    def start(self, step: str, total: int = 0) -> None:
        self.steps.append(step)

    def advance(self, step: str, note: str = "") -> None:
        self.notes.append(note)

    def done(self, step: str, took_s: float, note: str = "") -> None:
        self.done_steps.append(step)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateHome:
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    home = StateHome(tmp_path / "清单 #1")
    home.prepare()
    return home


Write = Callable[..., Path]


@pytest.fixture
def write_state(home: StateHome) -> Write:
    """Write the state of STACK: *names* of its servers, *creating* of those in flight."""

    def write(names: Sequence[str] = (), creating: Sequence[str] = ()) -> Path:
        path = home.stack_file(STACK)
        path.parent.mkdir(parents=True, exist_ok=True)
        latest = {
            "resources": [server(name, f"id-{name}") for name in names],
            "pending_operations": [
                {"type": "creating", "resource": server(name, "")} for name in creating
            ],
        }
        text = json.dumps({"version": 3, "checkpoint": {"stack": STACK, "latest": latest}})
        path.write_text(text, encoding="utf-8")
        return path

    return write


def server(name: str, live_id: str) -> dict[str, Any]:
    place = {"cloud": "gov-cloud", "region": "RegionOne", "project": "hrss"}
    return {
        "urn": urn_of(STACK, "server", name),
        "id": live_id,
        "type": "omcloud:index:Server",
        "inputs": {**place, "name": name, "vcpu": 2, "ports": ["p1", "p2"]},
        "outputs": {**place, "name": name, "status": "ACTIVE"} if live_id else {},
        "protect": True,
        "retainOnDelete": True,
    }
