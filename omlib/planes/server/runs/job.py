"""What to run, and how a run ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from omlib.log import Secret
from omlib.planes.server.runs.task import TaskResult

_NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """*inventory*: a file or folder, the tree of a YAML inventory, names as in `-i a,b,`, or None
    for what ansible.cfg says.

    *check*: `--check --diff`, and nothing is changed. *foreign*: not omlib's own playbook, so the
    ansible.cfg and ANSIBLE_* that `ansible-playbook` would heed are heeded.
    """

    playbook: Path
    inventory: Path | Mapping[str, object] | str | None
    check: bool
    limit: tuple[str, ...] = ()
    deadline_s: float = 3600
    forks: int = 8
    become_password: Secret | None = None
    connection_password: Secret | None = None
    vault_password: Secret | None = None
    vault_password_file: Path | None = None
    extra_vars: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    extra_args: tuple[str, ...] = ()
    foreign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """*unreachable*: host and its fault. *not_applicable*: per host, how many tasks its facts leave
    out. *error*: why nothing ran, or why it broke off (a code of `omlib.report.wording`, or
    Ansible's own words in *error_detail*); "" if it went to its end.
    """

    results: tuple[TaskResult, ...]
    unreachable: Mapping[str, str]
    hosts: tuple[str, ...]
    error: str
    took_s: float
    not_applicable: Mapping[str, int] = field(default_factory=dict)
