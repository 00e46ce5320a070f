"""The projects of one cloud: which declared one is which live one, and what was read of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from omlib.model.estate import Cloud
from omlib.model.status import UnknownReason
from omlib.planes.cloud.around import Flavor
from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.reader import Json, Listing
from omlib.planes.cloud.session import LiveProject, Login


@dataclass(slots=True, kw_only=True)
class Place:
    """One project under look; filled in by the threads that look.

    *id* is the inventory's, or the live name where it is not declared. *fault* is why there is no
    token for it. *images* (names) and *flavors* are what its servers refer to by id.
    """

    id: str
    live: LiveProject | None = None
    fault: CloudFaultError | None = None
    listings: dict[str, Listing] = field(default_factory=dict)
    asked_at: dict[str, datetime] = field(default_factory=dict)
    took_s: dict[str, float] = field(default_factory=dict)
    via: dict[str, str] = field(default_factory=dict)
    images: dict[str, str | UnknownReason] = field(default_factory=dict)
    flavors: dict[str, Flavor | UnknownReason] = field(default_factory=dict)

    def snapshot(self) -> "Place":
        """As it is now: a thread that comes late no longer changes it."""
        return replace(
            self,
            listings=dict(self.listings),
            images=dict(self.images),
            flavors=dict(self.flavors),
        )

    def items(self, kind: str) -> Sequence[Json]:
        return self.listings[kind].items if kind in self.listings else ()

    def fault_of(self, kind: str) -> CloudFaultError | None:
        """Why the listing of *kind* is not whole; None if it is."""
        if kind in self.listings:
            return self.listings[kind].fault
        if self.fault:
            return self.fault
        waiting = kind in self.asked_at
        return CloudFaultError(condition=Condition.TIMED_OUT if waiting else Condition.OUT_OF_TIME)

    def unseen(self, kind: str) -> UnknownReason | None:
        fault = self.fault_of(kind)
        return fault.fault.reason if fault else None


def places_of(cloud: Cloud, login: Login) -> Iterator[Place]:
    """The declared projects, each with the live one it is; then what else the account can see.

    Names of projects are unique in their domain only, so a name that fits two decides nothing.
    """
    taken: set[str] = set()
    for project in cloud.projects:
        hits = _hits(project.id, login)
        taken.update(live.id for live in hits)
        if len(hits) == 1:
            yield Place(id=project.id, live=hits[0])
        else:
            yield Place(id=project.id, fault=_not_one(project.id, hits, login))
    others = [live for live in login.projects if live.id not in taken]
    names = [live.name for live in others] + [project.id for project in cloud.projects]
    for live in others:
        yield Place(id=live.name if names.count(live.name) == 1 else live.id, live=live)


def project_of(project: str, login: Login) -> LiveProject:
    """The one project of this id, else of this name. Raises CloudFaultError."""
    hits = _hits(project, login)
    if len(hits) != 1:
        raise _not_one(project, hits, login)
    return hits[0]


def _hits(project: str, login: Login) -> Sequence[LiveProject]:
    hits = [live for live in login.projects if project == live.id]
    return hits or [live for live in login.projects if project == live.name]


def _not_one(project: str, hits: Sequence[LiveProject], login: Login) -> CloudFaultError:
    if hits:
        detail = ", ".join(live.id for live in hits)
        return CloudFaultError(condition=Condition.TWO_PROJECTS, detail=detail)
    condition = Condition.PROJECTS_CUT if login.cut else Condition.NO_TOKEN
    return CloudFaultError(condition=condition, detail=f"no token of {project} for {login.by}")
