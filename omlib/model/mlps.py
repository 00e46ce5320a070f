"""Which systems and hosts the protection scheme (等保) asks for, from level 3 on. Pure."""

from collections.abc import Iterator

from omlib.model.estate import Estate, Server, System
from omlib.model.lifecycle import LifecycleStatus

LEVEL = 3
# by the registry of IANA, and those commonly taken beside 443
TLS_PORTS = frozenset({"443", "465", "636", "853", "993", "995", "6443", "8443", "9443"})


def systems_under_rule(estate: Estate) -> Iterator[System]:
    """Those of the level or above that are not retired, by id."""
    for system in sorted(estate.systems.values(), key=lambda one: one.id):
        retired = system.lifecycle.status is LifecycleStatus.RETIRED
        if system.mlps_level >= LEVEL and not retired:
            yield system


def hosts_under_rule(estate: Estate) -> Iterator[tuple[Server, tuple[str, ...]]]:
    """The servers of those systems, by id, each with those of its systems that are under rule."""
    ids = {system.id for system in systems_under_rule(estate)}
    for server in sorted(estate.servers.values(), key=lambda one: one.id):
        if systems := tuple(name for name in server.systems if name in ids):
            yield server, systems


def should_speak_tls(listener: str) -> bool:
    """By its port, of `tcp/*:443`."""
    return listener.startswith("tcp/") and listener.rpartition(":")[2] in TLS_PORTS
