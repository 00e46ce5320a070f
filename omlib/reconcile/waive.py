"""Lay accepted drifts over differences. A waiver holds for one path, one value, from day to day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from omlib.model.finding import PRESENCE, Difference, Resurfaced
from omlib.model.item import Value
from omlib.model.kind import Kind, kind_of
from omlib.model.ref import Ref
from omlib.model.waiver import Waiver


@dataclass(frozen=True, slots=True)
class Waivers:
    by_path: Mapping[tuple[Ref, str], list[Waiver]]
    today: date

    @classmethod
    def of(cls, waivers: Iterable[Waiver], today: date) -> "Waivers":
        by_path: dict[tuple[Ref, str], list[Waiver]] = defaultdict(list)
        for waiver in sorted(waivers, key=lambda one: (one.until, one.ticket), reverse=True):
            by_path[waiver.ref, waiver.path].append(waiver)
        return cls(dict(by_path), today)

    def judge(self, ref: Ref, kind: Kind, path: str, want: Value, live: Value) -> Difference:
        """The difference, waived where a waiver in force accepts just this live value."""
        resurfaced: Resurfaced | None = None
        for waiver in self.by_path.get((ref, path), ()):
            if waiver.since and waiver.since > self.today:
                continue  # the policy limits its days from the first one: none comes before
            if kind.normal(path, waiver.accepts) != live:
                resurfaced = Resurfaced.VALUE_CHANGED
            elif waiver.until < self.today:
                resurfaced = resurfaced or Resurfaced.EXPIRED
            else:
                return Difference(path=path, declared=want, actual=live, waived_by=waiver.ticket)
        return Difference(path=path, declared=want, actual=live, resurfaced=resurfaced)

    def presence(self, ref: Ref, *, is_there: bool) -> tuple[Difference, bool]:
        """The difference "it is (not) there", and whether it is waived."""
        difference = self.judge(ref, kind_of(ref), PRESENCE, not is_there, is_there)
        return difference, bool(difference.waived_by)
