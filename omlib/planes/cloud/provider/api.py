"""One project of one cloud, read and written with one token; and all of them, logged in lazily.

Reads are tried again while they may pass by themselves. A write is sent again only where it cannot
have been done: the connection was refused before anything was sent, or the service said 429, or 503
with a time to come back. A removal may be repeated: what is gone already is gone.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from omlib.log import event
from omlib.planes.cloud.faults import CloudFaultError, Condition, fault_of
from omlib.planes.cloud.place import project_of
from omlib.planes.cloud.provider.listings import RunListings
from omlib.planes.cloud.provider.once import Once
from omlib.planes.cloud.provider.place import Place
from omlib.planes.cloud.questions import COMPUTE, VOLUMES
from omlib.planes.cloud.reader import (
    BACK_OFF_S,
    MOST_WAIT_S,
    Budget,
    Json,
    Limits,
    Reader,
    exchange,
    parsed,
    patiently,
    version_header,
)
from omlib.planes.cloud.session import Login, log_in

T = TypeVar("T")
Tell = Callable[[str], None]

_MIB = 1024 * 1024
_TELL_EVERY_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiLimits:
    """*call_s* bounds one call with its repetitions, *read_s* the silence within one.

    *cancel_grace_s*: so long a wait still goes on after the run was ended, since most changes
    settle in it and leave nothing half done.
    """

    connect_s: float = 10.0
    read_s: float = 120.0
    call_s: float = 300.0
    listing_bytes: int = 256 * _MIB
    cancel_grace_s: float = 30.0

    def fresh(self) -> Limits:
        return Limits(
            until=time.monotonic() + self.call_s,
            connect_s=self.connect_s,
            read_s=self.read_s,
            listing_bytes=self.listing_bytes,
        )


class Stop:
    """Whether the run was ended. It is told at the normal end of every run, too."""

    def __init__(self) -> None:
        self._told = threading.Event()
        self._at = 0.0

    def tell(self) -> None:
        self._at = time.monotonic()
        self._told.set()

    def clear(self) -> None:
        self._told.clear()

    def wait(self, pause_s: float, grace_s: float) -> bool:
        """Wait *pause_s*, less if the run ends; True when waiting is over for good."""
        if not self._told.wait(pause_s):
            return False
        left_s = self._at + grace_s - time.monotonic()
        if left_s > 0:
            time.sleep(min(pause_s, left_s))
        return left_s <= 0


class ProjectApi:
    """As `provider.kind.Api` says. Several threads may use it."""

    def __init__(
        self, reader: Reader, limits: ApiLimits, stop: Stop, tell: Tell, *, visiting: bool
    ) -> None:
        self._base = reader
        self._visiting = visiting
        self._limits = limits
        self._stop = stop
        self._tell = tell
        self._versions: Once[str, str] = Once(self._newest)
        self._seen = RunListings(self._reader, lambda: self.microversion)

    @property
    def project_id(self) -> str:
        return self._base.project_id

    @property
    def seen(self) -> RunListings:
        return self._seen

    @property
    def visiting(self) -> bool:
        """Whether another account makes things here: what belongs to an account is unseen then."""
        return self._visiting

    @property
    def microversion(self) -> str:
        """The newest compute microversion that we use and the cloud has; "" without any."""
        return self._versions.get(COMPUTE)

    @property
    def volume_microversion(self) -> str:
        """3.42 of block storage, sent with each call of it; "" where the cloud has it not."""
        return self._versions.get(VOLUMES)

    def _newest(self, service: str) -> str:
        reader = self._reader()
        return reader.microversion() if service == COMPUTE else reader.volume_microversion()

    def get(self, service: str, path: str) -> Json:
        return self._reader().get(service, path, microversion=self._asked_with(service))

    def post(self, service: str, path: str, body: Json) -> Json:
        return self._write("POST", service, path, body)

    def put(self, service: str, path: str, body: Json) -> Json:
        return self._write("PUT", service, path, body)

    def delete(self, service: str, path: str) -> None:
        """Until the answer; a 404 counts as done."""
        limits = self._limits.fresh()
        try:
            patiently(lambda: self._send("DELETE", service, path, None, limits), limits)
        except CloudFaultError as fault:
            if not not_there(fault):
                raise

    def until(self, what: str, ask: Callable[[], T | None], limit_s: float) -> T:
        """Ask until there is an answer, telling progress; TIMED_OUT with *what* after *limit_s*."""
        began = told = time.monotonic()
        for pause_s in _pauses():
            answer = ask()
            if answer is not None:
                return answer
            now = time.monotonic()
            if now - began >= limit_s:
                raise CloudFaultError(
                    condition=Condition.TIMED_OUT, detail=f"{what}: waited {now - began:.0f} s"
                )
            if now - told >= _TELL_EVERY_S:
                told = now
                self._tell(f"{what} ({now - began:.0f} s)")
            if self._stop.wait(min(pause_s, began + limit_s - now), self._limits.cancel_grace_s):
                raise CloudFaultError(condition=Condition.CANCELLED, detail=what)
        raise AssertionError("the pauses have no end")

    def _reader(self) -> Reader:
        return replace(self._base, limits=self._limits.fresh())

    def _asked_with(self, service: str) -> str:
        if service == COMPUTE:
            return self.microversion
        return self.volume_microversion if service == VOLUMES else ""

    def _write(self, method: str, service: str, path: str, body: Json) -> Json:
        limits = self._limits.fresh()
        for wait_s in (*BACK_OFF_S, None):
            try:
                raw = self._send(method, service, path, body, limits)
                return parsed(raw) if raw.strip() else {}
            except CloudFaultError as fault:
                if wait_s is None or not _not_done(fault):
                    raise
                pause_s = min(max(wait_s, fault.wait_s), MOST_WAIT_S)
                if pause_s >= limits.left_s:
                    raise
                time.sleep(pause_s)
        raise AssertionError("the last try returns or raises")

    def _send(
        self, method: str, service: str, path: str, body: Json | None, limits: Limits
    ) -> bytes:
        headers = version_header(service, self._asked_with(service))
        url = f"{replace(self._base, limits=limits).endpoint(service)}{path}"
        event("cloud.write", method=method, service=service, path=path, project=self.project_id)
        budget = Budget(left=self._limits.listing_bytes)
        return exchange(self._base.session, method, url, limits, budget, headers=headers, body=body)


class Clouds:
    """*profiles*: of clouds.yaml, by the inventory's name of the cloud, which else is one itself.

    *clouds_yaml* None: where openstacksdk looks, OS_CLIENT_CONFIG_FILE first. *visited* are the
    clouds in which another account than ours makes things.
    """

    def __init__(
        self,
        profiles: Mapping[str, str],
        clouds_yaml: Path | None = None,
        limits: ApiLimits | None = None,
        *,
        visited: frozenset[str] = frozenset(),
    ) -> None:
        self._profiles = dict(profiles)
        self._visited = visited
        self._clouds_yaml = clouds_yaml
        self._limits = limits or ApiLimits()
        self._progress: Tell = lambda _: None
        self._stop = Stop()
        self._logins: Once[tuple[str, str], Login] = Once(self._log_in)
        self._apis: Once[Place, ProjectApi] = Once(self._enter)

    def api(self, place: Place) -> ProjectApi:
        """The project, logged in to at the first call. Raises CloudFaultError."""
        return self._apis.get(place)

    def tell_to(self, progress: Tell) -> None:
        """Whom to tell what is waited for."""
        self._progress = progress

    def begin(self) -> None:
        """A run begins: what the last one saw is forgotten, tokens are kept."""
        self._stop.clear()
        self._logins.forget_faults()
        self._apis.forget_faults()
        for api in self._apis.answers():
            api.seen.forget_all()

    def cancel(self) -> None:
        """The run ends: nobody waits much longer."""
        self._stop.tell()

    def close(self) -> None:
        """No connection stays open. Who asks again has to open one, with the tokens there are."""
        for login in self._logins.answers():
            login.close()

    def _log_in(self, key: tuple[str, str]) -> Login:
        cloud, region = key
        profile = self._profiles.get(cloud, cloud)
        return log_in(profile, region, self._clouds_yaml, self._limits.fresh())

    def _enter(self, place: Place) -> ProjectApi:
        login = self._logins.get((place.cloud, place.region))
        try:
            fresh = replace(login, limits=self._limits.fresh())
            reader = fresh.reader(project_of(place.project, login))
        except Exception as error:
            raise fault_of(error) from error
        return ProjectApi(
            reader,
            self._limits,
            self._stop,
            lambda line: self._progress(line),
            visiting=place.cloud in self._visited,
        )


def not_there(fault: CloudFaultError) -> bool:
    """Whether the service said that it knows no such thing: 404, and nothing like it."""
    return fault.status == 404


def _not_done(fault: CloudFaultError) -> bool:
    """Whether a write that met *fault* was certainly not carried out."""
    return fault.unsent or fault.status == 429 or (fault.status == 503 and fault.wait_s > 0)


def _pauses() -> Iterator[float]:
    pause_s = 0.2
    while True:
        yield pause_s
        pause_s = min(pause_s * 1.4, 2.0)
