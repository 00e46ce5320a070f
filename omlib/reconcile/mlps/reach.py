"""From where a port of a host can be reached, by what it listens on and what its firewall lets in.

Judged is only what can be read with certainty: rules of a chain that drops the rest. A jump, a set
with a name or a rule that this does not know leaves the answer open.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Open(StrEnum):
    """What is not a list of networks: from anywhere, or nobody can tell."""

    ANYWHERE = "anywhere"
    UNSURE = "unsure"


Reach = Open | tuple[Network, ...]
_ANSWERS = re.compile(r"ct state (\{[^}]*\}|[\w,]+) (counter )?accept( comment \".*\")?")
_LOCAL = re.compile(r"iif(name)? \"?lo\"? (counter )?accept( comment \".*\")?")
_ICMP = re.compile(r"(ip6? nexthdr |meta l4proto |ip protocol )?(icmp|ipv6-icmp|icmpv6)\b.* accept")
_ACCEPT = re.compile(
    r"(?:ip6? saddr (?P<saddr>\{[^}]*\}|\S+) )?"
    r"(?:ip6? saddr \S+ )?"
    r"(?:ct state new )?"
    r"(?:meta l4proto \S+ )?(?:(?P<proto>tcp|udp) dport (?P<ports>\{[^}]*\}|\S+) )?"
    r"(?:ct state new )?(?:limit rate \S+ \S+(?: burst \d+ packets)? )?(?:counter )?accept"
    r"(?: comment \".*\")?"
)
_DECIDES = {"drop", "reject", "jump", "goto", "vmap", "queue"}
_LOOPBACK = ("127.", "[::1]", "::1")


def ports_of(listeners: Iterable[str]) -> Iterator[tuple[str, str, str, str]]:
    """Protocol, address, port and processes of `tcp/*:22 sshd`."""
    for line in listeners:
        key, _, process = line.partition(" ")
        proto, _, where = key.partition("/")
        address, _, port = where.rpartition(":")
        yield proto, address, port, process


def only_here(address: str) -> bool:
    return address.startswith(_LOOPBACK)


def reach(rules: Iterable[str], proto: str, port: str) -> Reach:
    """*rules* are `family table chain: rule` of the chains that see whatever comes in.

    A way that is closed over IPv4 and not over IPv6 is no answer: nobody said whether the host has
    an address of that kind.
    """
    chains: dict[str, list[str]] = {}
    for line in rules:
        name, _, rule = line.partition(": ")
        chains.setdefault(name, []).append(rule)
    by_4 = _narrowest(chains, "ip", proto, port)
    by_6 = _narrowest(chains, "ip6", proto, port)
    if isinstance(by_4, Open):
        return by_4
    return Open.UNSURE if isinstance(by_6, Open) else tuple(dict.fromkeys((*by_4, *by_6)))


def _narrowest(chains: Mapping[str, list[str]], family: str, proto: str, port: str) -> Reach:
    """Several chains each may drop: the narrowest one that can be read counts."""
    told = [
        _through(own, proto, port)
        for name, own in chains.items()
        if name.split()[0] in (family, "inet")
    ]
    lists = [one for one in told if not isinstance(one, Open)]
    if lists:
        return min(lists, key=len)
    return Open.UNSURE if Open.UNSURE in told else Open.ANYWHERE


def _through(rules: list[str], proto: str, port: str) -> Reach:
    if "policy drop" not in rules and not {"drop", "reject"} & {rules[-1].split()[0]}:
        # what is not dropped at the end may be dropped on the way
        words = {word for rule in rules for word in rule.partition(' comment "')[0].split()}
        return Open.UNSURE if _DECIDES & words else Open.ANYWHERE
    found: list[Network] = []
    for rule in rules:
        if rule.startswith("policy ") or _answer_or_own(rule) or _narrows(rule):
            continue
        told = _ACCEPT.fullmatch(rule)
        if told is None:
            return Open.UNSURE
        if told["proto"] and (told["proto"] != proto or not _has(told["ports"], port)):
            continue
        if not told["saddr"]:
            return Open.ANYWHERE
        networks = _networks(told["saddr"])
        if networks is None:
            return Open.UNSURE
        found += networks
    wide = [one for one in found if one.prefixlen == 0]
    return Open.ANYWHERE if wide else tuple(found)


def _answer_or_own(rule: str) -> bool:
    """Answers to what the host itself asked, its own loopback, ICMP."""
    told = _ANSWERS.fullmatch(rule)
    if told:
        return "new" not in re.findall(r"\w+", told[1])
    return bool(_LOCAL.fullmatch(rule) or _ICMP.match(rule))


def _narrows(rule: str) -> bool:
    """Lets nothing in; nor does what only counts or logs."""
    words = rule.partition(' comment "')[0].split()
    if words[-1] in ("drop", "reject") or "reject" in words:
        return True
    return not {"accept", "jump", "goto", "queue", "vmap"} & set(words)


def _has(ports: str, port: str) -> bool:
    for part in (one.strip() for one in ports.strip("{} ").split(",")):
        low, _, high = part.partition("-")
        names = {"ssh": "22", "http": "80", "https": "443", "snmp": "161"}
        low, high = names.get(low, low), names.get(high, high)
        if low == port or not low.isdigit():  # a name nobody here knows may be just this port
            return True
        if high.isdigit() and int(low) <= int(port) <= int(high):
            return True
    return False


def _networks(saddr: str) -> list[Network] | None:
    found: list[Network] = []
    for part in (one.strip() for one in saddr.strip("{} ").split(",")):
        first, dash, last = part.partition("-")
        try:
            if dash:
                ends = ipaddress.ip_address(first), ipaddress.ip_address(last)
                found += ipaddress.summarize_address_range(*ends)
            else:
                found.append(ipaddress.ip_network(part, strict=False))
        except (ValueError, TypeError):
            return None
    return found
