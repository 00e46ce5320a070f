"""Volumes: they grow, in use too where the cloud can; they never shrink."""

from collections.abc import Callable, Iterator
from typing import Any

from omlib.planes.cloud.around import SHAPE_FAULTS, text, whole
from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.normal import VOLUME_MOVES
from omlib.planes.cloud.provider.kind import (
    PLACE,
    Api,
    Failure,
    Inputs,
    Live,
    Mark,
    Property,
    PropertyValue,
    Type,
)
from omlib.planes.cloud.provider.kinds import metadata
from omlib.planes.cloud.provider.kinds.differs import differing
from omlib.planes.cloud.provider.kinds.one import one, shaped
from omlib.planes.cloud.provider.kinds.patience import until
from omlib.planes.cloud.provider.marks import mark_in, metadata_of
from omlib.planes.cloud.reader import Json

LIMIT_S = 900.0
_SERVICE = "block-storage"


class _Volume:
    name = "volume"
    properties = (
        *PLACE,
        Property(name="name", what="Name; without one it is made with its item's."),
        Property(name="size_gib", type=Type.INTEGER, what="Size; it only grows.", required=True),
        Property(name="type", what="Volume type.", replaces=True),
        Property(
            name="metadata", type=Type.STRING_MAP, what="The whole of it, but for keys omlib_*."
        ),
        Property(name="status", what="As cinder tells it.", computed=True),
        Property(
            name="bootable", type=Type.BOOLEAN, what="Whether it can be booted.", computed=True
        ),
    )

    def check(self, inputs: Inputs) -> Iterator[Failure]:
        if isinstance(size := inputs.get("size_gib"), int) and size < 1:
            yield Failure("size_gib", "a volume has at least 1 GiB")
        yield from metadata.check(inputs)

    def live(self, api: Api, live_id: str) -> Live | None:
        told = api.seen.find("volume", live_id)
        return _live(told) if told else None

    def get(self, api: Api, live_id: str) -> Live | None:
        told = volume_now(api, live_id)
        return _live(told) if told else None

    def create(self, api: Api, inputs: Inputs, mark: Mark, made: Callable[[str], None]) -> str:
        name = str(inputs.get("name", mark.item))
        asked: dict[str, Any] = {
            "name": name,
            "size": inputs["size_gib"],
            "metadata": {**inputs.get("metadata", {}), **metadata_of(mark)},
        }
        if kind := inputs.get("type"):
            asked["volume_type"] = kind
        volume_id = str(api.post(_SERVICE, "/volumes", {"volume": asked})["volume"]["id"])
        made(volume_id)
        try:
            until_at_rest(api, volume_id, f"volume {name} ({volume_id}) to be made")
        finally:
            api.seen.changed("volume")
        return volume_id

    def update(self, api: Api, live: Live, inputs: Inputs) -> None:
        differs = differing(self.properties, live, inputs)
        path = f"/volumes/{live.id}"
        try:
            if "size_gib" in differs:
                _grow(api, live.id, inputs["size_gib"])
            if "name" in differs:
                api.put(_SERVICE, path, {"volume": {"name": inputs["name"]}})
            if "metadata" in differs and (told := volume_now(api, live.id)):
                metadata.write(api, _SERVICE, path, metadata.seen(told), inputs["metadata"])
        finally:
            api.seen.changed("volume")

    def delete(self, api: Api, live_id: str) -> None:
        api.delete(_SERVICE, f"/volumes/{live_id}")
        what = f"volume {live_id} to be gone"

        def ask() -> bool | None:
            told = volume_now(api, live_id)
            if told and _status(told).startswith("error"):
                raise _failed(api, told, what)
            return True if told is None else None

        try:
            until(api, what, ask, LIMIT_S)
        finally:
            api.seen.changed("volume")


def volume_now(api: Api, volume_id: str) -> Json | None:
    return one(api, _SERVICE, f"/volumes/{volume_id}", "volume", volume_id)


def until_at_rest(
    api: Api, volume_id: str, what: str, good: Callable[[Json], bool] = lambda _: True
) -> Json:
    """Wait until cinder does nothing with it and *good* says yes; FAILED at an error."""

    def ask() -> Json | None:
        told = volume_now(api, volume_id)
        if told is None:
            raise CloudFaultError(condition=Condition.FAILED, detail=f"{what}: it is gone")
        if _status(told).startswith("error"):
            raise _failed(api, told, what)
        return told if _status(told) not in VOLUME_MOVES and good(told) else None

    return until(api, what, ask, LIMIT_S)


def _failed(api: Api, told: Json, what: str) -> CloudFaultError:
    """With cinder's last word on it, which it keeps for those who ask (from 3.3 on)."""
    detail = f"{what}: status {_status(told)}"
    try:
        heard = api.get(_SERVICE, f"/messages?resource_uuid={told['id']}")["messages"]
        last = max(heard, key=lambda message: str(message["created_at"]))
        detail = f"{detail}, {last['user_message']}"
    except (CloudFaultError, *SHAPE_FAULTS):
        pass  # a cloud without messages, or with none on this
    return CloudFaultError(condition=Condition.FAILED, detail=detail)


def _grow(api: Api, volume_id: str, size_gib: int) -> None:
    told = until_at_rest(api, volume_id, f"volume {volume_id} to stand still")
    have = whole(told, "size")
    if have > size_gib:
        detail = f"volume {volume_id} has {have} GiB and cannot shrink to {size_gib}"
        raise CloudFaultError(condition=Condition.IMPOSSIBLE, detail=detail)
    if _status(told) == "in-use" and not api.volume_microversion:
        detail = f"volume {volume_id} is attached, and this cloud grows only what is not"
        raise CloudFaultError(condition=Condition.IMPOSSIBLE, detail=detail)
    asked = {"os-extend": {"new_size": size_gib}}
    api.post(_SERVICE, f"/volumes/{volume_id}/action", asked)
    until_at_rest(
        api,
        volume_id,
        f"volume {volume_id} to have {size_gib} GiB",
        lambda told: whole(told, "size") == size_gib,
    )


def _live(told: Json) -> Live:
    with shaped("volume", told):
        seen: dict[str, PropertyValue] = {
            "name": str(told.get("name") or ""),
            "size_gib": whole(told, "size"),
            "metadata": metadata.seen(told),
            "status": _status(told),
            "bootable": str(told.get("bootable")).lower() == "true",
        }
        if "volume_type" in told:
            seen["type"] = str(told["volume_type"] or "")
        return Live(
            id=str(told["id"]),
            attributes=seen,
            in_transition=_status(told) in VOLUME_MOVES,
            mark=mark_in(told),
        )


def _status(told: Json) -> str:
    return text(told, "status")


VOLUME = _Volume()
