"""Units of systemd as they stand, and services."""

import glob
import os

from omlib.planes.server.host.base import PRESENCE, CannotTell, Found, items_of, run, text


def parse_units(out: bytes) -> "list[dict[str, str]]":
    blocks = text(out).strip("\n").split("\n\n")
    return [dict(line.partition("=")[::2] for line in block.split("\n")) for block in blocks]


def unit_attributes(unit: "dict[str, str]") -> "tuple[dict[str, object], dict[str, str]]":
    active, file_state = unit.get("ActiveState", ""), unit.get("UnitFileState", "")
    attributes = {"running": active in ("active", "reloading")}  # type: dict[str, object]
    unseen = {}
    # between two starts of a crash loop a unit is "activating (auto-restart)": it does not run
    if active == "deactivating" or (
        active == "activating" and unit.get("SubState") != "auto-restart"
    ):
        del attributes["running"]
        unseen["running"] = "in_transition"
    # as systemctl(1) is-enabled tells it by exit status; what ends in -runtime is gone at boot
    attributes["enabled"] = file_state in ("enabled", "static", "alias", "indirect", "generated")
    if file_state == "generated":  # from a System V script
        script = unit.get("Id", "").replace(".service", "")
        if os.path.exists("/etc/init.d/" + script):
            attributes["enabled"] = bool(glob.glob("/etc/rc[2-5].d/S[0-9][0-9]" + script))
    return attributes, unseen


def qualified(name: str, suffix: str) -> str:
    """A unit's name with its suffix, which need not be declared."""
    return name if name.endswith(suffix) else name + suffix


def show(asked: "dict[str, object]", suffix: str, limit_s: int) -> "list[dict[str, str]]":
    """What systemd tells of the declared units of a kind; under full ownership of all others."""
    wanted = [qualified(name, suffix) for name in sorted(items_of(asked))]
    if asked["full"]:  # `list-unit-files` would cost systemd 0.4 s; the links say the same
        links = glob.glob("/etc/systemd/system/*.[rw]*s/*" + suffix)  # *.wants, *.requires
        wanted += [*[os.path.basename(link) for link in links], "*" + suffix]
    properties = "Id,Names,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,DropInPaths"
    argv = ["systemctl", "--no-pager", "show", "-p", properties, "--", *wanted]
    code, out, err = run(argv, limit_s)
    units = parse_units(out)
    if not units or "Id" not in units[0]:
        booted = os.path.isdir("/run/systemd/system")
        if booted and not code:  # only a pattern was asked for, and nothing is like it
            return []
        raise CannotTell("error" if booted else "unsupported", err or "no systemd")
    return units


def services(asked: "dict[str, object]", limit_s: int) -> Found:
    units = show(asked, ".service", limit_s)
    found, told = sort_units(units, sorted(items_of(asked)), ".service")
    if asked["full"]:
        add_others(units, found, told)
    return found


def add_others(units: "list[dict[str, str]]", found: Found, told: "set[str]") -> None:
    """What somebody enabled, and what runs and is no part of a package that the system pulls in."""
    for unit in units:
        name = unit.get("Id", "")
        path, file_state = unit.get("FragmentPath", ""), unit.get("UnitFileState")
        pulled_in = file_state == "static" and path.startswith(("/lib/", "/usr/lib/"))
        stands = unit.get("ActiveState") == "active" and not pulled_in
        if (stands or file_state == "enabled") and name not in told and name.endswith(".service"):
            short = name[: -len(".service")]
            found.items[short], unseen = unit_attributes(unit)
            found.unseen.update({short: unseen} if unseen else {})
            told.add(name)


def sort_units(
    units: "list[dict[str, str]]", names: "list[str]", suffix: str
) -> "tuple[Found, set[str]]":
    """Find each declared unit among *units* by any of its names; also the ids of those found."""
    by_name = {}
    for unit in units:
        for name in [*unit.get("Names", "").split(), unit.get("Id", "")]:
            by_name[name] = unit
    found = Found()
    told = set()
    for name in names:
        unit_of = by_name.get(qualified(name, suffix))
        if unit_of is None:  # a name that systemd does not take as it stands
            found.items[name] = {}
            found.unseen[name] = dict.fromkeys((PRESENCE, "running", "enabled"), "error")
        elif unit_of.get("LoadState") != "not-found":
            found.items[name], unseen = unit_attributes(unit_of)
            found.unseen.update({name: unseen} if unseen else {})
            told.add(unit_of.get("Id", ""))
    return found, told
