"""The listings of one project in one run: a thousand Reads cost one question for each kind."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from omlib.planes.cloud.faults import CloudFaultError, fault_of
from omlib.planes.cloud.provider.once import Once
from omlib.planes.cloud.questions import COMPUTE, QUESTIONS, listed
from omlib.planes.cloud.reader import Json, Listing, Reader

T = TypeVar("T")


class _Whole:
    """One listing with what was made of it."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.by_id = {_id(item): item for item in listing.items}
        self._lock = threading.Lock()
        self._made: dict[Callable[..., Any], Any] = {}

    def index(self, make: Callable[[Sequence[Json]], T]) -> T:
        with self._lock:
            if make not in self._made:
                self._made[make] = make(self.listing.items)
            told: T = self._made[make]
            return told


class RunListings:
    """*reader* gives a reader with fresh time limits. Several threads may ask."""

    def __init__(self, reader: Callable[[], Reader], microversion: Callable[[], str]) -> None:
        self._reader = reader
        self._microversion = microversion
        self._told: Once[str, _Whole] = Once(self._ask)

    def listing(self, kind: str) -> Listing:
        """All things of *kind*; its fault says why it is not whole."""
        return self._told.get(kind).listing

    def find(self, kind: str, live_id: str) -> Json | None:
        """One thing; None where the whole listing lacks it. CloudFaultError if it is not whole."""
        whole = self._told.get(kind)
        found = whole.by_id.get(live_id)
        if found is None and whole.listing.fault:
            raise whole.listing.fault.again()
        return found

    def index(self, kind: str, make: Callable[[Sequence[Json]], T]) -> T:
        """What *make* gives of the whole listing, made once. CloudFaultError if not whole."""
        whole = self._told.get(kind)
        if whole.listing.fault:
            raise whole.listing.fault.again()
        return whole.index(make)

    def changed(self, *kinds: str) -> None:
        self._told.forget(*kinds)

    def forget_all(self) -> None:
        self._told.forget_all()

    def _ask(self, kind: str) -> _Whole:
        try:
            computes = QUESTIONS[kind].service == COMPUTE
            version = self._microversion() if computes else ""
            return _Whole(listed(kind, self._reader(), version))
        except CloudFaultError:
            raise
        except Exception as error:  # noqa: BLE001 - one listing that cannot be read stops no other
            return _Whole(Listing(items=(), pages=0, fault=fault_of(error)))


def _id(item: Json) -> str:
    return str(item["id"] if "id" in item else item["name"])  # key pairs have no other
