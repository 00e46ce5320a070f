"""Making a server."""

from collections.abc import Callable
from typing import Any

from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.kind import Api, Inputs, Mark
from omlib.planes.cloud.provider.kinds import power
from omlib.planes.cloud.provider.kinds.flavors import choose
from omlib.planes.cloud.provider.kinds.names import id_of
from omlib.planes.cloud.provider.kinds.waiting import BUILD_S, status, until_still
from omlib.planes.cloud.provider.marks import metadata_of

_BUILT_IN_S = 1.5  # no nova is quicker, and every look slows its work
_NO_NETWORK = (2, 37)  # the microversion from which on a server can be asked for without one


def boot(api: Api, inputs: Inputs, mark: Mark, made: Callable[[str], None]) -> str:
    body = _asked(api, inputs, mark)
    answer = api.post("compute", "/servers", body)["server"]  # with a password: never logged
    server_id = str(answer["id"])
    made(server_id)
    api.seen.changed("server", "port", "server_group")
    what = f"server {inputs['name']} ({server_id}) to be built"
    up = power.STATUS.values()
    until_still(api, server_id, what, BUILD_S, lambda told: status(told) in up, _BUILT_IN_S)
    if inputs.get("power") == "off":
        power.turn(api, server_id, "off")
    api.seen.changed("server", "port")
    return server_id


def _asked(api: Api, inputs: Inputs, mark: Mark) -> dict[str, Any]:
    server: dict[str, Any] = {
        "name": inputs["name"],
        "flavorRef": choose(api, inputs).id,
        "metadata": {**inputs.get("metadata", {}), **metadata_of(mark)},
    }
    if image := inputs.get("image"):
        server["imageRef"] = id_of(api, "image", image)
    if ports := inputs.get("ports"):
        server["networks"] = [{"port": port_id} for port_id in ports]
    elif _version(api.microversion) >= _NO_NETWORK:
        server["networks"] = "none"
    else:  # this nova would choose a network by itself
        detail = f"server {inputs['name']}: this cloud makes none without a port; declare one"
        raise CloudFaultError(condition=Condition.IMPOSSIBLE, detail=detail)
    if key := inputs.get("key_pair"):
        server["key_name"] = key
    if zone := inputs.get("availability_zone"):
        server["availability_zone"] = zone
    body: dict[str, Any] = {"server": server}
    if group := inputs.get("server_group"):
        body["os:scheduler_hints"] = {"group": id_of(api, "server_group", group)}
    return body


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")) if text else (2, 1)
