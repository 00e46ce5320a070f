"""Servers and roles as the estate holds them: roles in order, then the server's own state."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from omlib.inventory.contents import Contents
from omlib.inventory.schema.server import RoleRecord, ServerRecord, StateRecord
from omlib.inventory.schema.state import FileRecord, State, package
from omlib.model.estate import Access, Role, Server, ServerState, Vm
from omlib.model.item import Attributes, Source
from omlib.model.kind import COLLECTIONS

_T = TypeVar("_T")
CLOCK = "clock"  # the one item of its kind


def build_role(record: RoleRecord, source: Source, contents: Contents) -> Role:
    state = build_state(record, contents)
    return Role(id=record.id, name=record.name or record.id, state=state, source=source)


def build_server(
    record: ServerRecord,
    source: Source,
    contents: Contents,
    roles: Mapping[str, Role],
    vms: Mapping[str, Vm],
) -> Server:
    address = record.access.address
    if not address:
        address = vms[record.vm].interfaces[0].address
    own = build_state(record.state, contents)
    return Server(
        id=record.id,
        systems=systems_of(record.system, record.systems),
        access=Access(
            site=record.access.site,
            address=address,
            port=record.access.port,
            user=record.access.user,
            python=record.access.python,
        ),
        os=record.os,
        state=merge_states([*(roles[name].state for name in record.roles), own]),
        roles=tuple(record.roles),
        vm=record.vm,
        room=record.room,
        serial=record.serial,
        department=record.department,
        source=source,
    )


def systems_of(system: str, systems: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([system, *systems] if system else systems))


def merge_states(states: Iterable[ServerState]) -> ServerState:
    """Name by name the later wins; what one has under full ownership stays so."""
    several = list(states)
    kinds = {kind: None for state in several for kind in state.items}
    return ServerState(
        items={
            kind: {name: told for state in several for name, told in state.of(kind).items()}
            for kind in kinds
        },
        full=frozenset[str]().union(*(state.full for state in several)),
        watched=tuple(dict.fromkeys(path for state in several for path in state.watched)),
        contents=_last(state.contents for state in several),
        restarts=_last(state.restarts for state in several),
    )


def _last(several: Iterable[Mapping[str, _T]]) -> dict[str, _T]:
    return {path: value for each in several for path, value in each.items()}


def build_state(record: StateRecord, contents: Contents) -> ServerState:
    held = {path: _content(one, contents) for path, one in record.files.items()}
    return ServerState(
        items={
            kind.name: told
            for collection, kind in COLLECTIONS.items()
            if (told := _items(record, collection, held))
        },
        full=frozenset(COLLECTIONS[word].name for word in record.full),
        watched=tuple(record.watched),
        contents={path: content for path, content in held.items() if content is not None},
        restarts={path: tuple(one.restarts) for path, one in record.files.items() if one.restarts},
    )


def _items(
    record: StateRecord, collection: str, held: Mapping[str, bytes | None]
) -> Mapping[str, Attributes]:
    if collection == "packages":
        return {name: package(text) for name, text in record.packages.items()}
    if collection == "files":
        return {path: _file(one, held[path]) for path, one in record.files.items()}
    if collection == "time_sync":
        return {CLOCK: record.time_sync.declared()} if record.time_sync else {}
    told: Mapping[str, State] = getattr(record, collection, {})
    return {name: one.declared() for name, one in told.items()}


def _file(record: FileRecord, content: bytes | None) -> Attributes:
    told = record.declared()
    return told if content is None else {"sha256": hashlib.sha256(content).hexdigest(), **told}


def _content(record: FileRecord, contents: Contents) -> bytes | None:
    if not record.present:
        return None
    if "content" in record.model_fields_set:
        return record.content.encode("utf-8")
    return contents.of(record.source) if record.source else None
