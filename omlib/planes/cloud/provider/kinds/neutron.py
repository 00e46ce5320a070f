"""What networks, subnets, routers and groups have in common: a description that holds the mark."""

from collections.abc import Callable

from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.kind import Api, Mark
from omlib.planes.cloud.provider.marks import description_of
from omlib.planes.cloud.reader import Json

NETWORK = "network"
MOVING = frozenset({"BUILD", "PENDING_CREATE", "PENDING_UPDATE", "PENDING_DELETE"})
_REFUSED = 400


def own(api: Api, kind: str, told: Json) -> Json:
    """*told*, if it is this project's: others share theirs, and are not ours to change."""
    owner = told.get("tenant_id") or told.get("project_id") or api.project_id
    if owner != api.project_id:
        detail = f"{kind} {told.get('id')} is of project {owner}, not of {api.project_id}"
        raise CloudFaultError(condition=Condition.FOREIGN_ITEM, detail=detail)
    return told


def make(
    api: Api,
    path: str,
    key: str,
    body: Json,
    mark: Mark,
    made: Callable[[str], None],
    description: str = "",
) -> str:
    """POST one thing with its mark; its id. A fork may know no descriptions: then without one."""
    marked = {**body, "description": description_of(mark, description)}
    try:
        answer = api.post(NETWORK, path, {key: marked})
    except CloudFaultError as fault:
        if fault.status != _REFUSED or "description" not in fault.detail.lower():
            raise
        answer = api.post(NETWORK, path, {key: body})
    live_id = str(answer[key]["id"])
    made(live_id)
    return live_id
