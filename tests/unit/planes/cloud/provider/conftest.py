"""The provider as the engine has it: over a channel, with a simulated cloud behind it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from omlib.planes.cloud.provider.api import ApiLimits, Clouds
from omlib.planes.cloud.provider.journal import CreateJournal
from omlib.planes.cloud.provider.serve import serving
from omlib.planes.cloud.provider.servicer import OmcloudServicer
from omlib.planes.cloud.provider.unknowns import Unknowns
from omlib.planes.cloud.provider.values import plain, struct
from omlib.planes.cloud.stacks.names import urn_of
from omlib.testing.openstack import CHANGER, SimulatedCloud, simulated_cloud
from omlib.testing.openstack.world import REGION

STACK = f"gov-cloud.{REGION}.hrss"
PLACE = {"cloud": "gov-cloud", "region": REGION, "project": "hrss"}


class Told(NamedTuple):
    """What Create, Update and Read answer."""

    id: str
    outputs: dict[str, Any]
    inputs: dict[str, Any]


class Checked(NamedTuple):
    inputs: dict[str, Any]
    failures: dict[str, str]


class Differs(NamedTuple):
    names: dict[str, str]
    replaces: tuple[str, ...]
    delete_first: bool


@dataclass
class Wire:
    """Calls of the engine, in plain values. *inputs* go without their place."""

    stub: Any
    cloud: SimulatedCloud
    unknowns: Unknowns
    journal: CreateJournal
    lines: list[str] = field(default_factory=list)  # of progress

    place: ClassVar[dict[str, str]] = PLACE

    def urn(self, kind: str, name: str) -> str:
        return urn_of(STACK, kind, name)

    def configure(self) -> Any:
        return self.stub.Configure(provider_pb2.ConfigureRequest())

    def cancel(self) -> None:
        self.stub.Cancel(Empty())

    def check(self, kind: str, name: str, /, **inputs: Any) -> Checked:
        told = self.stub.Check(
            provider_pb2.CheckRequest(urn=self.urn(kind, name), news=struct({**PLACE, **inputs}))
        )
        return Checked(plain(told.inputs), {f.property: f.reason for f in told.failures})

    def diff(
        self,
        kind: str,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        outputs: Mapping[str, Any] | None = None,
    ) -> Differs:
        told = self.stub.Diff(
            provider_pb2.DiffRequest(
                id="x",
                urn=self.urn(kind, "x"),
                old_inputs=struct(old),
                news=struct(new),
                olds=struct(outputs or old),
            )
        )
        assert told.hasDetailedDiff
        assert (told.changes == provider_pb2.DiffResponse.DIFF_SOME) == bool(told.detailedDiff)
        kinds = provider_pb2.PropertyDiff.Kind
        named = {name: kinds.Name(diff.kind) for name, diff in told.detailedDiff.items()}
        return Differs(named, tuple(told.replaces), told.deleteBeforeReplace)

    def create(self, kind: str, name: str, /, **inputs: Any) -> Told:
        checked = self.check(kind, name, **inputs)
        assert not checked.failures
        told = self.stub.Create(
            provider_pb2.CreateRequest(urn=self.urn(kind, name), properties=struct(checked.inputs))
        )
        return Told(told.id, plain(told.properties), checked.inputs)

    def read(self, kind: str, name: str, was: Told | str) -> Told:
        """*was* a text: an import by this id."""
        request = provider_pb2.ReadRequest(
            urn=self.urn(kind, name), id=was if isinstance(was, str) else was.id
        )
        if not isinstance(was, str):
            request.properties.CopyFrom(struct(was.outputs))
            request.inputs.CopyFrom(struct(was.inputs))
        told = self.stub.Read(request)
        return Told(told.id, plain(told.properties), plain(told.inputs))

    def update(self, kind: str, name: str, was: Told, /, **inputs: Any) -> Told:
        checked = self.check(kind, name, **inputs)
        assert not checked.failures
        told = self.stub.Update(
            provider_pb2.UpdateRequest(
                id=was.id,
                urn=self.urn(kind, name),
                olds=struct(was.outputs),
                old_inputs=struct(was.inputs),
                news=struct(checked.inputs),
            )
        )
        return Told(was.id, plain(told.properties), checked.inputs)

    def delete(self, kind: str, name: str, was: Told) -> None:
        self.stub.Delete(
            provider_pb2.DeleteRequest(
                id=was.id,
                urn=self.urn(kind, name),
                properties=struct(was.outputs),
                old_inputs=struct(was.inputs),
            )
        )


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[SimulatedCloud]:
    with simulated_cloud(tmp_path / "cloud") as simulated:
        yield simulated


Dial = Callable[..., Wire]


@pytest.fixture
def dial(cloud: SimulatedCloud, tmp_path: Path) -> Iterator[Dial]:
    """A provider for one run; *may_delete* are ids that it may remove."""
    with ExitStack() as open_until_the_end:

        def make(*may_delete: str, profile: str = CHANGER, limits: ApiLimits | None = None) -> Wire:
            journal = CreateJournal(tmp_path / "creates.jsonl")
            told = dialled(cloud, journal, frozenset(may_delete), profile, limits)
            return open_until_the_end.enter_context(told)

        yield make


@contextmanager
def dialled(
    cloud: SimulatedCloud,
    journal: CreateJournal,
    may_delete: frozenset[str] = frozenset(),
    profile: str = CHANGER,
    limits: ApiLimits | None = None,
) -> Iterator[Wire]:
    unknowns = Unknowns()
    lines: list[str] = []
    servicer = OmcloudServicer(
        Clouds(
            {"gov-cloud": profile},
            cloud.clouds_yaml,
            limits,
            visited=frozenset() if profile == CHANGER else frozenset({"gov-cloud"}),
        ),
        unknowns=unknowns,
        journal=journal,
        may_delete=may_delete,
        progress=lines.append,
    )
    with serving(servicer) as port, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        wire = Wire(ResourceProviderStub(channel), cloud, unknowns, journal, lines)
        wire.configure()
        yield wire


@pytest.fixture
def wire(dial: Dial) -> Wire:
    return dial()
