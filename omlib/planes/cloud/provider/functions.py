"""Look-ups of a program: which image and which flavor a name stands for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.kind import PLACE, Api, Property, Type
from omlib.planes.cloud.reader import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """*look_up* takes a project and the arguments, and gives *results*. Raises CloudFaultError."""

    what: str
    arguments: tuple[Property, ...]
    results: tuple[Property, ...]
    look_up: Callable[[Api, Mapping[str, Any]], dict[str, Any]]


def _image(api: Api, args: Mapping[str, Any]) -> dict[str, Any]:
    name = str(args.get("name") or "")
    hits = [
        image
        for image in _whole(api, "image")
        if image.get("status") == "active" and name in (image.get("name"), image.get("id"))
    ]
    image = _one(hits, f"image {name}")
    return {
        "id": str(image["id"]),
        "name": str(image.get("name") or ""),
        "min_disk_gib": int(image.get("min_disk") or 0),
        "min_ram_mib": int(image.get("min_ram") or 0),
    }


def _flavor(api: Api, args: Mapping[str, Any]) -> dict[str, Any]:
    flavor = _one(list(_fitting(_whole(api, "flavor"), args)), f"flavor {_asked(args)}")
    return {
        "id": str(flavor["id"]),
        "name": str(flavor["name"]),
        "vcpu": int(flavor["vcpus"]),
        "ram_mib": int(flavor["ram"]),
        "disk_gib": int(flavor.get("disk") or 0),
    }


def _fitting(flavors: Sequence[Json], args: Mapping[str, Any]) -> Iterator[Json]:
    fields = {"name": "name", "vcpu": "vcpus", "ram_mib": "ram"}
    wanted = {field: args[name] for name, field in fields.items() if name in args}
    for flavor in flavors:
        if wanted and all(flavor.get(field) == value for field, value in wanted.items()):
            yield flavor


def _asked(args: Mapping[str, Any]) -> str:
    names = ("name", "vcpu", "ram_mib")
    return ", ".join(f"{name} {args[name]}" for name in names if name in args)


def _whole(api: Api, kind: str) -> Sequence[Json]:
    listing = api.seen.listing(kind)
    if listing.fault:
        raise listing.fault.again()
    return listing.items


def _one(hits: Sequence[Json], what: str) -> Json:
    if len(hits) == 1:
        return hits[0]
    if hits:
        ids = ", ".join(sorted(str(hit["id"]) for hit in hits))
        raise CloudFaultError(condition=Condition.AMBIGUOUS, detail=f"{what}: {ids}")
    raise CloudFaultError(condition=Condition.NO_SUCH_NAME, detail=what)


FUNCTIONS: Mapping[str, Function] = {
    "omcloud:index:getImage": Function(
        what="The one active image of a name or id.",
        arguments=(*PLACE, Property(name="name", what="Name or id.", required=True)),
        results=(
            Property(name="id", what="Id.", required=True),
            Property(name="name", what="Name.", required=True),
            Property(name="min_disk_gib", type=Type.INTEGER, what="Least disk.", required=True),
            Property(name="min_ram_mib", type=Type.INTEGER, what="Least memory.", required=True),
        ),
        look_up=_image,
    ),
    "omcloud:index:getFlavor": Function(
        what="The one flavor of a name, or of a size.",
        arguments=(
            *PLACE,
            Property(name="name", what="Name."),
            Property(name="vcpu", type=Type.INTEGER, what="Processors."),
            Property(name="ram_mib", type=Type.INTEGER, what="Memory in MiB."),
        ),
        results=(
            Property(name="id", what="Id.", required=True),
            Property(name="name", what="Name.", required=True),
            Property(name="vcpu", type=Type.INTEGER, what="Processors.", required=True),
            Property(name="ram_mib", type=Type.INTEGER, what="Memory in MiB.", required=True),
            Property(name="disk_gib", type=Type.INTEGER, what="Root disk.", required=True),
        ),
        look_up=_flavor,
    ),
}
