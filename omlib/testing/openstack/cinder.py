"""cinder v3 of the simulation: volumes, their metadata and growth."""

from functools import partial

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
from omlib.testing.openstack.world import World, new_id, now

_BODIES = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    409: "conflictingRequest",
    413: "overLimit",
    429: "overLimit",
}
_TYPE = {"id": "00000000-0000-4000-8000-00000000d15c", "name": "__DEFAULT__"}


def error_body(error: ApiError) -> Json:
    name = _BODIES.get(error.status, "computeFault")
    return {name: {"code": error.status, "message": error.message}}


def discovery(world: World, request: Request) -> Answer:
    base = request.base.removesuffix("/v3")
    version = {
        "id": "v3.0",
        "status": "CURRENT",
        "version": "3.71",
        "min_version": "3.0",
        "links": [{"rel": "self", "href": f"{base}/v3/"}],
    }
    return Answer(200, {"versions": [version]})


def _told(volume: Json) -> Json:
    told = public(volume)
    told["os-vol-tenant-attr:tenant_id"] = told.pop("tenant_id")
    return told


def listing(world: World, request: Request, *, detail: bool = True) -> Answer:
    volumes = list(reversed(world.of("volume", request.project)))
    for name in ("name", "status"):
        if wanted := request.first(name):
            volumes = [volume for volume in volumes if volume[name] == wanted]
    page, marker = page_of(volumes, request, world.page_items)
    short = ("id", "name")
    told: Json = {
        "volumes": [_told(v) if detail else {name: v[name] for name in short} for v in page]
    }
    if marker:
        told["volumes_links"] = [next_link(request, marker)]
    return Answer(200, told)


def _own(world: World, request: Request, live_id: str) -> Json:
    volume: Json | None = world.things["volume"].get(live_id)
    if volume is None or volume["tenant_id"] != request.project:
        raise ApiError(404, f"Volume {live_id} could not be found.")
    return volume


def show(world: World, request: Request, live_id: str) -> Answer:
    return Answer(200, {"volume": _told(_own(world, request, live_id))})


def create(world: World, request: Request) -> Answer:
    wanted = request.inner("volume")
    size = wanted.get("size")
    if not isinstance(size, int) or size < 1:
        raise ApiError(400, f"Invalid input for field/attribute size. Value: {size}.")
    have = world.of("volume", request.project)
    for what, used, more in (
        ("volumes", len(have), 1),
        ("gigabytes", sum(volume["size"] for volume in have), size),
    ):
        if not world.check_quota(what, used, more):
            _over(world, what, used, more)
    kind = wanted.get("volume_type") or _TYPE["name"]
    if kind not in _TYPE.values():
        raise ApiError(404, f"Volume type with name {kind} could not be found.")
    image = wanted.get("imageRef")
    if image and image not in world.things["image"]:
        raise ApiError(400, "Invalid image identifier or unable to access requested image.")
    volume = world.add(
        "volume",
        {
            "id": new_id(),
            "name": wanted.get("name"),
            "description": wanted.get("description"),
            "tenant_id": request.project,
            "user_id": request.account.id if request.account else "",
            "size": size,
            "status": "creating",
            "volume_type": _TYPE["name"],
            "metadata": dict(wanted.get("metadata") or {}),
            "attachments": [],
            "bootable": "true" if image else "false",
            "availability_zone": "nova",
            "snapshot_id": None,
            "source_volid": None,
            "encrypted": False,
            "multiattach": False,
            "replication_status": None,
            "consistencygroup_id": None,
            "migration_status": None,
            "created_at": now(zulu=False),
            "updated_at": now(zulu=False),
            "links": [],
        },
    )
    if image:
        name = world.things["image"][image]["name"]
        volume["volume_image_metadata"] = {"image_id": image, "image_name": name}
    world.later(request.pace.volume_s, partial(_settle, volume, "available"))
    return Answer(202, {"volume": _told(volume)})


def _over(world: World, what: str, used: int, more: int) -> None:
    if what == "volumes":
        words = f"VolumeLimitExceeded: Maximum number of volumes allowed ({world.quota[what]}) "
        raise ApiError(413, f"{words}exceeded for quota 'volumes'.", "", {"Retry-After": "0"})
    words = "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed "
    raise ApiError(
        413,
        f"{words}gigabytes quota. Requested {more}G, quota is {world.quota[what]}G and {used}G has "
        "been consumed.",
        "",
        {"Retry-After": "0"},
    )


