"""One run of a playbook through ansible-runner, from the order to what it says about each task."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from omlib.log import Secret
from omlib.planes.server.runs.task import TaskResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to run. *inventory*: a file or folder, or the tree of a YAML inventory.

    *check*: `--check --diff`, and nothing is changed. *foreign*: not omlib's own playbook, so the
    ansible.cfg and ANSIBLE_* that `ansible-playbook` would heed are heeded.
    """

    playbook: Path
    inventory: Path | Mapping[str, object]
    check: bool
    limit: tuple[str, ...] = ()
    deadline_s: float = 3600
    forks: int = 8
    become_password: Secret | None = None
    connection_password: Secret | None = None
    vault_password_file: Path | None = None
    extra_args: tuple[str, ...] = ()
    foreign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """*unreachable*: host and its fault. *error*: why nothing ran, or why it broke off; "" else."""

    results: tuple[TaskResult, ...]
    unreachable: Mapping[str, str]
    hosts: tuple[str, ...]
    error: str
    took_s: float


def run(job: Job, *, on_result: Callable[[TaskResult], None] = lambda _result: None) -> Ended:
    """Run *job* to its end, its deadline or Ctrl-C; nothing of it stays behind."""
    raise NotImplementedError(job, on_result)
