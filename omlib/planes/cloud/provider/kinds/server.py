"""Servers: made from ports, image and size, and changed in place in the one order that works."""

from collections.abc import Callable, Iterator

from omlib.planes.cloud.normal import is_moving
from omlib.planes.cloud.provider.kind import (
    PLACE,
    Api,
    Failure,
    Inputs,
    Live,
    Mark,
    Property,
    Type,
)
from omlib.planes.cloud.provider.kinds import metadata, server_seen
from omlib.planes.cloud.provider.kinds.boot import boot
from omlib.planes.cloud.provider.kinds.change import change
from omlib.planes.cloud.provider.kinds.differs import differing
from omlib.planes.cloud.provider.kinds.one import shaped
from omlib.planes.cloud.provider.kinds.patience import until
from omlib.planes.cloud.provider.kinds.waiting import (
    CHANGE_S,
    failed,
    server_now,
    status,
)
from omlib.planes.cloud.provider.values import UNKNOWN
from omlib.planes.cloud.reader import Json

_MOST = 255


class _Server:
    name = "server"
    properties = (
        *PLACE,
        Property(name="name", what="Name.", required=True),
        Property(
            name="vcpu",
            type=Type.INTEGER,
            what="Processors; with ram_mib it says the flavor.",
            required=True,
        ),
        Property(name="ram_mib", type=Type.INTEGER, what="Memory in MiB.", required=True),
        Property(name="flavor", what="Name of the flavor, where several have the size."),
        Property(name="image", what="Name or id of the image it is made from.", replaces=True),
        Property(
            name="ports",
            type=Type.STRINGS,
            unordered=True,
            unique=True,
            what="Ids of its ports, and no others.",
        ),
        Property(name="power", what="on or off."),
        Property(
            name="metadata", type=Type.STRING_MAP, what="The whole of it, but for keys omlib_*."
        ),
        Property(name="key_pair", what="Name of the key pair.", replaces=True),
        Property(name="server_group", what="Name of the server group.", replaces=True),
        Property(name="availability_zone", what="Availability zone.", replaces=True),
        Property(
            name="addresses",
            type=Type.STRINGS,
            unordered=True,
            computed=True,
            what="Fixed addresses.",
        ),
        Property(
            name="host_id", what="The host it stands on, as the cloud hides it.", computed=True
        ),
        Property(name="locked", type=Type.BOOLEAN, what="Whether it is locked.", computed=True),
        Property(name="status", what="As nova tells it.", computed=True),
        Property(
            name="security_groups",
            type=Type.STRINGS,
            unordered=True,
            computed=True,
            what="Names of the groups of its ports.",
        ),
    )

    def check(self, inputs: Inputs) -> Iterator[Failure]:
        for part in ("vcpu", "ram_mib"):
            if isinstance(size := inputs.get(part), int) and size < 1:
                yield Failure(part, "a server has at least 1")
        if inputs.get("power", "on") not in ("on", "off", UNKNOWN):
            yield Failure("power", "it is on or off")
        name = inputs.get("name")
        if isinstance(name, str) and not 0 < len(name.strip()) <= _MOST:
            yield Failure("name", f"a name has 1 to {_MOST} characters")
        yield from metadata.check(inputs)

    def live(self, api: Api, live_id: str) -> Live | None:
        told = api.seen.find("server", live_id)
        return _live(api, told, server_seen.ports_listed) if told else None

    def get(self, api: Api, live_id: str) -> Live | None:
        now = server_now(api, live_id)
        return _live(api, now, server_seen.ports_asked) if now else None

    def create(self, api: Api, inputs: Inputs, mark: Mark, made: Callable[[str], None]) -> str:
        return boot(api, inputs, mark, made)

    def update(self, api: Api, live: Live, inputs: Inputs) -> None:
        change(api, live, inputs, differing(self.properties, live, inputs))

    def delete(self, api: Api, live_id: str) -> None:
        """Ports that it was given stay: they are resources of their own."""
        api.delete("compute", f"/servers/{live_id}")
        api.seen.changed("server", "port", "volume", "floating_ip", "server_group")
        what = f"server {live_id} to be gone"

        def ask() -> bool | None:
            told = server_now(api, live_id)
            if told and status(told) == "ERROR" and not is_moving(told):
                raise failed(told, what)
            return True if told is None else None

        until(api, what, ask, CHANGE_S)
        api.seen.changed("server", "port", "volume", "floating_ip", "server_group")


def _live(api: Api, told: Json, ports: server_seen.AskPorts) -> Live | None:
    with shaped("server", told):
        if server_seen.is_gone(told):
            return None
        beside = server_seen.beside_of(api, told, ports(api, str(told["id"])))
        return server_seen.server(told, beside)


SERVER = _Server()