def _settle(volume: Json, status: str) -> None:
    volume["status"], volume["updated_at"] = status, now(zulu=False)


def update(world: World, request: Request, live_id: str) -> Answer:
    volume = _own(world, request, live_id)
    wanted = request.inner("volume")
    for name in ("name", "description", "metadata"):
        if name in wanted:
            volume[name] = wanted[name]
    return show(world, request, live_id)


def delete(world: World, request: Request, live_id: str) -> Answer:
    volume = _own(world, request, live_id)
    if volume["status"] not in ("available", "error"):
        raise ApiError(
            400,
            "Invalid volume: Volume status must be available or error or error_restoring or "
            "error_extending or error_managing and must not be migrating, attached, belong to a "
            "group, have snapshots, awaiting a transfer, or be disassociated from snapshots after "
            "volume transfer.",
        )
    volume["status"] = "deleting"
    world.later(request.pace.volume_s, partial(world.drop, "volume", live_id))
    return Answer(202)


def act(world: World, request: Request, live_id: str) -> Answer:
    volume = _own(world, request, live_id)
    if "os-extend" not in request.body:
        raise ApiError(400, f"There is no such action: {', '.join(request.body)}")
    size, before = int(request.body["os-extend"]["new_size"]), volume["status"]
    in_use = before == "in-use" and (request.microversion or (3, 0)) >= (3, 42)
    if before != "available" and not in_use:
        raise ApiError(
            400,
            f"Invalid volume: Volume {live_id} status must be '{{'available'}}' to extend, "
            f"currently {before}.",
        )
    if size <= volume["size"]:
        raise ApiError(
            400,
            "Invalid input received: New size for extend must be greater than current size. "
            f"(current: {volume['size']}, extended: {size}).",
        )
    volume["status"] = "extending"

    def done() -> None:
        volume["size"] = size
        _settle(volume, before)

    world.later(request.pace.volume_s, done)
    return Answer(202)


def metadata(world: World, request: Request, live_id: str) -> Answer:
    volume = _own(world, request, live_id)
    if request.method != "GET":
        told = dict(request.inner("metadata"))
        volume["metadata"] = told if request.method == "PUT" else volume["metadata"] | told
    return Answer(200, {"metadata": volume["metadata"]})


def forget_metadata(world: World, request: Request, live_id: str, key: str) -> Answer:
    volume = _own(world, request, live_id)
    if key not in volume["metadata"]:
        raise ApiError(404, f"Metadata item {key} was not found.")
    del volume["metadata"][key]
    return Answer(200)


def types(world: World, request: Request) -> Answer:
    return Answer(200, {"volume_types": [_TYPE | {"is_public": True, "extra_specs": {}}]})


def snapshots(world: World, request: Request) -> Answer:
    return Answer(200, {"snapshots": []})


def attachments(world: World, request: Request) -> Answer:
    each = [entry for v in world.of("volume", request.project) for entry in v["attachments"]]
    told = [
        {
            "id": entry["attachment_id"],
            "status": "attached",
            "instance": entry["server_id"],
            "volume_id": entry["volume_id"],
        }
        for entry in each
    ]
    return Answer(200, {"attachments": told})


ROUTES = (
    route("GET", "", discovery),
    route("GET", "/volumes/detail", listing),
    route("GET", "/volumes", partial(listing, detail=False)),
    route("POST", "/volumes", create),
    route("GET", "/volumes/*", show),
    route("PUT", "/volumes/*", update),
    route("DELETE", "/volumes/*", delete),
    route("POST", "/volumes/*/action", act),
    route("GET", "/volumes/*/metadata", metadata),
    route("PUT", "/volumes/*/metadata", metadata),
    route("POST", "/volumes/*/metadata", metadata),
    route("DELETE", "/volumes/*/metadata/*", forget_metadata),
    route("GET", "/types", types),
    route("GET", "/snapshots/detail", snapshots),
    route("GET", "/snapshots", snapshots),
    route("GET", "/attachments", attachments),
)
