"""Where a system stands in its life, and what was decided about it.

A lifecycle is a (stage, status) pair, as in ServiceNow's Common Service Data Model; "out of
support" is another matter than "to be retired". Git holds decision and target; how far a retirement
has come is derived from the journal.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Stage(StrEnum):
    DESIGN = "design"
    BUILD = "build"
    OPERATIONAL = "operational"
    END_OF_LIFE = "end_of_life"


class LifecycleStatus(StrEnum):
    PLANNED = "planned"
    IN_DEVELOPMENT = "in_development"
    IN_USE = "in_use"
    PENDING_RETIREMENT = "pending_retirement"
    RETIRED = "retired"


STATUSES_OF = {
    Stage.DESIGN: frozenset({LifecycleStatus.PLANNED}),
    Stage.BUILD: frozenset({LifecycleStatus.PLANNED, LifecycleStatus.IN_DEVELOPMENT}),
    Stage.OPERATIONAL: frozenset({LifecycleStatus.IN_USE, LifecycleStatus.PENDING_RETIREMENT}),
    Stage.END_OF_LIFE: frozenset({LifecycleStatus.RETIRED}),
}


class Outcome(StrEnum):
    RETAIN = "retain"
    MERGE = "merge"
    CLOSE = "close"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    stage: Stage
    status: LifecycleStatus
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """*into* is the successor system of a merge, or the department of a transfer."""

    outcome: Outcome
    into: str = ""
    memo: str = ""
    sha256: str = ""
    reject_until: date | None = None
