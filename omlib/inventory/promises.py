"""Check what names items: waivers, and the identities of retired systems and tombstones."""

from collections.abc import Iterator
from datetime import date, timedelta

from omlib.errors import OmlibError
from omlib.inventory.build_server import CLOCK
from omlib.inventory.crosscheck import CLOUD_PARTS, Ids, cloud_parts, unknown_reference
from omlib.inventory.entry import Entry
from omlib.inventory.problem import Code, Problem, nearest, shown
from omlib.inventory.schema.base import is_listener, is_path
from omlib.inventory.tree import Tree
from omlib.inventory.yaml_read import Path
from omlib.model.finding import PRESENCE
from omlib.model.kind import COLLECTIONS, KINDS
from omlib.model.ref import Plane, Ref, make_ref, parse_ref

_OWNERS = {Plane.SERVER: "servers", Plane.NETWORK: "network"}
_CLOUD_OWNERS = {
    "server": "vms",
    "floating_ip": "vms",
    "volume": "volumes",
    "security_group": "security_groups",
    "network": "networks",
    "subnet": "networks",
    "router": "routers",
    "key_pair": "key_pairs",
    "server_group": "server_groups",
}
# kinds that a record inside another one declares, and the collection of that one
_INNER = {"volumes": "vms"} | dict.fromkeys(CLOUD_PARTS, "clouds")
# nobody declares or waives what is seen for checks alone
_KINDS = {key: kind for key, kind in KINDS.items() if not kind.evidence}
_PART_KINDS = {
    "networks": ("network", "subnet"),
    "routers": ("router",),
    "key_pairs": ("key_pair",),
    "server_groups": ("server_group",),
}
# what a live thing of the kind can be known by (`Actual.keys`)
_SPACES = {
    "server": ("id", "mark", "name", "address"),
    "volume": ("id", "mark", "name"),
    "port": ("id", "mark", "mac", "address"),
    "floating_ip": ("id", "mark", "address"),
    "security_group": ("id", "mark", "name"),
    "network": ("id", "mark", "name"),
    "router": ("id", "mark", "name"),
    "server_group": ("id", "name"),
}


def check_waivers(tree: Tree, ids: Ids, max_days: int) -> Iterator[Problem]:
    inner: dict[str, set[str]] = {name: set() for name in _INNER}
    for vm in tree.of("vms"):
        inner["volumes"] |= {vm.name(*path, "id") for path in vm.each("volumes")}
    for cloud in tree.of("clouds"):
        for field, part in cloud_parts(cloud):
            inner[field].add(cloud.name(*part, "id"))
    for entry in tree.of("waivers"):
        since, until = _day(entry.text("since")), _day(entry.text("until"))
        if since and until:
            yield from _span(entry, since, until, max_days)
        ref = _ref(entry.text("item"))
        if ref is None:
            continue
        kind = _KINDS.get((ref.plane, ref.kind))
        if kind is None:
            known = [name for plane, name in _KINDS if plane is ref.plane]
            yield _unknown(entry, ("item",), ref.kind, known)
            continue
        path = entry.text("path")
        if path and path != PRESENCE and path not in kind.attributes:
            yield _unknown(entry, ("path",), path, [*kind.attributes, PRESENCE])
        collection = _OWNERS.get(ref.plane) or _CLOUD_OWNERS.get(ref.kind, "")
        owners = inner.get(collection) or ids.get(collection, {}).keys()
        broken = _INNER.get(collection, collection)
        if ref.declared and collection and ref.owner not in owners and broken not in tree.broken:
            yield unknown_reference(entry, ("item",), ref.owner, collection, owners)


def _unknown(entry: Entry, path: tuple[str], given: str, known: list[str]) -> Problem:
    facts = {"field": path[0], "given": shown(given), "nearest": nearest(given, known)}
    return entry.problem(Code.UNKNOWN_WORD, path, **facts, known=" ".join(sorted(known)))


def _span(entry: Entry, since: date, until: date, max_days: int) -> Iterator[Problem]:
    if until < since:
        facts = {"first": since.isoformat(), "last": until.isoformat()}
        yield entry.problem(Code.ENDS_BEFORE, ("until",), **facts)
    elif (until - since).days > max_days:
        latest = (since + timedelta(days=max_days)).isoformat()
        days = (until - since).days
        yield entry.problem(
            Code.WAIVER_TOO_LONG, ("until",), days=days, limit=max_days, latest=latest
        )


