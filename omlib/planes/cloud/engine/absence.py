"""Is what would be made really not there? Only a whole listing of its kind says so.

A thing that is in no state may still be in the cloud: made by hand, by another clone, or by a run
whose state was lost. Where it cannot be listed, it is unknown, and not made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from omlib.model.stack import Op, Step
from omlib.model.status import UnknownReason
from omlib.planes.cloud.faults import CloudFaultError
from omlib.planes.cloud.provider.api import Clouds
from omlib.planes.cloud.provider.outcome import words
from omlib.planes.cloud.provider.place import Place
from omlib.planes.cloud.stacks.names import link_of
from omlib.planes.cloud.stacks.order import needs_of
from omlib.planes.cloud.stacks.resource import Link, Resource, StackId

_TOLD_BY = {"volume_attachment": "volume"}  # the listing that tells of a kind
_OF_AN_ACCOUNT = "key_pair"  # a visitor's listing is whole, and another account's


def proved_absent(
    steps: Sequence[Step], resources: Sequence[Resource], stack: StackId, clouds: Clouds
) -> tuple[Step, ...]:
    """*steps*, with what would be made and cannot be listed as unknown, and what needs it.

    *resources* are each after what it needs, as `in_order` has them.
    """
    unseen = _unseen([step for step in steps if step.is_new], stack.place, clouds)
    if not unseen:
        return tuple(steps)
    by_link = {link_of(step.ref): step for step in steps}
    known = {each.link: each for each in resources}
    blocked: dict[Link, tuple[UnknownReason, str]] = {}
    for each in resources:
        step = by_link.get(each.link)
        if step is None or step.unknown is not None:
            continue
        if step.is_new and (fault := unseen.get(_listed_as(step.ref.kind))):
            blocked[each.link] = (fault.fault.reason, words(fault))
        elif step.op is not Op.SAME:
            causes = [blocked[need] for need in needs_of(each, known) if need in blocked]
            if causes:
                blocked[each.link] = causes[0]
    return tuple(
        replace(step, unknown=told[0], detail=told[1])
        if (told := blocked.get(link_of(step.ref)))
        else step
        for step in steps
    )


def without(
    held: frozenset[Link], resources: Sequence[Resource], kept: Mapping[Link, Resource]
) -> list[Resource]:
    """*resources* with the *held* ones as they are in the state, or left out where they are not."""
    as_they_are = [kept.get(each.link) if each.link in held else each for each in resources]
    return [each for each in as_they_are if each is not None]


def _listed_as(kind: str) -> str:
    return _TOLD_BY.get(kind, kind)


def _unseen(steps: Sequence[Step], place: Place, clouds: Clouds) -> dict[str, CloudFaultError]:
    """Why the listing of a kind is not whole, for the kinds of *steps*."""
    kinds = {_listed_as(step.ref.kind) for step in steps} - {_OF_AN_ACCOUNT}
    faults = {kind: _fault(kind, place, clouds) for kind in sorted(kinds)}
    return {kind: fault for kind, fault in faults.items() if fault}


def _fault(kind: str, place: Place, clouds: Clouds) -> CloudFaultError | None:
    try:
        return clouds.api(place).seen.listing(kind).fault
    except CloudFaultError as fault:
        return fault
