"""The rest of nova: interfaces and volumes of a server, key pairs, server groups."""

from functools import partial

from omlib.testing.openstack.neutron_ports import bind, choose_port, unbind
from omlib.testing.openstack.nova_view import ports_by_server
from omlib.testing.openstack.server_actions import log, own, refuse_locked
from omlib.testing.openstack.wire import (
    Answer,
    ApiError,
    Json,
    Request,
    next_link,
    page_of,
    public,
    route,
)
from omlib.testing.openstack.world import World, found, new_id, now


def _interface(port: Json) -> Json:
    return {
        "port_id": port["id"],
        "net_id": port["network_id"],
        "mac_addr": port["mac_address"],
        "port_state": port["status"],
        "fixed_ips": port["fixed_ips"],
    }


def interfaces(world: World, request: Request, live_id: str) -> Answer:
    server = own(world, request, live_id)
    each = ports_by_server(world, server["id"]).get(server["id"], ())
    return Answer(200, {"interfaceAttachments": [_interface(port) for port in each]})


def add_interface(world: World, request: Request, live_id: str) -> Answer:
    server = own(world, request, live_id)
    refuse_locked(server, request)
    told = request.inner("interfaceAttachment")
    entry = {"port": told.get("port_id"), "uuid": told.get("net_id")}
    if fixed := told.get("fixed_ips"):
        entry["fixed_ip"] = fixed[0]["ip_address"]
    port = choose_port(world, request, entry, [])
    bind(port, server["id"])
    log(world, request, live_id, "attach_interface")
    return Answer(200, {"interfaceAttachment": _interface(port)})


def remove_interface(world: World, request: Request, live_id: str, port_id: str) -> Answer:
    server = own(world, request, live_id)
    refuse_locked(server, request)
    port = world.things["port"].get(port_id)
    log(world, request, live_id, "detach_interface")
    if port is not None and port["device_id"] == server["id"]:  # nova says 202 in any case
        world.later(request.pace.change_s, partial(unbind, world, port))
    return Answer(202)


def _attachment(server: str, volume: str, device: str) -> Json:
    return {"id": volume, "volumeId": volume, "serverId": server, "device": device}


def volumes(world: World, request: Request, live_id: str) -> Answer:
    own(world, request, live_id)
    each = world.attached.get(live_id, {}).items()
    return Answer(
        200, {"volumeAttachments": [_attachment(live_id, volume, dev) for volume, dev in each]}
    )


def volume(world: World, request: Request, live_id: str, volume_id: str) -> Answer:
    own(world, request, live_id)
    device = world.attached.get(live_id, {}).get(volume_id)
    if device is None:
        raise ApiError(404, f"Instance {live_id} is not attached to volume {volume_id}")
    return Answer(200, {"volumeAttachment": _attachment(live_id, volume_id, device)})


def add_volume(world: World, request: Request, live_id: str) -> Answer:
    server = own(world, request, live_id)
    refuse_locked(server, request)
    volume_id = str(request.inner("volumeAttachment")["volumeId"])
    thing = world.things["volume"].get(volume_id)
    if thing is None or thing["tenant_id"] != request.project:
        raise ApiError(404, f"Volume {volume_id} could not be found.")
    if server["_state"] not in ("active", "stopped", "resized"):
        raise ApiError(
            409,
            f"Cannot 'attach_volume' instance {live_id} while it is in vm_state {server['_state']}",
        )
    if thing["status"] != "available":
        raise ApiError(
            400,
            f"Invalid volume: volume '{volume_id}' status must be 'available'. Currently in "
            f"'{thing['status']}'",
        )
    taken = world.attached.setdefault(live_id, {})
    device = taken[volume_id] = f"/dev/vd{chr(ord('b') + len(taken))}"
    thing["status"] = "attaching"
    log(world, request, live_id, "attach_volume")
    entry = {
        "id": volume_id,
        "attachment_id": new_id(),
        "volume_id": volume_id,
        "server_id": live_id,
        "host_name": None,
        "device": device,
        "attached_at": now(zulu=False),
    }

    def done() -> None:
        thing["status"], thing["attachments"] = "in-use", [entry]

    world.later(request.pace.volume_s, done)
    return Answer(200, {"volumeAttachment": _attachment(live_id, volume_id, device)})


def remove_volume(world: World, request: Request, live_id: str, volume_id: str) -> Answer:
    server = own(world, request, live_id)
    refuse_locked(server, request)
    if volume_id not in world.attached.get(live_id, {}):
        raise ApiError(404, f"Instance {live_id} is not attached to volume {volume_id}")
    thing = world.things["volume"][volume_id]
    thing["status"] = "detaching"
    log(world, request, live_id, "detach_volume")

    def done() -> None:
        world.attached.get(live_id, {}).pop(volume_id, None)
        thing["status"], thing["attachments"] = "available", []

    world.later(request.pace.volume_s, done)
    return Answer(202)


def _account(request: Request) -> str:
    return request.account.name if request.account else ""


