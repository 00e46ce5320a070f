"""The deep check of hosts by Ansible, ready to be shown: what there is, and the exit code."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from omlib.model.ref import BadRefError, Plane, make_ref, parse_ref
from omlib.model.status import SEVERITY, Status, UnknownReason
from omlib.report import exits


class TaskLike(Protocol):
    """The shape of `omlib.planes.server.runs.task.TaskResult`."""

    @property
    def host(self) -> str: ...
    @property
    def task(self) -> str: ...
    @property
    def item(self) -> str: ...
    @property
    def status(self) -> Status: ...
    @property
    def reason(self) -> UnknownReason | None: ...
    @property
    def why(self) -> str | None: ...
    @property
    def detail(self) -> str: ...
    @property
    def diff(self) -> str: ...
    @property
    def path(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCheck:
    """*not_applicable*: per host, how many tasks its facts leave out. *broken*: the code of what
    broke the run off before its end, "" else; *broken_detail* in Ansible's words.
    """

    playbook: str
    hosts: Sequence[str]
    results: Sequence[TaskLike]
    not_applicable: Mapping[str, int]
    took_s: float
    broken: str = ""
    broken_detail: str = ""

    @property
    def exit_code(self) -> int:
        statuses = {result.status for result in self.results}
        code = exits.DRIFTED if Status.DIVERGED in statuses else exits.IN_SYNC
        return code | (exits.INCOMPLETE if Status.UNKNOWN in statuses or self.broken else 0)

    @property
    def counts(self) -> Mapping[Status, int]:
        return Counter(result.status for result in self.results)

    def by_host(self) -> list[tuple[str, list[TaskLike]]]:
        """Hosts with their results, the worst first; then by how many are bad, then by name."""
        held: dict[str, list[TaskLike]] = {host: [] for host in self.hosts}
        for result in self.results:
            held.setdefault(result.host, []).append(result)

        def badness(entry: tuple[str, list[TaskLike]]) -> tuple[int, int, str]:
            host, results = entry
            worst = max((SEVERITY[result.status] for result in results), default=0)
            return -worst, -sum(SEVERITY[r.status] == worst for r in results), host

        return sorted(held.items(), key=badness)


def ref_of(result: TaskLike) -> str:
    """The item that a result is a verdict on: the one that its label names, else the task itself.

    A task of a foreign playbook is `server/task/<host>/<role:name>`.
    """
    if result.item.startswith(f"{Plane.SERVER}/"):
        with suppress(BadRefError):  # a label that only looks like one
            return str(parse_ref(result.item))
    return str(make_ref(Plane.SERVER, "task", result.host, result.task.replace(" : ", ":")))
