"""The deep check: hosts held against a playbook by Ansible, with a verdict for each task."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from omlib.errors import RunFailedError, UsageError
from omlib.jobs import wiring
from omlib.jobs.workspace import read_estate
from omlib.log import Secret
from omlib.ports import Progress
from omlib.report.server_check import ServerCheck, TaskLike

STEP = "deep_check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to check hosts against. *inventory* as `ansible-playbook -i` takes it; "" for none."""

    playbook: Path
    inventory: str
    limit: tuple[str, ...] = ()
    deadline_s: float = 3600
    forks: int = 8
    become_password: Secret | None = None
    connection_password: Secret | None = None
    vault_password: Secret | None = None
    vault_password_file: Path | None = None
    extra_vars: Mapping[str, object] = field(default_factory=dict)
    extra_args: tuple[str, ...] = ()


class EndedLike(Protocol):
    """The shape of `omlib.planes.server.runs.job.Ended`."""

    @property
    def results(self) -> Sequence[TaskLike]: ...
    @property
    def hosts(self) -> Sequence[str]: ...
    @property
    def not_applicable(self) -> Mapping[str, int]: ...
    @property
    def error(self) -> str: ...


def check_playbook(order: Order, progress: Progress) -> ServerCheck:
    """Hold the hosts of any Ansible inventory against any playbook. Changes nothing.

    Raises UsageError for files that are not there, RunFailedError if nothing could be said.
    """
    for path in (order.playbook, order.vault_password_file):
        if path is not None and not path.exists():
            raise UsageError(what="no_such_file", name=str(path))
    if order.inventory and "," not in order.inventory and not Path(order.inventory).exists():
        raise UsageError(what="no_such_file", name=order.inventory)
    told = _Told(progress)
    ended = wiring.check_playbook(order, told.take)
    return told.concluded(str(order.playbook.absolute()), [ended])


def check_declared(
    inventory: Path | None,
    *,
    limit: Sequence[str],
    deadline_s: float,
    forks: int,
    progress: Progress,
) -> ServerCheck:
    """Hold the declared hosts (or those of *limit*) against omlib's own playbook."""
    estate = read_estate(inventory)
    for name in limit:
        if name not in estate.servers:
            raise UsageError(what="no_such_host", name=name)
    told = _Told(progress)
    playbook, ended = wiring.check_declared(
        estate, limit=limit, deadline_s=deadline_s, forks=forks, on_result=told.take
    )
    return told.concluded(str(playbook), ended)


class _Told:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._began = time.monotonic()
        progress.start(STEP)

    def take(self, result: TaskLike) -> None:
        self._progress.advance(STEP, f"{result.host}: {result.task}")

    def concluded(self, playbook: str, parts: Sequence[EndedLike]) -> ServerCheck:
        took_s = time.monotonic() - self._began
        self._progress.done(STEP, took_s)
        faults = [part.error for part in parts if part.error]
        why, _, detail = (faults[0] if faults else "").partition(": ")
        results = [result for part in parts for result in part.results]
        if faults and not results:
            raise RunFailedError(what=f"deep_check.{why}", detail=detail)
        return ServerCheck(
            playbook=playbook,
            hosts=[host for part in parts for host in part.hosts],
            results=results,
            not_applicable={h: n for part in parts for h, n in part.not_applicable.items()},
            took_s=took_s,
            broken=why,
            broken_detail=detail,
        )
