"""Turning servers on and off."""

from collections.abc import Mapping

from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.kind import Api
from omlib.planes.cloud.provider.kinds.waiting import CHANGE_S, act, present, status, until_still

STATUS: Mapping[str, str] = {"on": "ACTIVE", "off": "SHUTOFF"}
_TO_ACTIVE = {  # nova stops only what is active
    "SHUTOFF": "os-start",
    "PAUSED": "unpause",
    "SUSPENDED": "resume",
    "SHELVED": "unshelve",
    "SHELVED_OFFLOADED": "unshelve",
}


def turn(api: Api, server_id: str, power: str) -> None:
    """Turn it on or off, whatever rest it is at; nothing is sent if it is so already."""
    now = status(present(api, server_id))
    if now == STATUS[power]:
        return
    if now != "ACTIVE":
        if now not in _TO_ACTIVE:
            detail = f"server {server_id} has the status {now}; it cannot be turned {power}"
            raise CloudFaultError(condition=Condition.IMPOSSIBLE, detail=detail)
        _go(api, server_id, _TO_ACTIVE[now], "ACTIVE")
    if power == "off":
        _go(api, server_id, "os-stop", "SHUTOFF")


def _go(api: Api, server_id: str, action: str, to: str) -> None:
    act(api, server_id, {action: None})
    what = f"server {server_id} to be {to}"
    until_still(api, server_id, what, CHANGE_S, lambda told: status(told) == to)
