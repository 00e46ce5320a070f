"""What the estate declares of its hosts, as items. Pure.

An attribute stands here only where it is declared: an empty text or None in the inventory says
nothing. What is declared absent wants `present: False` and no more.
"""

from collections.abc import Iterator, Mapping
from itertools import chain

from omlib.model.estate import Estate, Server, ServerState
from omlib.model.item import Attributes, Declared, Scope
from omlib.model.ref import Plane, make_ref
from omlib.planes.server.kinds import COLLECTION
from omlib.planes.server.listener import listener_name

Wanted = Mapping[str, Mapping[str, Attributes]]


def wanted(state: ServerState) -> Wanted:
    """By kind and name, what is declared; a kind that must be looked at is there, even empty.

    Raises BadListenerError.
    """
    listeners = {listener_name(key): told for key, told in state.of("listener").items()}
    every = {kind: state.of(kind) for kind in COLLECTION} | {"listener": listeners}
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
        if here and ref.owner in hosts and ref.kind in COLLECTION:
            hosts[ref.owner].setdefault(ref.kind, {}).setdefault(ref.part, {})
    return {name: hosts[name] for name in sorted(hosts)}


def is_full(state: ServerState, kind: str) -> bool:
    """Whether everything of *kind* must be declared; of files, that in watched directories."""
    return bool(state.watched) if kind == "file" else kind in state.full


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
