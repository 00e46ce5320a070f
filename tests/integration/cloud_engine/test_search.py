"""What an interrupted run made is found by its mark in a simulated cloud, or by its name."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from omlib.planes.cloud.engine.command import EngineCommand
from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.errors import RecoveryRefusedError
from omlib.planes.cloud.engine.recovery import Recovery, Why, look, recover
from omlib.planes.cloud.engine.state import read
from omlib.planes.cloud.provider.api import Clouds
from omlib.planes.cloud.provider.journal import CreateJournal
from omlib.planes.cloud.provider.place import Place
from omlib.planes.cloud.stacks.names import urn_of
from omlib.testing.openstack import CHANGER, SimulatedCloud

STACK = "gov.RegionOne.hrss"
PLACE = Place("gov", "RegionOne", "hrss")
ONE, TWO = (urn_of(STACK, "server", name) for name in ("oa-01", "oa-02"))


class Quiet:
    def start(self, step: str, total: int = 0) -> None: ...

    def advance(self, step: str, note: str = "") -> None: ...

    def done(self, step: str, took_s: float, note: str = "") -> None: ...


class Wreck:
    """A stack with an open journal of creations, and the cloud that they were asked of."""

    def __init__(self, root: Path, cloud: SimulatedCloud) -> None:
        self.home, self.cloud = StateHome(root), cloud
        self.home.prepare()
        self.journal = CreateJournal(self.home.creates(STACK))
        self.clouds = Clouds({"gov": CHANGER}, cloud.clouds_yaml)

    def began(self, urn: str, kind: str, name: str, live_id: str = "") -> None:
        self.journal.began(urn, kind, PLACE, name)
        if live_id:
            self.journal.made(urn, live_id)

    def server(self, name: str, urn: str = "") -> str:
        """One that is there, marked as made for *urn*."""
        flavor = self.cloud.things("flavor")[0]["id"]
        image = self.cloud.things("image")[0]["id"]
        network = next(n["id"] for n in self.cloud.things("network") if n["name"] == "gov-net")
        body = {
            "name": name,
            "flavorRef": flavor,
            "imageRef": image,
            "networks": [{"uuid": network}],
            "metadata": {"omlib_urn": urn} if urn else {},
        }
        told = self.cloud.do("POST", "compute", "/servers", {"server": body}, project="hrss")
        return str(told["server"]["id"])

    def look(self, grace_s: float = 0.0) -> Recovery:
        return look(self.home, read(self.home, STACK), self.clouds, Quiet(), grace_s=grace_s)


@pytest.fixture
def wreck(tmp_path: Path, cloud: SimulatedCloud) -> Wreck:
    return Wreck(tmp_path / "inventory", cloud)


def test_a_thing_is_known_by_its_mark_and_not_by_its_name(wreck: Wreck) -> None:
    wreck.began(ONE, "server", "oa-01")
    wreck.began(TWO, "server", "oa-02")
    wreck.server("oa-01")  # somebody else's, with the same name
    ours = wreck.server("renamed", urn=ONE)
    assert wreck.look() == Recovery(adopt={ONE: ours}, forget=(TWO,))


def test_the_id_that_the_cloud_answered_is_enough(wreck: Wreck) -> None:
    ours = wreck.server("oa-01")
    wreck.began(ONE, "server", "oa-01", live_id=ours)
    assert wreck.look().adopt == {ONE: ours}


def test_what_was_still_under_way_when_its_sender_died_is_waited_for(wreck: Wreck) -> None:
    wreck.began(ONE, "server", "oa-01")
    later: list[str] = []

    def arrive() -> None:
        time.sleep(1.0)
        later.append(wreck.server("oa-01", urn=ONE))

    thread = threading.Thread(target=arrive)
    thread.start()
    assert wreck.look(grace_s=20.0).adopt == {ONE: later[0]}
    thread.join()


def test_what_is_half_made_is_waited_for(wreck: Wreck) -> None:
    ours = wreck.server("oa-01", urn=ONE)
    wreck.cloud.edit("server", ours, status="BUILD")
    wreck.began(ONE, "server", "oa-01")

    def settle() -> None:
        time.sleep(1.0)
        wreck.cloud.edit("server", ours, status="ACTIVE")

    thread = threading.Thread(target=settle)
    thread.start()
    began = time.monotonic()
    assert wreck.look(grace_s=0.4).adopt == {ONE: ours}
    assert time.monotonic() - began >= 0.9
    thread.join()


@pytest.mark.parametrize("trouble", [{"status": 503}, {"status": 403}])
def test_a_project_that_cannot_be_listed_is_refused_and_nothing_is_forgotten(
    trouble: dict[str, Any], wreck: Wreck, pulumi: Path
) -> None:
    wreck.began(ONE, "server", "oa-01")
    wreck.cloud.trouble(method="GET", path="/servers/detail", **trouble)
    before = wreck.journal.entries()
    with pytest.raises(RecoveryRefusedError) as refusal:
        recover(
            wreck.home,
            STACK,
            wreck.clouds,
            EngineCommand(pulumi),
            Quiet(),
            env=wreck.home.env({}),
            grace_s=0.0,
        )
    assert refusal.value.facts["refused"] == [{"urn": ONE, "why": Why.UNSEEN, "ids": ""}]
    assert wreck.journal.entries() == before


def test_two_that_carry_one_mark_are_for_a_person_to_settle(wreck: Wreck) -> None:
    wreck.began(ONE, "server", "oa-01")
    both = sorted(wreck.server("oa-01", urn=ONE) for _ in range(2))
    (refusal,) = wreck.look().refuse
    assert (refusal.urn, refusal.why, list(refusal.ids)) == (ONE, Why.SEVERAL, both)


def test_a_key_pair_has_no_room_for_a_mark_and_is_known_by_its_name(wreck: Wreck) -> None:
    urn = urn_of(STACK, "key_pair", "ops")
    wreck.began(urn, "key_pair", "ops")
    api = wreck.clouds.api(PLACE)
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1sZ2Zk8nJ8yK0u7m6zq8H4s0mZ8q5v9x7w3t1r2u4y ops"
    api.post("compute", "/os-keypairs", {"keypair": {"name": "ops", "public_key": key}})
    assert wreck.look().adopt == {urn: "ops"}
