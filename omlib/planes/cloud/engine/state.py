"""What a stack's state says, read from its file; and a copy of it before each change.

Pulumi itself is not asked: its export decrypts secrets and takes half a second. Here what it keeps
encrypted stays so.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.errors import StateDamagedError
from omlib.planes.cloud.stacks.names import PROJECT, named_by

COPIES = 30  # of each stack; the oldest goes
_CREATING = "creating"
_STAMP = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateResource:
    """*kind* is "" for what is not the provider's (the stack itself, the provider).

    *inputs* is what was declared at the last apply, *outputs* what was seen then, *modified* when
    that was, in UTC ("" where Pulumi did not write it).
    """

    urn: str
    id: str
    kind: str
    name: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    protect: bool
    retain: bool
    modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An operation that was begun and whose end is not written: *doing* is `creating` ..."""

    doing: str
    resource: StateResource


@dataclass(frozen=True, slots=True, kw_only=True)
class StackState:
    """*resources* are the provider's own, in the file's order; *exists* is false before the first
    change.
    """

    stack: str
    exists: bool
    resources: Sequence[StateResource]
    pending: Sequence[Pending]

    @property
    def by_urn(self) -> dict[str, StateResource]:
        return {resource.urn: resource for resource in self.resources}

    @property
    def creating(self) -> Mapping[str, StateResource]:
        """What was being created in a cloud when its run broke off."""
        mine = (each for each in self.pending if each.doing == _CREATING and each.resource.kind)
        return {each.resource.urn: each.resource for each in mine}


def stacks(home: StateHome) -> Sequence[str]:
    """Names of the stacks that have a state, sorted. BackendError where it is not in files."""
    folder = home.stack_file("any").parent
    return sorted(path.stem for path in folder.glob("*.json"))


def read(home: StateHome, stack: str) -> StackState:
    """The state as it is on disk; StateDamagedError if it is not as Pulumi writes it."""
    path = home.stack_file(stack)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        if copy := newest_copy(home, stack):  # without this a lost file would be a new stack
            detail = "the file is gone, and this stack was changed before"
            raise StateDamagedError(path=str(path), detail=detail, copy=str(copy)) from None
        return StackState(stack=stack, exists=False, resources=(), pending=())
    except OSError as fault:
        raise StateDamagedError(path=str(path), detail=str(fault), copy="") from fault
    try:
        told = json.loads(raw)
        latest = told["checkpoint"].get("latest") or {}
        resources = tuple(_resource(each) for each in latest.get("resources") or ())
        pending = tuple(
            Pending(doing=str(each["type"]), resource=_resource(each["resource"]))
            for each in latest.get("pending_operations") or ()
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise StateDamagedError(
            path=str(path),
            detail=f"{type(fault).__name__}: {fault}",
            copy=str(newest_copy(home, stack) or ""),
        ) from fault
    return StackState(
        stack=stack,
        exists=True,
        resources=tuple(each for each in resources if each.kind),
        pending=pending,
    )


def _resource(told: Mapping[str, Any]) -> StateResource:
    kind, name = named_by(told["urn"])
    return StateResource(
        urn=told["urn"],
        id=str(told.get("id") or ""),
        kind=kind,
        name=name,
        inputs=_plain(told.get("inputs") or {}),
        outputs=_plain(told.get("outputs") or {}),
        protect=bool(told.get("protect")),
        retain=bool(told.get("retainOnDelete")),
        modified=str(told.get("modified") or ""),
    )


def _plain(value: Any) -> Any:
    """Lists as tuples, as the provider has them."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return tuple(map(_plain, value)) if isinstance(value, list) else value


def copy_before(home: StateHome, stack: str) -> Path | None:
    """Keep the state as it is before a change; None where there is none yet.

    Raises OSError where the copy cannot be made: then nothing is to be changed. A state that did
    not change since the last copy is not copied again. What Pulumi itself keeps of each run, and
    never clears, is bounded as well.
    """
    _clear_old(home, stack)
    source, folder = home.stack_file(stack), home.copies(stack)
    if not source.exists():
        return None
    newest = newest_copy(home, stack)
    if newest and newest.read_bytes() == source.read_bytes():
        return newest
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = folder / f"{_stamp_behind(newest)}.json"
    part = made.with_suffix(".part")
    shutil.copyfile(source, part)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.rename(made)
    for old in list(_copies(home, stack))[:-COPIES]:
        old.unlink(missing_ok=True)
    return made


def _stamp_behind(newest: Path | None) -> str:
    """The time; where the clock went back, a moment after the newest copy: else that one would
    stay the newest, and the new one would be the first to go."""
    now = datetime.now(UTC)
    if newest:
        with suppress(ValueError):
            last = datetime.strptime(newest.stem, _STAMP).replace(tzinfo=UTC)
            now = max(now, last + timedelta(microseconds=1))
    return now.strftime(_STAMP)


def _clear_old(home: StateHome, stack: str) -> None:
    """Of each backup Pulumi keeps two files, of each update in its history four."""
    for kept, files in (("backups", 2), ("history", 4)):
        folder = home.backend / kept / PROJECT / stack
        for old in sorted(folder.glob("*"))[: -COPIES * files]:
            old.unlink(missing_ok=True)


def newest_copy(home: StateHome, stack: str) -> Path | None:
    return max(_copies(home, stack), default=None)


def _copies(home: StateHome, stack: str) -> Iterator[Path]:
    yield from sorted(home.copies(stack).glob("*.json"))
