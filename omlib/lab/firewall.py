"""Security groups on real hosts: what neutron's rules let through, as nftables in their networks.

neutron sends the rules of every host (`inside/plug/labfilter.py`); they are kept on disk, set
before a host boots, and set anew where they changed or somebody lifted them: from this machine, in
the host's network namespace. Where neutron has said nothing yet, nothing passes. ARP is let be, and
so is IPv6's neighbour discovery.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from omlib.lab import podman as engine
from omlib.lab import processes
from omlib.lab.layout import LabLayout
from omlib.lab.locks import locked
from omlib.lab.podman import podman

TABLE = "omlib_groups"
ICMP, ICMPV6 = 1, 58
# what neutron's own firewalls let through whatever the groups say
DISCOVERY = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept"
# Answers only: whatever goes the way of the first packet is held against the rules each time, so
# that a connection ends with the rule that let it in.
ANSWERS = ("ct direction reply ct state established accept", "ct state related accept")
LOCK_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """*protocol* is a number. *low* and *high* are ports, of ICMP type and code. *peers* are
    prefixes; None means anywhere."""

    direction: Literal["ingress", "egress"]
    family: Literal[4, 6]
    protocol: int | None = None
    low: int | None = None
    high: int | None = None
    peers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """*open*: port security is off, so everything passes."""

    rules: tuple[Rule, ...] = ()
    open: bool = False


def filters_from(text: str) -> dict[str, Filter]:
    """By host name, from the JSON that neutron's side sends."""
    told: dict[str, dict[str, Any]] = json.loads(text)
    return {
        name: Filter(tuple(_rule(rule) for rule in one["rules"]), one["open"])
        for name, one in told.items()
    }


def _rule(told: Mapping[str, Any]) -> Rule:
    peers = told["peers"]
    return Rule(**{**told, "peers": None if peers is None else tuple(peers)})


def ruleset(wanted: Filter) -> str:
    """A script for nft that replaces what stands, in one step.

    An open filter is a table without chains.
    """
    lines = [f"table inet {TABLE}", f"delete table inet {TABLE}"]
    if wanted.open:
        return "\n".join([*lines, f"table inet {TABLE} {{", "}", ""])
    lines.append(f"table inet {TABLE} {{")
    for direction, chain, interface in (
        ("ingress", "input", "iifname"),
        ("egress", "output", "oifname"),
    ):
        passes = [f"{interface} lo accept", *ANSWERS, DISCOVERY]
        mine = [r for r in wanted.rules if r.direction == direction and r.peers != ()]
        passes += sorted({line(rule) for rule in mine})
        lines += [
            f"  chain {chain} {{",
            f"    type filter hook {chain} priority -10; policy drop;",
            *(f"    {one}" for one in passes),
            "  }",
        ]
    return "\n".join([*lines, "}", ""])


def line(rule: Rule) -> str:
    """One rule in nft's words.

    >>> line(Rule(direction="ingress", family=4, protocol=6, low=80, high=90))
    'meta nfproto ipv4 meta l4proto 6 th dport 80-90 accept'
    """
    family = "ip" if rule.family == 4 else "ip6"
    words = [f"meta nfproto ipv{rule.family}"]
    if rule.peers is not None:
        end = "saddr" if rule.direction == "ingress" else "daddr"
        words.append(f"{family} {end} {{ {', '.join(sorted(rule.peers))} }}")
    if rule.protocol is not None:
        words.append(f"meta l4proto {rule.protocol}")
    if rule.protocol in (ICMP, ICMPV6):
        icmp = "icmp" if rule.protocol == ICMP else "icmpv6"
        words += [f"{icmp} type {rule.low}"] if rule.low is not None else []
        words += [f"{icmp} code {rule.high}"] if rule.high is not None else []
    elif rule.low is not None:
        high = rule.high if rule.high is not None else rule.low
        words.append(f"th dport {rule.low}" + (f"-{high}" if high != rule.low else ""))
    return " ".join([*words, "accept"])


def keep(layout: LabLayout, wanted: Mapping[str, Filter]) -> list[str]:
    """Make *wanted* the filters of all hosts of the cloud; the names of those set anew.

    Every running host is looked at: one whose table was lifted or altered gets it back.
    """
    folder = _folder(layout)
    for path in folder.glob("*.nft"):
        if path.stem not in wanted:
            path.unlink()
            _seen_file(layout, path.stem).unlink(missing_ok=True)
    running = {
        container["Labels"]["omlib.name"]
        for container in engine.containers(layout)
        if engine.state_of(container["State"]) != "stopped"
    }
    changed = []
    for name, one in wanted.items():
        text, path = ruleset(one), folder / f"{name}.nft"
        with _held(layout, name):
            known = path.exists() and path.read_text(encoding="ascii") == text
            path.write_text(text, encoding="ascii")
            if name in running and not (known and _stands(layout, name)):
                _set(layout, name)
                changed.append(name)
    return changed


def fence(layout: LabLayout, name: str) -> None:
    """Set a host's filter before its first instruction runs. It must not be running."""
    with _held(layout, name):
        podman(layout, "init", layout.container(name))  # its network exists from here on
        _set(layout, name)


def _set(layout: LabLayout, name: str) -> None:
    network, kept = _network(layout, name), _folder(layout) / f"{name}.nft"
    text = kept.read_text(encoding="ascii") if kept.exists() else ruleset(Filter())
    processes.run(layout, [*network, "nft", "--file", "-"], stdin=text)
    _seen_file(layout, name).write_text(_shown(layout, network), encoding="ascii")


def _stands(layout: LabLayout, name: str) -> bool:
    """Whether the host's table is, rule by rule, the one that was set."""
    seen = _seen_file(layout, name)
    return seen.exists() and seen.read_text(encoding="ascii") == _shown(
        layout, _network(layout, name)
    )


def _shown(layout: LabLayout, network: Sequence[str]) -> str:
    listed = [*network, "nft", "--stateless", "list", "table", "inet", TABLE]
    return processes.run(layout, listed, check=False).stdout


def _network(layout: LabLayout, name: str) -> list[str]:
    """What to put before a command so that it runs in the host's network namespace."""
    where = ["-f", "{{.NetworkSettings.SandboxKey}}", layout.container(name)]
    return ["nsenter", "--net=" + podman(layout, "container", "inspect", *where).stdout.strip()]


def _held(layout: LabLayout, name: str) -> AbstractContextManager[None]:
    return locked(_folder(layout) / f"{name}.lock", wait_s=LOCK_S)


def _folder(layout: LabLayout) -> Path:
    folder = layout.state / "filters"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _seen_file(layout: LabLayout, name: str) -> Path:
    """What nft showed of the table right after it was set."""
    return _folder(layout) / f"{name}.seen"
