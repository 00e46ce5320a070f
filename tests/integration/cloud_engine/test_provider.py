"""The provider under a real engine, with a program that somebody wrote by hand."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi as sdk
import pytest
from pulumi import automation
from pulumi.automation.errors import CommandError

from omlib.planes.cloud.engine.command import EngineCommand
from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.provider.api import Clouds
from omlib.planes.cloud.provider.classes import (
    KeyPair,
    Network,
    Port,
    Router,
    SecurityGroup,
    Subnet,
    get_flavor,
)
from omlib.planes.cloud.provider.journal import CreateJournal
from omlib.planes.cloud.provider.marks import carries
from omlib.planes.cloud.provider.serve import serving
from omlib.planes.cloud.provider.servicer import OmcloudServicer
from omlib.planes.cloud.provider.unknowns import Unknowns
from omlib.testing.openstack import CHANGER, SimulatedCloud

STACK = "gov-cloud.RegionOne.hrss"
PLACE: dict[str, Any] = {"cloud": "gov-cloud", "region": "RegionOne", "project": "hrss"}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA somebody"


def estate() -> None:
    network = Network("dmz", **PLACE, name="业务")
    subnet = Subnet(
        "dmz-4", **PLACE, name="dmz-4", network=network.id, cidr="10.9.0.0/24", gateway="10.9.0.1"
    )
    after = sdk.ResourceOptions(depends_on=[subnet])
    Router("out", **PLACE, name="out", networks=[network.id], opts=after)
    group = SecurityGroup("web", **PLACE, name="web", rules=["ingress tcp 443 0.0.0.0/0"])
    after = sdk.ResourceOptions(depends_on=[subnet, group])
    Port(
        "oa-01/dmz",
        **PLACE,
        network=network.id,
        addresses=["10.9.0.11"],
        security_groups=["web"],
        opts=after,
    )
    KeyPair("ops", **PLACE, name="ops", public_key=KEY)
    sdk.export("flavor", get_flavor(**PLACE, name="m1.small").vcpu)


MADE = {"dmz", "dmz-4", "out", "web", "oa-01/dmz", "ops"}


@dataclass
class Hand:
    """A person with `pulumi` and a program. *told* are the diagnostics of the last run."""

    stack: automation.Stack
    cloud: SimulatedCloud
    home: StateHome
    unknowns: Unknowns
    told: list[str] = field(default_factory=list)

    def run(self, what: str, **how: Any) -> dict[str, tuple[str, tuple[str, ...]]]:
        """What was done with each resource in the end, and the properties that differ."""
        ops: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.told = []

        def on_event(event: Any) -> None:
            if event.diagnostic_event:
                self.told.append(event.diagnostic_event.message)
            if event.res_outputs_event:
                told = event.res_outputs_event.metadata
                name = told.urn.split("::", 3)[3]
                ops[name] = (told.op.value, tuple(told.detailed_diff or ()))

        self.cloud.clear_counts()
        getattr(self.stack, what)(on_event=on_event, **how)
        return {name: op for name, op in ops.items() if name in MADE}

    def state(self) -> dict[str, Any]:
        told = json.loads(self.home.stack_file(STACK).read_text())
        resources = told["checkpoint"]["latest"]["resources"]
        return {each["urn"].split("::", 3)[3]: each for each in resources}


Attach = Callable[..., Hand]


@contextmanager
def at_hand(root: Path, cloud: SimulatedCloud, engine: Path, attached: bool) -> Iterator[Hand]:
    home, unknowns = StateHome(root), Unknowns()
    home.prepare()
    profiles = {"gov-cloud": CHANGER}
    servicer = OmcloudServicer(
        Clouds(profiles, cloud.clouds_yaml),
        unknowns=unknowns,
        journal=CreateJournal(home.creates(STACK)),
    )
    with serving(servicer) as port:
        env = home.env(profiles, port if attached else None)
        env |= {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
        stack = automation.create_or_select_stack(
            stack_name=STACK,
            project_name="omlib",
            program=estate,
            opts=automation.LocalWorkspaceOptions(
                work_dir=str(home.work),
                env_vars={**env, "OS_CLIENT_CONFIG_FILE": str(cloud.clouds_yaml)},
                pulumi_command=EngineCommand(engine),
            ),
        )
        yield Hand(stack, cloud, home, unknowns)


@pytest.fixture
def hand(tmp_path: Path, cloud: SimulatedCloud, pulumi: Path) -> Iterator[Hand]:
    with at_hand(tmp_path, cloud, pulumi, attached=True) as told:
        yield told


def test_preview_up_and_refresh_of_a_program_of_ones_own(hand: Hand) -> None:
    assert set(hand.run("preview").values()) == {("create", ())}
    assert hand.cloud.changes() == {}
    assert set(hand.run("up").values()) == {("create", ())}
    assert set(hand.run("preview", refresh=True).values()) == {("same", ())}
    assert hand.cloud.changes() == {}
    (network,) = hand.cloud.things("network", "hrss")
    hand.cloud.edit("network", network["id"], name="renamed")
    drifted = hand.run("preview", refresh=True)
    assert {name: op for name, op in drifted.items() if op[0] != "same"} == {
        "dmz": ("update", ("name",))
    }
    hand.run("up", refresh=True)
    assert hand.cloud.changes() == {"PUT network /networks/*": 1}
    assert {op for op, _ in hand.run("preview", refresh=True).values()} == {"same"}
    assert hand.unknowns.by_urn() == {}


def test_a_cloud_that_answers_503_leaves_the_state_as_it_was(hand: Hand) -> None:
    hand.run("up")
    before = hand.state()
    hand.cloud.trouble(method="GET", service="network", status=503)
    hand.run("refresh")
    after = hand.state()
    assert {name: each.get("outputs") for name, each in after.items()} == {
        name: each.get("outputs") for name, each in before.items()
    }
    told = {urn.split("::", 3)[3] for urn in hand.unknowns.by_urn()}
    assert told == MADE - {"ops"}


def test_what_was_made_and_did_not_settle_is_in_the_state_and_not_made_twice(hand: Hand) -> None:
    hand.cloud.trouble(
        method="POST", path="/security-group-rules", status=409, message="too many", times=1
    )
    with pytest.raises(CommandError):
        hand.run("up")
    groups = [g["id"] for g in hand.cloud.things("security_group", "hrss") if g["name"] == "web"]
    assert [hand.state()["web"]["id"]] == groups
    hand.run("up", refresh=True)
    assert "POST network /security-groups" not in hand.cloud.changes()
    assert {op for op, _ in hand.run("preview", refresh=True).values()} == {"same"}


def test_nothing_is_removed_that_the_run_was_not_given(hand: Hand) -> None:
    hand.run("up")
    with pytest.raises(CommandError):
        hand.run("destroy")
    assert hand.cloud.changes() == {}
    assert any("not permitted to remove" in line for line in hand.told)


def test_the_provider_as_a_process_of_its_own(
    tmp_path: Path, cloud: SimulatedCloud, pulumi: Path
) -> None:
    with at_hand(tmp_path, cloud, pulumi, attached=False) as hand:
        hand.run("up")
        assert hand.state().keys() >= MADE
        assert not [line for line in hand.told if "Traceback" in line]
        journal = CreateJournal(hand.home.creates(STACK))
        assert {entry.urn.split("::", 3)[3] for entry in journal.entries()} == MADE
        assert journal.open_entries() == ()
        assert {op for op, _ in hand.run("preview", refresh=True).values()} == {"same"}


def test_no_password_is_in_the_state_or_the_journal(hand: Hand, cloud: SimulatedCloud) -> None:
    hand.run("up")
    profiles = json.loads(cloud.clouds_yaml.read_text())["clouds"]
    secrets = {profile["auth"]["password"].encode() for profile in profiles.values()}
    files = [path for path in hand.home.folder.rglob("*") if path.is_file()]
    assert any(b"oa-01/dmz" in path.read_bytes() for path in files)
    assert not [path for path in files for secret in secrets if secret in path.read_bytes()]


def test_a_creation_whose_answer_was_lost_stays_open_in_the_journal_alone(hand: Hand) -> None:
    hand.cloud.trouble(method="POST", path="/networks", status=504, after=True, times=1)
    with pytest.raises(CommandError):
        hand.run("up")
    told = json.loads(hand.home.stack_file(STACK).read_text())["checkpoint"]["latest"]
    assert not told.get("pending_operations")
    assert "dmz" not in hand.state()
    (entry,) = CreateJournal(hand.home.creates(STACK)).open_entries()
    assert (entry.name, entry.live_id) == ("业务", "")
    (network,) = hand.cloud.things("network", "hrss")
    assert carries(network, entry.urn)
