"""One row on one host: facts are asked for, and each says yes, no, or that nobody saw it.

A row is passed when all that it asks for was seen and holds. One proven failure is a no, whatever
else was not seen; else one fact that was not seen makes it unknown.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from omlib.model.check import Answer, Checked, Evidence
from omlib.model.estate import Server
from omlib.model.finding import PRESENCE
from omlib.model.item import Actual, Scalar, Scope, Value
from omlib.model.mlps import hosts_under_rule
from omlib.model.ref import Plane, make_ref
from omlib.model.status import UnknownReason
from omlib.reconcile.mlps.facts import Facts

POSTURE = "posture"
_T = TypeVar("_T")


@dataclass(slots=True)
class Host:
    """*facts* of one *server*, and what a row made of those that it asked for.

    *unread*: something was not seen, rather than not declared; a row that does not *apply* to the
    host says nothing of it.
    """

    facts: Facts
    server: Server
    areas: dict[str, Actual]
    evidence: list[Evidence] = field(default_factory=list)
    hidden: list[UnknownReason] = field(default_factory=list)
    failed: bool = False
    unread: bool = False
    applies: bool = True

    def fact(self, area: str, name: str) -> Value:
        """None where it was not seen, which is noted."""
        seen = self.areas.get(area)
        if seen is not None and name in seen.attributes and name not in seen.unseen:
            return seen.attributes[name]
        self.unknown(self._why(seen, name), "unseen_fact", fact=f"{area}.{name}")
        return None

    def _why(self, seen: Actual | None, name: str) -> UnknownReason:
        if seen is not None:
            told = seen.unseen.get(name) or seen.unseen.get(PRESENCE)
            return told or UnknownReason.NOT_CHECKED
        return self.sight(POSTURE) or UnknownReason.NOT_CHECKED

    def sight(self, kind: str) -> UnknownReason | None:
        """Why a kind was not seen whole; None where it was."""
        sight = self.facts.sights.get(Scope(Plane.SERVER, kind, self.server.id))
        return sight.reason if sight else UnknownReason.NOT_CHECKED

    def text(self, area: str, name: str) -> str | None:
        return self._of(area, name, str)

    def number(self, area: str, name: str) -> int | None:
        return self._of(area, name, int)

    def flag(self, area: str, name: str) -> bool | None:
        return self._of(area, name, bool)

    def texts(self, area: str, name: str) -> tuple[str, ...] | None:
        told = self._of(area, name, tuple)
        return None if told is None else tuple(map(str, told))

    def _of(self, area: str, name: str, form: type[_T]) -> _T | None:
        told = self.fact(area, name)
        if told is None:
            return None
        if isinstance(told, form) and (form is bool or not isinstance(told, bool)):
            return told
        self.unknown(UnknownReason.ERROR, "unseen_fact", fact=f"{area}.{name}")
        return None

    def holds(self, ok: bool, code: str, **facts: Scalar) -> None:
        """Note a fact that was seen, and whether it is as the row wants it."""
        self.evidence.append(Evidence(code, facts))
        self.failed = self.failed or not ok

    def setting(self, ok: bool, name: str, value: Scalar, needed: str) -> None:
        self.holds(ok, "setting" if ok else "setting_wrong", name=name, value=value, needed=needed)

    def none_of(self, code: str, names: tuple[str, ...] | None) -> None:
        """Pass where there is nothing of it; else name them. None was not seen."""
        if names is not None:
            self.holds(not names, code if names else f"no_{code}", names=listed(names))

    def unknown(self, reason: UnknownReason, code: str, **facts: Scalar) -> None:
        """Note what was not seen, and why."""
        self.unread = True
        self._hide(reason, code, **facts)

    def undeclared(self, code: str, **facts: Scalar) -> None:
        """Note that nobody declared what there is to check against."""
        self._hide(UnknownReason.NOT_CHECKED, code, **facts)

    def _hide(self, reason: UnknownReason, code: str, **facts: Scalar) -> None:
        self.hidden.append(reason)
        self.evidence.append(Evidence(code, {**facts, "reason": reason.value}))

    def declared(self, kind: str, part: str) -> Actual | None:
        return self.facts.found.get(make_ref(Plane.SERVER, kind, self.server.id, part))


def listed(names: tuple[str, ...], most: int = 8) -> str:
    """For one line; of many the first ones and how many more."""
    more = f" (+{len(names) - most})" if len(names) > most else ""
    return ", ".join(names[:most]) + more


Judge = Callable[[Host], None]


def on_hosts(
    row: int, clause: str, judge: Judge, remedy: str = ""
) -> Callable[[Facts], Iterator[Checked]]:
    """The check of a row: *judge* on each host of a system under the scheme, by id."""

    def check(facts: Facts) -> Iterator[Checked]:
        for server, systems in hosts_under_rule(facts.estate):
            host = Host(facts=facts, server=server, areas=areas_of(facts, server.id))
            judge(host)
            if host.applies:
                yield _checked(host, row, clause, systems, remedy or f"row_{row}")

    return check


def areas_of(facts: Facts, server: str) -> dict[str, Actual]:
    """By area what the host told of itself."""
    scope = Scope(Plane.SERVER, POSTURE, server)
    return {one.ref.part: one for one in facts.actual if one.scope == scope}


def _checked(host: Host, row: int, clause: str, systems: tuple[str, ...], remedy: str) -> Checked:
    answer = Answer.UNKNOWN if host.hidden else Answer.YES
    answer = Answer.NO if host.failed else answer
    told = {
        Answer.YES: "",
        Answer.NO: remedy,
        Answer.UNKNOWN: "look_at_host" if host.unread else remedy,
    }
    return Checked(
        row=row,
        clause=clause,
        plane=Plane.SERVER,
        subject=host.server.id,
        systems=systems,
        answer=answer,
        reason=min(host.hidden) if answer is Answer.UNKNOWN else None,
        evidence=tuple(host.evidence),
        remediation=told[answer],
    )
