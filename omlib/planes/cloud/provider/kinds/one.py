"""One thing by one GET, under the scope of the token."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from omlib.planes.cloud.around import SHAPE_FAULTS
from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.api import not_there
from omlib.planes.cloud.provider.kind import Api
from omlib.planes.cloud.reader import Json

_WITH_AN_ID_OF_ITS_OWN = "volumeAttachment"  # in some forks; elsewhere it is the volume's
_OWNERS = ("tenant_id", "project_id", "os-vol-tenant-attr:tenant_id")


def one(api: Api, service: str, path: str, key: str, live_id: str) -> Json | None:
    """The thing that is under *key*; None exactly where the service says that this id is gone."""
    try:
        answer = api.get(service, path)
    except CloudFaultError as fault:
        if is_gone(fault, live_id):
            return None
        raise
    told = answer.get(key)
    if not isinstance(told, dict):
        raise CloudFaultError(condition=Condition.BAD_ANSWER, detail=f"{path} has no {key}")
    if str(told.get("id", live_id)) != live_id and key != _WITH_AN_ID_OF_ITS_OWN:
        detail = f"{path} has the {key} {told['id']}"
        raise CloudFaultError(condition=Condition.BAD_ANSWER, detail=detail)
    owner = next((told[name] for name in _OWNERS if told.get(name)), api.project_id)
    if owner != api.project_id:  # an admin's token reads what is not of its project, too
        detail = f"{key} {live_id} is of project {owner}, not of {api.project_id}"
        raise CloudFaultError(condition=Condition.FOREIGN_ITEM, detail=detail)
    return told


def is_gone(fault: CloudFaultError, live_id: str) -> bool:
    """Whether the service itself said so: a 404 of a proxy, or of a call that a fork does not
    know, does not name the thing, but as a part of the address at most."""
    named = rf"(?<![\w/-]){re.escape(live_id)}(?![\w/-])"
    return not_there(fault) and re.search(named, fault.detail.partition(" ")[2]) is not None


@contextmanager
def shaped(kind: str, told: Json) -> Iterator[None]:
    """A thing that is not as OpenStack documents it is never guessed at."""
    try:
        yield
    except SHAPE_FAULTS as error:
        detail = f"{kind} {told.get('id')}: {type(error).__name__}: {error}"
        raise CloudFaultError(condition=Condition.BAD_ANSWER, detail=detail) from error
