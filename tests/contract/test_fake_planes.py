"""The fakes of all three planes pass the suite that the real ones pass."""

from collections.abc import Mapping, Sequence

import pytest

from omlib.model.item import Declared, Key, Scope
from omlib.model.ref import Plane, Ref, make_ref
from omlib.model.status import UnknownReason
from omlib.testing.fakes import FakePlane, world_of
from omlib.testing.plane_contract import Changed, PlaneCase, PlaneContract, Silenced
from omlib.testing.world import live_ref, rendered

HRSS, TAX = "gov-cloud:RegionOne:hrss", "gov-cloud:RegionOne:tax"


def vm(name: str, where: str, vcpu: int) -> Declared:
    return Declared(
        ref=make_ref(Plane.CLOUD, "server", name),
        scope=Scope(Plane.CLOUD, "server", where),
        attributes={"name": name, "vcpu": vcpu, "addresses": ("198.18.0.11", "198.18.0.12")},
        keys=(Key("mark", name),),
    )


def package(host: str, name: str, version: str) -> Declared:
    return Declared(
        ref=make_ref(Plane.SERVER, "package", host, name),
        scope=Scope(Plane.SERVER, "package", host),
        attributes={"present": True, "version": version},
    )


def section(device: str, name: str, *lines: str) -> Declared:
    return Declared(
        ref=make_ref(Plane.NETWORK, "section", device, name),
        scope=Scope(Plane.NETWORK, "section", device),
        attributes={"lines": lines},
    )


DECLARED: Mapping[Plane, Sequence[Declared]] = {
    Plane.CLOUD: [vm("hrss-app-01", HRSS, 4), vm("hrss-app-02", HRSS, 8), vm("税务-01", TAX, 2)],
    Plane.SERVER: [package("oa-01", "nginx", "1.22"), package("oa-02", "nginx", "1.22")],
    Plane.NETWORK: [
        section("core-sw-1", "acl 3000", "rule 5 permit ip source 198.18.0.0 0.0.0.255"),
        section("core-sw-1", "接口 10GE1/0/1", "description 上联"),
        section("edge-1", "route-static", "198.18.1.0 24 198.18.0.254"),
    ],
}


class FakeCase:
    cannot: Mapping[str, str] = {}

    def __init__(self, name: Plane) -> None:
        self.declared = DECLARED[name]
        self.world = world_of(self.declared)
        self.plane = FakePlane(name, self.world, self.declared)

    def change(self) -> Changed:
        item = self.declared[0]
        path = sorted(item.attributes)[-1]
        self.world.change(item.ref, path, "changed by hand")
        return Changed(ref=item.ref, path=path, actual="changed by hand")

    def add_undeclared(self) -> str:
        one = self.declared[0]
        shadow = live_ref(one.scope, "shadow")
        seen = rendered(Declared(ref=shadow, scope=one.scope), seed="shadow")
        self.world.put(seen)
        return one.scope.where

    def remove(self) -> Ref:
        self.world.remove(self.declared[0].ref)
        return self.declared[0].ref

    def silence(self) -> Silenced:
        where = self.declared[0].scope.where
        self.world.silence(where, UnknownReason.DENIED, "401 令牌过期")
        return Silenced(target=where, reason=UnknownReason.DENIED)


class TestTheFakeCloud(PlaneContract):
    @pytest.fixture
    def case(self) -> PlaneCase:
        return FakeCase(Plane.CLOUD)


class TestFakeServers(PlaneContract):
    @pytest.fixture
    def case(self) -> PlaneCase:
        return FakeCase(Plane.SERVER)


class TestTheFakeNetwork(PlaneContract):
    @pytest.fixture
    def case(self) -> PlaneCase:
        return FakeCase(Plane.NETWORK)
