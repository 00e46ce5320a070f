"""Write a whole inventory of any size, valid and plain, as an operations centre would keep it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from ipaddress import ip_network
from pathlib import Path

_ITEMS_PER_MACHINE = 10  # a VM, its volume, and eight on the server in it
_DEPARTMENTS = 36
_NETWORK = ip_network("198.18.0.0/16")

Record = Mapping[str, object]


def write_inventory(path: Path, *, systems: int = 151, items: int = 5000) -> None:
    """Fill *path* with an estate of *systems* and about *items* declared items."""
    path.mkdir(parents=True, exist_ok=True)
    _write(path / "estate.yml", {"schema": 1, "name": "演示市", "timezone": "Asia/Shanghai"})
    departments = [_department(number) for number in range(_DEPARTMENTS)]
    _write(path / "departments.yml", {"departments": departments})
    _write(path / "sites.yml", {"sites": [{"id": "gov", "name": "政务云机房", "user": "omlib"}]})
    _write(path / "clouds.yml", {"clouds": [_cloud()]})
    for number in range(systems):
        _write(path / "systems" / f"{_system_id(number)}.yml", _system(number))
    machines = range(items // _ITEMS_PER_MACHINE)
    by_department: dict[int, list[int]] = defaultdict(list)
    for number in machines:
        by_department[number % systems % _DEPARTMENTS].append(number)
    for department, numbers in by_department.items():
        name = f"{_department_id(department)}.yml"
        _write(path / "vms" / name, {"vms": [_vm(number, systems) for number in numbers]})
        servers = [_server(number, systems) for number in numbers]
        _write(path / "servers" / name, {"servers": servers})
    rows = ["id,system,supplier,kind,year,amount_yuan"]
    rows += [
        f"HT-{number:04d},{_system_id(number)},某科技公司,运维,2026,{number % 90 + 1}0000.50"
        for number in range(systems)
    ]
    (path / "contracts.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(_lines(value)) + "\n", encoding="utf-8")


def _lines(value: object) -> Iterable[str]:
    """Block YAML; every text is quoted as in JSON, which YAML 1.2 holds."""
    match value:
        case dict():
            for key, inner in value.items():
                if isinstance(inner, dict) or (inner and isinstance(inner, list)):
                    yield f"{key}:"
                    yield from (f"  {line}" for line in _lines(inner))
                else:
                    yield f"{key}: {json.dumps(inner, ensure_ascii=False)}"
        case list():
            for inner in value:
                first, *more = _lines(inner)
                yield f"- {first}"
                yield from (f"  {line}" for line in more)
        case _:
            yield json.dumps(value, ensure_ascii=False)


def _department_id(number: int) -> str:
    return f"dept-{number:02d}"


def _system_id(number: int) -> str:
    return f"sys-{number:03d}"


def _machine_id(number: int, systems: int) -> str:
    return f"{_system_id(number % systems)}-vm-{number:05d}"


def _department(number: int) -> Record:
    above = {} if number == 0 else {"parent": _department_id(0)}
    return {"id": _department_id(number), "name": f"第 {number} 局", **above}


def _cloud() -> Record:
    projects = [
        {"id": _department_id(number), "department": _department_id(number)}
        for number in range(_DEPARTMENTS)
    ]
    return {
        "id": "gov-cloud",
        "name": "政务云",
        "site": "gov",
        "profile": "gov",
        "region": "RegionOne",
        "projects": projects,
        "networks": [{"id": "gov-net", "cidr": str(_NETWORK)}],
    }


def _system(number: int) -> Record:
    needs = [] if number == 0 else [{"system": _system_id(number // 2), "port": "tcp/443"}]
    return {
        "id": _system_id(number),
        "name": f"业务系统 {number}",
        "department": _department_id(number % _DEPARTMENTS),
        "owner": {"business": "李科", "technical": "王工"},
        "function": ["办公"],
        "zone": "gov-extranet",
        "mlps": {"level": 2},
        "lifecycle": {"stage": "operational", "status": "in_use", "since": "2021-03-01"},
        "depends_on": needs,
        "provides": [{"name": "api", "port": "tcp/443"}],
    }


def _vm(number: int, systems: int) -> Record:
    name = _machine_id(number, systems)
    return {
        "id": name,
        "cloud": "gov-cloud",
        "project": _department_id(number % systems % _DEPARTMENTS),
        "system": _system_id(number % systems),
        "vcpu": 4,
        "ram_mib": 8192,
        "interfaces": [{"network": "gov-net", "address": str(_NETWORK[number + 16])}],
        "volumes": [{"id": f"{name}-data", "size_gib": 100}],
    }


def _server(number: int, systems: int) -> Record:
    name = _machine_id(number, systems)
    return {
        "id": name,
        "system": _system_id(number % systems),
        "access": {"site": "gov"},
        "os": "debian-12",
        "vm": name,
        "state": {
            "packages": {"nginx": "1.22.1-9", "openjdk-17-jre": "present", "telnet": "absent"},
            "services": {"nginx.service": {"running": True, "enabled": True}},
            "files": {
                "/etc/app/app.conf": {"content": f"id={name}\n", "mode": "0640", "owner": "root"},
                "/etc/app/app.d": {"owner": "root", "group": "root"},
            },
            "users": {"app": {"uid": 2000, "shell": "/usr/sbin/nologin"}},
            "listeners": {"tcp/*:443": {"process": "nginx"}},
        },
    }
