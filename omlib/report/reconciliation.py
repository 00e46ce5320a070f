"""One comparison, ready to be shown: what was found, what could not be seen, in which run."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from omlib.model.estate import Estate
from omlib.model.finding import Coverage, Finding
from omlib.model.history import Sighting
from omlib.model.ref import Ref
from omlib.model.status import DRIFT, WORST_FIRST, Status
from omlib.reconcile.rollup import Verdicts
from omlib.report import exits


class Label(StrEnum):
    """What a reader must not overlook, on every screen."""

    OFFLINE = "offline"  # nothing was asked now: the last observation on record
    SIMULATION = "simulation"  # shipped fakes, nothing real
    INTERRUPTED = "interrupted"  # stopped before its end


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """*started* is aware, in the zone it is to be shown in; *scope* what was asked for, as typed.

    *observed_at* is the oldest look that went in, where that was not this run's own. *revision* is
    the inventory's commit, "" outside Git; *clean* says whether nothing uncommitted went in.
    """

    id: str
    started: datetime
    took_s: float
    scope: str = ""
    labels: tuple[Label, ...] = ()
    observed_at: datetime | None = None
    fail_on: Set[Status] = DRIFT
    actor: str = ""
    revision: str = ""
    clean: bool | None = None
    tool: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """*sightings* are of what is unmanaged, in the zone to be shown in."""

    run: RunFacts
    estate: Estate
    findings: Sequence[Finding]
    verdicts: Verdicts
    coverage: Sequence[Coverage]
    sightings: Mapping[Ref, Sighting] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        if Label.INTERRUPTED in self.run.labels:
            return exits.INTERRUPTED
        code = exits.exit_code(self.findings, self.coverage, fail_on=self.run.fail_on)
        return code | exits.INCOMPLETE if self.empty else code

    @property
    def empty(self) -> bool:
        """Nothing was declared and nothing looked at: not in sync, but not checked."""
        return not self.findings and not self.coverage

    @property
    def complete(self) -> bool:
        """Everything in scope was seen: nothing unknown, no gap, not interrupted, not empty."""
        if self.empty or Label.INTERRUPTED in self.run.labels:
            return False
        return not exits.exit_code(self.findings, self.coverage) & exits.INCOMPLETE

    @property
    def counts(self) -> Mapping[Status, int]:
        """Of every status, worst first, zeros too."""
        counts = dict.fromkeys(WORST_FIRST, 0)
        for finding in self.findings:
            counts[finding.status] += 1
        return counts
