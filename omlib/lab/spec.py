"""What a lab should hold: servers, routers, and whether there is a cloud."""

from collections.abc import Mapping
from dataclasses import dataclass

from omlib.lab.errors import LabError
from omlib.lab.layout import OPERATOR, ROUTER, Segment


@dataclass(frozen=True, slots=True)
class Server:
    """A Debian host with systemd and SSH. *number* is the last octet of its address."""

    name: str
    segment: Segment
    number: int


@dataclass(frozen=True, slots=True)
class Router:
    """FRR with vtysh. *numbers* says on which segments it stands, and where."""

    name: str
    numbers: Mapping[Segment, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabSpec:
    servers: tuple[Server, ...] = ()
    routers: tuple[Router, ...] = ()
    cloud: bool = False

    def __post_init__(self) -> None:
        taken: dict[tuple[Segment, int], str] = {}
        names: set[str] = set()
        places: list[tuple[str, Segment, int]] = [
            (s.name, s.segment, s.number) for s in self.servers
        ]
        for router in self.routers:
            if not router.numbers:
                raise LabError(f"router {router.name} stands on no segment")
            places += [(router.name, segment, n) for segment, n in router.numbers.items()]
        for name in [s.name for s in self.servers] + [r.name for r in self.routers]:
            if name in names:
                raise LabError(f"two hosts are called {name}")
            names.add(name)
        for name, segment, number in places:
            other = taken.setdefault((segment, number), name)
            if other != name:
                raise LabError(f"{name} and {other} have the same address in {segment}")
            if number == OPERATOR:
                raise LabError(f"{name}: number {OPERATOR} in {segment} is this machine's own")


def numbered(*, servers: int = 3, routers: int = 2, cloud: bool = True) -> LabSpec:
    """Servers srv1.. on `dc` from .11 on; rtr1 between the segments, further routers on `dc`.

    >>> [server.name for server in numbered(servers=2).servers]
    ['srv1', 'srv2']
    """
    return LabSpec(
        servers=tuple(Server(f"srv{n}", "dc", 10 + n) for n in range(1, servers + 1)),
        routers=tuple(
            Router(f"rtr{n}", {"dc": ROUTER, "gov": ROUTER} if n == 1 else {"dc": ROUTER + 1 - n})
            for n in range(1, routers + 1)
        ),
        cloud=cloud,
    )
