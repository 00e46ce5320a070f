"""A security group rule as neutron takes it, from the text that a declaration has. Pure.

The texts are those of `omlib.planes.cloud.rules`, in their one spelling.
"""

import ipaddress
import re
from typing import Any, NamedTuple

_DIRECTIONS = ("ingress", "egress")
_OF_TYPES = ("icmp", "ipv6-icmp")
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
_TYPES = re.compile(r"(\d{1,3})(?:/(\d{1,3}))?")
_GROUP, _ADDRESSES = "group:", "addresses:"
_HIGHEST_PORT, _HIGHEST_TYPE = 65535, 255
_WITH_PORTS = ("tcp", "udp", "dccp", "sctp", "udplite", "33", "132", "136")  # as neutron has it


class Rule(NamedTuple):
    """*peer* is a prefix, `group:NAME` or `addresses:ID`; *low* and *high* None mean any."""

    direction: str
    protocol: str
    low: int | None
    high: int | None
    peer: str
    ipv6: bool

    @property
    def group(self) -> str:
        """The name of the group it lets in or out, "" for a prefix."""
        return self.peer.removeprefix(_GROUP) if self.peer.startswith(_GROUP) else ""

    def body(self, group_id: str, remote_id: str) -> dict[str, Any]:
        """For a POST; *remote_id* is the id of `group`."""
        told: dict[str, Any] = {
            "security_group_id": group_id,
            "direction": self.direction,
            "ethertype": "IPv6" if self.ipv6 else "IPv4",
            "protocol": None if self.protocol == "any" else self.protocol,
            "port_range_min": self.low,
            "port_range_max": self.high,
        }
        if self.group:
            told["remote_group_id"] = remote_id
        elif self.peer.startswith(_ADDRESSES):
            told["remote_address_group_id"] = self.peer.removeprefix(_ADDRESSES)
        else:
            told["remote_ip_prefix"] = self.peer
        return {name: value for name, value in told.items() if value is not None}


def parse(text: str) -> Rule:
    """Read a rule. Raises ValueError with the reason.

    >>> parse("ingress tcp 8000-8100 198.18.0.0/24")[2:5]
    (8000, 8100, '198.18.0.0/24')
    """
    words = text.split()
    if len(words) < 4:
        raise ValueError("is direction, protocol, ports and peer")
    direction, protocol, ports, *rest = words
    if direction not in _DIRECTIONS:
        raise ValueError(f"{direction} is neither ingress nor egress")
    by_group = rest[0].startswith(_GROUP)
    ipv6 = by_group and len(rest) > 1 and rest[-1] == "ipv6"
    peer = " ".join(rest[:-1] if ipv6 else rest)
    if not by_group and not peer.startswith(_ADDRESSES):
        ipv6 = ipaddress.ip_network(peer).version == 6  # raises ValueError in plain words
    return Rule(direction, protocol, *_range(protocol, ports), peer, ipv6)


def _range(protocol: str, ports: str) -> tuple[int | None, int | None]:
    if ports == "any":
        return None, None
    types = protocol in _OF_TYPES
    if not types and protocol not in _WITH_PORTS:
        raise ValueError(f"protocol {protocol} has no ports")
    found = (_TYPES if types else _PORTS).fullmatch(ports)
    if found is None:
        raise ValueError(f"{ports} is {'no type, or type/code' if types else 'no port or range'}")
    low = int(found[1])
    high = int(found[2]) if found[2] else None if types else low
    most = _HIGHEST_TYPE if types else _HIGHEST_PORT
    if (
        low > most
        or (not types and low == 0)
        or (high or 0) > most
        or (not types and high is not None and high < low)
    ):
        raise ValueError(f"{ports} is out of range")
    return low, high
