"""One item's story, ready to be told: where it is declared, how it was seen, what became of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from omlib.model.estate import Estate
from omlib.model.finding import Difference, Finding
from omlib.model.history import ItemHistory
from omlib.model.item import Declared, Scope
from omlib.model.observation import Sight
from omlib.model.ref import Ref
from omlib.model.status import Status, UnknownReason
from omlib.model.waiver import Waiver
from omlib.report import exits
from omlib.report.reconciliation import Label


class Standing(StrEnum):
    """What a waiver does today."""

    IN_FORCE = "in_force"  # it covers a difference that is there
    IDLE = "idle"  # nothing to cover: the path does not differ, or could not be seen
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    RESURFACED = "resurfaced"  # expired, and the difference it covered is there again
    VALUE_CHANGED = "value_changed"  # the path differs by another value than was accepted


class RunVerdict(NamedTuple):
    """What one run concluded on the item."""

    run: str
    at: datetime
    status: Status
    reason: UnknownReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """*finding* compares the inventory of now with the last look on record.

    It is None where there is nothing to compare: neither declared nor seen. *sight* is how its
    scope was last looked at, in the run *looked_in*. *runs* are the last that told of it, newest
    first; *at* is now.
    """

    estate: Estate
    ref: Ref
    at: datetime
    declared: Declared | None
    finding: Finding | None
    scope: Scope | None
    sight: Sight | None
    looked_in: str
    history: ItemHistory | None
    runs: Sequence[RunVerdict]
    waivers: Sequence[Waiver]
    labels: tuple[Label, ...] = (Label.OFFLINE,)

    @property
    def exit_code(self) -> int:
        return exits.exit_code([self.finding] if self.finding else [])

    def standings(self) -> Iterator[tuple[Waiver, Standing]]:
        """The item's waivers, with what each does today."""
        differences = self.finding.differences if self.finding else ()
        by_path = {difference.path: difference for difference in differences}
        for waiver in self.waivers:
            yield waiver, _standing(waiver, by_path.get(waiver.path), self.at.date())


def _standing(waiver: Waiver, difference: Difference | None, today: date) -> Standing:
    if difference is not None and difference.waived_by == waiver.ticket:
        return Standing.IN_FORCE
    if waiver.since and waiver.since > today:
        return Standing.NOT_YET
    if waiver.until < today:
        lost = difference is not None and difference.resurfaced is not None
        return Standing.RESURFACED if lost else Standing.EXPIRED
    if difference is not None and difference.resurfaced is not None:
        return Standing.VALUE_CHANGED
    return Standing.IDLE
