"""`omlib mlps` over a real inventory and a simulated cloud, from the command line to the record."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from omlib.cli.main import main
from omlib.testing.openstack import READER, SimulatedCloud, simulated_cloud

SYSTEM = """\
id: {id}
name: 社保缴费
department: city
owner: {{business: 甲, technical: 乙}}
zone: gov-extranet
mlps: {{level: {level}}}
lifecycle: {{stage: operational, status: in_use, since: 2025-01-01}}
"""
CLOUDS = f"""\
clouds:
  - id: gov
    name: 政务云
    site: cloud
    profile: {READER}
    region: RegionOne
    projects: [{{id: hrss, department: city}}]
"""
VM = """\
  - id: {id}
    system: pay
    cloud: gov
    project: hrss
    vcpu: 2
    ram_mib: 4096
    bound_id: {live}
"""


@dataclass(frozen=True, slots=True)
class Case:
    root: Path
    cloud: SimulatedCloud
    live: list[str]

    def declare(self, *live: str) -> None:
        vms = "".join(VM.format(id=f"pay-{at}", live=one) for at, one in enumerate(live, 1))
        (self.root / "vms.yml").write_text(f"vms:\n{vms}" if vms else "vms: []\n", encoding="utf-8")

    def mlps(self, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = main(["mlps", "-i", str(self.root), "--json", *more])
        return code, json.loads(capsys.readouterr().out)


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    root = tmp_path / "清单"
    (root / "systems").mkdir(parents=True)
    texts = {
        "estate.yml": "schema: 1\nname: 市\ntimezone: Asia/Shanghai\n",
        "departments.yml": "departments:\n  - {id: city, name: 市政府}\n",
        "sites.yml": "sites:\n  - {id: cloud, name: 机房, deadline_s: 20}\n",
        "clouds.yml": CLOUDS,
        "systems/pay.yml": SYSTEM.format(id="pay", level=3),
        "systems/site.yml": SYSTEM.format(id="site", level=2),
    }
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")
    with simulated_cloud(tmp_path / "cloud") as cloud:
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(cloud.clouds_yaml))
        live = [one["id"] for one in cloud.seed("hrss", 3)]
        yield Case(root, cloud, live)


def test_two_servers_on_one_host_are_a_no_and_what_to_declare_is_told(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    case.declare(*case.live[:2])
    code, told = case.mlps(capsys)
    (found,) = told["checks"]  # level 2 is not checked
    assert (code, found["answer"], found["row"], found["subject"]) == (2, "no", 24, "pay")
    assert [one["code"] for one in found["evidence"]] == ["runs_on", "runs_on", "one_host"]
    assert "server_group" in found["next"]


def test_a_cloud_that_does_not_answer_is_unknown_and_the_last_look_still_tells(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    case.declare(*case.live[:2])
    assert case.mlps(capsys)[0] == 2
    case.cloud.trouble(path="/servers/detail", status=403)
    code, told = case.mlps(capsys)
    assert (code, told["checks"][0]["reason"]) == (4, "denied")
    case.cloud.calm()
    before = case.cloud.counts()
    assert case.mlps(capsys, "--offline")[0] == 4  # the last look was the one that was denied
    assert case.cloud.counts() == before
    assert case.mlps(capsys)[0] == 2


def test_checking_changes_nothing_in_the_cloud(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    case.declare(*case.live)
    case.mlps(capsys)
    assert case.cloud.changes() == {}


def test_a_system_below_level_3_is_not_checked_and_one_nobody_knows_is_refused(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    case.declare(*case.live[:2])
    code, told = case.mlps(capsys, "--system", "site")
    assert (code, told["checks"]) == (0, [])
    assert main(["mlps", "-i", str(case.root), "--system", "nobody"]) == 64
