"""How each kind of a host is read: the module of `omlib.planes.server.host` that does.

In the order in which they are asked for: what may hang (a dead file system) comes last.
"""

from collections.abc import Container, Iterable, Mapping
from types import MappingProxyType

from omlib.model.kind import SERVER_KINDS

_READERS: Mapping[str, str] = MappingProxyType(
    {
        "group": "accounts",
        "user": "accounts",
        "sudo": "sudoers",
        "listener": "sockets",
        "service": "units",
        "timer": "timers",
        "cron": "cron",
        "sysctl": "kernel",
        "kernel_module": "kernel",
        "mount": "mounts",
        "time_sync": "clock",
        "firewall": "nftables",
        "package": "packages",
        "posture": "posture",
        "authorized_keys": "ssh_keys",
        "trust_file": "trust",
        "file": "files",
        "certificate": "certificates",
        "package_file": "package_files",
        "program": "programs",
        "setuid_file": "setuid",
    }
)
# modules that a module imports, beside `base`
_PACKAGED = ("disk", "entry", "dpkg", "rpm", "packaged")
_SHIPPED = ("disk", "entry", "dpkg", "rpm", "shipped")
_NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "accounts": ("name_service",),
        "sudoers": ("disk", "entry", "dpkg", "rpm"),
        "ssh_keys": ("file_systems",),
        "trust": ("disk", "file_systems"),
        "files": ("disk",),
        "setuid": ("disk", "file_systems", "capabilities"),
        "certificates": ("disk",),
        "timers": ("units",),
        "cron": ("disk",),
        "kernel": ("disk", "conf_d"),
        "mounts": ("disk",),
        "clock": ("disk", "conf_d", "units"),
        "nftables": ("disk", "nft_rule"),
        "posture": (
            *_PACKAGED[:-1],
            *("sudoers", "conf_d", "units", "clock", "sockets", "nft_rule", "nftables"),
            *("name_service", "accounts", "area", "posture_accounts", "posture_pam"),
            *("posture_login", "posture_audit", "posture_system", "posture_reach"),
        ),
        "package_files": (*_PACKAGED, "capabilities"),
        "programs": (*_PACKAGED, "alternatives"),
    }
)
# the same, where all of the kind must be told
_NEEDS_IN_FULL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "files": (*_PACKAGED, "alternatives", "pam", "watched"),
        **dict.fromkeys(("timers", "cron"), _SHIPPED),
    }
)
# read only where it is declared: it costs the host more than all else of its item
AT_A_PRICE: Mapping[str, str] = MappingProxyType({"file": "sha256", "listener": "process"})

COLLECTION: Mapping[str, str] = MappingProxyType(
    {kind.name: kind.collection for kind in SERVER_KINDS}
)


def in_order(kinds: Iterable[str]) -> list[str]:
    """*kinds* in the order in which a host is asked; those that nobody reads are left out."""
    wanted = set(kinds)
    return [kind for kind in _READERS if kind in wanted]


def module_of(kind: str) -> str:
    return _READERS[kind]


def modules_for(kinds: Iterable[str], full: Container[str] = ()) -> tuple[str, ...]:
    """The modules that a look at *kinds* sends, each after those that it needs."""
    needed: list[str] = []
    for kind in in_order(kinds):
        module = _READERS[kind]
        needed += _NEEDS.get(module, ())
        needed += _NEEDS_IN_FULL.get(module, ()) if kind in full else ()
        needed.append(module)
    return ("base", *dict.fromkeys(needed), "answer")
