"""How the clock is kept: by chrony, systemd-timesyncd or ntpd, and whether it is in step."""

import glob
import os

from omlib.planes.server.host.base import CannotTell, Found, run, text
from omlib.planes.server.host.conf_d import files_of, lines_of
from omlib.planes.server.host.disk import read
from omlib.planes.server.host.units import parse_units

CHRONY = ("/etc/chrony/chrony.conf", "/etc/chrony.conf")
NTP = ("/etc/ntpsec/ntp.conf", "/etc/ntp.conf")
# by what keeps the clock the units that may be its
KEEPERS = {
    "chrony": ("chrony.service", "chronyd.service"),
    "ntp": ("ntpsec.service", "ntp.service", "ntpd.service"),
    "timesyncd": ("systemd-timesyncd.service",),
}
_SERVERS = ("server", "pool", "peer")


def chosen(units: "list[dict[str, str]]") -> "tuple[str, bool]":
    """What keeps the clock, "" if nothing is there to; and whether it runs.

    Of several the one that runs, else the one that will at boot.
    """
    ranked = []
    for unit in units:
        names = {unit.get("Id", ""), *unit.get("Names", "").split()}
        for keeper, its in KEEPERS.items():
            if names & set(its) and unit.get("LoadState") == "loaded":
                runs = unit.get("ActiveState") in ("active", "reloading")
                ranked.append((runs, unit.get("UnitFileState") == "enabled", keeper))
    best = max(ranked, key=lambda one: one[:2]) if ranked else (False, False, "")
    return best[2], best[0]


def parse_servers(lines: "list[str]") -> "list[str]":
    """Of chrony.conf(5) or ntp.conf(5); what ntpd takes for this machine's own clock is none."""
    rows = [line.split() for line in lines]
    named = [row for row in rows if len(row) > 1 and row[0].lower() in _SERVERS]
    plain = [row[2] if row[1] in ("-4", "-6") and len(row) > 2 else row[1] for row in named]
    return [name for name in plain if not name.startswith("127.127.")]


def read_conf(path: str, deep: int = 4) -> "list[str]":
    """The lines of *path* with those of the files that it includes."""
    found = []
    for line in lines_of(read(path)):
        words = line.lstrip("!%").split()
        if not words or line[0] in "!%":
            continue
        found.append(line)
        paths = []  # type: list[str]
        for place in words[1:]:
            if words[0] in ("include", "includefile"):
                paths += sorted(glob.glob(os.path.join(os.path.dirname(path), place)))
            elif words[0] in ("confdir", "sourcedir"):
                ending = "*.conf" if words[0] == "confdir" else "*.sources"
                paths += sorted(glob.glob(os.path.join(place, ending)))
        for one in paths if deep else []:
            found += read_conf(one, deep - 1)
    if path == NTP[0]:
        for one in sorted(glob.glob("/etc/ntpsec/ntp.d/*.conf")) if deep else []:
            found += read_conf(one, deep - 1)
    return found


def parse_timesyncd(files: "list[bytes]") -> "tuple[list[str], list[str] | None]":
    """NTP= and FallbackNTP= of timesyncd.conf(5); None: what was built in counts."""
    told = {"NTP": [], "FallbackNTP": None}  # type: dict[str, list[str] | None]
    for raw in files:
        section = ""
        for line in lines_of(raw):
            key, _, value = line.partition("=")
            if line.startswith("["):
                section = line
            elif section == "[Time]" and key.strip() in told:
                before = told[key.strip()] or []
                told[key.strip()] = [*before, *value.split()] if value.strip() else []
    return told["NTP"] or [], told["FallbackNTP"]


def timesyncd_servers(limit_s: int) -> "list[str] | None":
    folder = files_of("systemd/timesyncd.conf.d")
    files = [read(path) for path in ["/etc/systemd/timesyncd.conf", *folder]]
    own, fallback = parse_timesyncd(files)
    if own or fallback is not None:
        return own or fallback
    code, out, _ = run(["timedatectl", "show-timesync", "-p", "FallbackNTPServers"], limit_s)
    return text(out).strip().partition("=")[2].split() if code == 0 else None


def parse_tracking(out: bytes) -> "bool | None":
    """Of `chronyc -c tracking`: the last field says how the clock stands."""
    fields = text(out).strip().split(",")
    return fields[-1] != "Not synchronised" if len(fields) > 10 else None


def in_step(keeper: str, runs: bool, limit_s: int) -> "bool | str":
    """Whether the clock is kept and in step, else why nobody can tell."""
    container = os.path.exists("/run/systemd/container")
    if not runs and container:  # its clock is the machine's, and kept there
        return "unsupported"
    if keeper and not runs:
        return False
    try:
        if keeper == "chrony":
            code, out, _ = run(["chronyc", "-c", "tracking"], limit_s)
            told = parse_tracking(out) if code == 0 else None
            return "error" if told is None else told
        code, out, _ = run(["timedatectl", "show", "-p", "NTPSynchronized"], limit_s)
        if code:  # systemd before 239 knows no `show`
            code, out, _ = run(["timedatectl", "status"], limit_s)
    except CannotTell as error:
        return error.status
    words = text(out).lower().replace("=", ": ")
    answers = [line.partition(": ")[2] for line in words.split("\n") if "synchronized: " in line]
    return answers[0].strip() == "yes" if answers and not code else "error"


def look(limit_s: int) -> "tuple[str, dict[str, object], dict[str, str]]":
    """What keeps the clock, its attributes, and what of them nobody can tell."""
    names = [name for its in KEEPERS.values() for name in its]
    properties = "Id,Names,LoadState,ActiveState,UnitFileState"
    code, out, err = run(["systemctl", "--no-pager", "show", "-p", properties, *names], limit_s)
    if code:
        raise CannotTell("unsupported", err or "no systemd")
    keeper, runs = chosen(parse_units(out))
    servers = []  # type: list[str] | None
    if keeper == "timesyncd":
        servers = timesyncd_servers(limit_s)
    elif keeper:
        for path in filter(os.path.exists, CHRONY if keeper == "chrony" else NTP):
            servers = parse_servers(read_conf(path))
            break
    told = {}  # type: dict[str, object]
    unseen = {}
    if servers is None:
        unseen["servers"] = "unsupported"
    else:
        told["servers"] = sorted(set(servers))
    step = in_step(keeper, runs, limit_s)
    if isinstance(step, bool):
        told["synchronised"] = step
    else:
        unseen["synchronised"] = step
    return keeper, told, unseen


def time_sync(_asked: "dict[str, object]", limit_s: int) -> Found:
    found = Found()
    _, found.items["clock"], unseen = look(limit_s)
    found.unseen.update({"clock": unseen} if unseen else {})
    return found
