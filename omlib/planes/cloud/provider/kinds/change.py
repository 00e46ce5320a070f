"""Changing a server in place: the open resize, size, name, metadata, ports, and power at last."""

from typing import Any

from omlib.planes.cloud.normal import POWER, is_moving
from omlib.planes.cloud.provider.kind import Api, Inputs, Live
from omlib.planes.cloud.provider.kinds import interfaces, metadata, power
from omlib.planes.cloud.provider.kinds.flavors import choose
from omlib.planes.cloud.provider.kinds.resize import end_open_one, resize
from omlib.planes.cloud.provider.kinds.waiting import present, status

_SIZE = {"vcpu", "ram_mib", "flavor"}


def change(api: Api, live: Live, inputs: Inputs, differs: frozenset[str]) -> None:
    """*differs* names the properties; only these are touched."""
    try:
        _change(api, live, inputs, differs)
    finally:
        api.seen.changed("server", "port")


def _change(api: Api, live: Live, inputs: Inputs, differs: frozenset[str]) -> None:
    told = present(api, live.id)
    if is_moving(told):
        end_open_one(api, live.id, inputs)
        told = present(api, live.id)
    was = POWER.get(status(told))
    if differs & _SIZE and not (flavor := choose(api, inputs)).is_of(told):
        resize(api, live.id, flavor)
    if "name" in differs:
        api.put("compute", f"/servers/{live.id}", {"server": {"name": inputs["name"]}})
    if "metadata" in differs:
        have = metadata.seen(present(api, live.id))
        metadata.write(api, "compute", f"/servers/{live.id}", have, inputs["metadata"])
    if "ports" in differs:
        ports: Any = live.attributes["ports"]  # it differs, so it was seen
        interfaces.change(api, live.id, ports, inputs["ports"])
    if wanted := inputs.get("power") or was:
        power.turn(api, live.id, wanted)
