"""Jobs of cron(8): tables with and without an account, and scripts that run by the hour or day.

What cron does not run is no job: that of a table with a name it passes over, in the wrong hands, or
cut off.
"""

import os
import re
import stat

from omlib.planes.server.host.base import PRESENCE, Found, items_of, native, text
from omlib.planes.server.host.disk import look, read

TABLES = "/etc/cron.d/"
SPOOLS = ("/var/spool/cron/crontabs/", "/var/spool/cron/")
SCRIPTS = ("/etc/cron.hourly/", "/etc/cron.daily/", "/etc/cron.weekly/", "/etc/cron.monthly/")
_ENVIRONMENT = re.compile(r"""\s*(\w+|"[^"]*"|'[^']*')\s*=\s*(.*)""")


def parse_table(raw: bytes, account: str = "") -> "list[str]":
    """The lines that count, blanks collapsed before the command; *account* of a table without."""
    found = []
    for line in text(raw).split("\n"):
        line = line.strip(" \t")
        setting = _ENVIRONMENT.match(line)
        if not line or line.startswith("#"):
            continue
        if setting:
            found.append(setting.group(1) + "=" + setting.group(2))
            continue
        fields = 1 if line.startswith("@") else 5
        words = line.split(None, fields if account else fields + 1)
        if account:
            words.insert(fields, account)
        found.append(" ".join(words))
    return found


def path_of(name: str) -> str:
    return name if name.startswith("/") else TABLES + name


def name_of(path: str) -> str:
    return path[len(TABLES) :] if path.startswith(TABLES) else path


def runs(path: str, told: os.stat_result, debian: bool) -> bool:
    """Whether cron takes a file of root's at all, cron(8) of Debian and of cronie."""
    name = os.path.basename(path)
    if path == "/etc/crontab":
        named = True
    elif debian:
        named = re.match(r"[A-Za-z0-9_-]+$", name) is not None
    else:
        named = not re.match(r"\.|#|.*(~|\.rpm(save|orig|new)|\.cfsaved|,v)$", name)
    if path.startswith(SCRIPTS):
        return named and bool(told.st_mode & 0o111)
    return named and told.st_uid == 0 and not told.st_mode & 0o022


def jobs_of(path: str, told: os.stat_result, debian: bool) -> "list[str]":
    if path.startswith(SCRIPTS):
        return [path] if runs(path, told, debian) else []
    raw = read(path.encode("utf-8", "surrogateescape"))
    spool = path.startswith(SPOOLS)
    cut = debian and not raw.endswith(b"\n")  # Debian's cron then passes over all of the file
    if cut or not (spool or runs(path, told, debian)):
        return []
    return parse_table(raw, os.path.basename(path) if spool else "")


def everywhere(found: Found) -> "list[str]":
    """Every file of jobs, whether cron takes it or not; *found* says what may not be read."""
    paths = ["/etc/crontab"]
    for folder in (TABLES, *SPOOLS, *SCRIPTS):
        try:
            paths += [folder + native(name) for name in sorted(os.listdir(folder))]
        except FileNotFoundError:
            continue
        except PermissionError as error:
            found.status, found.detail = "denied", str(error)
    return paths


def cron(asked: "dict[str, object]", limit_s: int) -> Found:
    found = Found()
    debian = os.path.exists("/etc/debian_version")
    declared = {path_of(name): name for name in items_of(asked)}
    paths = list(declared)
    if asked["full"]:
        from omlib.planes.server.host.shipped import shipped

        others = [path for path in everywhere(found) if path not in declared]
        meant = shipped(others, limit_s)
        paths += [path for path in others if path not in meant]
    for path in paths:
        name = declared.get(path, name_of(path))
        try:
            told = look(path.encode("utf-8", "surrogateescape"), follow=True)
            if told is None or not (path in declared or stat.S_ISREG(told.st_mode)):
                continue
            found.items[name] = {"present": True}
            found.items[name]["jobs"] = jobs_of(path, told, debian)
        except OSError as error:
            reason = "denied" if isinstance(error, PermissionError) else "error"
            lost = ["jobs"] if name in found.items else [PRESENCE, "present", "jobs"]
            found.items.setdefault(name, {})
            found.unseen[name] = dict.fromkeys(lost, reason)
    return found
