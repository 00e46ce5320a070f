"""A city's government cloud of a published size, as it grew: what really stands there.

Only the totals are published. Departments, services, names and the size of each server are made up:
one generator draws them for a seed so that the totals come out exactly, and whoever prints a total
sums what was drawn. `omlib.testing.yibin_books` is what the city's books say of it.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from itertools import pairwise

SEED = 15
FIRST_ADDRESS = 20  # the ones before it are the cloud's own

DEPARTMENTS = (  # id, which is also the project's name; name
    ("yb-gov", "市政府办公室"),
    ("yb-drc", "市发展和改革委员会"),
    ("yb-edu", "市教育局"),
    ("yb-civil", "市民政局"),
    ("yb-justice", "市司法局"),
    ("yb-finance", "市财政局"),
    ("yb-hrss", "市人力资源和社会保障局"),
    ("yb-land", "市自然资源和规划局"),
    ("yb-housing", "市住房和城乡建设局"),
    ("yb-health", "市卫生健康委员会"),
    ("yb-emergency", "市应急管理局"),
    ("yb-market", "市市场监督管理局"),
    ("yb-data", "市政务服务和数据局"),
)
# department, id, name, tiers: w web, a application, d database, c cache, f files
SERVICES = (
    ("yb-gov", "oa", "协同办公系统", "wadf"),
    ("yb-gov", "supervise", "督查督办系统", "ad"),
    ("yb-drc", "project", "重大项目管理系统", "wad"),
    ("yb-drc", "credit", "信用信息平台", "waad"),
    ("yb-edu", "campus", "智慧校园平台", "waaddf"),
    ("yb-edu", "enrol", "招生入学系统", "wwad"),
    ("yb-civil", "aid", "社会救助系统", "ad"),
    ("yb-civil", "elder", "养老服务平台", "wa"),
    ("yb-justice", "legal", "公共法律服务平台", "wa"),
    ("yb-justice", "mediate", "矛盾纠纷调解系统", "ad"),
    ("yb-finance", "budget", "预算管理一体化系统", "waadd"),
    ("yb-finance", "asset", "国有资产管理系统", "ad"),
    ("yb-hrss", "insurance", "社会保险经办系统", "waacdd"),
    ("yb-hrss", "jobs", "就业服务系统", "wa"),
    ("yb-land", "realty", "不动产登记系统", "waddf"),
    ("yb-land", "planning", "规划一张图", "af"),
    ("yb-housing", "contract", "商品房网签系统", "ad"),
    ("yb-housing", "fund", "维修资金管理系统", "a"),
    ("yb-health", "record", "居民健康档案平台", "aadd"),
    ("yb-health", "booking", "预约诊疗平台", "wc"),
    ("yb-emergency", "command", "应急指挥平台", "ad"),
    ("yb-emergency", "mine", "矿山安全监测系统", "a"),
    ("yb-market", "licence", "证照管理系统", "ad"),
    ("yb-market", "food", "食品安全追溯系统", "a"),
    ("yb-data", "hall", "政务服务一体化平台", "wwaad"),
    ("yb-data", "exchange", "数据共享交换平台", "af"),
)
TIERS = {
    "w": ("web", "前置"),
    "a": ("app", "应用"),
    "d": ("db", "数据库"),
    "c": ("cache", "缓存"),
    "f": ("file", "文件"),
}
SIZES = {  # (vCPU, GiB) a tier is ever given
    "w": ((2, 4), (4, 8), (8, 16)),
    "a": ((4, 8), (8, 16), (8, 32), (16, 32)),
    "d": ((8, 32), (16, 32), (16, 64), (32, 64), (32, 128)),
    "c": ((4, 8), (4, 16), (8, 16)),
    "f": ((4, 8), (8, 16), (8, 32)),
}
DISK_GB = {"w": 200, "a": 500, "d": 1500, "c": 100, "f": 3000}  # of one volume, about
DISK_STEP_GB = 10


@dataclass(frozen=True, slots=True)
class Disk:
    name: str
    size_gb: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One server as it really is. *id* is ours; the cloud knows *name* only."""

    id: str
    name: str
    department: str
    service: str
    tier: str
    vcpu: int
    ram_gib: int
    disks: tuple[Disk, ...]
    address: IPv4Address
    power: bool = True

    @property
    def storage_gb(self) -> int:
        return sum(disk.size_gb for disk in self.disks)


@dataclass(frozen=True, slots=True)
class Totals:
    departments: int
    services: int
    servers: int
    vcpu: int
    ram_gib: int
    storage_gb: int

    @classmethod
    def of(cls, machines: Sequence[Machine]) -> "Totals":
        return cls(
            departments=len({machine.department for machine in machines}),
            services=len({machine.service for machine in machines}),
            servers=len(machines),
            vcpu=sum(machine.vcpu for machine in machines),
            ram_gib=sum(machine.ram_gib for machine in machines),
            storage_gb=sum(machine.storage_gb for machine in machines),
        )


# 70.63 TB, with 1,000 GB to the TB as books count; the books' GB are the cloud's GiB
PUBLISHED = Totals(
    departments=13, services=26, servers=75, vcpu=806, ram_gib=2092, storage_gb=70_630
)