def keypairs(world: World, request: Request) -> Answer:
    own_ones = [key for (who, _), key in world.keypairs.items() if who == _account(request)]
    page, marker = page_of([{**key, "id": key["name"]} for key in own_ones], request, 1000)
    told: Json = {"keypairs": [{"keypair": _key(key, request)} for key in page]}
    if marker:
        told["keypairs_links"] = [next_link(request, marker)]
    return Answer(200, told)


def _key(key: Json, request: Request, *, whole: bool = False) -> Json:
    hidden = {"id"} if whole else {"id", "user_id", "created_at"}
    told = {name: value for name, value in public(key).items() if name not in hidden}
    return told if request.at_least(2) else {k: v for k, v in told.items() if k != "type"}


def add_keypair(world: World, request: Request) -> Answer:
    told = request.inner("keypair")
    name, text = str(told["name"]), str(told.get("public_key") or "")
    if (_account(request), name) in world.keypairs:
        raise ApiError(409, f"Key pair '{name}' already exists.")
    if len(text.split()) < 2:
        raise ApiError(400, "Keypair data is invalid: failed to generate fingerprint")
    world.keypairs[_account(request), name] = key = {
        "name": name,
        "public_key": text,
        "type": "ssh",
        "fingerprint": ":".join(["00"] * 16),
        "user_id": request.account.id if request.account else "",
        "created_at": now(zulu=False),
    }
    shown = {k: v for k, v in _key(key, request, whole=True).items() if k != "created_at"}
    return Answer(201 if request.at_least(2) else 200, {"keypair": shown})


def keypair(world: World, request: Request, name: str) -> Answer:
    key = world.keypairs.get((_account(request), name))
    if key is None:
        user = request.account.id if request.account else ""
        raise ApiError(404, f"Keypair {name} not found for user {user}")
    if request.method == "DELETE":
        del world.keypairs[_account(request), name]
        return Answer(204 if request.at_least(2) else 202)
    told = _key(key, request, whole=True)
    return Answer(200, {"keypair": told | {"id": 1, "deleted": False, "deleted_at": None}})


def server_groups(world: World, request: Request) -> Answer:
    each = [_server_group(g, request) for g in world.of("server_group", request.project)]
    return Answer(200, {"server_groups": each})


def _server_group(group: Json, request: Request) -> Json:
    told: Json = {"id": group["id"], "name": group["name"], "members": list(group["_members"])}
    if request.at_least(13):
        told |= {"project_id": group["tenant_id"], "user_id": group["_user"]}
    if request.at_least(64):
        return told | {"policy": group["_policy"], "rules": {}}
    return told | {"policies": [group["_policy"]], "metadata": {}}


def add_server_group(world: World, request: Request) -> Answer:
    told = request.inner("server_group")
    policy = told.get("policy") if request.at_least(64) else (told.get("policies") or [""])[0]
    known = ("affinity", "anti-affinity", "soft-affinity", "soft-anti-affinity")
    if policy not in known:
        raise ApiError(400, f"Invalid input for field/attribute policy. Value: {policy}.")
    group = world.add(
        "server_group",
        {
            "id": new_id(),
            "name": told["name"],
            "tenant_id": request.project,
            "_policy": policy,
            "_user": request.account.id if request.account else "",
            "_members": [],
        },
    )
    return Answer(200, {"server_group": _server_group(group, request)})


def server_group(world: World, request: Request, live_id: str) -> Answer:
    words = "Instance group {} could not be found."
    group: Json = found(world.things["server_group"], live_id, words)
    if group["tenant_id"] != request.project:
        raise ApiError(404, words.format(live_id))
    if request.method == "DELETE":
        del world.things["server_group"][live_id]
        return Answer(204)
    return Answer(200, {"server_group": _server_group(group, request)})


def zones(world: World, request: Request) -> Answer:
    zone = {"zoneName": "nova", "zoneState": {"available": True}, "hosts": None}
    return Answer(200, {"availabilityZoneInfo": [zone]})


ROUTES = (
    route("GET", "/servers/*/os-interface", interfaces),
    route("POST", "/servers/*/os-interface", add_interface),
    route("DELETE", "/servers/*/os-interface/*", remove_interface),
    route("GET", "/servers/*/os-volume_attachments", volumes),
    route("POST", "/servers/*/os-volume_attachments", add_volume),
    route("GET", "/servers/*/os-volume_attachments/*", volume),
    route("DELETE", "/servers/*/os-volume_attachments/*", remove_volume),
    route("GET", "/os-keypairs", keypairs),
    route("POST", "/os-keypairs", add_keypair),
    route("GET", "/os-keypairs/*", keypair),
    route("DELETE", "/os-keypairs/*", keypair),
    route("GET", "/os-server-groups", server_groups),
    route("POST", "/os-server-groups", add_server_group),
    route("GET", "/os-server-groups/*", server_group),
    route("DELETE", "/os-server-groups/*", server_group),
    route("GET", "/os-availability-zone", zones),
)
