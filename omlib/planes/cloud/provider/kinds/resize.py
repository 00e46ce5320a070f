"""Giving a server another flavor, and confirming it.

Nova keeps the old one until someone confirms (status VERIFY_RESIZE). Nothing is reverted here: a
server that waits there is confirmed if it has the declared size, else it is left to a person.
"""

from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.normal import is_moving
from omlib.planes.cloud.provider.kind import Api, Inputs
from omlib.planes.cloud.provider.kinds import power
from omlib.planes.cloud.provider.kinds.flavors import Flavor, choose, flavor_of
from omlib.planes.cloud.provider.kinds.patience import until
from omlib.planes.cloud.provider.kinds.waiting import (
    RESIZE_S,
    act,
    failed,
    present,
    status,
    until_still,
)
from omlib.planes.cloud.reader import Json

VERIFY = "VERIFY_RESIZE"
_LOOKS = 3  # that show the old size and no task, before a resize counts as refused


def resize(api: Api, server_id: str, flavor: Flavor) -> None:
    """To *flavor*, confirmed. On or off it stays as it was, but where nova resizes only what is
    off: then it is off."""
    told = present(api, server_id)
    if status(told) in ("PAUSED", "SUSPENDED"):
        power.turn(api, server_id, "on")
    try:
        act(api, server_id, {"resize": {"flavorRef": flavor.id}})
    except CloudFaultError as fault:
        if status(told) != "ACTIVE" or not _wants_it_off(fault):
            raise
        power.turn(api, server_id, "off")
        act(api, server_id, {"resize": {"flavorRef": flavor.id}})
    if status(_until_resized(api, server_id, flavor)) == VERIFY:
        confirm(api, server_id)


def confirm(api: Api, server_id: str) -> None:
    act(api, server_id, {"confirmResize": None})
    # it is ACTIVE for a moment while the old disk still goes
    until_still(api, server_id, f"server {server_id}: resize confirmed", RESIZE_S)


def end_open_one(api: Api, server_id: str, inputs: Inputs) -> None:
    """Bring the resize that an earlier attempt left open to its end."""
    if status(told := _arrived(api, server_id)) == VERIFY:
        flavor = choose(api, inputs)
        if not flavor.is_of(told):
            detail = (
                f"server {server_id} waits for its resize to {flavor_of(api, told)} to be"
                f" confirmed, and {flavor} is declared; confirm or revert it by hand"
            )
            raise CloudFaultError(condition=Condition.IMPOSSIBLE, detail=detail)
        confirm(api, server_id)


def _until_resized(api: Api, server_id: str, flavor: Flavor) -> Json:
    what, looks = f"server {server_id}: resize to {flavor}", 0

    def ask() -> Json | None:
        nonlocal looks
        told = present(api, server_id)
        if status(told) == "ERROR":
            raise failed(told, what)
        if status(told) == VERIFY and not told.get("OS-EXT-STS:task_state"):
            return told
        if is_moving(told):
            return None
        if flavor.is_of(told):
            return told  # the cloud confirms by itself
        looks += 1
        if looks < _LOOKS:
            return None
        raise CloudFaultError(
            condition=Condition.FAILED, detail=f"{what}: {_words(api, server_id)}"
        )

    return until(api, what, ask, RESIZE_S)


def _arrived(api: Api, server_id: str) -> Json:
    def ask() -> Json | None:
        told = present(api, server_id)
        return told if status(told) == VERIFY or not is_moving(told) else None

    return until(api, f"server {server_id}: what is under way", ask, RESIZE_S)


def _words(api: Api, server_id: str) -> str:
    """Why the last one failed: a server that stayed as it was tells it in its log of actions."""
    silent = "it kept its size, and no word why"
    try:
        path = f"/servers/{server_id}/os-instance-actions"
        actions = api.get("compute", path)["instanceActions"]
        last = next(told for told in actions if told["action"] == "resize")
        told = api.get("compute", f"{path}/{last['request_id']}")["instanceAction"]
        words = [told.get("message"), *(e.get("details") for e in told.get("events") or ())]
        return next((str(word) for word in words if word and word != "Error"), silent)
    except (CloudFaultError, KeyError, TypeError, AttributeError, StopIteration):
        return silent


def _wants_it_off(fault: CloudFaultError) -> bool:
    """Nova names the state it will not resize in. Other conflicts (a lock) are not for us."""
    return fault.status == 409 and "vm_state active" in fault.detail.lower()
