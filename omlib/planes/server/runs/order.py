"""What an item of a host stands on: the refs that are to be in order before it is set. Pure."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from omlib.model.estate import Server
from omlib.model.item import Attributes
from omlib.model.ref import Plane, Ref, make_ref


def stands_on(ref: Ref, attributes: Attributes, server: Server) -> Iterator[str]:
    """The declared items that *ref*, which is to have *attributes*, wants there first.

    Never in a circle: a user waits for its groups, and a group for its members only where those
    declare no groups; a file waits for the mount above it, and a mount for its mount point.
    """
    for kind, name in dict.fromkeys(_names(ref, attributes, server)):
        if name in server.state.of(kind) and (kind, name) != (ref.kind, ref.part):
            yield str(make_ref(Plane.SERVER, kind, server.id, name))


def _names(ref: Ref, attributes: Attributes, server: Server) -> Iterator[tuple[str, str]]:
    state, name = server.state, ref.part
    match ref.kind:
        case "group":
            members = (member for member in _texts(attributes, "members"))
            yield from (("user", m) for m in members if "groups" not in state.of("user").get(m, {}))
        case "user":
            yield from (("group", group) for group in _texts(attributes, "groups"))
        case "authorized_keys":
            yield "user", name
        case "file":
            yield from (("user", owner) for owner in _texts(attributes, "owner"))
            yield from (("group", group) for group in _texts(attributes, "group"))
            for parent in PurePosixPath(name).parents:
                yield from (("mount", str(parent)), ("file", str(parent)))
        case "mount":
            yield "file", name
        case "service" | "timer":
            stem = name.rpartition(".")[0] or name
            yield "package", stem
            units = {name, stem, f"{stem}.service"}
            yield from (
                ("file", path) for path, told in state.restarts.items() if units.intersection(told)
            )
            if ref.kind == "timer":
                yield from (("service", stem), ("service", f"{stem}.service"))


def _texts(attributes: Attributes, path: str) -> Iterator[str]:
    value = attributes.get(path)
    for each in value if isinstance(value, tuple) else (value,):
        if isinstance(each, str):
            yield each
