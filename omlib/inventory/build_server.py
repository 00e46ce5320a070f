"""Servers and roles as the estate holds them: roles in order, then the server's own state."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from omlib.inventory.contents import Contents
from omlib.inventory.rendered import Place, Rendered
from omlib.inventory.schema.server import RoleRecord, ServerRecord, StateRecord
from omlib.inventory.schema.state import FileRecord, State, package
from omlib.model.estate import Access, Role, Server, ServerState, System, Vm
from omlib.model.item import Attributes, Source
from omlib.model.kind import COLLECTIONS

_T = TypeVar("_T")
CLOCK = "clock"  # the one item of its kind


def build_role(record: RoleRecord, source: Source, contents: Contents) -> Role:
    state = build_state(record, contents)
    return Role(id=record.id, name=record.name or record.id, state=state, source=source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What else of the estate a server is made of, by id."""

    roles: Mapping[str, Role]
    role_records: Mapping[str, RoleRecord]
    vms: Mapping[str, Vm]
    systems: Mapping[str, System]
    contents: Contents
    rendered: Rendered


def build_server(record: ServerRecord, source: Source, around: Around) -> Server:
    address = record.access.address
    if not address:
        address = around.vms[record.vm].interfaces[0].address
    own = build_state(record.state, around.contents)
    plain = Server(
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
        state=merge_states([*(around.roles[name].state for name in record.roles), own]),
        roles=tuple(record.roles),
        vm=record.vm,
        room=record.room,
        serial=record.serial,
        department=record.department,
        source=source,
    )
    return replace(plain, state=_with_templates(plain, record, around))


def _with_templates(server: Server, record: ServerRecord, around: Around) -> ServerState:
    """Its state with the contents that templates make; of one path the last declaration counts."""
    roles = [around.role_records[name] for name in record.roles]
    several = [*(("roles", role.id, role) for role in roles), ("servers", server.id, record.state)]
    last = {
        path: (file, Place(collection=collection, id=name, path=path))
        for collection, name, state in several
        for path, file in state.files.items()
    }
    names = {path: told for path, told in last.items() if told[0].template and told[0].present}
    if not names:
        return server.state
    values: dict[str, object] = {key: v for *_, state in several for key, v in state.vars.items()}
    values["host"] = _host(server, around)
    contents = {
        path: made
        for path, (file, place) in names.items()
        if (made := around.rendered.of(file.template, server.id, values, place)) is not None
    }
    files = dict(server.state.of("file"))
    files |= {path: {"sha256": _sha256(made), **files[path]} for path, made in contents.items()}
    return replace(
        server.state,
        items={**server.state.items, "file": files},
        contents={**server.state.contents, **contents},
    )


def _host(server: Server, around: Around) -> Mapping[str, object]:
    """Zone and department are those of its first system where it has none of its own."""
    first = around.systems[server.systems[0]] if server.systems else None
    return {
        "id": server.id,
        "address": server.access.address,
        "os": server.os,
        "department": server.department or (first.department if first else ""),
        "systems": server.systems,
        "zone": first.zone if first else "",
        "room": server.room,
        "vm": server.vm,
    }


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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
        contents=_of_files(several, lambda state: state.contents),
        restarts=_of_files(several, lambda state: state.restarts),
    )


def _of_files(
    several: Iterable[ServerState], of: Callable[[ServerState], Mapping[str, _T]]
) -> dict[str, _T]:
    """What the last declaration of each file has of it, if it has anything."""
    last = {path: state for state in several for path in state.of("file")}
    return {path: of(state)[path] for path, state in last.items() if path in of(state)}


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
    return told if content is None else {"sha256": _sha256(content), **told}


def _content(record: FileRecord, contents: Contents) -> bytes | None:
    if not record.present:
        return None
    if "content" in record.model_fields_set:
        return record.content.encode("utf-8")
    return contents.of(record.source) if record.source else None
