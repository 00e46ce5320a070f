"""Files of packages that are not as their package ships them, as dpkg --verify and rpm -V tell it.

dpkg knows contents only; rpm also mode, owner, group, links and capabilities. Of Debian's policy it
is known that no package brings what everybody may write, so there that is a changed mode.
"""

import os
import re
import stat

from omlib.planes.server.host.base import Found, items_of, native
from omlib.planes.server.host.capabilities import capabilities
from omlib.planes.server.host.disk import digest, group_of, look, open_to_all, owner_of
from omlib.planes.server.host.entry import Entry
from omlib.planes.server.host.packaged import Clock, entries

_NAMED = 3  # so many paths a detail names


def changed(entry: Entry) -> "tuple[list[str], str]":
    """What differs, and why it could not all be told, or "". Raises OSError."""
    told = look(entry.path)
    if told is None:
        return ([] if entry.may_miss else ["missing"]), ""
    differs, reason = [], ""
    if entry.digest:
        # dpkg looks through links, too: the file may have been moved to another disk
        behind = look(entry.path, follow=True)
        if behind is None or not stat.S_ISREG(behind.st_mode):
            differs.append("content")
        else:
            made, reason = digest(entry.path, entry.algorithm)
            differs += ["content"] if made and made != entry.digest else []
    if entry.link is not None:
        is_link = stat.S_ISLNK(told.st_mode)
        differs += [] if is_link and os.readlink(entry.path) == entry.link else ["link"]
    if entry.mode is None:
        differs += ["mode"] if open_to_all(told.st_mode) else []
    elif not stat.S_ISLNK(told.st_mode) and entry.mode != told.st_mode:
        differs.append("mode")
    if entry.owner not in (None, owner_of(told.st_uid)):
        differs.append("owner")
    if entry.group not in (None, group_of(told.st_gid)):
        differs.append("group")
    if entry.capabilities is not None and stat.S_ISREG(told.st_mode):
        alike = powers(entry.capabilities) == powers(capabilities(entry.path))
        differs += [] if alike else ["capabilities"]
    return differs, reason


def powers(told: str) -> "set[tuple[str, str]]":
    """Name and flags of each capability: libcap wrote `= cap_net_raw+p`, now `cap_net_raw=p`."""
    found = set()  # type: set[tuple[str, str]]
    for names, flags in re.findall(r"([\w,]*)[=+]([eip]+)", told):
        found.update((name, "".join(sorted(flags))) for name in names.split(","))
    return found


def package_files(asked: "dict[str, object]", limit_s: int) -> Found:
    clock = Clock(limit_s)
    wanted = {name.encode("utf-8", "surrogateescape"): name for name in items_of(asked)}
    under = () if asked["full"] else tuple(wanted)
    found = Found()
    untold = {}  # type: dict[str, list[str]]
    # by place on the disk: neighbours are read one after the other
    for entry in sorted(entries(under, clock.left_s()), key=lambda one: one.path):
        name = wanted.get(entry.path)
        if name is None and not asked["full"]:
            continue
        if clock.is_over():
            found.status = "incomplete"
            found.detail = f"stopped after {limit_s} s at {native(os.fsdecode(entry.path))}"
            return found
        try:
            differs, reason = changed(entry)
        except OSError as error:
            differs, reason = [], "denied" if isinstance(error, PermissionError) else "error"
        path = native(os.fsdecode(entry.path))
        if differs or name:
            known = found.items.get(path, {}).get("changed", [])  # a file of several packages
            both = sorted({*differs, *known})  # type: ignore[misc]
            found.items[path] = {"package": entry.package, "changed": both}
        if reason and name:
            found.unseen[path] = {"changed": reason}
            found.items[path].pop("changed")
        elif reason and not differs:
            untold.setdefault(reason, []).append(path)
    for reason in sorted(untold, key=("denied", "incomplete", "in_transition", "error").index):
        paths = untold[reason]
        found.status = reason if reason in ("denied", "error") else "incomplete"
        found.detail = f"{len(paths)} {reason}: {', '.join(paths[:_NAMED])}"
    return found
