"""`pulumi` by hand in stacks/: the same program, the same state, no noise."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.provider.journal import CreateJournal
from omlib.planes.cloud.provider.place import Place
from omlib.planes.cloud.stacks.names import urn_of
from omlib.testing.openstack import CHANGER

STACKS = Path(__file__).parents[3] / "stacks"
STACK = "gov.RegionOne.hrss"
ByHand = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def by_hand(town: Any, pulumi: Path) -> ByHand:
    """Runs `pulumi ...` as after `eval "$(omlib cloud env)"`, with its folder first on PATH."""
    town.vm("oa-01", 11)
    town.vm("oa-02", 12)
    town.write()
    home = StateHome(town.root)
    home.prepare()
    env = {
        **os.environ,
        **home.env({"gov": CHANGER}),
        "OS_CLIENT_CONFIG_FILE": str(town.cloud.clouds_yaml),
        "PATH": f"{pulumi.parent}:{os.environ['PATH']}",
    }

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["pulumi", "--non-interactive", *words, "--stack", STACK],
            cwd=STACKS,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture(autouse=True)
def _no_settings_left() -> Iterator[None]:
    yield
    (STACKS / f"Pulumi.{STACK}.yaml").unlink(missing_ok=True)  # pulumi keeps a salt there


def said(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 0, done
    return done.stdout + done.stderr


def test_preview_up_refresh_and_export_work_by_hand_and_omlib_sees_the_same(
    town: Any, by_hand: ByHand
) -> None:
    said(by_hand("stack", "init"))
    looked = said(by_hand("preview"))
    assert "5 to create" in looked  # a port and a server twice, and the stack itself
    assert town.cloud.things("server") == []
    done = said(by_hand("up", "--yes", "--skip-preview"))
    assert sorted(each["name"] for each in town.cloud.things("server")) == ["oa-01", "oa-02"]
    for noise in ("Traceback", "warning", "KeyboardInterrupt"):
        assert noise not in looked + done
    assert {str(step.op) for step in town.preview().steps} == {"same"}
    assert town.up().fault == ""
    said(by_hand("refresh", "--yes"))
    exported = json.loads(by_hand("stack", "export").stdout)
    kinds = [each["type"] for each in exported["deployment"]["resources"]]
    assert kinds.count("omcloud:index:Server") == kinds.count("omcloud:index:Port") == 2
    assert "5 unchanged" in said(by_hand("preview", "--refresh"))


def test_what_is_no_longer_declared_is_carried_by_hand_too(town: Any, by_hand: ByHand) -> None:
    town.up()
    del town.vms["oa-02"]
    town.write()
    assert "5 unchanged" in said(by_hand("up", "--yes", "--skip-preview"))
    assert len(town.cloud.things("server")) == 2


def test_after_an_interrupted_run_nothing_is_made_by_hand(town: Any, by_hand: ByHand) -> None:
    town.up()
    town.vm("oa-03", 13)
    town.write()
    journal = CreateJournal(StateHome(town.root).creates(STACK))
    urn = urn_of(STACK, "server", "oa-03")
    journal.began(urn, "server", Place("gov", "RegionOne", "hrss"), "oa-03")
    refused = by_hand("up", "--yes", "--skip-preview")
    assert refused.returncode != 0
    assert "omlib cloud up" in refused.stdout + refused.stderr
    assert len(town.cloud.things("server")) == 2
