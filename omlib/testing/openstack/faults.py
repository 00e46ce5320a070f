"""Troubles: what happens instead of an answer, once asked for. And counts of what was asked."""

import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

_ID = re.compile(r"(?<=/)(?:[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32})(?=/|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Meets every call that fits *method*, *service* (compute, network, volumev3, image, identity),
    *path* (a regular expression, whole, below the service's version), *project* (a name) and
    *page*; *times* times.

    *status* 0 lets the answer through: late by *hang_s*, byte after byte with *trickle_s*, broken
    off in the middle with *cut*, without the link to the next page with *last*. *after* does what
    was asked before the trouble comes: the caller does not learn that it was done.
    """

    method: str = ""
    service: str = ""
    path: str = ".*"
    project: str = ""
    page: int = 0
    times: int = 10**6
    status: int = 0
    message: str = "Service Unavailable"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    hang_s: float = 0.0
    trickle_s: float = 0.0
    cut: bool = False
    last: bool = False
    after: bool = False

    def fits(self, method: str, service: str, path: str, project: str, page: int) -> bool:
        return (
            self.method in ("", method)
            and self.service in ("", service)
            and self.project in ("", project)
            and self.page in (0, page)
            and re.fullmatch(self.path, path) is not None
        )


@dataclass(slots=True)
class Troubles:
    """Those that are on, each with the times it has left."""

    _left: list[tuple[Trouble, list[int]]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, trouble: Trouble) -> None:
        with self._lock:
            self._left.append((trouble, [trouble.times]))

    def clear(self) -> None:
        with self._lock:
            self._left.clear()

    def meet(self, method: str, service: str, path: str, project: str, page: int) -> Trouble | None:
        with self._lock:
            for trouble, left in self._left:
                if left[0] > 0 and trouble.fits(method, service, path, project, page):
                    left[0] -= 1
                    return trouble
        return None


@dataclass(slots=True)
class Counts:
    """Calls by `METHOD service /path`, with `*` for an id. Asking for a token changes nothing.

    *open* is how many connections there are.
    """

    _by: Counter[str] = field(default_factory=Counter)
    _calls: list[str] = field(default_factory=list)
    open: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def connected(self, change: int) -> None:
        with self._lock:
            self.open += change

    def add(self, method: str, service: str, path: str, account: str) -> None:
        with self._lock:
            self._by[f"{method} {service} {_ID.sub('*', path)}"] += 1
            self._calls.append(f"{account} {method} {service} {path}")

    def clear(self) -> None:
        with self._lock:
            self._by.clear()
            self._calls.clear()

    def by(self) -> dict[str, int]:
        with self._lock:
            return dict(self._by)

    def calls(self) -> list[str]:
        with self._lock:
            return list(self._calls)


def changes(by: Mapping[str, int]) -> dict[str, int]:
    """The calls that change something."""
    return {
        call: count
        for call, count in by.items()
        if not call.startswith(("GET ", "HEAD ")) and call != "POST identity /auth/tokens"
    }
