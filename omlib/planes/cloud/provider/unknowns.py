"""What a run could not see, by the URN of the resource: its Read gave what was known before."""

import threading
from dataclasses import dataclass

from omlib.model.status import UnknownReason


@dataclass(frozen=True, slots=True)
class Unknown:
    """*detail* is in the cloud's own words. *attributes*: only these; () is the whole resource.

    *awaits_update*: at rest in a change until someone says how it goes on (an open resize).
    """

    reason: UnknownReason
    detail: str
    attributes: tuple[str, ...] = ()
    awaits_update: bool = False


class Unknowns:
    """The table of one run; filled by the provider's threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[str, Unknown] = {}

    def put(self, urn: str, unknown: Unknown) -> None:
        with self._lock:
            self._told[urn] = unknown

    def clear(self) -> None:
        with self._lock:
            self._told.clear()

    def by_urn(self) -> dict[str, Unknown]:
        with self._lock:
            return dict(self._told)
