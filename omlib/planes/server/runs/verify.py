"""Whether an action's effect is there: a look at just that item of its host."""

from omlib.errors import OmlibError
from omlib.model.action import Action
from omlib.model.finding import PRESENCE
from omlib.model.item import Attributes
from omlib.model.kind import kind_of
from omlib.planes.access.way import Way
from omlib.planes.server.probe import look


class UnseenError(OmlibError):
    """The item could not be looked at, or not all of it. Facts: ref, reason, detail."""

    code = "not_seen"


def holds(action: Action, way: Way) -> bool:
    """Raises UnseenError where it cannot be told, AccessError where the way leads nowhere."""
    kind, name, after = action.ref.kind, action.ref.part, action.after or {}
    reply = look(way, {kind: {name: after}}, frozenset()).replies[kind]
    if reply.reason is not None:
        raise UnseenError(ref=str(action.ref), reason=str(reply.reason), detail=reply.detail)
    for path, reason in reply.unseen.get(name, {}).items():
        if path == PRESENCE or path in after:
            raise UnseenError(ref=str(action.ref), reason=str(reason), detail=path)
    return _is_as_left(action, reply.items.get(name))


def _is_as_left(action: Action, seen: Attributes | None) -> bool:
    kind = kind_of(action.ref)
    if seen is None:
        return action.after is None or dict(action.after) in kind.away
    ways = kind.away if action.after is None else (action.after,)
    return any(
        all(
            path in seen
            and kind.alike(path, kind.normal(path, value), kind.normal(path, seen[path]))
            for path, value in way.items()
        )
        for way in ways
    )
