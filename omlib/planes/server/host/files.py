"""Files that are declared, and what is below watched directories without being declared."""

import os
import stat

from omlib.planes.server.host.base import PRESENCE, Found, items_of, text
from omlib.planes.server.host.disk import belonging, digest, look

FILE_ATTRIBUTES = ("sha256", "target", "owner", "group", "mode")


def locate(path: str) -> "tuple[bytes, os.stat_result] | None":
    """The file as UTF-8 names it, else as GB18030 does; None if there is neither.

    A link that leads nowhere is there, too: an enabled unit leaves one when its package goes.
    """
    for encoding in ("utf-8", "gb18030"):
        raw = path.encode(encoding)
        told = look(raw, follow=True) or look(raw)
        if told:
            return raw, told
    return None


def attributes(
    raw: bytes, told: os.stat_result, wants: "dict[str, object]"
) -> "tuple[dict[str, object], dict[str, str]]":
    """A symbolic link is what it leads to, unless its target is declared: then it is itself."""
    unseen = {}
    if "target" in wants:
        told = os.lstat(raw)
    seen = {"present": True, **belonging(told)}  # type: dict[str, object]
    if "target" in wants:
        seen["target"] = text(os.readlink(raw)) if stat.S_ISLNK(told.st_mode) else None
    if "sha256" in wants and stat.S_ISREG(told.st_mode):
        sha256, reason = digest(raw)
        seen.update({"sha256": sha256} if sha256 else {})
        unseen.update({"sha256": reason} if reason else {})
    elif "sha256" in wants:
        seen["sha256"] = None  # a directory, device or pipe has no content
    return seen, unseen


def files(asked: "dict[str, object]", limit_s: int) -> Found:
    found = Found()
    declared = set()
    for path, wants in items_of(asked).items():
        try:
            located = locate(path)
            if located is None:
                continue
            declared.add(located[0])
            found.items[path], unseen = attributes(*located, wants)
            found.unseen.update({path: unseen} if unseen else {})
        except OSError as error:
            reason = "denied" if isinstance(error, PermissionError) else "error"
            lost = [] if path in found.items else [PRESENCE]
            seen = found.items.setdefault(path, {})
            lost += [name for name in FILE_ATTRIBUTES if name not in seen]
            found.unseen[path] = dict.fromkeys(lost, reason)
    folders = asked.get("watched")
    if folders:  # only then is this module sent along
        from omlib.planes.server.host.watched import watched_files

        told = list(folders)  # type: ignore[call-overload]
        watched_files(told, declared, limit_s, found, bool(asked.get("modes")))
    return found
