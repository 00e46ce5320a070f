"""Who changed a server: asked of the cloud's own log of actions, for what drifted only."""

from collections.abc import Sequence
from dataclasses import replace

from omlib.log import event
from omlib.model.stack import Cause, Sides, Step
from omlib.planes.cloud.engine.drift import deed_of, has_log
from omlib.planes.cloud.engine.state import StackState
from omlib.planes.cloud.faults import CloudFaultError
from omlib.planes.cloud.provider.api import Clouds
from omlib.planes.cloud.provider.place import Place
from omlib.planes.cloud.reader import Json
from omlib.planes.cloud.stacks.resource import StackId

_MOVED = (Cause.DEPLOYED_DRIFT, Cause.BOTH)


def with_deeds(
    steps: Sequence[Step], stack: StackId, state: StackState, clouds: Clouds
) -> tuple[Step, ...]:
    """The steps, each drifted attribute with the deed that made it so where the log tells it."""
    written = {each.urn: each.modified for each in state.resources}
    return tuple(
        _told(step, stack.place, written.get(step.urn, ""), clouds) if _asks(step) else step
        for step in steps
    )


def _asks(step: Step) -> bool:
    return step.ref.kind == "server" and not step.gone and any(map(_drifted, step.sides))


def _drifted(side: Sides) -> bool:
    return side.cause in _MOVED and has_log(side.path)


def _told(step: Step, place: Place, since: str, clouds: Clouds) -> Step:
    try:
        path = f"/servers/{step.id}/os-instance-actions"
        answer: Json = clouds.api(place).get("compute", path)
        log = list(answer.get("instanceActions") or ())
    except CloudFaultError as fault:  # then nobody is named; the drift itself is certain
        event("cloud.no_action_log", urn=step.urn, why=str(fault))
        return step
    sides = (
        replace(side, deed=deed_of(side.path, log, since)) if _drifted(side) else side
        for side in step.sides
    )
    return replace(step, sides=tuple(sides))
