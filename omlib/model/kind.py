"""The kinds of items, as data: which attributes each has, and when two values are alike.

A kind says per attribute its `Form`. Values are compared as they are first; only where they differ
are both brought to their form and compared again, so `0644` and `644`, two spellings of a MAC, or
a list in another order never show as drift.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from omlib.model.item import Value
from omlib.model.ref import Plane, Ref


def _as_is(value: Value) -> Value:
    return value


def _unordered(value: Value) -> Value:
    if value is None:
        return ()
    parts = value if isinstance(value, tuple) else (value,)
    return tuple(sorted(set(parts), key=lambda part: (str(type(part)), str(part))))


def _mac(value: Value) -> Value:
    digits = re.sub(r"[^0-9a-f]", "", str(value).lower())
    return ":".join(re.findall("..", digits)) if len(digits) == 12 else value


def _address(value: Value) -> Value:
    if isinstance(value, tuple):
        return tuple(str(_address(part)) for part in value)
    try:
        return str(ipaddress.ip_address(str(value)))
    except ValueError:
        return value


def _addresses(value: Value) -> Value:
    return _unordered(_address(value if isinstance(value, tuple) else (value,)) if value else ())


def _mode(value: Value) -> Value:
    """File modes are octal text (POSIX chmod): `644`, `0644` and `0o644` are one mode."""
    text = str(value).lower().removeprefix("0o")
    return f"{int(text, 8):04o}" if re.fullmatch(r"[0-7]{1,5}", text) else value


def _folded(value: Value) -> Value:
    return value.casefold() if isinstance(value, str) else value


class Form(Enum):
    """How the values of one attribute are brought to one spelling."""

    EXACT = "exact"
    UNORDERED = "unordered"  # a set: order and repetition mean nothing
    FOLDED = "folded"  # text in which case means nothing
    MAC = "mac"
    ADDRESS = "address"  # RFC 5952 for IPv6
    ADDRESSES = "addresses"
    MODE = "mode"
    OPAQUE = "opaque"  # exact, and the value is never shown: only that it differs


_TO_FORM: Mapping[Form, Callable[[Value], Value]] = {
    Form.EXACT: _as_is,
    Form.OPAQUE: _as_is,
    Form.UNORDERED: _unordered,
    Form.FOLDED: _folded,
    Form.MAC: _mac,
    Form.ADDRESS: _address,
    Form.ADDRESSES: _addresses,
    Form.MODE: _mode,
}


_KEY_FORMS: Mapping[str, Form] = {"address": Form.ADDRESS, "mac": Form.MAC}


def key_value(space: str, value: str) -> str:
    """A key's value in the one spelling that both sides use.

    >>> key_value("mac", "FA-16-3E-00-00-09")
    'fa:16:3e:00:00:09'
    """
    return str(_TO_FORM[_KEY_FORMS.get(space, Form.EXACT)](value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """*attributes* maps each attribute to its form; one that is not listed is compared exactly.

    *makers* are the kinds that may have made one (a port: a server); () where any may.
    """

    plane: Plane
    name: str
    attributes: Mapping[str, Form]
    makers: tuple[str, ...] = ()

    def normal(self, attribute: str, value: Value) -> Value:
        return _TO_FORM[self.attributes.get(attribute, Form.EXACT)](value)


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
    (Plane.SERVER, "package"): {"present": Form.EXACT, "version": Form.EXACT},
    (Plane.SERVER, "service"): {"running": Form.EXACT, "enabled": Form.EXACT},
    (Plane.SERVER, "file"): {
        "sha256": Form.FOLDED,
        "owner": Form.EXACT,
        "group": Form.EXACT,
        "mode": Form.MODE,
    },
    (Plane.SERVER, "user"): {
        "present": Form.EXACT,
        "uid": Form.EXACT,
        "shell": Form.EXACT,
        "home": Form.EXACT,
        "groups": Form.UNORDERED,
    },
    (Plane.SERVER, "listener"): {"process": Form.EXACT},
    # *lines* in order, or *members*: lines whose order means nothing (static routes, users)
    (Plane.NETWORK, "section"): {"lines": Form.EXACT, "members": Form.UNORDERED},
}

_MAKERS: Mapping[tuple[Plane, str], tuple[str, ...]] = {
    (Plane.CLOUD, "port"): ("server", "router", "port"),
    (Plane.CLOUD, "volume"): ("server",),
}

KINDS: Mapping[tuple[Plane, str], Kind] = {
    (plane, name): Kind(
        plane=plane, name=name, attributes=attributes, makers=_MAKERS.get((plane, name), ())
    )
    for (plane, name), attributes in _ATTRIBUTES.items()
}


def kind_of(ref: Ref) -> Kind:
    """The kind of the item that *ref* names; one that is not registered compares exactly."""
    known = KINDS.get((ref.plane, ref.kind))
    return known or Kind(plane=ref.plane, name=ref.kind, attributes={})
