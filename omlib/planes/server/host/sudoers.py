"""The rules of sudo, file by file, as sudo itself takes them.

The rules of a file are those in force. A file that sudo does not take (its name holds a dot or ends
in `~`, nothing includes it, its owner or mode is wrong) has none: declared, it differs; undeclared,
it is no finding, for whoever may give it another name may write rules as well.
"""

import os
import re
import stat

from omlib.planes.server.host.base import Found, items_of, run, text
from omlib.planes.server.host.disk import digest, read
from omlib.planes.server.host.dpkg import ADMIN, has_dpkg, parse_conffiles
from omlib.planes.server.host.rpm import QUERY, has_rpm, parse_files

MAIN = "/etc/sudoers"
FOLDER = "/etc/sudoers.d/"
MAIN_ITEM = "sudoers"
DEEP = 128  # so many files may include one another, then sudo gives up
# an escaped letter; a line that goes on; a quote; a comment, for before a digit `#` is a uid
_TOKEN = re.compile(r'\\.|\\$|"|#(?!-?\d)')
_INCLUDE = re.compile(r"\s*[#@]include(dir)?[ \t]+(\S.*)")
# sources of nsswitch.conf(5) that may hold rules, and what makes them do so
_ELSEWHERE = (
    ("sss", ("/etc/sssd/sssd.conf", "/etc/sssd/conf.d")),
    ("ldap", ("/etc/sudo-ldap.conf",)),
)


def parse_rules(raw: bytes) -> "list[str]":
    """Rules, defaults, aliases and includes, in order and without comments; any blanks are one."""
    rules, rule, quoted = [], "", False
    for line in text(raw).split("\n"):
        if not rule and _INCLUDE.match(line):
            rules.append(" ".join(line.split()))
            continue
        kept, quoted, goes_on = without_comment(line.rstrip("\r"), quoted)
        rule += kept
        if goes_on:
            rule += "" if quoted else " "
            continue
        rules.append(" ".join(rule.split()))
        rule, quoted = "", False
    return [one for one in [*rules, " ".join(rule.split())] if one]


def without_comment(line: str, quoted: bool) -> "tuple[str, bool, bool]":
    """What counts of a line, whether it ends between quotes, whether the next one belongs to it."""
    for token in _TOKEN.finditer(line):
        if token[0] == "\\":
            return line[:-1], quoted, True
        if token[0] == '"':
            quoted = not quoted
        elif token[0] == "#" and not quoted:
            return line[: token.start()], quoted, False
    return line, quoted, False


def includes(rules: "list[str]", file: str, host: str) -> "list[tuple[bool, str]]":
    """Whether a folder, and its path; a path without a slash lies beside *file*."""
    found = []
    for rule in rules:
        told = _INCLUDE.match(rule)
        if told:
            path = re.sub(r"\\(.)", r"\1", told[2].strip('"')).replace("%h", host)
            found.append((bool(told[1]), os.path.join(os.path.dirname(file), path)))
    return found


def is_taken(name: str) -> bool:
    """Whether sudo reads a file of this name in a folder that it includes."""
    return "." not in name and not name.endswith("~")


def is_trusted(told: os.stat_result) -> bool:
    """As sudo judges a file's owner and mode before it believes it."""
    by_group = told.st_mode & stat.S_IWGRP and told.st_gid != 0
    return told.st_uid == 0 and not told.st_mode & stat.S_IWOTH and not by_group


def item_of(path: str) -> str:
    folder, name = os.path.split(path)
    if path == MAIN:
        return MAIN_ITEM
    return name if folder + "/" == FOLDER else path


def path_of(item: str) -> str:
    if item == MAIN_ITEM:
        return MAIN
    return item if item.startswith("/") else FOLDER + item


def in_force() -> "dict[str, list[str]]":
    """By path the rules of every file that sudo reads."""
    host = os.uname().nodename.partition(".")[0]
    found = {}  # type: dict[str, list[str]]
    ahead = [MAIN]
    while ahead and len(found) < DEEP:
        path = ahead.pop(0)
        raw = path.encode("utf-8", "surrogateescape")
        if path in found or not os.path.isfile(raw) or not is_trusted(os.stat(raw)):
            continue
        found[path] = parse_rules(read(raw))
        for is_folder, inner in includes(found[path], path, host):
            ahead += folder_files(inner) if is_folder else [inner]
    return found


def folder_files(folder: str) -> "list[str]":
    try:
        names = os.listdir(folder.encode("utf-8", "surrogateescape"))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [os.path.join(folder, text(name)) for name in sorted(names) if is_taken(text(name))]


def is_as_shipped(limit_s: int) -> bool:
    """Whether the main file is the one of its package."""
    raw = MAIN.encode("ascii")
    shipped = []
    if has_dpkg():
        conffiles = parse_conffiles(read(ADMIN + "status"))
        shipped = [("md5", conffiles[raw][1])] if raw in conffiles else []
    elif has_rpm():
        _, out, _ = run(["rpm", "-qf", "--qf", QUERY, MAIN], limit_s)
        shipped = [(one.algorithm, one.digest) for one in parse_files(out, ()) if one.path == raw]
    return any(told and digest(raw, algorithm)[0] == told for algorithm, told in shipped)


def rules_elsewhere(nsswitch: bytes) -> "list[str]":
    """The sources beside files that sudo asks for rules, by nsswitch.conf(5)."""
    line = re.search(r"^\s*sudoers\s*:([^#\n]*)", text(nsswitch), re.M)
    return [word for word in line[1].split() if word in dict(_ELSEWHERE)] if line else []


def sudo(asked: "dict[str, object]", limit_s: int) -> Found:
    rules = in_force()
    found = Found()
    for item in items_of(asked):
        path = path_of(item)
        if os.path.lexists(path.encode("utf-8", "surrogateescape")):
            found.items[item] = {"present": True, "rules": rules.get(path, [])}
    for path, told in rules.items() if asked["full"] else []:
        if (
            told
            and item_of(path) not in found.items
            and (path != MAIN or not is_as_shipped(limit_s))
        ):
            found.items[item_of(path)] = {"present": True, "rules": told}
    if asked["full"]:
        for source in rules_elsewhere(read("/etc/nsswitch.conf")):
            if any(os.path.exists(path) for path in dict(_ELSEWHERE)[source]):
                found.status, found.detail = "unsupported", "rules of " + source
    return found
