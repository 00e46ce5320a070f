"""What a city's books say of the estate of `omlib.testing.yibin`, as an inventory tree.

Most of it is right. Some servers were never entered, two are entered alike and without address, and
of some the size has changed since. No live id is in the books: nobody ever wrote one down.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from omlib.inventory.yaml_write import dump
from omlib.testing.yibin import DEPARTMENTS, SEED, SERVICES, SIZES, Machine, twins

CLOUD, REGION, NETWORK, IMAGE = "gov-cloud", "RegionOne", "gov-net", "lab-linux"
CITY = "yibin"
NEVER_ENTERED, RESIZED_SINCE = 5, 4
RULES = ("ingress tcp 443 198.18.0.0/15", "ingress tcp 22 198.18.0.0/15")
PEOPLE = ("王敏", "李强", "张伟", "刘洋", "陈静", "杨帆", "赵磊", "黄婷", "周杰", "吴昊")


@dataclass(frozen=True, slots=True)
class Books:
    """Ids of servers: *missing* are not entered, *alike* are entered alike without their address;
    *wrong* have another size there, as (vCPU, GiB)."""

    missing: frozenset[str]
    alike: frozenset[str]
    wrong: Mapping[str, tuple[int, int]]


def books_of(machines: Sequence[Machine], seed: int = SEED) -> Books:
    rng = random.Random(seed)  # noqa: S311 - the point is that it repeats
    alike = frozenset(twin.id for twin in twins(machines))
    drawn = rng.sample([m for m in machines if m.id not in alike], NEVER_ENTERED + RESIZED_SINCE)
    return Books(
        missing=frozenset(machine.id for machine in drawn[:NEVER_ENTERED]),
        alike=alike,
        wrong={
            machine.id: rng.choice(
                [size for size in SIZES[machine.tier] if size != (machine.vcpu, machine.ram_gib)]
            )
            for machine in drawn[NEVER_ENTERED:]
        },
    )


def write_books(
    path: Path,
    machines: Sequence[Machine],
    books: Books,
    network: IPv4Network,
    *,
    profile: str = "lab",
    change_profile: str = "lab-change",
) -> None:
    """Fill *path* with an inventory; the profiles are names in clouds.yaml."""
    files: dict[str, object] = {
        "estate.yml": {"schema": 1, "name": "宜宾市政务云", "timezone": "Asia/Shanghai"},
        "departments.yml": {"departments": list(_departments())},
        "sites.yml": {"sites": [{"id": "gov", "name": "政务云接入", "concurrency": 4}]},
        "clouds.yml": {"clouds": [_cloud(network, profile, change_profile)]},
        "security_groups.yml": {"security_groups": [_group(one) for one, _ in DEPARTMENTS]},
    }
    for number, service in enumerate(SERVICES):
        files[f"systems/{service[1]}.yml"] = _system(number, *service[:3])
    by_department: dict[str, list[Machine]] = defaultdict(list)
    for machine in machines:
        if machine.id not in books.missing:
            by_department[machine.department].append(machine)
    for department, entered in by_department.items():
        vms = [_vm(machine, books) for machine in entered]
        files[f"vms/{department}.yml"] = {"vms": vms}
    for name, content in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dump(content), encoding="utf-8")


def group_of(department: str) -> str:
    """The one security group that a department's servers share."""
    return f"{department}-inner"


def _departments() -> Iterable[Mapping[str, object]]:
    yield {"id": CITY, "name": "宜宾市人民政府"}
    for department, name in DEPARTMENTS:
        yield {"id": department, "name": name, "parent": CITY}


def _cloud(network: IPv4Network, profile: str, change_profile: str) -> Mapping[str, object]:
    return {
        "id": CLOUD,
        "name": "宜宾市政务云",
        "site": "gov",
        "profile": profile,
        "change_profile": change_profile,
        "region": REGION,
        "projects": [{"id": one, "department": one} for one, _ in DEPARTMENTS],
        "networks": [{"id": NETWORK, "cidr": str(network)}],
    }


def _group(department: str) -> Mapping[str, object]:
    return {
        "id": group_of(department),
        "cloud": CLOUD,
        "project": department,
        "rules": list(RULES),
    }


def _system(number: int, department: str, service: str, name: str) -> Mapping[str, object]:
    business, technical = (PEOPLE[(number * step) % len(PEOPLE)] for step in (3, 7))
    return {
        "id": service,
        "name": name,
        "department": department,
        "owner": {"business": business, "technical": technical},
        "zone": "gov-extranet",
        "mlps": {"level": 3 if number % 3 == 0 else 2},
        "lifecycle": {"stage": "operational", "status": "in_use", "since": "2019-06-01"},
    }


def _vm(machine: Machine, books: Books) -> Mapping[str, object]:
    vcpu, ram_gib = books.wrong.get(machine.id, (machine.vcpu, machine.ram_gib))
    told: dict[str, object] = {
        "id": machine.id,
        "name": machine.name,
        "cloud": CLOUD,
        "project": machine.department,
        "system": machine.service,
        "vcpu": vcpu,
        "ram_mib": ram_gib * 1024,
        "image": IMAGE,
    }
    if not machine.power:
        told["power"] = "off"
    if machine.id not in books.alike:
        told["interfaces"] = [{"network": NETWORK, "address": str(machine.address)}]
    told["security_groups"] = [group_of(machine.department)]
    told["volumes"] = [
        {"id": f"{machine.id}-data{n}" if n > 1 else f"{machine.id}-data", "size_gib": disk.size_gb}
        for n, disk in enumerate(machine.disks, start=1)
    ]
    return told
