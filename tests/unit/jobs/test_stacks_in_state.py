"""What all stacks of an inventory hold, read from their files, and what it binds."""

import json
from pathlib import Path
from typing import Any

import pytest

from omlib.jobs.wiring import bound_by_stacks, stacks_in_state
from omlib.model.item import Declared, Key, Scope
from omlib.model.ref import Plane, Ref, make_ref
from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.stacks.names import urn_of

PAY, EDU = "gov-cloud.RegionOne.hrss", "gov-cloud.RegionOne.edu"
WHERE = "gov-cloud:RegionOne:hrss"


def write(root: Path, stack: str, *resources: tuple[str, str, str]) -> Path:
    path = StateHome(root).stack_file(stack)
    path.parent.mkdir(parents=True, exist_ok=True)
    listed: list[Any] = [
        {"urn": urn_of(stack, kind, name), "id": own_id} for kind, name, own_id in resources
    ]
    told = {"version": 3, "checkpoint": {"stack": stack, "latest": {"resources": listed}}}
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    return tmp_path


def server(name: str, *keys: Key) -> Declared:
    ref = make_ref(Plane.CLOUD, "server", name)
    return Declared(ref=ref, scope=Scope(Plane.CLOUD, "server", WHERE), keys=keys)


def test_an_inventory_without_stacks_holds_nothing(root: Path) -> None:
    stacks, live_ids = stacks_in_state(root)
    assert (stacks.holders, stacks.read, live_ids) == ({}, frozenset(), {})


def test_every_stack_is_read_and_says_what_it_holds(root: Path) -> None:
    write(root, PAY, ("server", "pay-1", "u1"), ("port", "pay-1/net", "p1"))
    write(root, EDU, ("server", "edu-1", "u2"), ("server", "moved", "u1"))
    stacks, live_ids = stacks_in_state(root)
    assert stacks.read == {PAY, EDU}
    assert stacks.holders[("server", "u1")] == (EDU, PAY)
    assert stacks.holders[("port", "p1")] == (PAY,)
    assert live_ids[Ref(Plane.CLOUD, "port", "pay-1", "net")] == "p1"


def test_a_damaged_state_counts_as_one_that_lives_elsewhere(root: Path) -> None:
    write(root, PAY, ("server", "pay-1", "u1"))
    write(root, EDU).write_text("{", encoding="utf-8")
    stacks, _ = stacks_in_state(root)
    assert stacks.read == {PAY}


def test_a_state_that_is_kept_in_a_database_is_not_opened(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "postgres://db.invalid/pulumi")
    stacks, live_ids = stacks_in_state(root)
    assert (stacks.read, live_ids) == (frozenset(), {})


def test_an_item_stands_under_the_id_of_its_stack_unless_the_inventory_has_one(root: Path) -> None:
    write(root, PAY, ("server", "pay-1", "u1"), ("server", "pay-2", "u2"))
    _, live_ids = stacks_in_state(root)
    mark = Key("mark", "pay-1")
    items = [server("pay-1", mark), server("pay-2", Key("id", "own")), server("pay-3")]
    assert [item.keys for item in bound_by_stacks(items, live_ids)] == [
        (Key("id", "u1"), mark),
        (Key("id", "own"),),
        (),
    ]


def test_an_item_that_two_stacks_have_under_two_ids_is_bound_to_neither(root: Path) -> None:
    write(root, PAY, ("server", "pay-1", "u1"))
    write(root, EDU, ("server", "pay-1", "u2"))
    _, live_ids = stacks_in_state(root)
    assert live_ids == {}
