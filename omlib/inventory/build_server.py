"""Servers and roles as the estate holds them: roles in order, then the server's own state."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from omlib.inventory.contents import Contents
from omlib.inventory.schema.server import FileRecord, RoleRecord, ServerRecord, StateRecord
from omlib.model.estate import (
    Access,
    FileState,
    ListenerState,
    PackageState,
    Role,
    Server,
    ServerState,
    ServiceState,
    UserState,
    Vm,
)
from omlib.model.item import Source

# written in the plural, as the field they speak of; an item's kind is the singular
_KIND = {
    "packages": "package",
    "services": "service",
    "files": "file",
    "users": "user",
    "listeners": "listener",
}


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
    merged = ServerState()
    for state in states:
        merged = replace(
            merged,
            packages={**merged.packages, **state.packages},
            services={**merged.services, **state.services},
            files={**merged.files, **state.files},
            users={**merged.users, **state.users},
            listeners={**merged.listeners, **state.listeners},
            full=merged.full | state.full,
        )
    return merged


def build_state(record: StateRecord, contents: Contents) -> ServerState:
    return ServerState(
        packages={name: _package(text) for name, text in record.packages.items()},
        services={
            name: ServiceState(running=one.running, enabled=one.enabled)
            for name, one in record.services.items()
        },
        files={path: _file(one, contents) for path, one in record.files.items()},
        users={
            name: UserState(
                present=one.present,
                uid=one.uid,
                shell=one.shell,
                home=one.home,
                groups=None if one.groups is None else tuple(one.groups),
            )
            for name, one in record.users.items()
        },
        listeners={
            name: ListenerState(process=one.process) for name, one in record.listeners.items()
        },
        full=frozenset(_KIND[word] for word in record.full),
    )


def _package(text: str) -> PackageState:
    if text in ("present", "absent"):
        return PackageState(present=text == "present")
    return PackageState(version=text)


def _file(record: FileRecord, contents: Contents) -> FileState:
    content: bytes | None = None
    if "content" in record.model_fields_set:
        content = record.content.encode("utf-8")
    elif record.source:
        content = contents.of(record.source)
    return FileState(
        sha256=record.sha256 if content is None else hashlib.sha256(content).hexdigest(),
        content=content,
        owner=record.owner,
        group=record.group,
        mode=record.mode,
    )
