"""What omlib asks of the world, as Protocols. Real twins and shipped fakes pass the same suites.

The planes' suite is `omlib.testing.plane_contract`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from omlib.log import Secret
from omlib.model.action import Action, Declined
from omlib.model.finding import Finding
from omlib.model.item import Scope, Value
from omlib.model.observation import Observation
from omlib.model.ref import Plane as PlaneName


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One thing that is asked at once: a host, a device, a project of a cloud.

    Targets of one *site* share its cap. After *deadline_s* seconds whoever asked stops waiting.
    *asked* is a digest per scope of what would be asked for now, where that is not simply all there
    is: a look that was asked for something else tells nothing of what is wanted since.
    """

    name: str
    site: str
    scopes: tuple[Scope, ...]
    deadline_s: float
    asked: Mapping[Scope, str] = field(default_factory=dict)


class Plane(Protocol):
    """Equipment omlib can read and change."""

    @property
    def name(self) -> PlaneName: ...

    def targets(self) -> Sequence[Target]:
        """What there is to ask. Does no I/O."""
        ...

    def observe(self, target: Target) -> Observation:
        """Look at one target. Cannot write. Says how far each of its scopes was seen.

        A fault of the target becomes the sight's reason, never an exception, and never an
        absence. Safe to call from several threads.
        """
        ...

    def propose(self, findings: Sequence[Finding]) -> Sequence[Action]:
        """The actions that mend the drifts among *findings* this plane can mend. Does no I/O."""
        ...

    def perform(self, action: Action) -> None:
        """Carry out one action; raise OmlibError when it did not happen as said."""
        ...

    def verify(self, action: Action) -> bool:
        """Look again: is what the action promised there now?"""
        ...


@runtime_checkable
class Explains(Protocol):
    """A plane that can say why it proposes nothing for a drift."""

    def decline(self, findings: Sequence[Finding]) -> Sequence[Declined]:
        """The drifts among *findings* that `propose` leaves out on purpose. Does no I/O."""
        ...


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...


class Secrets(Protocol):
    def resolve(self, reference: str) -> Secret:
        """The value behind `env:NAME` or `file:PATH`; raises OmlibError naming the reference."""
        ...


class Journal(Protocol):
    """What a run did, in order, durable before `write` returns, each entry chained to the last."""

    def write(self, event: str, **facts: Value) -> None: ...

    def entries(self) -> Iterator[Mapping[str, object]]: ...


class Lock(Protocol):
    def hold(self, scope: str, owner: str) -> AbstractContextManager[None]:
        """Hold *scope* alone; raises RefusedError with the holder's name and age."""
        ...


class Progress(Protocol):
    """Told as work goes on; shows, never decides."""

    def start(self, step: str, total: int = 0) -> None: ...

    def advance(self, step: str, note: str = "") -> None: ...

    def done(self, step: str, took_s: float, note: str = "") -> None: ...
