"""A volume on a server. Its id is `SERVER/VOLUME`: what is attached is found again by that."""

from collections.abc import Callable, Iterator

from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.kind import PLACE, Api, Failure, Inputs, Live, Mark, Property
from omlib.planes.cloud.provider.kinds.one import is_gone, one, shaped
from omlib.planes.cloud.provider.kinds.patience import until
from omlib.planes.cloud.provider.kinds.volume import until_at_rest, volume_now
from omlib.planes.cloud.provider.kinds.waiting import CHANGE_S, server_now, until_still
from omlib.planes.cloud.reader import Json

_MOVES = frozenset({"reserved", "attaching", "detaching"})


class _VolumeAttachment:
    name = "volume_attachment"
    properties = (
        *PLACE,
        Property(name="server", what="Id of the server.", required=True, replaces=True),
        Property(
            name="volume", what="Id of the volume.", required=True, replaces=True, unique=True
        ),
    )

    def check(self, inputs: Inputs) -> Iterator[Failure]:  # noqa: ARG002
        return iter(())

    def live(self, api: Api, live_id: str) -> Live | None:
        server_id, volume_id = parts(live_id)
        told = api.seen.find("volume", volume_id)
        return _live(live_id, told) if told and _is_on(told, server_id) else None

    def get(self, api: Api, live_id: str) -> Live | None:
        if not self._is_known(api, live_id):
            return None
        told = volume_now(api, parts(live_id)[1])
        return _live(live_id, told) if told else None

    def create(
        self,
        api: Api,
        inputs: Inputs,
        mark: Mark,  # noqa: ARG002 - there is no room for one, and no need
        made: Callable[[str], None],
    ) -> str:
        server_id, volume_id = str(inputs["server"]), str(inputs["volume"])
        live_id = f"{server_id}/{volume_id}"
        try:
            if not self._is_known(api, live_id):  # by an attempt that was cut short
                asked = {"volumeAttachment": {"volumeId": volume_id}}
                api.post("compute", f"/servers/{server_id}/os-volume_attachments", asked)
            made(live_id)
            what = f"volume {volume_id} on server {server_id}"

            def is_on(told: Json) -> bool:
                if not _is_on(told, server_id) and not self._is_known(api, live_id):
                    detail = f"{what}: the cloud gave it up"
                    raise CloudFaultError(condition=Condition.FAILED, detail=detail)
                return _is_on(told, server_id)

            until_at_rest(api, volume_id, what, is_on)
            until_still(api, server_id, what, CHANGE_S)
        finally:
            api.seen.changed("volume", "server")
        return live_id

    def update(self, api: Api, live: Live, inputs: Inputs) -> None:
        """Nothing of it can be changed in place."""

    def delete(self, api: Api, live_id: str) -> None:
        server_id, volume_id = parts(live_id)
        api.delete("compute", f"/servers/{server_id}/os-volume_attachments/{volume_id}")
        what = f"volume {volume_id} off server {server_id}"

        def ask() -> bool | None:
            told = volume_now(api, volume_id)
            return None if told and (_is_on(told, server_id) or _is_moving(told)) else True

        try:
            until(api, what, ask, CHANGE_S)
            if server_now(api, server_id):
                until_still(api, server_id, what, CHANGE_S)
        finally:
            api.seen.changed("volume", "server")

    def _is_known(self, api: Api, live_id: str) -> bool:
        """Whether nova has it, under way or done."""
        server_id, volume_id = parts(live_id)
        path = f"/servers/{server_id}/os-volume_attachments/{volume_id}"
        try:
            return one(api, "compute", path, "volumeAttachment", volume_id) is not None
        except CloudFaultError as fault:
            if is_gone(fault, server_id):  # and the attachment with it
                return False
            raise


def parts(live_id: str) -> tuple[str, str]:
    server_id, _, volume_id = live_id.partition("/")
    return server_id, volume_id


def _is_on(volume: Json, server_id: str) -> bool:
    return any(str(entry["server_id"]) == server_id for entry in volume["attachments"])


def _is_moving(volume: Json) -> bool:
    return str(volume["status"]) in _MOVES


def _live(live_id: str, volume: Json) -> Live:
    with shaped("volume", volume):
        server_id, volume_id = parts(live_id)
        return Live(
            id=live_id,
            attributes={"server": server_id, "volume": volume_id},
            in_transition=_is_moving(volume),
        )


VOLUME_ATTACHMENT = _VolumeAttachment()
