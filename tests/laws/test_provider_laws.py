"""Laws of the provider: what it made it reads as it was asked for, and it never loses anything."""

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from omlib.planes.cloud.provider.api import Clouds
from omlib.planes.cloud.provider.compare import compare
from omlib.planes.cloud.provider.inputs import checked
from omlib.planes.cloud.provider.kind import PLACE as PLACE_PROPERTIES
from omlib.planes.cloud.provider.kinds import KINDS
from omlib.planes.cloud.provider.serve import serving
from omlib.planes.cloud.provider.servicer import OmcloudServicer
from omlib.planes.cloud.provider.unknowns import Unknowns
from omlib.planes.cloud.provider.values import plain, struct
from omlib.planes.cloud.stacks.names import token_of, urn_of
from omlib.testing.openstack import CHANGER, SimulatedCloud, simulated_cloud

PLACE = {"cloud": "gov-cloud", "region": "RegionOne", "project": "hrss"}
STACK = "gov-cloud.RegionOne.hrss"
_COUNT = itertools.count()
_LISTED = {"network": "networks", "security_group": "security_groups", "server_group":
           "server_groups", "key_pair": "keypairs"}  # fmt: skip
_PATHS = {"network": "/networks", "security_group": "/security-groups",
          "server_group": "/os-server-groups", "key_pair": "/os-keypairs"}  # fmt: skip

texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9)
prefixes = st.tuples(
    st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.integers(0, 32)
).map(lambda each: f"10.{each[0]}.{each[1]}.{each[2]}/{each[3]}")
ports = st.tuples(st.integers(1, 65535), st.integers(0, 99)).map(
    lambda each: f"{each[0]}-{min(each[0] + each[1], 65535)}"
)
rules = st.one_of(
    st.builds(
        "{} {} {} {}".format,
        st.sampled_from(["ingress", "EGRESS", "Ingress"]),
        st.sampled_from(["tcp", "UDP", "6"]),
        ports | st.just("any"),
        prefixes | st.just("any"),
    ),
    st.builds("ingress icmp {} {}".format, st.integers(0, 255), prefixes),
    st.builds("ingress {} any 2001:db8::/{}".format, st.sampled_from(["any", "tcp"]),
              st.integers(32, 128)),
)  # fmt: skip
inputs = st.one_of(
    st.tuples(st.just("network"), st.fixed_dictionaries({"name": texts})),
    st.tuples(
        st.just("security_group"),
        st.fixed_dictionaries(
            {"name": texts.map(lambda name: f"g-{name}"), "rules": st.lists(rules, max_size=4)},
            optional={"description": texts},
        ),
    ),
    st.tuples(
        st.just("server_group"),
        st.fixed_dictionaries(
            {"name": texts, "policy": st.sampled_from(["affinity", "soft-anti-affinity"])}
        ),
    ),
    st.tuples(
        st.just("key_pair"),
        st.fixed_dictionaries(
            {"name": st.just(""), "public_key": texts.map(lambda key: f"ssh-ed25519  {key} me ")}
        ),
    ),
)


class Ground(NamedTuple):
    cloud: SimulatedCloud
    stub: Any
    unknowns: Unknowns

    def made(self, kind: str, told: dict[str, Any]) -> provider_pb2.ReadRequest:
        """What *told* becomes, as the engine asks for it later on."""
        name = f"it-{next(_COUNT)}"
        told = {**PLACE, **told, "name": told["name"] or name}
        urn = urn_of(STACK, kind, name)
        check = self.stub.Check(provider_pb2.CheckRequest(urn=urn, news=struct(told)))
        assert not check.failures
        made = self.stub.Create(provider_pb2.CreateRequest(urn=urn, properties=check.inputs))
        return provider_pb2.ReadRequest(
            urn=urn, id=made.id, properties=made.properties, inputs=check.inputs
        )

    def new_run(self) -> None:
        self.cloud.calm()
        self.unknowns.clear()
        self.stub.Configure(provider_pb2.ConfigureRequest())


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with simulated_cloud() as cloud:
        unknowns = Unknowns()
        cloud.set(quota={})
        servicer = OmcloudServicer(
            Clouds({"gov-cloud": CHANGER}, cloud.clouds_yaml), unknowns=unknowns
        )
        with serving(servicer) as port, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield Ground(cloud, ResourceProviderStub(channel), unknowns)


@given(inputs)
def test_what_was_created_is_read_as_it_was_checked(
    ground: Ground, told: tuple[str, dict[str, Any]]
) -> None:
    ground.new_run()
    asked = ground.made(*told)
    read = ground.stub.Read(asked)
    assert (read.id, plain(read.inputs)) == (asked.id, plain(asked.inputs))
    assert plain(read.properties) == plain(asked.properties)
    differs = ground.stub.Diff(
        provider_pb2.DiffRequest(
            id=asked.id, urn=asked.urn, old_inputs=read.inputs, news=asked.inputs,
            olds=read.properties,
        )
    )  # fmt: skip
    assert not differs.detailedDiff
    assert ground.unknowns.by_urn() == {}


@given(inputs, st.sampled_from([0, 400, 401, 403, 404]))
def test_an_empty_or_refused_listing_never_deletes(
    ground: Ground, told: tuple[str, dict[str, Any]], status: int
) -> None:
    ground.new_run()
    asked = ground.made(*told)
    ground.new_run()
    kind = told[0]
    empty = f'{{"{_LISTED[kind]}": []}}'
    listing = {"status": status or 200, "body": "" if status else empty}
    ground.cloud.trouble(method="GET", path=_PATHS[kind], headers={"Retry-After": "0"}, **listing)
    read = ground.stub.Read(asked)
    assert read.id == asked.id
    assert plain(read.inputs) == plain(asked.inputs)
    assert (asked.urn in ground.unknowns.by_urn()) == bool(status)
    ground.cloud.calm()


@given(inputs)
def test_nothing_differs_from_itself(told: tuple[str, dict[str, Any]]) -> None:
    kind = KINDS[token_of(told[0])]
    shaped, wrong = checked(kind, {**PLACE, **told[1], "name": told[1]["name"] or "k"})
    assert not wrong
    assert compare(kind.properties, old=shaped, new=shaped).changes == {}
    assert checked(kind, shaped) == (shaped, [])


@given(st.data(), st.sampled_from(sorted(KINDS)))
def test_a_difference_is_one_from_both_sides(data: st.DataObject, token: str) -> None:
    """It names the same properties, and the same of them force a replacement."""
    kind = KINDS[token]
    names = [p for p in kind.properties if not p.computed and p not in PLACE_PROPERTIES]
    some = {
        "string": st.sampled_from(["a", "b", "10.0.0.1", ""]),
        "integer": st.integers(0, 3),
        "boolean": st.booleans(),
        "strings": st.lists(st.sampled_from(["a", "b", "10.0.0.1"]), max_size=3).map(tuple),
        "string_map": st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy"), max_size=2),
    }
    both = st.fixed_dictionaries({p.name: some[p.type] for p in names})
    one, other = data.draw(both), data.draw(both)
    there = compare(kind.properties, old=one, new=other)
    back = compare(kind.properties, old=other, new=one)
    assert set(there.changes) == set(back.changes)
    assert set(there.replaces) == set(back.replaces)
    assert there.delete_first == back.delete_first
