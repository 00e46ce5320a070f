"""One look at one cloud: every project of the account, every kind, side by side.

Each listing stands for one scope and has a fault of its own: one project that is refused, or one
service that breaks off, leaves the others as they are.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from omlib.model.estate import Cloud, Site
from omlib.model.status import UnknownReason
from omlib.planes.cloud.around import SHAPE_FAULTS, Flavor, whole
from omlib.planes.cloud.declared import kinds_at
from omlib.planes.cloud.faults import CloudFaultError, Condition, fault_of
from omlib.planes.cloud.parallel import Job, run_all
from omlib.planes.cloud.place import Place, places_of
from omlib.planes.cloud.questions import COMPUTE, QUESTIONS, listed
from omlib.planes.cloud.reader import Json, Limits, Listing, Reader
from omlib.planes.cloud.session import LiveProject, Login, log_in
from omlib.ports import Clock

_BUDGET = 0.9  # of the site's deadline: whoever asked stops waiting at the deadline itself
_MIB = 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Look:
    """Runs the look; `places` and `by` are its outcome, as far as it came."""

    cloud: Cloud
    site: Site
    clock: Clock
    clouds_yaml: Path | None
    places: Sequence[Place] = ()
    by: str = ""
    fault: CloudFaultError | None = None
    _limits: Limits = field(init=False)
    _login: Login | None = field(default=None, init=False)

    def run(self) -> None:
        budget_s = self.site.deadline_s * _BUDGET
        self._limits = Limits(
            until=time.monotonic() + budget_s,
            connect_s=self.site.connect_s,
            read_s=budget_s / 2,  # one that hangs leaves time for the others
            listing_bytes=self.site.output_mib * _MIB,
        )
        run_all([self._enter], self.site.concurrency, self._limits.until)
        if self._login:
            self._login.close()
        if not self.places:
            late = CloudFaultError(condition=Condition.TIMED_OUT, detail="the deadline passed")
            self.fault = self.fault or late
            self.places = [Place(id=p.id, fault=self.fault) for p in self.cloud.projects]
        self.places = [place.snapshot() for place in self.places]

    def _enter(self) -> Sequence[Job]:
        try:
            login = log_in(self.cloud.profile, self.cloud.region, self.clouds_yaml, self._limits)
        except CloudFaultError as fault:
            self.fault = fault
            return ()
        self._login = login
        self.by, self.places = login.by, list(places_of(self.cloud, login))
        return [
            partial(self._get_token, place, place.live, login)
            for place in self.places
            if place.live
        ]

    def _get_token(self, place: Place, live: LiveProject, login: Login) -> Sequence[Job]:
        try:
            reader = login.reader(live)
            microversion = reader.microversion()
        except Exception as error:  # noqa: BLE001 - one project must not stop the others
            place.fault = fault_of(error)
            return ()
        # subnets are no items of their own: a network has them
        kinds = (*kinds_at(self.cloud, place.id), "subnet")
        return [partial(self._list, place, kind, reader, microversion) for kind in kinds]

    def _list(self, place: Place, kind: str, reader: Reader, microversion: str) -> Sequence[Job]:
        begun, question = time.monotonic(), QUESTIONS[kind]
        place.asked_at[kind] = self.clock.now()
        asked_with = microversion if question.service == COMPUTE else ""
        try:
            told = listed(kind, reader, asked_with)
        except Exception as error:  # noqa: BLE001 - nor one listing the others
            told = Listing(items=(), pages=0, fault=fault_of(error))
        place.took_s[kind] = time.monotonic() - begun
        place.via[kind] = f"GET {question.path}, {told.pages} pages, project {reader.project_id}"
        if asked_with:
            place.via[kind] += f", microversion {asked_with}"
        place.listings[kind] = told
        return [partial(_ask_names, place, reader)] if kind == "server" and told.items else ()


def _ask_names(place: Place, reader: Reader) -> Sequence[Job]:
    """What the servers refer to by id only: images always, flavors before microversion 2.47."""
    for image in _ids(place.items("server"), "image"):
        told = _answer(reader, "image", f"/images/{image}")
        place.images[image] = told if isinstance(told, UnknownReason) else _name(told)
    by_id = [told for told in place.items("server") if "vcpus" not in (told.get("flavor") or ())]
    for flavor in _ids(by_id, "flavor"):
        told = _answer(reader, COMPUTE, f"/flavors/{flavor}")
        place.flavors[flavor] = told if isinstance(told, UnknownReason) else _flavor(told)
    return ()


def _ids(servers: Sequence[Json], part: str) -> Iterator[str]:
    parts = [item.get(part) for item in servers]
    yield from sorted(
        {str(told["id"]) for told in parts if isinstance(told, dict) and "id" in told}
    )


def _answer(reader: Reader, service: str, path: str) -> Json | UnknownReason:
    try:
        return reader.get(service, path)
    except CloudFaultError as fault:
        return fault.fault.reason


def _name(told: Json) -> str | UnknownReason:
    name = told.get("name")
    return name if isinstance(name, str) else UnknownReason.ERROR


def _flavor(told: Json) -> Flavor | UnknownReason:
    try:
        flavor = told["flavor"]
        return Flavor(whole(flavor, "vcpus"), whole(flavor, "ram"), str(flavor.get("name") or ""))
    except SHAPE_FAULTS:
        return UnknownReason.ERROR
