"""The declared estate: what a city's inventory says, checked and with every reference resolved.

Made by `omlib.inventory`, read by everything above. A relation is stated once, on the item's side
(a VM names its systems); the look-ups the other way round are computed. Sizes are whole MiB or GiB.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from omlib.model.item import Attributes, Key, Source
from omlib.model.lifecycle import Decision, Lifecycle
from omlib.model.ref import Ref
from omlib.model.waiver import Waiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    id: str
    name: str
    parent: str = ""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where credentials, a jump host and caps are shared.

    *concurrency* caps how many targets of the site are asked at once; *connect_s* and *deadline_s*
    bound one connection and one whole look, in seconds; *output_mib* what one target may answer.
    Credentials are references (`env:NAME`, `file:PATH`), never values; *sudo_password* is wanted
    only where sudo asks for one. *agent*: keys of a running ssh-agent are offered. *ssh_config* is
    a file of ssh_config(5) that says how an address is reached.
    """

    id: str
    name: str
    user: str = ""
    key: str = ""
    password: str = ""
    sudo_password: str = ""
    agent: bool = False
    ssh_config: str = ""
    known_hosts: str = ""
    jump: str = ""
    concurrency: int = 8
    connect_s: int = 10
    deadline_s: int = 60
    output_mib: int = 16
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How one host or device is reached. *user* "" means the site's.

    *python* is the interpreter that Ansible uses there, "" where it finds one by itself.
    """

    site: str
    address: str
    port: int = 22
    user: str = ""
    python: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A cloud project. Undeclared things in it roll up to *system*, else to *department*."""

    id: str
    department: str
    system: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudNetwork:
    """Managed where *project* is given, with a subnet of its own; else only referred to."""

    id: str
    name: str = ""
    cidr: str
    project: str = ""
    gateway: str = ""
    dhcp: bool | None = None
    bound_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Router:
    """*external* is the external network's name in the cloud, *networks* are inventory ids."""

    id: str
    name: str
    project: str
    external: str = ""
    networks: tuple[str, ...] = ()
    bound_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    id: str
    name: str
    project: str
    public_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerGroup:
    id: str
    name: str
    project: str
    policy: str
    bound_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """*profile* is the cloud's name in clouds.yaml, which holds its address and credentials.

    *change_profile* is the one that may change it; "": nothing may.
    """

    id: str
    name: str
    site: str
    profile: str
    region: str
    projects: tuple[Project, ...]
    networks: tuple[CloudNetwork, ...] = ()
    change_profile: str = ""
    routers: tuple[Router, ...] = ()
    key_pairs: tuple[KeyPair, ...] = ()
    server_groups: tuple[ServerGroup, ...] = ()
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    network: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    id: str
    size_gib: int
    bound_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vm:
    """*bound_id* is the live id that adoption wrote (`bound_id:`), "" until then.

    *metadata* None is not declared, so not compared; empty is declared to be empty.
    """

    id: str
    name: str
    cloud: str
    project: str
    systems: tuple[str, ...]
    vcpu: int
    ram_mib: int
    image: str = ""
    flavor: str = ""
    shard: str = ""
    key_pair: str = ""
    server_group: str = ""
    metadata: Mapping[str, str] | None = None
    power: str = "on"
    interfaces: tuple[Interface, ...] = ()
    security_groups: tuple[str, ...] = ()
    volumes: tuple[Volume, ...] = ()
    floating_ip: str = ""
    bound_id: str = ""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroup:
    """*rules* are texts: direction, protocol, ports, peer: `ingress tcp 443 198.18.0.0/24`."""

    id: str
    name: str
    cloud: str
    project: str
    rules: tuple[str, ...]
    bound_id: str = ""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerState:
    """What is declared of one host: by kind and name the attributes it should have.

    *full* names the kinds under full ownership: what is found and not declared there is drift.
    *watched* are directories of which the same holds for files. *contents* are those of declared
    files, by path, where the inventory holds them; *restarts* the units that a changed file wants
    restarted. A kind's attributes are in `omlib.model.kind`.
    """

    items: Mapping[str, Mapping[str, Attributes]] = field(default_factory=dict)
    full: frozenset[str] = frozenset()
    watched: tuple[str, ...] = ()
    contents: Mapping[str, bytes] = field(default_factory=dict)
    restarts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, kind: str) -> Mapping[str, Attributes]:
        return self.items.get(kind, {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A state with a name, shared by servers."""

    id: str
    name: str
    state: ServerState
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A host with an operating system: in a VM (*vm*) or in a room.

    *state* is what its *roles*, in order, and its own declaration make; the later wins.
    """

    id: str
    systems: tuple[str, ...]
    access: Access
    os: str
    state: ServerState
    roles: tuple[str, ...] = ()
    vm: str = ""
    room: str = ""
    serial: str = ""
    department: str = ""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A network device. Its intended text comes from *template* with *vars*.

    Under *ownership* full every section of the running configuration must be declared.
    """

    id: str
    platform: str
    access: Access
    template: str
    vars: Mapping[str, object]
    ownership: str = "partial"
    room: str = ""
    department: str = ""
    systems: tuple[str, ...] = ()
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    name: str
    port: str
    fqdn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    system: str
    port: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a retired thing was known by: its ref, where it stood, and its keys on the live side."""

    ref: Ref
    where: str
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCare:
    """What data a system holds and how they are kept; *rpo_h* and *rto_h* in hours."""

    classes: tuple[str, ...] = ()
    retention_until: date | None = None
    archive_to: str = ""
    rpo_h: int | None = None
    rto_h: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How much a system should be used, and in which seasons."""

    registered: int | None = None
    expected_monthly: int | None = None
    calendar: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Xinchuang:
    """信创: what a system stands on, and its evaluation."""

    os: str = ""
    db: str = ""
    middleware: str = ""
    cpu: str = ""
    grade: str = ""
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One business system. *retired* is empty unless its lifecycle is retired."""

    id: str
    name: str
    department: str
    owner_business: str
    owner_technical: str
    function: tuple[str, ...]
    zone: str
    mlps_level: int
    lifecycle: Lifecycle
    decision: Decision | None = None
    depends_on: tuple[Dependency, ...] = ()
    provides: tuple[Endpoint, ...] = ()
    retention_until: date | None = None
    mlps_filing_no: str = ""
    mlps_filed: date | None = None
    replaces_vertical: bool | None = None
    data: DataCare = DataCare()
    usage: Usage = Usage()
    xinchuang: Xinchuang = Xinchuang()
    retired: tuple[Identity, ...] = ()
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    id: str
    name: str
    department: str
    target: str
    area_m2: int = 0
    racks: int = 0
    by: date | None = None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    id: str
    kind: str
    a_end: str
    z_end: str
    mbps: int
    carrier: str = ""
    device: str = ""
    port: str = ""
    contract: str = ""
    target: str = "keep"
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One contract row of one year. Money is whole cents (0.01 yuan).

    It is for a *system* or for a *package* of other work; the other one is "".
    """

    id: str
    system: str
    package: str = ""
    supplier: str
    kind: str
    year: int
    amount_cents: int
    allocation_pct: int = 100
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A change window or a freeze. Times of day are local to the estate's time zone."""

    id: str
    kind: str
    days: tuple[str, ...]
    start: str
    end: str
    first_day: date | None = None
    last_day: date | None = None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """A closed system. Nothing it was known by may come back before *quarantine_until*."""

    system: str
    name: str
    closed: date
    quarantine_until: date
    identities: tuple[Identity, ...]
    department: str = ""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits the centre set itself, and what its checks of the protection scheme go by.

    *log_servers* are servers that receive the logs of others; *antivirus_roles* the roles of which
    a host must run a guard against malware.
    """

    waiver_max_days: int = 90
    log_servers: tuple[str, ...] = ()
    antivirus_roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """Everything declared, by id. *timezone* is an IANA name."""

    name: str
    timezone: str
    departments: Mapping[str, Department]
    sites: Mapping[str, Site]
    clouds: Mapping[str, Cloud]
    systems: Mapping[str, System]
    vms: Mapping[str, Vm]
    security_groups: Mapping[str, SecurityGroup]
    servers: Mapping[str, Server]
    devices: Mapping[str, Device]
    rooms: Mapping[str, Room]
    circuits: Mapping[str, Circuit]
    contracts: tuple[Contract, ...]
    windows: Mapping[str, Window]
    tombstones: Mapping[str, Tombstone]
    waivers: tuple[Waiver, ...]
    roles: Mapping[str, Role] = field(default_factory=dict)
    policy: Policy = Policy()

    def department_of(self, system: str) -> str:
        return self.systems[system].department if system in self.systems else ""
