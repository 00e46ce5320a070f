"""A declared host as Ansible's variables. Pure; no secret is among them.

The roles of `playbooks/` take a list per collection, `omlib_packages`: its items have `name`, `ref`
(by which a result is told to be theirs) and the attributes that are declared.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Mapping

from omlib.model.estate import Server, ServerState, Site
from omlib.model.item import Attributes, Value
from omlib.model.kind import SERVER_KINDS, Kind
from omlib.model.ref import Plane, make_ref
from omlib.planes.server.runs.reach import PathOf, own_vars, site_vars

PREFIX = "omlib_"
# what nothing here sets: it can only be looked at, or is left to whoever knows why it is so
ONLY_LOOKED_AT = frozenset(
    {"listener", "certificate", "setuid_file", "program", "trust_file", "package_file", "posture"}
)
_JUDGED = frozenset({"listener", "certificate"})  # by a role that mends nothing


def host_vars(
    server: Server, site: Site, path_of: PathOf, *, only: tuple[str, str] | None = None
) -> dict[str, object]:
    """All variables of *server*; *only* (kind, name) leaves out every other item."""
    reach = {**site_vars(site, path_of), **own_vars(server.access)}
    return {**reach, **state_vars(server.id, server.state, only=only)}


def state_vars(
    host: str, state: ServerState, *, only: tuple[str, str] | None = None
) -> dict[str, object]:
    """`omlib_<collection>` for all kinds that a role sets or judges, where there is an item."""
    told: dict[str, object] = {}
    for kind in SERVER_KINDS:
        if kind.name in ONLY_LOOKED_AT - _JUDGED:
            continue
        items = [
            item_vars(kind, host, name, attributes, state)
            for name, attributes in state.of(kind.name).items()
            if only in (None, (kind.name, name))
        ]
        if items:
            told[PREFIX + kind.collection] = items
    return told


def item_vars(
    kind: Kind, host: str, name: str, attributes: Attributes, state: ServerState
) -> dict[str, object]:
    """One item of a collection; *state* knows the contents of files, and what they restart."""
    item: dict[str, object] = {
        "name": name,
        "ref": str(make_ref(Plane.SERVER, kind.name, host, name)),
        **dict(_plain(attributes)),
    }
    if kind.name == "file":
        item |= content_vars(content_of(attributes.get("sha256"), name, state))
        if restarts := state.restarts.get(name):
            item["restarts"] = list(restarts)
    return item


def _plain(attributes: Attributes) -> Iterator[tuple[str, object]]:
    for name, value in attributes.items():
        if value is not None:
            yield name, list(value) if isinstance(value, tuple) else value


def content_of(digest: Value, name: str, state: ServerState) -> bytes | None:
    """What *state* holds of that SHA-256; it may be another file's (on the way back)."""
    if not isinstance(digest, str):
        return None
    own = (state.contents[name],) if name in state.contents else ()
    return next(
        (
            content
            for content in (*own, *state.contents.values())
            if hashlib.sha256(content).hexdigest() == digest.casefold()
        ),
        None,
    )


def content_vars(content: bytes | None) -> Mapping[str, object]:
    """`content` is text; what is not UTF-8 is `content_b64`."""
    if content is None:
        return {}
    try:
        return {"content": content.decode("utf-8")}
    except UnicodeDecodeError:
        return {"content_b64": b64encode(content).decode("ascii")}
