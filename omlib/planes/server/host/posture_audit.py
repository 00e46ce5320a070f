"""For checks: what is audited, where records are sent, and at what time a host thinks it is."""

import glob
import os
import re

from omlib.planes.server.host.area import Area
from omlib.planes.server.host.base import CannotTell, run, text
from omlib.planes.server.host.clock import look as clock_look
from omlib.planes.server.host.conf_d import files_of, lines_of
from omlib.planes.server.host.disk import read
from omlib.planes.server.host.units import parse_units

# by what a rule watches: a file or a call of the kernel
CLASSES = {
    "identity": ("/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow"),
    "privilege": ("/etc/sudoers", "/etc/sudoers.d"),
    "time": ("settimeofday", "clock_settime", "adjtimex", "clock_adjtime"),
    "modules": ("init_module", "finit_module", "delete_module"),
}
# all of a class must be watched; of these calls one more or less is the machine's matter
_SOME = ("time", "modules")
_TARGET = re.compile(r"target\s*=\s*\"([^\"]+)\"", re.I)
_AT = re.compile(r"(?:^|;)\s*[^#\s;]+\.[^\s;]+\s+-?@{1,2}(?:\([^)]*\))?([^\s;@]+)")


def words_of(rule: str) -> "set[str]":
    """The files and calls that one rule of auditctl(8) is about."""
    told = re.findall(r"-w\s+(\S+)|-F\s+(?:path|dir)=(\S+)|-S\s+(\S+)", rule)
    found = [part for match in told for one in match if one for part in one.split(",")]
    return {word.rstrip("/") or "/" for word in found}


def classes(rules: "list[str]") -> "list[str]":
    """Which of CLASSES the rules cover; a rule that excludes (`never`) covers nothing."""
    kept = [rule for rule in rules if not re.search(r"-[aA]\s+(never,|\w+,never)", rule)]
    seen = {word for rule in kept for word in words_of(rule)}
    found = []
    for name, wanted in CLASSES.items():
        covered = [word in seen for word in wanted]
        if any(covered) if name in _SOME else all(covered):
            found.append(name)
    return found


def loaded(limit_s: int) -> "list[str]":
    code, out, err = run(["auditctl", "-l"], limit_s)
    if code:  # the kernel of a container has no audit of its own
        away = "not permitted" in err and os.path.exists("/run/systemd/container")
        raise CannotTell("unsupported" if away or "not supported" in err else "denied", err)
    return classes(text(out).split("\n"))


def at_boot() -> "list[str]":
    paths = ["/etc/audit/audit.rules", *sorted(glob.glob("/etc/audit/rules.d/*.rules"))]
    return classes([line for path in paths for line in lines_of(read(path))])


def states(limit_s: int, *units: str) -> "dict[str, bool]":
    argv = ["systemctl", "--no-pager", "show", "-p", "Id,Names,LoadState,ActiveState", *units]
    code, out, err = run(argv, limit_s)
    if code:
        raise CannotTell("unsupported", err or "no systemd")
    found = {}
    for unit in parse_units(out):
        for name in [unit.get("Id", ""), *unit.get("Names", "").split()]:
            found[name] = unit.get("ActiveState") == "active"
    return found


def audit(_given: "dict[str, object]", limit_s: int) -> Area:
    area = Area()
    area.read("active", lambda: states(limit_s, "auditd.service").get("auditd.service", False))
    if area.told.get("active") is False:
        area.told["loaded"] = []  # who would write them down
    else:
        area.read("loaded", loaded, limit_s)
    area.read("at_boot", at_boot)
    return area


def parse_targets(files: "list[bytes]") -> "list[str]":
    """To whom rsyslog forwards: `@host`, `@@host:port` and actions of omfwd or omrelp."""
    found = set()
    for raw in files:
        joined = "\n".join(lines_of(raw))
        for line in joined.split("\n"):
            found.update(_AT.findall(line))
        for action in re.findall(r"action\s*\(([^)]*)\)", joined, re.I | re.S):
            if re.search(r"type\s*=\s*\"om(fwd|relp)\"", action, re.I):
                found.update(_TARGET.findall(action))
    return sorted(found)


def setting(raw: bytes, key: str) -> str:
    told = [line.partition("=") for line in lines_of(raw)]
    values = [value.strip() for name, _, value in told if name.strip().lower() == key]
    return values[-1] if values else ""


def rsyslog_files() -> "list[bytes]":
    paths = ["/etc/rsyslog.conf", *sorted(glob.glob("/etc/rsyslog.d/*.conf"))]
    return [read(path) for path in paths]


def targets(limit_s: int) -> "list[str]":
    """Where the running rsyslog and journal-upload send what they get."""
    running = states(limit_s, "rsyslog.service", "systemd-journal-upload.service")
    found = parse_targets(rsyslog_files()) if running.get("rsyslog.service") else []
    if running.get("systemd-journal-upload.service"):
        paths = ["/etc/systemd/journal-upload.conf", *files_of("systemd/journal-upload.conf.d")]
        found += filter(None, [setting(read(path), "url") for path in paths])
    return sorted(set(found))


def audit_targets(limit_s: int) -> "list[str]":
    """Where audit records go: by audisp-remote, or on with the system's log."""
    found = []
    for folder in ("/etc/audit/", "/etc/audisp/"):
        if setting(read(folder + "plugins.d/au-remote.conf"), "active") == "yes":
            server = setting(read(folder + "audisp-remote.conf"), "remote_server")
            found += [server] if server else []
        if setting(read(folder + "plugins.d/syslog.conf"), "active") == "yes":
            found += targets(limit_s)
    if any(b"/var/log/audit/audit.log" in raw for raw in rsyslog_files()):  # imfile
        found += targets(limit_s)
    return sorted(set(found))


def syslog(_given: "dict[str, object]", limit_s: int) -> Area:
    area = Area()
    area.read("targets", targets, limit_s)
    area.read("audit_targets", audit_targets, limit_s)
    return area


def parse_offset(keeper: str, out: bytes) -> "int | None":
    """In microseconds, of chronyc tracking, timedatectl timesync-status, ntpq -c rv."""
    words = text(out).strip()
    if keeper == "chrony":
        fields = words.split(",")
        return round(abs(float(fields[4])) * 1e6) if len(fields) > 10 else None
    if keeper == "timesyncd":
        told = re.search(r"^\s*Offset: [+-]?(?:(\d+)min )?([\d.]+)(us|ms|s)\b", words, re.M)
        if told is None:
            return None
        unit = {"us": 1.0, "ms": 1e3, "s": 1e6}[told.group(3)]
        return round(float(told.group(2)) * unit + int(told.group(1) or "0") * 60e6)
    told = re.search(r"\boffset=([+-]?[\d.]+)", words)
    return round(abs(float(told.group(1))) * 1e3) if told else None


_ASKS_OFFSET = {
    "chrony": ["chronyc", "-c", "tracking"],
    "timesyncd": ["timedatectl", "timesync-status"],
    "ntp": ["ntpq", "-c", "rv"],
}


def time(_given: "dict[str, object]", limit_s: int) -> Area:
    area = Area()
    keeper, told, unseen = clock_look(limit_s)
    area.told["keeper"] = keeper
    area.told.update(told)
    area.unseen.update(unseen)

    def offset() -> "int | None":
        if keeper not in _ASKS_OFFSET:
            return None
        code, out, err = run(_ASKS_OFFSET[keeper], limit_s)
        if code:
            raise CannotTell("error", err)
        return parse_offset(keeper, out)

    area.read("offset_us", offset)
    return area
