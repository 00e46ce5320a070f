"""A host of a level-3 system that passes every row that a host can, and what to change of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from omlib.model.check import Checked
from omlib.model.estate import Access, Estate, Policy, Server, ServerState, Site, System
from omlib.model.item import Actual, Attributes, Declared, Scope, Source, Value
from omlib.model.lifecycle import Lifecycle, LifecycleStatus, Stage
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, make_ref
from omlib.model.status import UnknownReason
from omlib.reconcile.compare import reconcile
from omlib.reconcile.mlps.facts import facts_of
from omlib.reconcile.mlps.table import run_checks

HOST, LOG_SERVER, BASTION = "pay-01", "log-01", "198.18.0.250"
AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
WHOLE = Sight(complete=True, reason=None, at=AT, by="omlib-ro (root)", via="ssh")
_SOURCE = Source("servers.yml", 1)
_RULES = (
    "inet filter input: policy drop",
    "inet filter input: ct state established,related accept",
    'inet filter input: iifname "lo" accept',
    f"inet filter input: ip saddr {BASTION} tcp dport 22 accept",
    "inet filter input: tcp dport 443 accept",
)
GOOD: Mapping[str, Attributes] = {
    "passwords": {
        "empty": (),
        "duplicate_uids": (),
        "uid_0": ("root",),
        "with_shell": ("ops", "root"),
        "by_password": ("ops",),
        "ageing": ("ops 90",),
        "expired": (),
        "new_max_days": 90,
    },
    "pam": {
        "quality_module": "pam_pwquality",
        "minlen": 10,
        "classes": 3,
        "no_lock_in_auth": (),
        "no_lock_in_account": (),
        "tries": 5,
        "locked_s": 300,
        "second_factor": (),
    },
    "login": {"tmout_s": 600},
    "sshd": {
        "root": "no",
        "alive_s": 300,
        "alive_count": 2,
        "methods": "any",
        "pam": "yes",
        "keys": "yes",
        "ports": ("22",),
        "root_in_match": (),
    },
    "sudo": {
        "rules": ("/etc/sudoers: root ALL=(ALL:ALL) ALL", "/etc/sudoers.d/ops: ops ALL=(ALL) ALL"),
        "aliases": (),
        "elsewhere": (),
    },
    "modes": {
        "files": (
            "/etc/passwd 0644 root root",
            "/etc/shadow 0640 root shadow",
            "/etc/ssh/ssh_host_ed25519_key 0600 root root",
        )
    },
    "audit": {
        "active": True,
        "loaded": ("identity", "modules", "privilege", "time"),
        "at_boot": ("identity", "modules", "privilege", "time"),
    },
    "syslog": {"targets": ("198.18.0.5",), "audit_targets": ("198.18.0.5",)},
    "time": {
        "keeper": "chrony",
        "synchronised": True,
        "servers": ("198.18.0.1",),
        "offset_us": 120,
    },
    "reach": {"listeners": ("tcp/*:22 sshd", "tcp/*:443 nginx"), "input_rules": _RULES},
    "updates": {"pending": (), "lists_days": 1, "oldest_days": 0},
    "antivirus": {"agents": ("ClamAV (clamd)",)},
    "boot": {"secure_boot": "on", "tpm": True, "ima": 812},
    "tls": {"tcp/*:443": ("TLSv1.2", "TLSv1.3")},
    "logs": {HOST: 2},
}
# by kind what is declared of the host, and seen as it is declared
STATE: Mapping[str, Mapping[str, Attributes]] = {
    "package": {"nginx": {"present": True}},
    "service": {"nginx.service": {"running": True, "enabled": True}},
    "listener": {"tcp/*:22": {}, "tcp/*:443": {}},
    "time_sync": {"clock": {"servers": ("198.18.0.1",), "synchronised": True}},
    "certificate": {"/etc/pay.pem": {"names": ("pay.gov.example",), "days_left": 30}},
}
_SEEN_OTHERWISE: Attributes = {"names": ("pay.gov.example",), "days_left": 200}


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """*told* are the areas; *unseen* facts, as `area.fact`, that could not be read, and why.

    *strays* are found and not declared, by kind; *dark* kinds were not seen to their end.
    """

    told: Mapping[str, Attributes]
    unseen: Mapping[str, UnknownReason]
    strays: tuple[tuple[str, str], ...] = ()
    dark: Mapping[str, UnknownReason]
    estate: Estate

    def checked(self) -> dict[int, Checked]:
        """By row what is said of the host."""
        return {one.row: one for one in self.all_checked() if one.subject == HOST}

    def all_checked(self) -> list[Checked]:
        """What every row says of everything."""
        facts, declared = tuple(self._actual()), tuple(self._declared())
        scopes = {one.scope for one in facts} | {one.scope for one in declared}
        sights = {
            scope: replace(WHOLE, complete=False, reason=self.dark[scope.kind])
            if scope.kind in self.dark and scope.where == HOST
            else WHOLE
            for scope in scopes
        }
        seen = Observation(sights=sights, actual=facts)
        findings = reconcile(declared, seen, today=AT.date())
        return run_checks(facts_of(self.estate, declared, seen, findings))

    def _declared(self) -> Iterator[Declared]:
        for kind, items in self.estate.servers[HOST].state.items.items():
            for name, attributes in items.items():
                yield Declared(
                    ref=make_ref(Plane.SERVER, kind, HOST, name),
                    scope=Scope(Plane.SERVER, kind, HOST),
                    attributes=attributes,
                )

    def _actual(self) -> Iterator[Actual]:
        for area, attributes in self.told.items():
            where = LOG_SERVER if area == "logs" else HOST
            hidden = {
                name.partition(".")[2]: why
                for name, why in self.unseen.items()
                if name.partition(".")[0] == area
            }
            kept = {name: value for name, value in attributes.items() if name not in hidden}
            yield _seen("posture", where, area, kept, hidden)
        for kind, items in self.estate.servers[HOST].state.items.items():
            for name, attributes in items.items() if kind not in self.dark else ():
                yield _seen(
                    kind, HOST, name, _SEEN_OTHERWISE if kind == "certificate" else attributes
                )
        for kind, name in self.strays:
            yield _seen(kind, HOST, name, {})


def _seen(
    kind: str,
    where: str,
    name: str,
    attributes: Attributes,
    hidden: Mapping[str, UnknownReason] | None = None,
) -> Actual:
    return Actual(
        ref=make_ref(Plane.SERVER, kind, where, name),
        scope=Scope(Plane.SERVER, kind, where),
        attributes=attributes,
        unseen=hidden or {},
    )


def host(
    *,
    unseen: Mapping[str, UnknownReason] | None = None,
    strays: Sequence[tuple[str, str]] = (),
    dark: Mapping[str, UnknownReason] | None = None,
    estate: Estate | None = None,
    **changed: Value,
) -> Host:
    """The good host, but for `area__fact=value`, and the sources that were not seen."""
    told = {area: dict(facts) for area, facts in GOOD.items()}
    for name, value in changed.items():
        area, _, fact = name.partition("__")
        told[area][fact] = value
    return Host(
        told=told,
        unseen=unseen or {},
        strays=tuple(strays),
        dark=dark or {},
        estate=estate or city(),
    )


def city(policy: Policy | None = None, *, full: Sequence[str] = (), jump: str = BASTION) -> Estate:
    """Two servers: one of a system of level 3, and one that receives its logs."""
    state = ServerState(items=STATE, full=frozenset(full or ("package", "service", "listener")))
    kept = policy or Policy(log_servers=(LOG_SERVER,), antivirus_roles=("web",))
    return Estate(
        name="江滨市",
        timezone="Asia/Shanghai",
        departments={},
        sites={"dc": Site(id="dc", name="机房", jump=jump, source=_SOURCE)},
        clouds={},
        systems={"pay": _system()},
        vms={},
        security_groups={},
        servers={
            HOST: _server(HOST, ("pay",), state, ("web",)),
            LOG_SERVER: _server(LOG_SERVER, (), ServerState(), ()),
        },
        devices={},
        rooms={},
        circuits={},
        contracts=(),
        windows={},
        tombstones={},
        waivers=(),
        policy=kept,
    )


def _server(
    name: str, systems: tuple[str, ...], state: ServerState, roles: tuple[str, ...]
) -> Server:
    return Server(
        id=name,
        systems=systems,
        access=Access(site="dc", address=f"198.18.0.{len(name)}"),
        os="openeuler-22.03",
        state=state,
        roles=roles,
        source=_SOURCE,
    )


def _system() -> System:
    stage, status = Stage.OPERATIONAL, LifecycleStatus.IN_USE
    return System(
        id="pay",
        name="社保缴费",
        department="hrss",
        owner_business="王",
        owner_technical="李",
        function=(),
        zone="gov",
        mlps_level=3,
        lifecycle=Lifecycle(stage=stage, status=status, since=date(2020, 1, 1)),
        source=_SOURCE,
    )
