"""Where one lab lives: every name, address, port and path follows from its id and its home.

Two labs with different ids share a home (images, keys, the cloud's programs) and nothing else, so
they stand side by side. Pure but for reading the environment in `from_environment`.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Literal, NewType, get_args

from omlib.lab.errors import LabError

Segment = Literal["dc", "gov"]  # standing servers; servers made through the cloud
SEGMENTS: tuple[Segment, ...] = get_args(Segment)
ContainerName = NewType("ContainerName", str)

LABS = IPv4Network("198.18.0.0/15")  # RFC 2544: never routed on a real network
RUN = Path("/run/omlib-lab")
MAX_ID = 31  # 32 networks of /20 fill the /15
OPERATOR, ROUTER, UNUSED = 1, 254, 250  # host numbers in every segment
CLOUD_POOL = (10, 199)  # host numbers neutron hands out on `lab-hosts`
SERVICES = ("keystone", "placement", "glance", "neutron", "cinder", "nova")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabLayout:
    id: int
    home: Path

    def __post_init__(self) -> None:
        if not 0 <= self.id <= MAX_ID:
            raise LabError(f"lab id {self.id} is not one of 0 to {MAX_ID}")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "LabLayout":
        cache = environment.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        home = environment.get("OMLIB_LAB_HOME") or f"{cache}/omlib/lab"
        text = environment.get("OMLIB_LAB_ID") or "0"
        if not text.isdecimal():
            raise LabError(f"OMLIB_LAB_ID is {text!r}", f"use a number from 0 to {MAX_ID}")
        return cls(id=int(text), home=Path(home).resolve())

    # names
    @property
    def name(self) -> str:
        return f"omlib{self.id}"

    @property
    def home_key(self) -> str:
        """Tells apart labs of different homes in what the whole machine shares."""
        return hashlib.sha256(str(self.home).encode()).hexdigest()[:8]

    def bridge(self, segment: Segment) -> str:
        """Name of the bridge and of podman's network; an interface name has at most 15 letters."""
        return f"{self.name}-{segment}"

    def container(self, host: str) -> ContainerName:
        return ContainerName(f"{self.name}-{host}")

    @property
    def label(self) -> str:
        return f"omlib.lab={self.id}"

    # addresses
    @property
    def prefix(self) -> IPv4Network:
        base = int(LABS.network_address) + (self.id << 12)
        return IPv4Network((base, 20))

    def network(self, segment: Segment) -> IPv4Network:
        base = int(self.prefix.network_address) + (SEGMENTS.index(segment) << 8)
        return IPv4Network((base, 24))

    @property
    def records_network(self) -> IPv4Network:
        """`gov-net`: servers there are records of the cloud; nothing answers at their addresses."""
        return IPv4Network((int(self.prefix.network_address) + (4 << 8), 22))

    @property
    def external_network(self) -> IPv4Network:
        return IPv4Network((int(self.prefix.network_address) + (8 << 8), 24))

    def address(self, segment: Segment, number: int) -> IPv4Address:
        if not 0 < number < 255:
            raise LabError(f"host number {number} is not one of 1 to 254")
        return self.network(segment)[number]

    def segment_of(self, address: IPv4Address) -> Segment:
        for segment in SEGMENTS:
            if address in self.network(segment):
                return segment
        where = ", ".join(str(self.network(segment)) for segment in SEGMENTS)
        raise LabError(f"{address} lies in no segment of lab {self.id}", f"use {where}")

    # ports on 127.0.0.1, and on the bridge for the package repository
    def port(self, service: str) -> int:
        return 25000 + 10 * self.id + SERVICES.index(service)

    @property
    def repository_url(self) -> str:
        return f"http://{self.address('dc', OPERATOR)}:{REPOSITORY_PORT}"

    # paths kept between labs
    @property
    def base_tree(self) -> Path:
        return self.home / "base"

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    @property
    def key(self) -> Path:
        return self.keys / "id_ed25519"

    @property
    def host_public_key(self) -> Path:
        return self.keys / "ssh_host_ed25519_key.pub"

    @property
    def secrets(self) -> Path:
        return self.home / "secrets"

    @property
    def cloud_venv(self) -> Path:
        return self.home / "cloud" / "venv"

    @property
    def cloud_template(self) -> Path:
        return self.home / "cloud" / "template"

    @property
    def repository(self) -> Path:
        return self.home / "repository"

    # paths of this lab only
    @property
    def state(self) -> Path:
        return self.home / "labs" / str(self.id)

    @property
    def cloud_state(self) -> Path:
        return self.state / "cloud"

    @property
    def logs(self) -> Path:
        return self.state / "log"

    @property
    def run(self) -> Path:
        """Under /run: it is gone after a reboot of the machine, as the lab is."""
        return RUN / str(self.id)

    @property
    def podman_run(self) -> Path:
        return RUN / f"podman-{self.home_key}"


REPOSITORY_PORT = 8099
