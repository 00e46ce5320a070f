"""The server of the provider, and what all its resources share."""

import gc
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from omlib import VERSION
from omlib.planes.cloud.provider.process import servicer_of
from omlib.planes.cloud.provider.serve import serving
from omlib.planes.cloud.provider.values import plain, struct

if TYPE_CHECKING:
    from tests.unit.planes.cloud.provider.conftest import Wire

Dial = Callable[..., "Wire"]


def test_the_server_lives_as_long_as_the_block() -> None:
    """Hazard: a server that nobody holds is collected, and runs fail with "connection refused"."""
    with serving(servicer_of({})) as port:
        gc.collect()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            told = ResourceProviderStub(channel).GetPluginInfo(Empty())
            assert told.version == VERSION


def test_a_large_request_is_taken() -> None:
    with serving(servicer_of({})) as port, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        news = struct({"text": "x" * (8 * 1024 * 1024)})
        request = provider_pb2.CheckRequest(news=news)
        options = {"wait_for_ready": True, "timeout": 30}
        told = ResourceProviderStub(channel).CheckConfig
        with pytest.raises(grpc.RpcError, match="larger than max"):
            told(request, **options)  # the answer: a client has a limit of its own
        assert ResourceProviderStub(channel).DiffConfig(provider_pb2.DiffRequest(news=news))


def test_one_provider_serves_resources_of_several_projects(wire: "Wire") -> None:
    """Hazard: all resources share one server, and calls do not name a provider."""
    wire.cloud.project("civil", sim_change="member")
    ours = wire.create("network", "a", name="dmz")
    theirs = wire.create("network", "b", name="dmz", project="civil")
    assert wire.read("network", "a", ours) == ours
    assert wire.read("network", "b", theirs) == theirs
    owners = {each["id"]: each["project_id"] for each in wire.cloud.things("network")}
    assert owners[ours.id] != owners[theirs.id]


def test_what_is_another_projects_is_neither_read_nor_taken_for_gone(wire: "Wire") -> None:
    wire.cloud.project("civil", sim_change="member")
    theirs = wire.create("network", "b", name="dmz", project="civil")
    wire.cloud.edit("network", theirs.id, shared=True)
    claimed = theirs._replace(inputs={**theirs.inputs, "project": "hrss"})
    assert wire.read("network", "b", claimed).id == theirs.id
    assert "of project" in wire.unknowns.by_urn()[wire.urn("network", "b")].detail


def test_images_and_flavors_are_looked_up(wire: "Wire") -> None:
    def invoke(name: str, /, **args: Any) -> dict[str, Any]:
        request = provider_pb2.InvokeRequest(
            tok=f"omcloud:index:{name}", args=struct({**wire.place, **args})
        )
        return plain(getattr(wire.stub.Invoke(request), "return"))

    flavor = invoke("getFlavor", vcpu=2, ram_mib=4096)
    assert (flavor["vcpu"], flavor["ram_mib"], type(flavor["vcpu"])) == (2, 4096, int)
    assert invoke("getFlavor", name=flavor["name"])["id"] == flavor["id"]
    image = invoke("getImage", name="lab-linux")
    assert invoke("getImage", name=image["id"])["name"] == "lab-linux"
    with pytest.raises(grpc.RpcError, match="image nothing"):
        invoke("getImage", name="nothing")
    with pytest.raises(grpc.RpcError, match="flavor vcpu 99"):
        invoke("getFlavor", vcpu=99)


def test_what_there_is_of_a_kind_is_listed(wire: "Wire") -> None:
    made = [wire.create("network", name, name=name).id for name in ("a", "b")]
    request = provider_pb2.ListRequest(token="omcloud:index:Network", query=struct(wire.place))
    told = {each.result.id: each.result.name for each in wire.stub.List(request)}
    assert [told[live_id] for live_id in made] == ["a", "b"]
    request.limit = 1
    assert len(list(wire.stub.List(request))) == 1


def test_the_process_prints_its_port_alone_and_ends_quietly() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "omlib.planes.cloud.provider.process", "127.0.0.1:1"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = ResourceProviderStub(channel)
        assert stub.Configure(provider_pb2.ConfigureRequest(), wait_for_ready=True, timeout=30)
        stub.Cancel(Empty())  # at the end of every run; another may follow
        assert stub.GetPluginInfo(Empty()).version == VERSION
    process.send_signal(2)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")


def test_the_process_ends_when_the_engine_was_killed() -> None:
    engine = f"""
import subprocess, sys, time
print(subprocess.Popen([{sys.executable!r}, "-m", "omlib.planes.cloud.provider.process"],
      stdin=subprocess.DEVNULL, stdout=sys.stderr).pid, flush=True)
time.sleep(60)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", engine], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert int(process.stdout.readline()) > 0
    assert int(process.stderr.readline()) > 0
    process.kill()
    process.wait()
    assert process.stderr.read() == ""  # ends only when the provider has ended, too
    process.stdout.close()
    process.stderr.close()
