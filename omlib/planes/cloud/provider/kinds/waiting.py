"""Waiting for a server: until it stands still, or is told to have failed."""

from collections.abc import Callable

from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.normal import is_moving
from omlib.planes.cloud.provider.kind import Api
from omlib.planes.cloud.provider.kinds.one import one
from omlib.planes.cloud.provider.kinds.patience import until
from omlib.planes.cloud.provider.kinds.server_seen import is_gone
from omlib.planes.cloud.reader import Json

CHANGE_S = 300.0  # of a server that stands; a shut-down alone may take nova a minute
BUILD_S = 900.0
RESIZE_S = 1800.0  # the disk is copied


def server_now(api: Api, server_id: str) -> Json | None:
    told = one(api, "compute", f"/servers/{server_id}", "server", server_id)
    return None if told is None or is_gone(told) else told


def present(api: Api, server_id: str) -> Json:
    """The server now; FAILED where it is gone in the middle of a change."""
    told = server_now(api, server_id)
    if told is None:
        detail = f"server {server_id} is gone"
        raise CloudFaultError(condition=Condition.FAILED, detail=detail)
    return told


def until_still(
    api: Api,
    server_id: str,
    what: str,
    limit_s: float,
    good: Callable[[Json], bool] = lambda _: True,
    rest_s: float = 0.0,
) -> Json:
    """Wait until nova does nothing with the server and *good* says yes; FAILED at ERROR."""

    def ask() -> Json | None:
        told = present(api, server_id)
        if is_moving(told):
            return None
        if status(told) == "ERROR":
            raise failed(told, what)
        return told if good(told) else None

    return until(api, what, ask, limit_s, rest_s)


def status(told: Json) -> str:
    return str(told["status"]).upper()


def failed(told: Json, what: str) -> CloudFaultError:
    """In the cloud's words, which it tells of a server in ERROR."""
    fault = told.get("fault")
    words = fault.get("message") if isinstance(fault, dict) else ""
    return CloudFaultError(
        condition=Condition.FAILED, detail=f"{what}: {words or 'status ERROR, and no word why'}"
    )


def act(api: Api, server_id: str, action: Json) -> None:
    api.post("compute", f"/servers/{server_id}/action", action)
