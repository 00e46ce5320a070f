"""What the simulated cloud holds. Things are kept as the services tell them, by kind and id.

Keys that begin with `_` are the simulation's own notes. Everything is touched under `lock` only;
what takes time (a build, a resize) is noted with its moment and done when the next call comes.
"""

import heapq
import itertools
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from omlib.testing.openstack.wire import ApiError, Json

KINDS = (
    *("server", "flavor", "server_group", "volume", "image"),
    *("network", "subnet", "port", "security_group", "floating_ip", "router"),
)
REGION = "RegionOne"
EXTERNAL_NETWORK, RECORDS_NETWORK, IMAGE = "ext-net", "gov-net", "lab-linux"
FLAVORS = (  # name, vCPU, RAM in MiB, disk in GiB; as the lab's cloud has them
    ("m1.tiny", 1, 512, 1),
    ("m1.small", 2, 4096, 20),
    ("m1.medium", 4, 8192, 40),
    ("m1.large", 8, 16384, 80),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things take: *call_s* before any write is done, *build_s* from BUILD to ACTIVE,
    *change_s* for a resize, a stop, a start, a detach, *volume_s* for what cinder does."""

    call_s: float = 0.0
    build_s: float = 0.0
    change_s: float = 0.0
    volume_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    id: str
    name: str
    password: str = field(repr=False)


@dataclass(slots=True, kw_only=True)
class World:
    """*roles* are by account name and project id; *default_role* holds where none is told."""

    accounts: dict[str, Account] = field(default_factory=dict)
    default_roles: dict[str, str] = field(default_factory=dict)
    roles: dict[tuple[str, str], str] = field(default_factory=dict)
    projects: dict[str, str] = field(default_factory=dict)  # id to name
    tokens: dict[str, tuple[str, str]] = field(default_factory=dict)  # account name, project id
    things: dict[str, dict[str, Json]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    keypairs: dict[tuple[str, str], Json] = field(default_factory=dict)  # by account and name
    actions: dict[str, list[Json]] = field(default_factory=dict)  # by server, newest first
    attached: dict[str, dict[str, str]] = field(default_factory=dict)  # server: volume: device
    quota: dict[str, int] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)
    microversion: int | None = 96  # None: a fork without microversions
    page_items: int = 1000
    services: set[str] = field(
        default_factory=lambda: {"compute", "network", "volumev3", "image", "identity"}
    )
    failing_builds: set[str] = field(default_factory=set)  # names of servers that end in ERROR
    unreadable: dict[str, str] = field(default_factory=dict)  # server id to "entry" or "absent"
    grants: dict[str, str] = field(default_factory=dict)  # project asked for to project given
    lock: threading.RLock = field(default_factory=threading.RLock)
    _due: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _turn: Iterator[int] = field(default_factory=itertools.count)

    def later(self, after_s: float, do: Callable[[], None]) -> None:
        if after_s <= 0:
            do()
        else:
            heapq.heappush(self._due, (time.monotonic() + after_s, next(self._turn), do))

    def settle(self) -> None:
        """Do what is due by now."""
        while self._due and self._due[0][0] <= time.monotonic():
            heapq.heappop(self._due)[2]()

    def of(self, kind: str, project: str) -> list[Json]:
        return [thing for thing in self.things[kind].values() if thing["tenant_id"] == project]

    def project_id(self, name_or_id: str) -> str:
        if name_or_id in self.projects:
            return name_or_id
        return next((i for i, name in self.projects.items() if name == name_or_id), "")

    def make_project(self, name: str) -> str:
        if known := self.project_id(name):
            return known
        self.projects[made := uuid.uuid4().hex] = name
        return made

    def make_account(self, name: str, role: str) -> Account:
        made = Account(id=uuid.uuid4().hex, name=name, password=secrets.token_hex(16))
        self.accounts[name] = made
        if role:
            self.default_roles[name] = role
        return made

    def role(self, account: str, project: str) -> str:
        if not project:
            return ""
        return self.roles.get((account, project), self.default_roles.get(account, ""))

    def add(self, kind: str, thing: Json) -> Json:
        self.things[kind][thing["id"]] = thing
        return thing

    def drop(self, kind: str, live_id: str) -> None:
        self.things[kind].pop(live_id, None)

    def check_quota(self, what: str, used: int, wanted: int = 1) -> bool:
        return used + wanted <= self.quota.get(what, 10**9)


def new_id() -> str:
    return str(uuid.uuid4())


def now(*, zulu: bool = True) -> str:
    text = datetime.now(UTC).replace(tzinfo=None, microsecond=0).isoformat()
    return f"{text}Z" if zulu else f"{text}.000000"


def found(things: dict[str, Json], live_id: str, words: str, kind: str = "") -> Any:
    """The thing, or 404 with *words*, `{}` in which is its id."""
    if live_id not in things:
        raise ApiError(404, words.format(live_id), kind)
    return things[live_id]
