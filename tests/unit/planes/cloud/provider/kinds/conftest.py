"""A project of its own in a simulated cloud, and resources in it as the provider handles them."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from omlib.planes.cloud.provider.api import Clouds
from omlib.planes.cloud.provider.inputs import checked, shape
from omlib.planes.cloud.provider.kind import PLACE, Api, Live, Mark, ResourceKind
from omlib.planes.cloud.provider.kinds.spelling import as_declared
from omlib.planes.cloud.provider.place import Place
from omlib.testing.openstack import CHANGER, Pace, SimulatedCloud, simulated_cloud

_COUNT = itertools.count(1)


@dataclass(frozen=True)
class Ground:
    """*api* changes the project; *told* is the progress that waits told."""

    cloud: SimulatedCloud
    project: str
    api: Api
    told: list[str] = field(default_factory=list)

    def checked(self, kind: ResourceKind, **inputs: Any) -> dict[str, Any]:
        place = Place("sim", "RegionOne", self.project).named
        shaped, wrong = checked(kind, {**place, **inputs})
        assert not wrong
        return {name: value for name, value in shaped.items() if name not in place}

    def make(self, kind: ResourceKind, **inputs: Any) -> str:
        made: list[str] = []
        mark = Mark(f"urn:pulumi:s::omlib::omcloud:index:{kind.name}::it", "it")
        live_id = kind.create(self.api, self.checked(kind, **inputs), mark, made.append)
        assert made == [live_id]
        return live_id

    def change(self, kind: ResourceKind, live_id: str, **inputs: Any) -> None:
        kind.update(self.api, self.get(kind, live_id), self.checked(kind, **inputs))

    def get(self, kind: ResourceKind, live_id: str) -> Live:
        live = kind.get(self.api, live_id)
        assert live is not None
        return live

    def read(self, kind: ResourceKind, live_id: str, **inputs: Any) -> dict[str, Any]:
        """What is live of *inputs*; from the listing and by one GET it is the same."""
        wanted = self.checked(kind, **inputs)
        live = self.get(kind, live_id)
        self.api.seen.changed("server", "port", "volume", "floating_ip", "server_group")
        listed = kind.live(self.api, live_id)
        assert listed == live
        told = shape(kind, as_declared(kind.properties, live, wanted).attributes)
        assert {p.name for p in kind.properties if p not in PLACE} >= told.keys()
        return {name: told.get(name) for name in wanted}

    def by_hand(self, method: str, service: str, path: str, body: Any = None) -> Any:
        return self.cloud.do(method, service, path, body, project=self.project)

    def id_of(self, kind: str, name: str) -> str:
        (found,) = (thing for thing in self.cloud.things(kind) if thing["name"] == name)
        return str(found["id"])


@pytest.fixture(scope="session")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedCloud]:
    with simulated_cloud(tmp_path_factory.mktemp("cloud")) as cloud:
        yield cloud


@pytest.fixture
def ground(simulation: SimulatedCloud) -> Iterator[Ground]:
    project = f"kinds-{next(_COUNT)}"
    simulation.project(project)
    told: list[str] = []
    clouds = Clouds({"sim": CHANGER}, simulation.clouds_yaml)
    clouds.tell_to(told.append)
    api = clouds.api(Place("sim", "RegionOne", project))
    yield Ground(simulation, project, api, told)
    simulation.calm()
    simulation.pace(**dict.fromkeys(Pace.__dataclass_fields__, 0.0))
    simulation.set(microversion=96, quota={}, failing_builds=[], unreadable={})
