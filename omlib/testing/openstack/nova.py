"""nova of the simulation: servers, from their creation to their end; flavors."""

import re
from functools import partial

from omlib.testing.openstack import nova_rest, nova_view, server_actions
from omlib.testing.openstack.neutron_ports import bind, choose_port, unbind
from omlib.testing.openstack.server_actions import log, own, refuse_locked
from omlib.testing.openstack.wire import (
    Answer,
    ApiError,
    Json,
    Request,
    next_link,
    page_of,
    route,
)
from omlib.testing.openstack.world import World, found, new_id, now

_BODIES = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "badMethod",
    409: "conflictingRequest",
    413: "overLimit",
    429: "overLimit",
}


def error_body(error: ApiError) -> Json:
    name = _BODIES.get(error.status, "computeFault")
    return {name: {"code": error.status, "message": error.message}}


def discovery(world: World, request: Request) -> Answer:
    newest = "" if world.microversion is None else f"2.{world.microversion}"
    link = {"rel": "self", "href": f"{request.base}/"}
    version = {
        "id": "v2.1",
        "status": "CURRENT",
        "version": newest,
        "min_version": newest and "2.1",
        "updated": "2013-07-23T11:33:21Z",
        "links": [link],
    }
    return Answer(200, {"version": version} if request.version else {"versions": [version]})


def listing(world: World, request: Request, *, detail: bool = True) -> Answer:
    everywhere = request.admin and request.first("all_tenants") in ("1", "True", "true")
    servers = list(world.things["server"].values()) if everywhere else None
    if servers is None:
        servers = world.of("server", request.project)
    servers = [
        server
        for server in reversed(servers)
        if _fits(server, request) and world.unreadable.get(server["id"]) != "absent"
    ]
    page, marker = page_of(servers, request, world.page_items)
    ports = nova_view.ports_by_server(world)
    told: Json = {
        "servers": [
            nova_view.full(world, request, server, ports.get(server["id"], ()))
            if detail
            else nova_view.short(request, server)
            for server in page
        ]
    }
    if marker:
        told["servers_links"] = [next_link(request, marker)]
    return Answer(200, told)


def _fits(server: Json, request: Request) -> bool:
    name, status = request.first("name"), request.first("status")
    return (not name or re.search(name, server["name"]) is not None) and (
        not status or status.upper() == server["status"]
    )


def show(world: World, request: Request, live_id: str) -> Answer:
    server = own(world, request, live_id)
    if live_id in world.unreadable:
        raise ApiError(500, "Unexpected API Error. Please report this.")
    ports = nova_view.ports_by_server(world, live_id).get(live_id, ())
    return Answer(200, {"server": nova_view.alone(world, request, server, ports)})


def create(world: World, request: Request) -> Answer:
    wanted = request.inner("server")
    name = str(wanted.get("name") or "")
    if not name or len(name) > 255:
        raise ApiError(400, f"Invalid input for field/attribute name. Value: {name}.")
    flavor = _flavor(world, str(wanted.get("flavorRef")))
    image = str(wanted.get("imageRef") or "")
    if image and image not in world.things["image"]:
        raise ApiError(400, "Can not find requested image")
    if not image and not wanted.get("block_device_mapping_v2"):
        raise ApiError(400, "Invalid imageRef provided.")
    key = wanted.get("key_name")
    if key and request.account and (request.account.name, key) not in world.keypairs:
        raise ApiError(400, "Invalid key_name provided.")
    marks = server_actions.checked_metadata(wanted.get("metadata") or {})
    _check_quota(world, request, flavor)
    server: Json = {
        "id": new_id(),
        "name": name,
        "tenant_id": request.project,
        "user_id": request.account.id if request.account else "",
        "metadata": marks,
        "created": now(),
        "updated": now(),
        "status": "BUILD",
        "key_name": key or None,
        "_flavor": flavor,
        "_image": image,
        "_zone": wanted.get("availability_zone") or "nova",
        "_task": "scheduling",
        "_state": "building",
        "_launched": None,
        "_locked": False,
        "_locked_reason": None,
        "_description": wanted.get("description") if request.at_least(19) else name,
        "_tags": list(wanted.get("tags") or ()),
        "_fault": None,
    }
    group_id = (request.body.get("os:scheduler_hints") or {}).get("group")
    if group_id:
        group = world.things["server_group"].get(group_id)
        if group is None:
            raise ApiError(400, f"Instance group {group_id} could not be found.")
        group["_members"].append(server["id"])
    ports = _ports(world, request, wanted)
    world.add("server", server)
    for port in ports:
        bind(port, server["id"])
    world.later(request.pace.build_s, partial(_built, world, server))
    log(world, request, server["id"], "create")
    told: Json = {
        "id": server["id"],
        "links": nova_view.links(request, server["id"]),
        "OS-DCF:diskConfig": "MANUAL",
        "security_groups": wanted.get("security_groups") or [{"name": "default"}],
        "adminPass": "sim",
    }
    return Answer(202, {"server": told}, {"Location": told["links"][0]["href"]})


