"""What the estate declares of its hosts, as items. Pure.

An attribute stands here only where it is declared: an empty text or None in the inventory says
nothing. What is declared absent wants `present: False` and no more.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from types import MappingProxyType

from omlib.model.estate import (
    Estate,
    FileState,
    ListenerState,
    PackageState,
    Server,
    ServerState,
    ServiceState,
    UserState,
)
from omlib.model.item import Attributes, Declared, Scope
from omlib.model.ref import Plane, make_ref
from omlib.planes.server.listener import listener_name

# kind of an item -> what the inventory and the probe call the lot of them
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "package": "packages",
        "service": "services",
        "file": "files",
        "user": "users",
        "listener": "listeners",
    }
)
Wanted = Mapping[str, Mapping[str, Attributes]]


def _package(state: PackageState) -> Attributes:
    if not state.present:
        return {"present": False}
    return {"present": True, **({"version": state.version} if state.version else {})}


def _service(state: ServiceState) -> Attributes:
    return {"running": state.running, "enabled": state.enabled}


def _file(state: FileState) -> Attributes:
    told = {"sha256": state.sha256, "owner": state.owner, "group": state.group, "mode": state.mode}
    return {name: value for name, value in told.items() if value}


def _user(state: UserState) -> Attributes:
    if not state.present:
        return {"present": False}
    told = {"shell": state.shell, "home": state.home}
    return {
        "present": True,
        **({"uid": state.uid} if state.uid is not None else {}),
        **{name: value for name, value in told.items() if value},
        **({"groups": state.groups} if state.groups is not None else {}),
    }


def _listener(state: ListenerState) -> Attributes:
    return {"process": state.process} if state.process else {}


def wanted(state: ServerState) -> Wanted:
    """By kind and name, what is declared; a kind that must be looked at is there, even empty.

    Raises BadListenerError.
    """
    every: Wanted = {
        "package": {name: _package(package) for name, package in state.packages.items()},
        "service": {name: _service(service) for name, service in state.services.items()},
        "file": {path: _file(file) for path, file in state.files.items()},
        "user": {name: _user(user) for name, user in state.users.items()},
        "listener": {listener_name(key): _listener(one) for key, one in state.listeners.items()},
    }
    return {kind: items for kind, items in every.items() if items or is_full(state, kind)}


def asked(estate: Estate) -> Mapping[str, Wanted]:
    """By host what is to be looked for: what is declared, and what must be gone.

    A host is only asked for what stands here, so a retired account that nobody asks for would
    look proven gone.
    """
    hosts = {
        server.id: {kind: dict(items) for kind, items in wanted(server.state).items()}
        for server in estate.servers.values()
    }
    systems, stones = estate.systems.values(), estate.tombstones.values()
    for identity in chain(
        *(system.retired for system in systems), *(stone.identities for stone in stones)
    ):
        ref = identity.ref
        here = ref.plane is Plane.SERVER and ref.owner == identity.where
        if here and ref.owner in hosts and ref.kind in KINDS:
            hosts[ref.owner].setdefault(ref.kind, {}).setdefault(ref.part, {})
    return {name: hosts[name] for name in sorted(hosts)}


def is_full(state: ServerState, kind: str) -> bool:
    """Whether everything of *kind* must be declared. Never of files: nobody lists them all."""
    return kind != "file" and kind in state.full


def scope_of(server: Server, kind: str) -> Scope:
    return Scope(Plane.SERVER, kind, server.id)


def declare(estate: Estate) -> Iterator[Declared]:
    """The declared items of every host, in the order of ids, kinds and names."""
    for _, server in sorted(estate.servers.items()):
        for kind, items in sorted(wanted(server.state).items()):
            for name, attributes in sorted(items.items()):
                yield Declared(
                    ref=make_ref(Plane.SERVER, kind, server.id, name),
                    scope=scope_of(server, kind),
                    attributes=attributes,
                    systems=server.systems,
                    department=server.department,
                    source=server.source,
                )
