"""Names of networks, groups, images and server groups: to ids for a call, to names for a look.

A name stands for exactly one thing that the project may use. Where several have it, each is told by
its id, so that one put in the other's place is seen; and none is chosen for a call.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from omlib.model.status import UnknownReason
from omlib.planes.cloud.around import SHAPE_FAULTS
from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.kind import Api
from omlib.planes.cloud.reader import Json

_ASKED = {  # what others may share without listing it
    "image": ("image", "/images", ""),
    "network": ("network", "/networks", "network"),
}
_OWNERS = ("project_id", "tenant_id", "owner")
_FOR_ALL = ("public", "community", "shared")  # visibilities of images
_UUID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")


class _Named(NamedTuple):
    """*owner*: the project that alone may use it, "" for all. An image may not be *ready* yet."""

    id: str
    name: str
    owner: str
    ready: bool


class _Names(NamedTuple):
    by_id: Mapping[str, _Named]
    by_name: Mapping[str, Sequence[_Named]]

    def called(self, name: str, project_id: str) -> list[_Named]:
        """An admin is told of other projects' own things, too: the project cannot use those."""
        return [told for told in self.by_name.get(name, ()) if told.owner in ("", project_id)]


def id_of(api: Api, kind: str, told: str) -> str:
    """The id of the one *kind* that is called *told*, or has it as its id. CloudFaultError."""
    names = api.seen.index(kind, _names)
    if told in names.by_id:
        return told
    hits = [named.id for named in names.called(told, api.project_id) if named.ready]
    if len(hits) == 1:
        return hits[0]
    if hits:
        detail = f"{kind} {told}: {', '.join(hits)}; declare the id"
        raise CloudFaultError(condition=Condition.AMBIGUOUS, detail=detail)
    if _UUID.fullmatch(told):  # of another project, and shared: the cloud says whether it may be
        return told
    raise CloudFaultError(condition=Condition.NO_SUCH_NAME, detail=f"{kind} {told}")


def name_of(api: Api, kind: str, live_id: str) -> str | UnknownReason:
    """What to call it: its name, or its id where that is no name; else why it is not known."""
    try:
        names = api.seen.index(kind, _names)
        if told := names.by_id.get(live_id):
            alone = len(names.called(told.name, api.project_id)) == 1
            return told.name if told.name and alone else live_id
        if kind not in _ASKED:
            return live_id
        service, path, key = _ASKED[kind]
        answer = api.get(service, f"{path}/{live_id}")
        return str((answer[key] if key else answer).get("name") or live_id)
    except CloudFaultError as fault:
        return fault.fault.reason
    except SHAPE_FAULTS:
        return UnknownReason.ERROR


def _names(things: Sequence[Json]) -> _Names:
    by_id = {str(thing["id"]): _named(thing) for thing in things}
    by_name: dict[str, list[_Named]] = {}
    for named in by_id.values():
        by_name.setdefault(named.name, []).append(named)
    return _Names(by_id, by_name)


def _named(thing: Json) -> _Named:
    for_all = (
        thing.get("shared") or thing.get("router:external") or thing.get("visibility") in _FOR_ALL
    )
    owner = next((str(thing[field]) for field in _OWNERS if thing.get(field)), "")
    ready = "disk_format" not in thing or thing.get("status") == "active"
    return _Named(
        str(thing["id"]), str(thing.get("name") or ""), "" if for_all else owner, bool(ready)
    )