def _flavor(world: World, live_id: str) -> Json:
    if live_id not in world.things["flavor"]:
        raise ApiError(400, f"Flavor {live_id} could not be found.")
    flavor: Json = world.things["flavor"][live_id]
    return flavor


def _check_quota(world: World, request: Request, flavor: Json) -> None:
    have = world.of("server", request.project)
    for what, used, wanted in (
        ("instances", len(have), 1),
        ("cores", sum(each["_flavor"]["vcpus"] for each in have), flavor["vcpus"]),
        ("ram", sum(each["_flavor"]["ram"] for each in have), flavor["ram"]),
    ):
        if not world.check_quota(what, used, wanted):
            most = world.quota[what]
            raise ApiError(
                403,
                f"Quota exceeded for {what}: Requested {wanted}, but already used {used} of "
                f"{most} {what}",
            )


def _ports(world: World, request: Request, wanted: Json) -> list[Json]:
    networks = wanted.get("networks")
    if networks == "none":
        return []
    if not networks or networks == "auto":
        if request.at_least(37) and networks is None:
            raise ApiError(400, "Invalid input for field/attribute server. 'networks' is required")
        return []
    groups = [entry["name"] for entry in wanted.get("security_groups") or ()]
    return [choose_port(world, request, entry, groups) for entry in networks]


def _built(world: World, server: Json) -> None:
    failed = server["name"] in world.failing_builds
    server["_task"], server["updated"] = None, now()
    server["status"], server["_state"] = ("ERROR", "error") if failed else ("ACTIVE", "active")
    if failed:
        message = "No valid host was found. There are not enough hosts available."
        server["_fault"] = {"code": 500, "created": now(), "message": message}
    else:
        server["_launched"] = now(zulu=False)


def update(world: World, request: Request, live_id: str) -> Answer:
    server = own(world, request, live_id)
    wanted = request.inner("server")
    if "name" in wanted:
        server["name"] = wanted["name"]
    if "description" in wanted and request.at_least(19):
        server["_description"] = wanted["description"]
    server["updated"] = now()
    return show(world, request, live_id)


def delete(world: World, request: Request, live_id: str) -> Answer:
    server = own(world, request, live_id)
    refuse_locked(server, request)
    server["_task"] = "deleting"
    log(world, request, live_id, "delete")
    world.later(request.pace.change_s, partial(_gone, world, live_id))
    return Answer(204)


def _gone(world: World, live_id: str) -> None:
    world.things["server"].pop(live_id, None)
    for port in nova_view.ports_by_server(world, live_id).get(live_id, ()):
        unbind(world, port)
    for volume in world.attached.pop(live_id, {}):
        if thing := world.things["volume"].get(volume):
            thing["status"], thing["attachments"] = "available", []
    for group in world.things["server_group"].values():
        group["_members"] = [member for member in group["_members"] if member != live_id]


def flavors(world: World, request: Request, *, detail: bool = False) -> Answer:
    each = list(world.things["flavor"].values())
    page, marker = page_of(each, request, world.page_items)
    told: Json = {
        "flavors": [_told(f) if detail else {"id": f["id"], "name": f["name"]} for f in page]
    }
    if marker:
        told["flavors_links"] = [next_link(request, marker)]
    return Answer(200, told)


def flavor(world: World, request: Request, live_id: str) -> Answer:
    words = "Flavor {} could not be found."
    return Answer(200, {"flavor": _told(found(world.things["flavor"], live_id, words))})


def _told(flavor: Json) -> Json:
    return flavor | {
        "swap": "",
        "OS-FLV-DISABLED:disabled": False,
        "OS-FLV-EXT-DATA:ephemeral": 0,
        "os-flavor-access:is_public": True,
        "rxtx_factor": 1.0,
        "links": [],
    }


ROUTES = (
    route("GET", "", discovery),
    route("GET", "/servers/detail", listing),
    route("GET", "/servers", partial(listing, detail=False)),
    route("POST", "/servers", create),
    route("GET", "/flavors/detail", partial(flavors, detail=True)),
    route("GET", "/flavors", flavors),
    route("GET", "/flavors/*", flavor),
    route("GET", "/servers/*", show),
    route("PUT", "/servers/*", update),
    route("DELETE", "/servers/*", delete),
    *server_actions.ROUTES,
    *nova_rest.ROUTES,
)
