"""What one look at the estate brought back: items, and for every scope how far the look went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from omlib.model.item import Actual, Scope
from omlib.model.status import UnknownReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How a scope was seen. *complete*: an authenticated listing was read to its end.

    There is no default: who observes must say it. *reason* is None exactly when complete. *detail*
    is the other side's own words, cleaned and cut; *by* the account that looked; *via* how. *asked*
    says what was asked for (`Target.asked`), "" where a listing has everything there is.
    """

    complete: bool
    reason: UnknownReason | None
    at: datetime
    by: str
    via: str
    detail: str = ""
    took_s: float = 0.0
    asked: str = ""

    def __post_init__(self) -> None:
        if self.complete == (self.reason is not None):
            raise ValueError("a complete sight has no reason, a partial one has")
        if self.at.tzinfo is None:
            raise ValueError("times are aware")


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Items seen and scopes looked at. A scope that is not in *sights* was not looked at."""

    sights: Mapping[Scope, Sight]
    actual: tuple[Actual, ...]


NOTHING_SEEN = Observation(sights={}, actual=())


def merge(*observations: Observation) -> Observation:
    """Several looks as one; of two sights of one scope the later counts, as do its items."""
    sights: dict[Scope, Sight] = {}
    chosen: dict[Scope, int] = {}
    for index, observation in enumerate(observations):
        for scope, sight in observation.sights.items():
            if scope not in sights or sight.at >= sights[scope].at:
                sights[scope], chosen[scope] = sight, index
    actual = tuple(
        item
        for index, observation in enumerate(observations)
        for item in observation.actual
        if chosen.get(item.scope, index) == index
    )
    return Observation(sights=sights, actual=actual)


def looked_at(observation: Observation) -> Observation:
    """Without the scopes that nobody looked at: those say nothing that is worth remembering."""
    sights = {
        scope: sight
        for scope, sight in observation.sights.items()
        if sight.reason is not UnknownReason.NOT_CHECKED
    }
    actual = tuple(item for item in observation.actual if item.scope in sights)
    return Observation(sights=sights, actual=actual)
