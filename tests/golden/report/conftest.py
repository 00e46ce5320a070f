"""One city small enough to read and with every status in it, compared by the real core."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from omlib.model.estate import Cloud, Department, Estate, Project, System
from omlib.model.finding import Finding
from omlib.model.item import Actual, Declared, Key, Scope, Source, Value
from omlib.model.lifecycle import Lifecycle, LifecycleStatus, Stage
from omlib.model.observation import Observation, Sight
from omlib.model.ref import LIVE, Plane, make_ref
from omlib.model.status import Status, UnknownReason, UnmanagedClass
from omlib.model.waiver import Waiver
from omlib.reconcile.compare import reconcile
from omlib.reconcile.coverage import coverage
from omlib.reconcile.owners import owners_of
from omlib.reconcile.rollup import roll_up
from omlib.report.changes import Changes, changes, gaps_of
from omlib.report.reconciliation import Label, Reconciliation, RunFacts

NOW = datetime(2026, 11, 21, 2, 0, 7, tzinfo=timezone(timedelta(hours=8)))
SEEN = datetime(2026, 11, 20, 18, 0, 7, tzinfo=UTC)
HRSS, EDU = "gov-cloud:RegionOne:hrss", "gov-cloud:RegionOne:edu"


def _system(key: str, name: str, department: str, status: LifecycleStatus) -> System:
    retired = status is LifecycleStatus.RETIRED
    stage = Stage.END_OF_LIFE if retired else Stage.OPERATIONAL
    return System(
        id=key,
        name=name,
        department=department,
        owner_business="张三",
        owner_technical="李四",
        function=(),
        zone="gov-extranet",
        mlps_level=3,
        lifecycle=Lifecycle(stage=stage, status=status, since=date(2026, 1, 1)),
        source=Source(f"systems/{key}.yml", 1),
    )


def _estate() -> Estate:
    places = (
        ("jiangbin", "江滨市", ""),
        ("hrss-bureau", "市人力资源和社会保障局", "jiangbin"),
        ("edu-bureau", "市教育局", "jiangbin"),
        ("lake-district", "湖滨区", "jiangbin"),
        ("lake-edu", "湖滨区教育局", "lake-district"),
    )
    use, gone = LifecycleStatus.IN_USE, LifecycleStatus.RETIRED
    systems = (
        _system("hrss-portal", "人社一体化业务平台", "hrss-bureau", use),
        _system("edu-card", "校园一卡通", "edu-bureau", gone),
        _system("edu-net", "教育城域网", "edu-bureau", use),
        _system("lake-oa", "湖滨区教育局办公系统", "lake-edu", use),
        _system("oa", "协同办公", "jiangbin", use),
    )
    source = Source("clouds.yml", 2)
    projects = (Project(id="hrss", department="hrss-bureau", system="hrss-portal"),)
    cloud = Cloud(
        id="gov-cloud",
        name="政务云",
        site="dc",
        profile="gov",
        region="RegionOne",
        projects=(*projects, Project(id="edu", department="edu-bureau")),
        source=source,
    )
    return Estate(
        name="江滨市政务信息化资产",
        timezone="Asia/Shanghai",
        departments={
            key: Department(id=key, name=name, parent=parent, source=Source("departments.yml", 3))
            for key, name, parent in places
        },
        sites={},
        clouds={"gov-cloud": cloud},
        systems={system.id: system for system in systems},
        vms={},
        security_groups={},
        servers={},
        devices={},
        rooms={},
        circuits={},
        contracts=(),
        windows={},
        tombstones={},
        waivers=_waivers(),
    )


def _vm(key: str, where: str, system: str, line: int, *, retired: bool = False) -> Declared:
    wanted: dict[str, Value] = {
        "vcpu": 2,
        "ram_mib": 4096,
        "addresses": ("198.18.0.11",),
        "power": "on",
    }
    return Declared(
        ref=make_ref(Plane.CLOUD, "server", key),
        scope=Scope(Plane.CLOUD, "server", where),
        attributes={} if retired else wanted,
        keys=(Key("mark", key),),
        systems=(system,),
        retired=retired,
        source=Source("vms.yml", line),
    )


def _on_host(kind: str, host: str, part: str, system: str, **wanted: Value) -> Declared:
    return Declared(
        ref=make_ref(Plane.SERVER, kind, host, part),
        scope=Scope(Plane.SERVER, kind, host),
        attributes=wanted,
        systems=(system,),
        source=Source("servers.yml", 14),
    )


def _section(device: str, name: str, system: str, *lines: str) -> Declared:
    return Declared(
        ref=make_ref(Plane.NETWORK, "section", device, name),
        scope=Scope(Plane.NETWORK, "section", device),
        attributes={"lines": lines},
        systems=(system,),
        source=Source("devices.yml", 8),
    )


def _declared() -> Iterator[Declared]:
    yield _vm("hrss-app-01", HRSS, "hrss-portal", 12)
    yield _vm("hrss-app-02", HRSS, "hrss-portal", 31)
    yield _vm("hrss-db-01", HRSS, "hrss-portal", 50)
    yield _vm("edu-card-1", EDU, "edu-card", 70, retired=True)
    yield _vm("edu-net-1", EDU, "edu-net", 88)
    for package in ("nginx", "openssl", "postgresql-15", "chrony"):
        yield _on_host("package", "hrss-app-01", package, "hrss-portal", present=True)
        yield _on_host("package", "lake-oa-1", package, "lake-oa", present=True)
    yield _on_host("service", "lake-oa-1", "nginx.service", "lake-oa", running=True, enabled=True)
    yield _on_host(
        "file",
        "hrss-app-01",
        "/etc/nginx/conf.d/社保.conf",
        "hrss-portal",
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        owner="root",
        mode="0644",
    )
    yield _section("core-sw-1", "ip route", "edu-net", "ip route 0.0.0.0/0 198.18.0.254")
    yield _section(
        "core-sw-1",
        "acl 3000",
        "edu-net",
        "rule 5 permit tcp source 198.18.0.0 0.0.0.255 destination-port eq 443",
        "rule 10 deny ip",
    )
    yield _on_host("user", "oa-01", "deploy", "oa", present=True)


def _seen_vm(mark: str, where: str, uuid: str, **changed: Value) -> Actual:
    found: dict[str, Value] = {
        "vcpu": 2,
        "ram_mib": 4096,
        "addresses": ("198.18.0.11",),
        "power": "on",
        **changed,
    }
    return Actual(
        ref=make_ref(Plane.CLOUD, "server", f"{LIVE}{where}:{uuid}"),
        scope=Scope(Plane.CLOUD, "server", where),
        attributes=found,
        keys=(Key("id", uuid), *((Key("mark", mark),) if mark else ())),
        label=mark or "test-张工-勿删",
    )


def _observed(declared: list[Declared]) -> Observation:
    def whole(scope: Scope) -> Sight:
        return Sight(complete=True, reason=None, at=SEEN, by="omlib", via="api")

    def gap(reason: UnknownReason, detail: str) -> Sight:
        return Sight(complete=False, reason=reason, at=SEEN, by="omlib", via="ssh", detail=detail)

    sights = {item.scope: whole(item.scope) for item in declared}
    for scope in sights:
        if scope.where == "lake-oa-1":
            sights[scope] = gap(UnknownReason.UNREACHABLE, "connect: timed out after 10 s")
    ports = Scope(Plane.CLOUD, "port", EDU)
    sights[ports] = gap(UnknownReason.DENIED, "HTTP 403: 策略不允许 list_ports")
    by_ref = {str(item.ref): item for item in declared}

    def as_declared(ref: str, **changed: Value) -> Actual:
        item = by_ref[ref]
        attributes = {**item.attributes, **changed}
        return Actual(ref=item.ref, scope=item.scope, attributes=attributes)

    route = as_declared("network/section/core-sw-1/ip route")
    acl = as_declared(
        "network/section/core-sw-1/acl 3000",
        lines=(
            "rule 5 permit tcp source 198.18.0.0 0.0.0.255 destination-port eq 443",
            "rule 7 permit ip source 198.18.9.9 0",
            "rule 10 deny ip",
        ),
    )
    file = as_declared(
        "server/file/hrss-app-01/%2Fetc%2Fnginx%2Fconf.d%2F社保.conf",
        sha256="60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
        mode="0600",
    )
    packages = [
        as_declared(f"server/package/hrss-app-01/{name}")
        for name in ("nginx", "openssl", "postgresql-15", "chrony")
    ]
    user = as_declared("server/user/oa-01/deploy")
    listener = Actual(
        ref=make_ref(Plane.SERVER, "listener", "oa-01", "tcp/*:4444"),
        scope=Scope(Plane.SERVER, "listener", "oa-01"),
        attributes={"process": "nc"},
    )
    vms = [
        _seen_vm("hrss-app-01", HRSS, "7f3a6f0e-0d4f-4c53-9a6e-0f4f4c1d0a01", ram_mib=8192),
        _seen_vm("hrss-app-02", HRSS, "7f3a6f0e-0d4f-4c53-9a6e-0f4f4c1d0a02", vcpu=4, power="off"),
        _seen_vm("edu-card-1", EDU, "7f3a6f0e-0d4f-4c53-9a6e-0f4f4c1d0a03"),
        _seen_vm("", HRSS, "7f3a6f0e-0d4f-4c53-9a6e-0f4f4c1d0a04"),
        _seen_vm("edu-net-1", EDU, "7f3a6f0e-0d4f-4c53-9a6e-0f4f4c1d0a05", vcpu=4),
    ]
    return Observation(sights=sights, actual=(*vms, route, acl, file, *packages, user, listener))


def _waivers() -> tuple[Waiver, ...]:
    def waiver(ref: str, path: str, accepts: Value, until: date, ticket: str) -> Waiver:
        return Waiver(
            ref=make_ref(Plane.CLOUD, "server", ref),
            path=path,
            accepts=accepts,
            reason="年底高峰",
            owner="李四",
            ticket=ticket,
            until=until,
        )

    return (
        waiver("edu-net-1", "vcpu", 4, date(2026, 12, 31), "OM-2026-013"),
        waiver("hrss-app-02", "vcpu", 4, date(2026, 10, 31), "OM-2026-007"),
    )


@pytest.fixture
def city() -> Reconciliation:
    estate, declared = _estate(), list(_declared())
    seen = _observed(declared)
    findings = reconcile(
        declared, seen, waivers=_waivers(), today=NOW.date(), owners=owners_of(estate)
    )
    return Reconciliation(
        run=RunFacts(
            id="20261121-020007-7c1e",
            started=NOW,
            took_s=12.4,
            labels=(Label.SIMULATION,),
            actor="li@ops-1",
            revision="4c1d0a0f6f3d9c1f5b0e8a7d6c5b4a3f2e1d0c9b",
            clean=True,
            tool="0.1.0",
        ),
        estate=estate,
        findings=findings,
        verdicts=roll_up(findings, estate),
        coverage=coverage(declared, seen),
    )


@pytest.fixture
def since_yesterday(city: Reconciliation) -> Changes:
    """Something new, changed, gone, and lost from sight."""
    by_ref = {str(finding.ref): finding for finding in city.findings}
    app = by_ref["cloud/server/hrss-app-01"]
    acl = by_ref["network/section/core-sw-1/acl 3000"]
    listener = next(finding for finding in city.findings if finding.ref.kind == "listener")
    known = [one for one in city.findings if one not in (app, acl)]
    before = [
        *known,
        replace(app, differences=(replace(app.differences[0], actual=6144),)),
        replace(acl, status=Status.IN_SYNC, differences=()),
        replace(listener, ref=make_ref(Plane.SERVER, "listener", "oa-01", "tcp/*:8080")),
        Finding(
            ref=make_ref(Plane.CLOUD, "port", f"{LIVE}{EDU}:5f0c1e9a-0d4f-4c53-9a6e-0f4f4c1d0b01"),
            status=Status.UNMANAGED,
            scope=Scope(Plane.CLOUD, "port", EDU),
            unmanaged=UnmanagedClass.UNKNOWN_OWNER,
            live="5f0c1e9a-0d4f-4c53-9a6e-0f4f4c1d0b01",
        ),
    ]
    gaps = gaps_of(city.coverage)
    return changes(before, city.findings, gaps=gaps, since="20261120-020003-1f0a")
