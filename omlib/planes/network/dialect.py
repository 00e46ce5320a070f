"""The grammar of configuration texts, as data: one `Dialect` per family of operating systems.

`omlib.planes.network.text` reads by it. A dialect says which lines are framing (no configuration
at all), which commands make one section together, and in which sections order means something.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Commands that make one section: those that begin as *opener* says.

    The section is called by the opener's group `name`, else by all the opener matched. In an
    *ordered* one the order of lines counts (filters); elsewhere it is only how the device prints.
    """

    opener: re.Pattern[str]
    ordered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """*families* are tried in turn; a command that fits none is an ordered section of its own.

    *framing* fits whole lines that carry no configuration: headings, separators, block ends.
    *opaque* opens a text (a banner) that reaches to the next occurrence of its group `delimiter`.
    *secrets* have a group `secret`: what must never be shown.
    """

    name: str
    framing: re.Pattern[str]
    families: tuple[Family, ...]
    secrets: tuple[re.Pattern[str], ...]
    opaque: re.Pattern[str] | None = None


def _sets(*openers: str) -> tuple[Family, ...]:
    return tuple(Family(opener=re.compile(opener), ordered=False) for opener in openers)


def _sequences(*openers: str) -> tuple[Family, ...]:
    return tuple(Family(opener=re.compile(opener), ordered=True) for opener in openers)


def _secrets(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


# `password 8 cipher`, `key 7 cipher`: the digits say how it is spelled and are no secret
_SPELLING = r"(?:\d+ )?"

# FRR 8.4, vtysh: docs.frrouting.org, "Basic Commands" and each daemon's chapter
FRR = Dialect(
    name="frr",
    framing=re.compile(
        r"|".join(
            (
                r"",
                r"[!#].*",  # separators; comments of frr.conf
                r"Building configuration\.\.\.",
                r"Current configuration:",
                r"frr version .*",  # the program's, not the operator's
                r"-+ ?[Mm]ore ?-+",  # a pager's mark that nothing erased
                r"exit(?:-address-family|-vrf|-vni|-vnc)?",
                r"quit",
                r"end",
            )
        )
    ),
    families=(
        *_sequences(
            r"(?P<name>(?:ip|ipv6) prefix-list \S+)",
            r"(?P<name>(?:(?:ip|ipv6|mac) )?access-list \S+)",
            r"(?P<name>bgp (?:as-path access-list|community-list(?: standard| expanded)?) \S+)",
            r"(?P<name>hostname|domainname|frr defaults|banner motd)\b",
            r"(?P<name>(?:enable )?password)\b",
        ),
        *_sets(
            r"(?:no )?(?P<name>(?:ip|ipv6) route)\b",
            r"(?:no )?(?P<name>log|service|username|debug|agentx)\b",
            r"(?:no )?(?:ip|ipv6) (?P<name>forwarding)",
            r"(?P<name>(?:interface|router|vrf|route-map|line|key chain)\b.*)",
            r"(?P<name>(?:nexthop-group|bfd|mpls ldp)\b.*)",
        ),
    ),
    secrets=_secrets(
        rf"^(?:enable )?password {_SPELLING}(?P<secret>\S.*)",
        r"^(?:neighbor|peer) .*\bpassword (?P<secret>\S+)",
        r"\bmessage-digest-key \d+ md5 (?P<secret>\S+)",
        r"\bauthentication-key (?P<secret>\S+)",
        r"\bauthentication (?:string|mode \S+ key) (?P<secret>\S+)",
        r"\b(?:area-password|domain-password|isis password) (?:clear|md5) (?P<secret>\S+)",
        rf"^key-string {_SPELLING}(?P<secret>\S.*)",
        r"^(?:vrrp|ip ospf|ip rip|ip eigrp) .*\b(?:key|string) (?P<secret>\S+)",
    ),
)

# Cisco IOS 15 command references; forms that another vendor's gear copies are the same
CISCO_IOS = Dialect(
    name="ios",
    framing=re.compile(
        r"|".join(
            (
                r"",
                r"!.*",  # separators; `! Last configuration change at ...`
                r"Building configuration\.\.\.",
                r"Current configuration ?: ?.*",
                r"Using \d+ out of \d+ bytes.*",
                r"version \d.*",  # the program's, not the operator's
                r"ntp clock-period \d+",  # the device counts it anew all the time
                r"-+ ?[Mm]ore ?-+",
                r"exit(?:-address-family|-vrf)?",
                r"end",
            )
        )
    ),
    families=(
        *_sequences(
            r"(?P<name>(?:ip|ipv6) prefix-list \S+)",
            r"(?P<name>(?:ip|ipv6|mac) access-list (?:standard |extended )?\S+)",
            r"(?P<name>access-list \S+)",
            r"(?P<name>ip (?:as-path access-list|community-list(?: standard| expanded)?) \S+)",
            r"(?P<name>ip name-server)\b",  # asked in this order
            r"(?P<name>(?:policy-map|class-map) .*)",
            r"(?P<name>hostname|enable (?:secret|password)|banner \w+)\b",
            r"(?P<name>username \S+)",
        ),
        *_sets(
            r"(?:no )?(?P<name>(?:ip|ipv6) route)\b",
            r"(?:no )?(?P<name>logging|service|snmp-server|ntp|spanning-tree|aaa|lldp)\b",
            r"(?P<name>(?:interface|router|(?:ip )?vrf|vlan|route-map|line|key chain)\b.*)",
            r"(?P<name>(?:tacacs|radius) server .*)",
        ),
    ),
    secrets=_secrets(
        rf"^(?:enable |username .*)?(?:password|secret) {_SPELLING}(?P<secret>\S.*)",
        rf"^neighbor .*\bpassword {_SPELLING}(?P<secret>\S+)",
        r"^snmp-server community (?P<secret>\S+)",
        r"^snmp-server host \S+ "
        r"(?:(?:traps|informs|version \S+|auth|noauth|priv) )*(?P<secret>\S+)",
        r"^snmp-server user .*\bauth (?:md5|sha) (?P<secret>\S.*)",
        rf"\b(?:tacacs-server|radius-server|server-private) .*\bkey {_SPELLING}(?P<secret>\S.*)",
        rf"^key (?!\d+$){_SPELLING}(?P<secret>\S+)$",  # not the `key 1` of a key chain
        rf"^(?:key-string|ppp chap password|pre-shared-key.*) {_SPELLING}(?P<secret>\S+)$",
        rf"\bmessage-digest-key \d+ md5 {_SPELLING}(?P<secret>\S+)",
        rf"\bauthentication-key (?:\d+ md5 )?{_SPELLING}(?P<secret>\S+)",
        rf"\bcrypto isakmp key {_SPELLING}(?P<secret>\S+)",
        r"^(?:standby|vrrp) .*\bauthentication "
        rf"(?:md5 key-string |text )?{_SPELLING}(?P<secret>\S+)",
    ),
    opaque=re.compile(r"banner (?:motd|login|exec|incoming|slip-ppp) (?P<delimiter>\^C|\S)"),
)

DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in (FRR, CISCO_IOS)}
