"""What both ways of telling the story share: who shows it, what it came to, how long it took."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from omlib.demo.plants import Judgement, Plant
from omlib.jobs.reconcile import Reconciled
from omlib.report.reconciliation import Label


class Teller(Protocol):
    """Shows the story as it goes on; words are its own."""

    def chapter(self, code: str, **facts: object) -> None: ...

    def built(self, before: Reconciled, labels: Sequence[Label]) -> None: ...

    def planted(self, plant: Plant, told: str) -> None: ...


@dataclass(slots=True)
class Told:
    """What the story came to. *before* is the estate as built, *after* with the deviations.

    *page* is the HTML report of *after*; a simulation leaves none.
    """

    before: Reconciled
    after: Reconciled
    before_judged: Judgement
    judged: Judgement
    took_s: dict[str, float] = field(default_factory=dict)
    page: Path | None = None

    @property
    def exact(self) -> bool:
        return self.before_judged.exact and self.judged.exact


@dataclass(slots=True)
class Stopwatch:
    took_s: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, step: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.took_s[step] = time.monotonic() - began
