"""A run, as the records tell it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from omlib.model.finding import Coverage, Verdict
from omlib.model.item import Scope
from omlib.model.observation import Observation


class RunState(StrEnum):
    RUNNING = "running"
    ENDED = "ended"
    INTERRUPTED = "interrupted"  # Ctrl-C, or its process is gone without a word
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The inventory's, in Git: *commit* is "" outside Git, *clean* None where it was not told."""

    commit: str = ""
    clean: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """*complete*: everything declared in its scope was seen; None until the run has ended.

    *summary* counts what the verb counts, for reconcile the items per status. *pruned*: when what
    it saw and found was taken away.
    """

    id: str
    verb: str
    started: datetime
    ended: datetime | None
    state: RunState
    exit_code: int | None
    actor: str
    scope: str
    revision: Revision
    tool: str
    complete: bool | None
    summary: Mapping[str, int]
    pruned: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run concluded beyond its findings: verdicts per subject, and how far it saw."""

    systems: tuple[Verdict, ...] = ()
    departments: tuple[Verdict, ...] = ()
    coverage: tuple[Coverage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """The last look at every scope. *runs* says in which run; each sight's `at` says how old."""

    observation: Observation
    runs: Mapping[Scope, str]

    @property
    def oldest(self) -> datetime | None:
        """When the look that is longest ago was taken; None if there was none."""
        return min((sight.at for sight in self.observation.sights.values()), default=None)
