"""In which order a plan is carried out: always the same, whatever order the actions came in.

What an action depends on comes first. Else cloud before server before network, so that a host is
there before it is set up, and set up before it is let in; what is deleted goes last and the other
way round.
"""

import heapq
from collections.abc import Iterable, Sequence

from omlib.errors import OmlibError
from omlib.model.action import Action
from omlib.model.kind import SERVER_KINDS
from omlib.model.ref import Plane

_PLANES = (Plane.CLOUD, Plane.SERVER, Plane.NETWORK)
# within a plane: what others stand on first (a service needs its package and its files)
_KINDS = (
    "security_group",
    "server",
    "volume",
    "port",
    "floating_ip",
    *(kind.name for kind in SERVER_KINDS),
    "section",
)

_Rank = tuple[bool, int, int, str]


class PlanCycleError(OmlibError):
    """Actions wait for each other in a circle. Facts: refs."""

    code = "plan_cycle"


def in_order(actions: Iterable[Action]) -> list[Action]:
    """Raises PlanCycleError. A dependency on what is not in the plan is met already."""
    by_id = {action.id: action for action in actions}
    before = needs(list(by_id.values()))
    waiting = {name: len(needed) for name, needed in before.items()}
    after: dict[str, list[str]] = {name: [] for name in by_id}
    for name, needed in before.items():
        for other in needed:
            after[other].append(name)
    ready = [(_rank(by_id[name]), name) for name, count in waiting.items() if not count]
    heapq.heapify(ready)
    ordered: list[Action] = []
    while ready:
        _, done = heapq.heappop(ready)
        ordered.append(by_id[done])
        for name in after[done]:
            waiting[name] -= 1
            if not waiting[name]:
                heapq.heappush(ready, (_rank(by_id[name]), name))
    if len(ordered) < len(by_id):
        stuck = by_id.keys() - {action.id for action in ordered}
        raise PlanCycleError(refs=sorted(str(by_id[name].ref) for name in stuck))
    return ordered


def needs(actions: Sequence[Action]) -> dict[str, set[str]]:
    """By action id, the ids of those that come before it.

    `depends_on` names actions by id, or items by ref: then every action on that item is meant.
    """
    ids = [action.id for action in actions]
    named: dict[str, set[str]] = {}
    for own, action in zip(ids, actions, strict=True):
        for name in (own, str(action.ref)):
            named.setdefault(name, set()).add(own)
    return {
        own: {other for name in action.depends_on for other in named.get(name, ())} - {own}
        for own, action in zip(ids, actions, strict=True)
    }


def _rank(action: Action) -> _Rank:
    plane = _PLANES.index(action.ref.plane)
    known = action.ref.kind in _KINDS
    kind = _KINDS.index(action.ref.kind) if known else len(_KINDS)
    if action.destructive:
        plane, kind = -plane, -kind
    return action.destructive, plane, kind, str(action.ref)
