"""Accounts and groups, as the system's own name service tells them."""

import grp
import os
import pwd

from omlib.planes.server.host.base import Found, items_of, native

NO_LOGIN = ("nologin", "false", "sync", "shutdown", "halt")


def groups_of(account: "pwd.struct_passwd") -> "list[str]":
    """The further groups; the primary one goes with the account."""
    names = []
    for gid in set(os.getgrouplist(account.pw_name, account.pw_gid)) - {account.pw_gid}:
        try:
            names.append(native(grp.getgrgid(gid).gr_name))
        except KeyError:
            names.append(str(gid))
    return sorted(names)


def user_attributes(account: "pwd.struct_passwd") -> "dict[str, object]":
    return {
        "present": True,
        "uid": account.pw_uid,
        "shell": native(account.pw_shell),
        "home": native(account.pw_dir),
        "groups": groups_of(account),
    }


def can_log_in(account: "pwd.struct_passwd") -> bool:
    return account.pw_uid == 0 or os.path.basename(account.pw_shell) not in NO_LOGIN


def users(asked: "dict[str, object]", _limit_s: int) -> Found:
    found = Found()
    for name in items_of(asked):
        try:
            account = pwd.getpwnam(os.fsdecode(name.encode("utf-8")))
        except KeyError:
            continue
        found.items[name] = user_attributes(account)
    for account in filter(can_log_in, pwd.getpwall() if asked["full"] else []):
        found.items.setdefault(native(account.pw_name), user_attributes(account))
    return found
