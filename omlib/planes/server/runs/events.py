"""What omlib's callback tells while Ansible runs, as values. `plugins/callback/omlib.py` writes it.

Pure: a line in, an event out. A line that is none (cut off by a kill) is no event.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The callback stands: what follows is watched."""

    core: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A task as it stands in the playbook. *once*: on one host for all."""

    id: str
    task: str
    path: str
    once: bool
    listed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    id: str
    name: str
    hosts: tuple[str, ...]
    tasks: tuple[Planned, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a task, or one item of its loop, said on a host. *event*: ok, failed, skipped,
    unreachable, or item. Names as in `plugins/omlib_in_ansible/told.py`.
    """

    event: str
    host: str
    id: str
    task: str
    path: str
    action: str
    item: str = ""
    prevented: str = ""
    changed: bool = False
    failed: bool = False
    skipped: bool = False
    unreachable: bool = False
    condition: str | None = None
    own_changed: bool = False
    own_failed: bool = False
    changed_forced: bool = False
    opaque: bool = False
    hidden: bool = False
    message: str = ""
    diff: str = ""
    leans_when: str = ""
    leans_args: str = ""
    ignored: bool = False
    handler: bool = False
    listed: bool = True
    delegated: str = ""
    target: str = ""  # the file whose content it declares
    whole: str = ""  # a digest of that content, "" if it declares a part of it
    times_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The callback ended the run itself. *why*: many_hosts, vars_prompt, fault."""

    why: str
    detail: str
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class End:
    """The playbook was gone through to its end."""


Event = Hello | Play | Told | Stopped | End
_TOLD = frozenset(Told.__dataclass_fields__)


def parse(line: str) -> Event | None:
    try:
        facts = json.loads(line)
    except ValueError:
        return None
    return _event(facts) if isinstance(facts, dict) else None


def _event(facts: Mapping[str, Any]) -> Event | None:
    match facts.get("kind"):
        case "hello":
            return Hello(core=str(facts["core"]))
        case "play":
            tasks = tuple(Planned(**task) for task in facts["tasks"])
            return Play(
                id=facts["id"], name=facts["name"], hosts=tuple(facts["hosts"]), tasks=tasks
            )
        case "result":
            return Told(**{name: value for name, value in facts.items() if name in _TOLD})
        case "stopped":
            return Stopped(
                why=facts["why"],
                detail=str(facts.get("detail", "")),
                hosts=tuple(facts.get("hosts", ())),
            )
        case "end":
            return End()
    return None
