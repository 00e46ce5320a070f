"""How carrying out a plan ended, step by step."""

from dataclasses import dataclass
from enum import StrEnum

from omlib.model.action import Action


class Outcome(StrEnum):
    DONE = "done"
    ALREADY_DONE = "already_done"  # by an earlier run of this plan that did not come to its end
    FAILED = "failed"
    NOT_DONE = "not_done"  # after a failure nothing more is begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """*error* tells why a step failed: an error's code and facts, or `not_verified`."""

    action: Action
    outcome: Outcome
    took_s: float = 0.0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """*plan* is the plan's digest. *resumed*: an unfinished run was carried on."""

    plan: str
    steps: tuple[Step, ...]
    took_s: float
    resumed: bool

    @property
    def complete(self) -> bool:
        return all(step.outcome in (Outcome.DONE, Outcome.ALREADY_DONE) for step in self.steps)

    def count(self, outcome: Outcome) -> int:
        return sum(step.outcome is outcome for step in self.steps)

    def done(self) -> tuple[str, ...]:
        """The ids of the actions whose effect is there: what `omlib.plan.reverse` undoes."""
        there = (Outcome.DONE, Outcome.ALREADY_DONE)
        return tuple(step.action.id for step in self.steps if step.outcome in there)
