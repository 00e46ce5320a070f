"""Timers of systemd: what units are, and when they go off."""

from omlib.planes.server.host.base import Found, items_of, text
from omlib.planes.server.host.units import qualified, show, sort_units, unit_attributes


def parse_calendar(fragments: "list[bytes]") -> "list[str]":
    """The OnCalendar= lines that hold once all *fragments* of a timer are read in their order."""
    lines = []  # type: list[str]
    section = ""
    for fragment in fragments:
        for line in text(fragment).replace("\\\n", " ").split("\n"):
            line = line.strip()
            key, sign, value = line.partition("=")
            if line.startswith("["):
                section = line
            elif section != "[Timer]" or not sign or line.startswith(("#", ";")):
                continue
            elif key.strip().startswith("On") and not value.strip():
                lines = []  # an empty one takes back every trigger so far, systemd.timer(5)
            elif key.strip() == "OnCalendar":
                lines.append(" ".join(value.split()))
    return lines


def read_calendar(unit: "dict[str, str]", told: "dict[str, object]") -> "dict[str, str]":
    """Put the calendar among what is *told* of a timer, else say why it is not."""
    paths = [unit.get("FragmentPath", ""), *unit.get("DropInPaths", "").split()]
    fragments = []
    try:
        for path in filter(None, paths):
            with open(path, "rb") as opened:
                fragments.append(opened.read())
    except OSError as error:
        return {"calendar": "denied" if isinstance(error, PermissionError) else "error"}
    told["calendar"] = parse_calendar(fragments)
    return {}


def is_own(unit: "dict[str, str]") -> bool:
    """Whether somebody put a timer there, or changed it, beside what packages bring."""
    paths = [unit.get("FragmentPath", ""), *unit.get("DropInPaths", "").split()]
    return not all(path.startswith(("/lib/", "/usr/lib/")) for path in paths)


def timers(asked: "dict[str, object]", limit_s: int) -> Found:
    units = show(asked, ".timer", limit_s)
    found, told = sort_units(units, sorted(items_of(asked)), ".timer")
    by_name = {name: unit for unit in units for name in unit.get("Names", "").split()}
    stand = {}
    for unit in units if asked["full"] else []:
        name = unit.get("Id", "")
        works = unit.get("ActiveState") == "active" or unit.get("UnitFileState") == "enabled"
        if works and name.endswith(".timer") and name not in told:
            stand[name] = unit
    as_shipped = set()  # type: set[str]
    if stand:
        from omlib.planes.server.host.shipped import shipped

        as_shipped = shipped([unit.get("FragmentPath", "") for unit in stand.values()], limit_s)
    for name, unit in stand.items():
        if is_own(unit) or unit.get("FragmentPath", "") not in as_shipped:
            found.items[name[: -len(".timer")]], unseen = unit_attributes(unit)
            found.unseen.update({name[: -len(".timer")]: unseen} if unseen else {})
    for name, attributes in found.items.items():
        unit_of = by_name.get(qualified(name, ".timer"))
        unseen = read_calendar(unit_of, attributes) if unit_of else {"calendar": "error"}
        if unseen:
            found.unseen.setdefault(name, {}).update(unseen)
    return found
