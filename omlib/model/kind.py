"""The kinds of items, as data: which attributes each has, and how two values of one compare.

A kind of the server plane says also what the inventory calls the lot of its items, and which
attributes mean that an item is declared to be away.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from omlib.model.form import Form, alike, normal
from omlib.model.item import Attributes, Value
from omlib.model.ref import Plane, Ref

_KEY_FORMS: Mapping[str, Form] = {"address": Form.ADDRESS, "mac": Form.MAC}


def key_value(space: str, value: str) -> str:
    """A key's value in the one spelling that both sides use.

    >>> key_value("mac", "FA-16-3E-00-00-09")
    'fa:16:3e:00:00:09'
    """
    return str(normal(_KEY_FORMS.get(space, Form.EXACT), value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """*attributes* maps each attribute to its form; one that is not listed is compared exactly.

    *makers* are the kinds that may have made one (a port: a server); () where any may. Of a host:
    *collection* is what its state calls them (`packages`); *away* are declarations that absence
    fulfils; *evidence*: seen for checks alone, so that nobody declares it and it is no finding.
    """

    plane: Plane
    name: str
    attributes: Mapping[str, Form]
    makers: tuple[str, ...] = ()
    collection: str = ""
    away: tuple[Attributes, ...] = ()
    evidence: bool = False

    def normal(self, attribute: str, value: Value) -> Value:
        return normal(self.form(attribute), value)

    def alike(self, attribute: str, wanted: Value, seen: Value) -> bool:
        """Whether *seen* is what was *wanted*; both as `normal` gives them."""
        return alike(self.form(attribute), wanted, seen)

    def form(self, attribute: str) -> Form:
        return self.attributes.get(attribute, Form.EXACT)


_PROJECT = {"project": Form.EXACT}
_ATTRIBUTES: Mapping[tuple[Plane, str], Mapping[str, Form]] = {
    (Plane.CLOUD, "server"): {
        "name": Form.EXACT,
        "vcpu": Form.EXACT,
        "ram_mib": Form.EXACT,
        "flavor": Form.EXACT,
        "image": Form.EXACT,
        "power": Form.EXACT,
        "addresses": Form.ADDRESSES,
        "security_groups": Form.UNORDERED,
        "key_pair": Form.EXACT,
        "server_group": Form.EXACT,
        "metadata": Form.UNORDERED,  # each `key=value`; omlib's own marks are left out
        # seen, and never declared: what it stands on, and whether its owner locked it
        "availability_zone": Form.EXACT,
        "locked": Form.EXACT,
        "host_id": Form.EXACT,  # an alias of the host that differs from project to project
        "hypervisor": Form.EXACT,  # its name, where the account may see it
        **_PROJECT,
    },
    (Plane.CLOUD, "volume"): {
        "name": Form.EXACT,
        "size_gib": Form.EXACT,
        "attached_to": Form.UNORDERED,
        **_PROJECT,
    },
    (Plane.CLOUD, "port"): {
        "network": Form.EXACT,
        "addresses": Form.ADDRESSES,
        "mac": Form.MAC,
        "security_groups": Form.UNORDERED,
        "device": Form.EXACT,
        **_PROJECT,
    },
    (Plane.CLOUD, "floating_ip"): {"address": Form.ADDRESS, "target": Form.ADDRESS, **_PROJECT},
    (Plane.CLOUD, "security_group"): {"name": Form.EXACT, "rules": Form.UNORDERED, **_PROJECT},
    (Plane.CLOUD, "network"): {
        "name": Form.EXACT,
        "cidrs": Form.UNORDERED,
        "gateway": Form.ADDRESS,
        "dhcp": Form.EXACT,
        **_PROJECT,
    },
    (Plane.CLOUD, "router"): {
        "name": Form.EXACT,
        "external_network": Form.EXACT,
        "networks": Form.UNORDERED,
        **_PROJECT,
    },
    (Plane.CLOUD, "key_pair"): {"name": Form.EXACT, "public_key": Form.EXACT},
    (Plane.CLOUD, "server_group"): {
        "name": Form.EXACT,
        "policy": Form.EXACT,
        "members": Form.UNORDERED,
        **_PROJECT,
    },
    # *lines* in order, or *members*: lines whose order means nothing (static routes, users)
    (Plane.NETWORK, "section"): {"lines": Form.EXACT, "members": Form.UNORDERED},
}

_MAKERS: Mapping[tuple[Plane, str], tuple[str, ...]] = {
    (Plane.CLOUD, "port"): ("server", "router", "port"),
    (Plane.CLOUD, "volume"): ("server",),
}

_ABSENT: Attributes = {"present": False}
_STOPPED: Attributes = {"running": False, "enabled": False}
_FILE = {"owner": Form.EXACT, "group": Form.EXACT, "mode": Form.MODE}


def _host(
    name: str,
    collection: str,
    attributes: Mapping[str, Form],
    *away: Attributes,
    evidence: bool = False,
) -> Kind:
    return Kind(
        plane=Plane.SERVER,
        name=name,
        collection=collection,
        attributes=attributes,
        away=away,
        evidence=evidence,
    )


_EXACT = Form.EXACT
# in the order in which they are set up: what others stand on first
SERVER_KINDS: tuple[Kind, ...] = (
    _host(
        "group", "groups", {"present": _EXACT, "gid": _EXACT, "members": Form.UNORDERED}, _ABSENT
    ),
    _host(
        "user",
        "users",
        {
            "present": _EXACT,
            "uid": _EXACT,
            "shell": _EXACT,
            "home": _EXACT,
            "groups": Form.UNORDERED,
            "locked": _EXACT,  # nobody can log in with a password
        },
        _ABSENT,
    ),
    # by account: the keys it trusts, each `[options] type base64`
    _host("authorized_keys", "authorized_keys", {"keys": Form.UNORDERED}, {"keys": ()}),
    # by file of /etc/sudoers.d: its rules in order (the last match wins, sudoers(5))
    _host("sudo", "sudo", {"present": _EXACT, "rules": Form.SPACED}, _ABSENT),
    _host("package", "packages", {"present": _EXACT, "version": _EXACT}, _ABSENT),
    # *target* is a symbolic link's
    _host(
        "file",
        "files",
        {"present": _EXACT, "sha256": Form.FOLDED, "target": _EXACT, **_FILE},
        _ABSENT,
    ),
    # by mount point; *options* those in force, *boot_options* those of fstab(5)
    _host(
        "mount",
        "mounts",
        {
            "mounted": _EXACT,
            "source": _EXACT,
            "fstype": _EXACT,
            "options": Form.SUPERSET,
            "at_boot": _EXACT,
            "boot_options": Form.UNORDERED,
        },
        {"mounted": False, "at_boot": False},
    ),
    # *runtime* what the kernel has, *persistent* what sysctl.d(5) will set at boot
    _host("sysctl", "sysctl", {"runtime": Form.SPACED, "persistent": Form.SPACED}),
    _host(
        "kernel_module",
        "kernel_modules",
        {"loaded": _EXACT, "at_boot": _EXACT, "blocked": _EXACT},
        {"loaded": False, "at_boot": False},
        {"loaded": False},
    ),
    _host("service", "services", {"running": _EXACT, "enabled": _EXACT}, _STOPPED),
    _host(
        "timer",
        "timers",
        {"running": _EXACT, "enabled": _EXACT, "calendar": Form.CALENDARS},
        _STOPPED,
    ),
    # by file of /etc/cron.d, else by its path: its lines, each with the account
    _host("cron", "cron", {"present": _EXACT, "jobs": Form.JOBS}, _ABSENT),
    # by `family table chain`; the rules in order, as nft(8) prints them
    _host(
        "firewall",
        "firewall",
        {"policy": _EXACT, "rules": Form.RULES, "at_boot": _EXACT},
    ),
    # one item, `clock`
    _host("time_sync", "time_sync", {"servers": Form.UNORDERED, "synchronised": _EXACT}),
    # by the path of a PEM file; *days_left* until the certificate ends
    _host(
        "certificate",
        "certificates",
        {"issuer": Form.SPACED, "names": Form.UNORDERED, "days_left": Form.AT_LEAST},
    ),
    _host("listener", "listeners", {"process": _EXACT}),
    # what nobody declares unless to say that it is meant: found by the scan of a host
    _host("setuid_file", "setuid_files", {**_FILE, "capabilities": _EXACT}),
    _host("program", "programs", {"sha256": Form.FOLDED, **_FILE}),
    _host("trust_file", "trust_files", {"sha256": Form.FOLDED, **_FILE}),
    _host("package_file", "package_files", {"package": _EXACT, "changed": Form.UNORDERED}),
    _host("posture", "posture", {}, evidence=True),
)

KINDS: Mapping[tuple[Plane, str], Kind] = {
    (plane, name): Kind(
        plane=plane, name=name, attributes=attributes, makers=_MAKERS.get((plane, name), ())
    )
    for (plane, name), attributes in _ATTRIBUTES.items()
} | {(kind.plane, kind.name): kind for kind in SERVER_KINDS}

COLLECTIONS: Mapping[str, Kind] = {kind.collection: kind for kind in SERVER_KINDS}


def kind_of(ref: Ref) -> Kind:
    """The kind of the item that *ref* names; one that is not registered compares exactly."""
    known = KINDS.get((ref.plane, ref.kind))
    return known or Kind(plane=ref.plane, name=ref.kind, attributes={})
