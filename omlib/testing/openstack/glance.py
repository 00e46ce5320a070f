"""glance v2 of the simulation: images are looked up, never made."""

from http import HTTPStatus

from omlib.testing.openstack.wire import Answer, ApiError, Json, Request, page_of, route
from omlib.testing.openstack.world import World, new_id, now

_PAGE = 25  # glance's own default


def error_body(error: ApiError) -> Json:
    title = HTTPStatus(error.status).phrase
    message = f"{error.message}<br /><br />\n\n\n"
    return {"message": message, "code": f"{error.status} {title}", "title": title}


def error_page(error: ApiError) -> bytes:
    """What glance says of an error to whoever does not ask for JSON."""
    head = f"{error.status} {HTTPStatus(error.status).phrase}"
    text = f"<html>\n <head>\n  <title>{head}</title>\n </head>\n <body>\n  <h1>{head}</h1>\n"
    return f"{text}  {error.message}<br /><br />\n\n\n\n </body>\n</html>".encode()


def discovery(world: World, request: Request) -> Answer:
    base = request.base.removesuffix("/v2")
    link = {"rel": "self", "href": f"{base}/v2/"}
    version = {"id": "v2.17", "status": "CURRENT", "links": [link]}
    return Answer(300, {"versions": [version]})


def new_image(world: World, name: str) -> Json:
    live_id = new_id()
    return world.add(
        "image",
        {
            "id": live_id,
            "name": name,
            "status": "active",
            "visibility": "public",
            "tenant_id": "",
            "owner": "",
            "disk_format": "raw",
            "container_format": "bare",
            "min_disk": 0,
            "min_ram": 0,
            "size": 1024,
            "virtual_size": 1024,
            "checksum": "0" * 32,
            "os_hidden": False,
            "protected": False,
            "tags": [],
            "created_at": now(),
            "updated_at": now(),
            "self": f"/v2/images/{live_id}",
            "file": f"/v2/images/{live_id}/file",
            "schema": "/v2/schemas/image",
        },
    )


def _told(image: Json) -> Json:
    return {name: value for name, value in image.items() if name != "tenant_id"}


def listing(world: World, request: Request) -> Answer:
    images = list(reversed(world.things["image"].values()))
    if name := request.first("name"):
        images = [image for image in images if image["name"] == name]
    most = world.page_items if request.first("limit") else _PAGE
    page, marker = page_of(images, request, most)
    told: Json = {
        "images": [_told(image) for image in page],
        "first": "/v2/images",
        "schema": "/v2/schemas/images",
    }
    if marker:
        limit = f"limit={request.first('limit')}&" if request.first("limit") else ""
        told["next"] = f"/v2/images?{limit}marker={marker}"
    return Answer(200, told)


def show(world: World, request: Request, live_id: str) -> Answer:
    if live_id not in world.things["image"]:
        raise ApiError(404, f"No image found with ID {live_id}")
    return Answer(200, _told(world.things["image"][live_id]))


ROUTES = (
    route("GET", "", discovery),
    route("GET", "/images", listing),
    route("GET", "/images/*", show),
)