def check_identities(tree: Tree, ids: Ids) -> Iterator[Problem]:
    """Each has a place where a look can prove that it is gone, and none is declared again."""
    places = {
        f"{cloud.id}:{cloud.text('region')}:{cloud.name(*path, 'id')}"
        for cloud in ids.get("clouds", {}).values()
        for path in cloud.each("projects")
    }
    wanted = _wanted(tree)
    buried: dict[tuple[str, Ref], str] = {}
    for entry in tree.of("systems", "tombstones"):
        above = ("retired",) if entry.collection == "systems" else ()
        for path in entry.each(*above, "identities"):
            ref = _ref(entry.text(*path, "ref"))
            if ref is None:
                continue
            if (ref.plane, ref.kind) not in _KINDS:
                known = sorted(name for plane, name in _KINDS if plane is ref.plane)
                facts = {"field": "ref", "given": ref.kind, "nearest": nearest(ref.kind, known)}
                where = (*path, "ref")
                yield entry.problem(Code.UNKNOWN_WORD, where, **facts, known=" ".join(known))
            place = entry.text(*path, "where")
            if ref.plane is Plane.CLOUD and not place:
                yield entry.problem(Code.MISSING_FIELD, path, field="where")
            elif ref.plane is Plane.CLOUD and place not in places and "clouds" not in tree.broken:
                yield unknown_reference(entry, (*path, "where"), place, "projects", places)
            yield from _never_found(entry, path, ref)
            # a system and its tombstone may both name it: the tombstone takes over
            if first := buried.get((entry.collection, ref)):
                yield entry.problem(Code.DUPLICATE_ID, (*path, "ref"), id=str(ref), first=first)
            buried.setdefault((entry.collection, ref), str(entry.source))
            if str(ref) in wanted:
                facts = {"ref": str(ref), "first": wanted[str(ref)]}
                yield entry.problem(Code.RETIRED_DECLARED, (*path, "ref"), **facts)


def _never_found(entry: Entry, path: Path, ref: Ref) -> Iterator[Problem]:
    """What no look could ever find would look proven gone for ever."""
    where, field = (*path, "ref"), "ref"
    if ref.plane is Plane.CLOUD:
        spaces = _SPACES.get(ref.kind, ())
        keys = entry.at(*path, "keys")
        for space in keys if spaces and isinstance(keys, dict) else ():
            if space not in spaces:
                given = shown(space)
                facts = {"field": "keys", "given": given, "nearest": nearest(given, list(spaces))}
                at = (*path, "keys", space)
                yield entry.key_problem(Code.UNKNOWN_WORD, at, **facts, known=" ".join(spaces))
        known_by = keys.keys() if isinstance(keys, dict) else ()
        strong = [space for space in spaces if space != "name"]
        if strong and not set(strong).intersection(known_by):
            # a thing that was never marked, as adopted ones are not, would look proven gone
            facts = {"field": f"keys {{{' | '.join(strong)}}}"}
            yield entry.problem(Code.MISSING_FIELD, path, **facts)
        if ref.part:
            yield entry.problem(
                Code.BAD_VALUE, where, field=field, given=shown(str(ref)), wanted="cloud_item"
            )
        return
    if not ref.part:
        yield entry.problem(
            Code.BAD_VALUE, where, field=field, given=shown(str(ref)), wanted="host_item"
        )
    elif ref.plane is Plane.SERVER and (wanted := _misspelt(ref)):
        yield entry.problem(
            Code.BAD_VALUE, where, field=field, given=shown(ref.part), wanted=wanted
        )
    place = entry.name(*path, "where")
    if place and place != ref.owner:
        facts = {"field": "where", "given": shown(place), "wanted": "ref_owner"}
        yield entry.problem(Code.BAD_VALUE, (*path, "where"), **facts)


def _misspelt(ref: Ref) -> str:
    """What the part of *ref* should be, "" if it is."""
    if ref.kind == "file":
        return "" if is_path(ref.part) else "path"
    if ref.kind == "listener":
        return "" if is_listener(ref.part) else "listener"
    return ""


def _wanted(tree: Tree) -> dict[str, str]:
    """Refs of everything that has an id of its own, and where it is declared."""
    wanted: dict[str, str] = {}
    for entry in tree.of("vms", "security_groups"):
        kind = "server" if entry.collection == "vms" else "security_group"
        wanted[str(Ref(Plane.CLOUD, kind, entry.id))] = str(entry.source)
        for path in entry.each("volumes"):
            volume = entry.name(*path, "id")
            wanted[str(Ref(Plane.CLOUD, "volume", volume))] = str(entry.source)
        if entry.text("floating_ip"):
            wanted[str(Ref(Plane.CLOUD, "floating_ip", entry.id))] = str(entry.source)
    for cloud in tree.of("clouds"):
        for field, part in cloud_parts(cloud):
            for kind in _PART_KINDS[field]:
                ref = Ref(Plane.CLOUD, kind, cloud.name(*part, "id"))
                wanted[str(ref)] = str(cloud.source)
    roles = {role.id: role for role in tree.of("roles")}
    for server in tree.of("servers"):
        for ref in _parts(server, server, "state"):
            wanted[str(ref)] = str(server.source)
        for path in server.each("roles"):
            if role := roles.get(server.name(*path)):
                for ref in _parts(server, role):
                    wanted[str(ref)] = str(role.source)
    return wanted


def _parts(server: Entry, holder: Entry, *above: str) -> Iterator[Ref]:
    """What the state in *holder* declares of *server*."""
    for field, kind in COLLECTIONS.items():
        names = holder.at(*above, field)
        if field == "time_sync" and names:
            names = [CLOCK]
        for name in names if isinstance(names, dict | list) else ():
            if isinstance(name, str):
                yield make_ref(Plane.SERVER, kind.name, server.id, name)


def _ref(text: str) -> Ref | None:
    try:
        return parse_ref(text)
    except OmlibError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
