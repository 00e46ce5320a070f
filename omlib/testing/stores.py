"""Twins in memory of the small ports: clock, secrets, journal, lock."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from omlib.errors import OmlibError, RefusedError
from omlib.log import Secret
from omlib.model.item import Value

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai


class FakeClock:
    """Stands still until it is told to go on."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, *, seconds: float = 0.0, days: int = 0) -> None:
        self._now += timedelta(days=days, seconds=seconds)


class NoSecretError(OmlibError):
    """Nothing is stored under this reference. Facts: reference."""

    code = "no_secret"


class FakeSecrets:
    """*values* by reference, as the inventory spells it (`env:NAME`)."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def resolve(self, reference: str) -> Secret:
        if reference not in self._values:
            raise NoSecretError(reference=reference)
        return Secret(self._values[reference])


class MemoryJournal:
    """Entries in order; lives on when the run that wrote them dies."""

    def __init__(self) -> None:
        self._entries: list[Mapping[str, object]] = []

    def write(self, event: str, **facts: Value) -> None:
        self._entries.append({"seq": len(self._entries) + 1, "event": event, **facts})

    def entries(self) -> Iterator[Mapping[str, object]]:
        yield from tuple(self._entries)


class HeldError(RefusedError):
    """Another run holds this scope. Facts: scope, holder, age_s."""

    code = "held"


class MemoryLock:
    """One holder per scope, among the threads that share this object."""

    def __init__(self, clock: FakeClock | None = None) -> None:
        self._clock = clock or FakeClock()
        self._guard = threading.Lock()
        self._held: dict[str, tuple[str, datetime]] = {}

    @contextmanager
    def hold(self, scope: str, owner: str) -> Iterator[None]:
        with self._guard:
            if scope in self._held:
                holder, since = self._held[scope]
                age_s = int((self._clock.now() - since).total_seconds())
                raise HeldError(scope=scope, holder=holder, age_s=age_s)
            self._held[scope] = owner, self._clock.now()
        try:
            yield
        finally:
            with self._guard:
                del self._held[scope]
