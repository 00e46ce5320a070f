"""Accounts and groups, as the system's own name service tells them.

Under full ownership those that the host keeps itself: a directory's are managed in the directory.
"""

import grp
import os
import pwd

from omlib.planes.server.host.base import PRESENCE, CannotTell, Found, items_of, native, text
from omlib.planes.server.host.name_service import hiding, table

NO_LOGIN = ("nologin", "false", "sync", "shutdown", "halt")
USER_ATTRIBUTES = ("present", "uid", "shell", "home", "groups", "locked")
GROUP_ATTRIBUTES = ("present", "gid", "members")
SHADOW = "/etc/shadow"
NOT_HERE = ("x", "*", "!", "!!")  # a password that is kept elsewhere, by a directory perhaps
OF_PEOPLE = 1000  # the first id that a system does not give itself, login.defs(5)
OVERFLOW = 65534  # the kernel's own for who has no id here


def groups_of(account: "pwd.struct_passwd", wanted: "object" = ()) -> "list[str]":
    """The further groups; the primary one is told only where *wanted* names it among them."""
    names = []
    for gid in {*os.getgrouplist(account.pw_name, account.pw_gid), account.pw_gid}:
        try:
            name = native(grp.getgrgid(gid).gr_name)
        except KeyError:
            name = str(gid)
        if gid != account.pw_gid or name in (wanted or ()):  # type: ignore[operator]
            names.append(name)
    return sorted(names)


def parse_shadow(raw: bytes) -> "dict[str, bool]":
    """By name whether no password lets the account in, shadow(5)."""
    lines = (line.split(":") for line in text(raw).split("\n") if line.count(":") >= 2)
    return {name: password.startswith(("!", "*")) for name, password, *_ in lines}


class Locks:
    """Whether accounts are locked; *reason* says why that cannot be told of any."""

    def __init__(self, locked: "dict[str, bool]", reason: str) -> None:
        self.locked = locked
        self.reason = reason

    def add_to(self, found: Found, name: str, account: "pwd.struct_passwd") -> None:
        if name in self.locked:
            found.items[name]["locked"] = self.locked[name]
        elif account.pw_passwd in NOT_HERE:
            found.unseen.setdefault(name, {})["locked"] = self.reason
        else:
            found.items[name]["locked"] = False


def read_locks() -> Locks:
    try:
        with open(SHADOW, "rb") as shadow:
            return Locks(parse_shadow(shadow.read()), "unsupported")
    except PermissionError:
        return Locks({}, "denied")
    except FileNotFoundError:  # the passwords stand in passwd(5)
        return Locks({}, "unsupported")


def user_attributes(account: "pwd.struct_passwd", groups: "list[str]") -> "dict[str, object]":
    return {
        "present": True,
        "uid": account.pw_uid,
        "shell": native(account.pw_shell),
        "home": native(account.pw_dir),
        "groups": groups,
    }


def can_log_in(account: "pwd.struct_passwd") -> bool:
    return account.pw_uid == 0 or os.path.basename(account.pw_shell) not in NO_LOGIN


def users(asked: "dict[str, object]", limit_s: int) -> Found:
    table("/etc/passwd")
    found, locks = Found(), read_locks()
    accounts = {}
    for name in items_of(asked):
        try:
            accounts[name] = pwd.getpwnam(os.fsdecode(name.encode("utf-8")))
        except KeyError:
            continue
    for account in filter(can_log_in, pwd.getpwall() if asked["full"] else []):
        accounts.setdefault(native(account.pw_name), account)
    for name, account in accounts.items():
        wanted = items_of(asked).get(name, {}).get("groups")
        found.items[name] = user_attributes(account, groups_of(account, wanted))
        locks.add_to(found, name, account)
    may_hide("passwd", asked, found, USER_ATTRIBUTES, limit_s)
    reason = why_no_groups(limit_s) if accounts else ""
    for name in accounts if reason else ():
        del found.items[name]["groups"]
        found.unseen.setdefault(name, {})["groups"] = reason
    return found


def why_no_groups(limit_s: int) -> str:
    """A further group may be one of a source that did not answer; "" where all did."""
    try:
        return "incomplete" if hiding("group", limit_s) else ""
    except CannotTell as lost:
        return lost.status


def may_hide(
    database: str,
    asked: "dict[str, object]",
    found: Found,
    attributes: "tuple[str, ...]",
    limit_s: int,
) -> None:
    """What was not found is not known to be away while a directory does not answer."""
    lost = [name for name in items_of(asked) if name not in found.items]
    if lost and hiding(database, limit_s):
        for name in lost:
            found.items[name] = {}
            found.unseen[name] = dict.fromkeys((PRESENCE, *attributes), "incomplete")


def group_attributes(group: "grp.struct_group") -> "dict[str, object]":
    members = sorted({native(member) for member in group.gr_mem})
    return {"present": True, "gid": group.gr_gid, "members": members}


def stands_out(group: "grp.struct_group") -> bool:
    """Of people rather than of the system: it has members, or a number of theirs, or root's."""
    if group.gr_gid == 0 and group.gr_name != "root":
        return True
    return bool(group.gr_mem) or (group.gr_gid >= OF_PEOPLE and group.gr_gid != OVERFLOW)


def groups(asked: "dict[str, object]", limit_s: int) -> Found:
    table("/etc/group")
    found = Found()
    for name in items_of(asked):
        try:
            group = grp.getgrnam(os.fsdecode(name.encode("utf-8")))
        except KeyError:
            continue
        found.items[name] = group_attributes(group)
    for group in filter(stands_out, grp.getgrall() if asked["full"] else []):
        found.items.setdefault(native(group.gr_name), group_attributes(group))
    may_hide("group", asked, found, GROUP_ATTRIBUTES, limit_s)
    return found
