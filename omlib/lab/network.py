"""The lab's two bridges, and what keeps their traffic on this machine and apart from each other.

Each segment is an internal podman network: a bridge on which this machine has .1. Hosts of
different segments reach each other through a router of the lab only: a policy rule forbids this
machine to forward what comes in from a bridge, whatever its ip_forward says.
"""

import hashlib
import json
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from omlib.lab import processes
from omlib.lab.errors import LabError
from omlib.lab.layout import OPERATOR, RUN, SEGMENTS, LabLayout, Segment
from omlib.lab.locks import locked

# a systemd host takes 4-5 inotify instances: with the kernel's 128 the 28th boots without sshd
SYSCTLS = {"fs/inotify/max_user_instances": 2048}
NETAVARK_SETS = ("net/ipv4/ip_forward",)
ADDRESS_BOOK = Path("/run/containers/networks/ipam.db")
RULE_BASE = 18000  # preference of the first lab's forwarding rules


def refuse_overlap(layout: LabLayout) -> None:
    """Raise when a route or address that is not the lab's lies in the lab's prefix."""
    bridges = {layout.bridge(segment) for segment in SEGMENTS}
    for route in _ip(layout, "route", "show", "table", "all"):
        target = route["dst"]
        if target == "default" or route.get("dev") in bridges:
            continue
        mine = target == str(layout.prefix) and route.get("type") == "unreachable"
        if not mine and IPv4Network(target).overlaps(layout.prefix):
            via = route.get("dev") or route.get("type")
            what = f"{layout.prefix} of lab {layout.id} overlaps the route {target} ({via})"
            raise LabError(what, "choose another OMLIB_LAB_ID, or remove that route")


def make_networks(layout: LabLayout) -> None:
    """Idempotent: what stands is left as it is."""
    _raise_sysctls()
    stands = any(
        route["dst"] == str(layout.prefix) and route.get("type") == "unreachable"
        for route in _ip(layout, "route", "show", "table", "all")
    )
    if not stands:  # so that no packet to an address without a host leaves the machine
        _change(layout, "route", "add", "unreachable", str(layout.prefix))
    ruled = {rule.get("iif") for rule in _ip(layout, "rule", "show")}
    for number, segment in enumerate(SEGMENTS):
        bridge = layout.bridge(segment)
        if bridge not in ruled:
            preference = str(RULE_BASE + 2 * layout.id + number)
            _change(layout, "rule", "add", "pref", preference, "iif", bridge, "prohibit")
        definition = _definition_file(layout, segment)
        definition.parent.mkdir(parents=True, exist_ok=True)
        definition.write_text(json.dumps(_definition(layout, segment)), encoding="ascii")


def remove_networks(layout: LabLayout) -> None:
    """Undo `make_networks`, whole or half made."""
    for segment in SEGMENTS:
        bridge = layout.bridge(segment)
        _definition_file(layout, segment).unlink(missing_ok=True)
        if Path(f"/sys/class/net/{bridge}").exists():  # left by a netavark that was killed
            _change(layout, "link", "delete", bridge)
        for rule in _ip(layout, "rule", "show"):
            if rule.get("iif") == bridge:
                _change(layout, "rule", "del", "pref", str(rule["priority"]), "iif", bridge)
    for route in _ip(layout, "route", "show", "table", "all"):
        if route["dst"] == str(layout.prefix) and route.get("type") == "unreachable":
            _change(layout, "route", "del", "unreachable", str(layout.prefix))


def forget_addresses() -> None:
    """Remove podman's address book of this machine, if no container of anybody runs on it.

    Hosts whose home was removed by hand leave addresses there that podman takes for "already
    allocated" until the machine is started anew.
    """
    names = (Path(f"/proc/{each.name}/comm") for each in Path("/proc").iterdir())
    for name in names:
        try:
            if name.read_text() == "conmon\n":  # podman runs one beside each container
                return
        except OSError:  # no process, or one that has just ended
            continue
    ADDRESS_BOOK.unlink(missing_ok=True)


def _definition(layout: LabLayout, segment: Segment) -> dict[str, Any]:
    """podman's definition of a network. Its command cannot name the bridge in version 4.3."""
    name = layout.bridge(segment)
    gateway = str(layout.address(segment, OPERATOR))
    return {
        "name": name,
        "id": hashlib.sha256(name.encode()).hexdigest(),
        "driver": "bridge",
        "network_interface": name,
        "created": "2026-01-01T00:00:00Z",
        "subnets": [{"subnet": str(layout.network(segment)), "gateway": gateway}],
        "ipv6_enabled": False,
        "internal": True,
        "dns_enabled": False,
        "ipam_options": {"driver": "host-local"},
    }


def _definition_file(layout: LabLayout, segment: Segment) -> Path:
    return layout.home / "podman" / "networks" / f"{layout.bridge(segment)}.json"


def restore_sysctls() -> None:
    """Put back what `make_networks` changed. Call it when no lab stands."""
    with locked(RUN / "sysctl.lock", wait_s=10):
        kept = RUN / "sysctl.json"
        if kept.exists():
            for name, value in json.loads(kept.read_text(encoding="ascii")).items():
                Path("/proc/sys", name).write_text(value, encoding="ascii")
            kept.unlink()


def _raise_sysctls() -> None:
    with locked(RUN / "sysctl.lock", wait_s=10):
        kept = RUN / "sysctl.json"
        names = (*SYSCTLS, *NETAVARK_SETS)
        before = {name: Path("/proc/sys", name).read_text(encoding="ascii") for name in names}
        if not kept.exists():
            kept.write_text(json.dumps(before), encoding="ascii")
        for name, wanted in SYSCTLS.items():
            if int(before[name]) < wanted:
                Path("/proc/sys", name).write_text(str(wanted), encoding="ascii")


def _ip(layout: LabLayout, *arguments: str) -> list[dict[str, Any]]:
    shown = processes.run(layout, ["ip", "-json", "-4", *arguments]).stdout
    found: list[dict[str, Any]] = json.loads(shown or "[]")
    return found


def _change(layout: LabLayout, *arguments: str) -> None:
    processes.run(layout, ["ip", "-4", *arguments])
