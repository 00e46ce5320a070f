"""A real engine over a simulated OpenStack, with an inventory that tests write and change.

Skipped where there is no engine of the pinned version; `make engine` builds one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from omlib.errors import OmlibError
from omlib.inventory.load import load
from omlib.inventory.yaml_write import dump
from omlib.model.stack import StackResult, StackRun, Step
from omlib.planes.cloud.engine import runs
from omlib.planes.cloud.engine.binary import candidates
from omlib.planes.cloud.engine.gate import Permission
from omlib.planes.cloud.stacks.program import stacks_of
from omlib.planes.cloud.stacks.resource import StackId
from omlib.testing.openstack import CHANGER, READER, SimulatedCloud, simulated_cloud

PROJECT = "hrss"


@pytest.fixture(scope="session")
def pulumi() -> Path:
    """The engine; never built here."""
    try:
        fit = [each.path for each in candidates() if each.fits]
    except OmlibError as error:
        pytest.skip(f"no engine on this machine: {error}")
    if not fit:
        pytest.skip("no engine on this machine: `make engine` builds it, in three minutes")
    return fit[0]


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[SimulatedCloud]:
    with simulated_cloud(tmp_path / "cloud", projects=(PROJECT,)) as made:
        yield made


class Quiet:
    """An `omlib.ports.Progress` that shows nothing."""

    def start(self, step: str, total: int = 0) -> None: ...

    def advance(self, step: str, note: str = "") -> None: ...

    def done(self, step: str, took_s: float, note: str = "") -> None: ...


@dataclass
class Town:
    """An inventory of one project, and runs over it. *records* by collection; *vms* by id."""

    root: Path
    cloud: SimulatedCloud
    pulumi: Path
    vms: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    project: str = PROJECT

    def vm(self, name: str, number: int, **more: Any) -> None:
        """A small VM at 10.20.1.*number*."""
        self.vms[name] = {
            "id": name,
            "cloud": "gov",
            "project": self.project,
            "vcpu": 2,
            "ram_mib": 4096,
            "image": "lab-linux",
            "interfaces": [{"network": "gov-net", "address": f"10.20.1.{number}"}],
            **more,
        }

    def setting(self, **more: Any) -> runs.Setting:
        self.write()
        return runs.Setting(
            estate=load(self.root).checked(),
            root=self.root,
            pulumi=self.pulumi,
            progress=Quiet(),
            clouds_yaml=self.cloud.clouds_yaml,
            **more,
        )

    def stacks(self) -> tuple[StackId, ...]:
        return stacks_of(self.setting().estate) or (StackId("gov", "RegionOne", self.project),)

    def preview(self, **more: Any) -> StackResult:
        return only(runs.preview(self.setting(), self.stacks(), **more))

    def up(self, *, permission: Permission | None = None, **more: Any) -> StackResult:
        return only(runs.up(self.setting(), self.stacks(), permission=permission, **more))

    def drift(self) -> StackResult:
        return only(runs.drift(self.setting(), self.stacks()))

    def write(self) -> None:
        self.root.mkdir(exist_ok=True)
        cloud = {
            "id": "gov",
            "name": "政务云",
            "site": "gov",
            "profile": READER,
            "change_profile": CHANGER,
            "region": "RegionOne",
            "projects": [{"id": self.project, "department": "hrss"}],
            "networks": [
                {"id": "gov-net", "cidr": "10.20.0.0/20"},
                {"id": "ext-net", "cidr": "172.31.0.0/24"},
                *self.parts.get("networks", []),
            ],
            **{name: held for name, held in self.parts.items() if name != "networks"},
        }
        records: Mapping[str, Any] = {
            "departments": [{"id": "hrss", "name": "人社局"}],
            "sites": [{"id": "gov", "name": "政务云"}],
            "clouds": [cloud],
            "vms": list(self.vms.values()),
            "security_groups": [
                {"id": name, "cloud": "gov", "project": self.project, "rules": rules}
                for name, rules in self.groups.items()
            ],
        }
        estate = {"schema": 1, "name": "测试市", "timezone": "Asia/Shanghai"}
        (self.root / "estate.yml").write_text(dump(estate), encoding="utf-8")
        for name, held in records.items():
            (self.root / f"{name}.yml").write_text(dump({name: held}), encoding="utf-8")


def only(run: StackRun) -> StackResult:
    (result,) = run.results
    return result


def by_ref(steps: tuple[Step, ...]) -> dict[str, Step]:
    return {str(step.ref): step for step in steps}


@pytest.fixture
def town(tmp_path: Path, cloud: SimulatedCloud, pulumi: Path) -> Town:
    return Town(root=tmp_path / "inventory", cloud=cloud, pulumi=pulumi)
