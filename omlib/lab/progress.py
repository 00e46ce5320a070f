"""How long work tells what it is doing: a step begins, a step ends with its seconds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StepEvent:
    """*seconds* is None when the step begins. *failed* is said at its end only."""

    step: str
    seconds: float | None = None
    failed: bool = False


class Progress(Protocol):
    """Called from several threads: steps may overlap."""

    def __call__(self, event: StepEvent, /) -> None: ...


def silent(_event: StepEvent, /) -> None:
    """For callers that want no progress."""


@contextmanager
def step(progress: Progress, name: str) -> Iterator[None]:
    start = time.monotonic()
    progress(StepEvent(name))
    try:
        yield
    except BaseException:
        progress(StepEvent(name, time.monotonic() - start, failed=True))
        raise
    progress(StepEvent(name, time.monotonic() - start))
