"""Security group rules as texts: direction, protocol, ports, peer.

`ingress tcp 443 198.18.0.0/24`, `egress any any 0.0.0.0/0`, `ingress icmp 8 group:web`. Ports are
`any`, `443` or `8000-8100`; for ICMP the type, or `type/code`. The peer is a prefix, which tells
IPv4 from IPv6, or `group:NAME`, which does not: a rule on a group for IPv6 ends in the word `ipv6`.

Neutron gives every new group two rules of its own, egress to anywhere. They are shown, not hidden:
taking them away or adding a third changes what the group lets out. A declaration that says nothing
about egress means these two; one that names any egress rule means just what it names.
"""

import ipaddress
from collections.abc import Iterable, Mapping

ANYWHERE = {"IPv4": "0.0.0.0/0", "IPv6": "::/0"}
AUTOMATIC_EGRESS = tuple(f"egress any any {prefix}" for prefix in ANYWHERE.values())
# what neutron makes of each project's group `default`
UNTOUCHED_DEFAULT = frozenset(
    {*AUTOMATIC_EGRESS, "ingress any any group:default", "ingress any any group:default ipv6"}
)

_PROTOCOLS = {  # neutron takes names and numbers, and three names for one ICMP
    "": "any",
    "1": "icmp",
    "6": "tcp",
    "17": "udp",
    "58": "ipv6-icmp",
    "icmpv6": "ipv6-icmp",
}
_OF_TYPES = ("icmp", "ipv6-icmp")
_ALL_PORTS = ("1", "65535")  # neutron keeps the whole range as none


def declared_rules(texts: Iterable[str]) -> tuple[str, ...]:
    """The rules wanted of a group, in one spelling, with what neutron adds if egress is open."""
    wanted = {_canonical(text) for text in texts}
    if not any(rule.startswith("egress ") for rule in wanted):
        wanted.update(AUTOMATIC_EGRESS)
    return tuple(sorted(wanted))


def _canonical(text: str) -> str:
    words = text.split()
    if len(words) < 4:
        return " ".join(words)  # not a rule: it will match nothing, and show as it was written
    direction, protocol, ports, peer, *rest = words
    protocol = _PROTOCOLS.get(protocol.lower(), protocol.lower())
    peer = _prefix(peer)
    low, _, high = ports.partition("-")
    if low == high:
        ports = low
    elif (low, high) == _ALL_PORTS and protocol not in _OF_TYPES:
        ports = "any"
    by_name = peer.startswith(("group:", "addresses:"))
    if protocol == "icmp" and (rest[-1:] == ["ipv6"] if by_name else ":" in peer):
        protocol = "ipv6-icmp"
    return " ".join((direction.lower(), protocol, ports.lower(), peer, *rest))


def _prefix(peer: str) -> str:
    if peer.lower() == "any":
        return ANYWHERE["IPv4"]
    try:
        return str(ipaddress.ip_network(peer, strict=False))
    except ValueError:
        return peer


def live_rule(rule: Mapping[str, object], groups: Mapping[str, str]) -> str:
    """A rule as neutron lists it; *groups* are the names of groups by id."""
    ethertype = str(rule.get("ethertype") or "IPv4")
    protocol = str(rule.get("protocol") or "").lower()
    protocol = _PROTOCOLS.get(protocol, protocol)
    if protocol == "icmp" and ethertype == "IPv6":
        protocol = "ipv6-icmp"
    ports = _ports(protocol, rule.get("port_range_min"), rule.get("port_range_max"))
    head = f"{rule['direction']} {protocol} {ports}"
    if remote := rule.get("remote_group_id"):
        peer = f"group:{groups.get(str(remote), str(remote))}"
        return f"{head} {peer} ipv6" if ethertype == "IPv6" else f"{head} {peer}"
    if addresses := rule.get("remote_address_group_id"):
        return f"{head} addresses:{addresses}"
    return f"{head} {_prefix(str(rule.get('remote_ip_prefix') or ANYWHERE[ethertype]))}"


def _ports(protocol: str, low: object, high: object) -> str:
    if low is None and high is None:
        return "any"
    if protocol in _OF_TYPES:  # neutron keeps type and code in the fields of ports
        return f"{low}" if high is None else f"{low}/{high}"
    if (str(low), str(high)) == _ALL_PORTS:  # as older ones keep it
        return "any"
    return f"{low}" if low == high else f"{low}-{high}"