def legacy(network: IPv4Network, seed: int = SEED) -> tuple[Machine, ...]:
    """What stands in the cloud: equal for equal seeds, with addresses of *network*."""
    rng = random.Random(seed)  # noqa: S311 - the point is that it repeats
    bare = tuple(_bare(rng, network))
    sized = _with_sizes(bare, _sizes(bare, rng))
    return _with_disks(_with_twins(sized), rng)


def twins(machines: Sequence[Machine]) -> tuple[Machine, Machine]:
    """The two that nothing but their addresses tells apart."""
    by_name: dict[str, Machine] = {}
    for machine in machines:
        other = by_name.setdefault(machine.name, machine)
        if other is not machine:
            return other, machine
    raise ValueError("no twins in this estate")


def _bare(rng: random.Random, network: IPv4Network) -> Iterable[Machine]:
    """Without size and disks, in the order of the tables."""
    number = 0
    for department, service, title, tiers in SERVICES:
        style = rng.choice((_name_latin, _name_chinese, _name_numbered))
        for index, tier in enumerate(tiers):
            nth = tiers[: index + 1].count(tier)
            yield Machine(
                id=f"{service}-{TIERS[tier][0]}-{nth:02d}",
                name=style(service, title, tier, nth, number),
                department=department,
                service=service,
                tier=tier,
                vcpu=0,
                ram_gib=0,
                disks=(),
                address=network[FIRST_ADDRESS + number],
                power=rng.random() > 0.04,
            )
            number += 1


def _name_latin(service: str, _title: str, tier: str, nth: int, _number: int) -> str:
    return f"{service.upper()}-{TIERS[tier][0].upper()}{nth:02d}"


def _name_chinese(_service: str, title: str, tier: str, nth: int, _number: int) -> str:
    return f"{title}-{TIERS[tier][1]}{nth}"


def _name_numbered(_service: str, _title: str, _tier: str, _nth: int, number: int) -> str:
    return f"ecs-{1000 + 7 * number}"


def _with_sizes(bare: Sequence[Machine], sizes: Sequence[tuple[int, int]]) -> tuple[Machine, ...]:
    return tuple(
        replace(machine, vcpu=vcpu, ram_gib=ram)
        for machine, (vcpu, ram) in zip(bare, sizes, strict=True)
    )


def _sizes(bare: Sequence[Machine], rng: random.Random) -> list[tuple[int, int]]:
    """Drawn by tier, then one server after another is drawn anew where that comes nearer."""
    sizes = [rng.choice(SIZES[machine.tier]) for machine in bare]
    vcpu, ram = (sum(size[part] for size in sizes) for part in (0, 1))
    while (vcpu, ram) != (PUBLISHED.vcpu, PUBLISHED.ram_gib):
        at = rng.randrange(len(bare))
        fresh = rng.choice(SIZES[bare[at].tier])
        told = vcpu + fresh[0] - sizes[at][0], ram + fresh[1] - sizes[at][1]
        # a step away now and then: the nearest sizes alone can lead into a corner
        if _off(*told) <= _off(vcpu, ram) or rng.random() < 0.02:
            sizes[at], (vcpu, ram) = fresh, told
    return sizes


def _off(vcpu: int, ram_gib: int) -> int:
    return 2 * abs(vcpu - PUBLISHED.vcpu) + abs(ram_gib - PUBLISHED.ram_gib)


def _with_twins(sized: Sequence[Machine]) -> tuple[Machine, ...]:
    """Two servers of one tier of one service, of one size, that were given one name."""
    for first, second in pairwise(sized):
        alike = ("service", "tier", "vcpu", "ram_gib")
        if all(getattr(first, word) == getattr(second, word) for word in alike):
            twin = replace(second, name=first.name, power=first.power)
            return tuple(twin if one is second else one for one in sized)
    raise ValueError("no two servers of one size beside each other")


def _with_disks(sized: Sequence[Machine], rng: random.Random) -> tuple[Machine, ...]:
    """One disk a server, two where data lies; drawn by tier and scaled to the total."""
    drawn = [
        [DISK_GB[machine.tier] * rng.randint(5, 15) for _ in range(2 if machine.tier == "f" else 1)]
        for machine in sized
    ]
    whole = sum(map(sum, drawn))
    scaled = [
        [
            max(1, round(size * PUBLISHED.storage_gb / whole / DISK_STEP_GB)) * DISK_STEP_GB
            for size in sizes
        ]
        for sizes in drawn
    ]
    one, other = (sized.index(twin) for twin in twins(sized))
    scaled[other] = list(scaled[one])
    files = [sizes for machine, sizes in zip(sized, scaled, strict=True) if machine.tier == "f"]
    # what rounding left over
    max(files, key=max)[0] += PUBLISHED.storage_gb - sum(map(sum, scaled))
    return tuple(
        replace(
            machine,
            disks=tuple(
                Disk(f"{machine.name}-data{n}" if n > 1 else f"{machine.name}-data", size)
                for n, size in enumerate(sizes, start=1)
            ),
        )
        for machine, sizes in zip(sized, scaled, strict=True)
    )
