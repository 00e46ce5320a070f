"""Ports of a server, attached and detached while it stands."""

from collections.abc import Collection

from omlib.planes.cloud.provider.kind import Api
from omlib.planes.cloud.provider.kinds.one import one
from omlib.planes.cloud.provider.kinds.patience import until
from omlib.planes.cloud.provider.kinds.waiting import CHANGE_S, until_still
from omlib.planes.cloud.reader import Json


def change(api: Api, server_id: str, have: Collection[str], want: Collection[str]) -> None:
    """New ones first: should one be refused, the server still has the network it had."""
    for port_id in sorted(set(want) - set(have)):
        attach(api, server_id, port_id)
    for port_id in sorted(set(have) - set(want)):
        detach(api, server_id, port_id)


def attach(api: Api, server_id: str, port_id: str) -> None:
    wanted = {"interfaceAttachment": {"port_id": port_id}}
    api.post("compute", f"/servers/{server_id}/os-interface", wanted)

    def ask() -> Json | None:
        told = port_now(api, port_id)
        return told if told and told.get("device_id") == server_id else None

    until(api, f"port {port_id} on server {server_id}", ask, CHANGE_S)
    until_still(api, server_id, f"server {server_id} with port {port_id}", CHANGE_S)


def detach(api: Api, server_id: str, port_id: str) -> None:
    """A port that nova made for the server is gone with it; another one stays, and is free."""
    api.delete("compute", f"/servers/{server_id}/os-interface/{port_id}")

    def ask() -> bool | None:
        told = port_now(api, port_id)
        return True if told is None or told.get("device_id") != server_id else None

    until(api, f"port {port_id} off server {server_id}", ask, CHANGE_S)


def port_now(api: Api, port_id: str) -> Json | None:
    return one(api, "network", f"/ports/{port_id}", "port", port_id)
