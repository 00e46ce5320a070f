"""Files below watched directories that are not as a package, or a package's own tool, left them.

Left out is what is packaged and unchanged, and what these tools make of it: ucf(1),
pam-auth-update(8), update-alternatives(1), `systemctl enable`, update-rc.d(8),
update-ca-certificates(8), the copies that the tools for accounts keep, the history of a shell. But
what somebody else than root may write is told in any case, unless its package has it so. Of a
packaged symbolic link dpkg does not record where it leads, so any target passes there.
"""

import os
import pwd
import re
import stat

from omlib.planes.server.host.alternatives import alternatives
from omlib.planes.server.host.base import Found, text
from omlib.planes.server.host.disk import (
    belonging,
    digest,
    group_of,
    open_to_all,
    owner_of,
    read,
    real,
)
from omlib.planes.server.host.entry import Entry
from omlib.planes.server.host.packaged import Clock, entries, owned, spellings
from omlib.planes.server.host.pam import as_left_by_pam_auth_update

MOST = 20_000  # files; a tree of more is not what anybody watches
UCF = "/var/lib/ucf/hashfile"
UNITS = (b"/lib/systemd/system", b"/usr/lib/systemd/system", b"/usr/lib/systemd/user")
# of each authority update-ca-certificates(8) makes a link here, and c_rehash(1) one by its hash
AUTHORITIES, TRUSTED = b"/usr/share/ca-certificates/", b"/etc/ssl/certs/"
_ENABLED = rb"/etc/systemd/(?:system|user)/(?:[^/]+\.(?:wants|requires)/)?([^/]+)"
_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_RUNS = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH
_USUAL = (0o644, 0o755)
# made anew by passwd(5)'s tools and by systemd-update-done(8), with nothing that anybody declares
COPIES = re.compile(rb"/etc/(?:(?:passwd|group|subuid|subgid|g?shadow)-|\.pwd\.lock|\.updated)")
# what a login at a terminal leaves in a home: nothing runs it, nothing believes it
TRACES = re.compile(
    rb"\.(?:\w+_history|lesshst|viminfo|wget-hsts|sudo_as_admin_successful"
    rb"|cache/motd\.legal-displayed)"
)


class Knowledge:
    """What this host's packages say of files: by true path."""

    def __init__(self, folders: "list[bytes]", clock: Clock) -> None:
        under = tuple(name for folder in folders for name in spellings(folder))
        links, targets = alternatives()
        self.links = {real(link): leads for link, leads in links.items()}
        self.targets = {**targets}
        ends = tuple(end for several in targets.values() for end in several)
        units = tuple(name for folder in UNITS for name in spellings(folder))
        self.owned = owned((*under, *ends, *units, AUTHORITIES), clock.left_s())
        self.shipped = {}  # type: dict[bytes, list[Entry]]
        for entry in entries(under, clock.left_s()):
            self.shipped.setdefault(real(entry.path), []).append(entry)
        self.by_ucf = parse_ucf(read(UCF))
        self.homes = {os.path.realpath(os.fsencode(one.pw_dir)) for one in pwd.getpwall()}

    def explains(self, path: bytes, told: os.stat_result) -> bool:
        """Whether the file at the true *path* is as its package left it. Raises OSError."""
        known = self.shipped.get(path, [])
        if any(_as_recorded(entry, told) is False for entry in known):
            return False
        if stat.S_ISLNK(told.st_mode):
            return self._explains_link(path, os.readlink(path), known)
        if stat.S_ISDIR(told.st_mode):
            return self.records_mode(path)
        if self._is_left_behind(path, told):
            return True
        recorded = any(entry.mode is not None for entry in known)
        if not stat.S_ISREG(told.st_mode) or not (
            recorded or (told.st_uid == 0 and not told.st_mode & _BY_OTHERS)
        ):
            return False
        sums = {(entry.algorithm, entry.digest) for entry in known if entry.digest}
        if path in self.by_ucf:
            sums.add(("md5", self.by_ucf[path]))
        for algorithm, wanted in sorted(sums):
            made, reason = digest(path, algorithm)
            if reason == "denied":
                raise PermissionError(path)
            if made == wanted:
                return True
        return as_left_by_pam_auth_update(path)

    def records_mode(self, path: bytes) -> bool:
        return any(entry.mode is not None for entry in self.shipped.get(path, []))

    def is_usual(self, path: bytes, told: os.stat_result) -> bool:
        """Whether a file that `explains` passes belongs to root and has a mode as most have.

        Where the package manager records modes, any other would not have passed.
        """
        if stat.S_ISLNK(told.st_mode) or self.records_mode(path):
            return True
        if self._is_left_behind(path, told):
            return True
        return not told.st_uid and not told.st_gid and stat.S_IMODE(told.st_mode) in _USUAL

    def _is_left_behind(self, path: bytes, told: os.stat_result) -> bool:
        if not stat.S_ISREG(told.st_mode) or told.st_mode & (_BY_OTHERS | _RUNS):
            return False
        if COPIES.fullmatch(path):
            return told.st_uid == 0 and not (b"shadow" in path and told.st_mode & stat.S_IROTH)
        return any(
            path.startswith(home + b"/") and TRACES.fullmatch(path[len(home) + 1 :])
            for home in self.homes
        )

    def _explains_link(self, path: bytes, link: bytes, known: "list[Entry]") -> bool:
        if any(entry.link is not None for entry in known):
            return True  # and it leads where rpm says, or it were not as recorded
        if path in self.owned or self.links.get(path) == link:
            return True
        if path in self.targets:
            return link in self.targets[path] and real(link) in self.owned
        leads = os.path.normpath(os.path.join(os.path.dirname(path), link))
        if re.fullmatch(TRUSTED + rb"[0-9a-f]{8}\.[0-9]+", path) and os.path.islink(leads):
            path, leads = leads, os.path.join(TRUSTED, os.readlink(leads))
        if path.startswith(TRUSTED) and leads.startswith(AUTHORITIES):
            return leads in self.owned
        if re.fullmatch(rb"/etc/rc[0-6S]\.d/[SK][0-9][0-9](.+)", path):
            return re.sub(rb".*/[SK]..", b"/etc/init.d/", path) == leads and leads in self.shipped
        return self._is_enabling(path, real(leads))

    def _is_enabling(self, path: bytes, unit: bytes) -> bool:
        """Whether `systemctl enable` of a packaged unit makes this link."""
        name = re.fullmatch(_ENABLED, path)
        folders = [os.path.realpath(folder) for folder in UNITS]
        if not name or os.path.dirname(unit) not in folders or unit not in self.owned:
            return False
        of_template = re.sub(rb"@[^/]*(\.[a-z]+)$", rb"@\1", name[1])
        if os.path.dirname(path).endswith((b".wants", b".requires")):
            return os.path.basename(unit) in (name[1], of_template)
        aliases = re.findall(rb"^Alias=(.*)$", read(unit), re.M)
        return name[1] in b" ".join(aliases).split()


def _as_recorded(entry: Entry, told: os.stat_result) -> bool:
    """Owner, group, mode and link as rpm recorded them; dpkg records none of them."""
    is_link = stat.S_ISLNK(told.st_mode)
    if entry.link is not None and not (is_link and os.readlink(entry.path) == entry.link):
        return False
    return (
        (is_link or entry.mode in (None, told.st_mode))
        and entry.owner in (None, owner_of(told.st_uid))
        and entry.group in (None, group_of(told.st_gid))
    )


def parse_ucf(raw: bytes) -> "dict[bytes, str]":
    lines = (line.partition(b"  ") for line in raw.split(b"\n"))
    return {path: md5.decode("ascii", "replace") for md5, _, path in lines if path}


def walk(folder: bytes, found: Found, modes: bool = False) -> "list[tuple[bytes, os.stat_result]]":
    """Every file below *folder* but on other file systems; says in *found* what it could not see.

    *folder* by its true name; a symbolic link below it is a file, wherever it leads. Folders are
    told where anybody may write, with *modes* also those that are not root's and open to all eyes.
    """
    files = []  # type: list[tuple[bytes, os.stat_result]]
    try:
        disk, left = os.stat(folder).st_dev, [folder]
    except FileNotFoundError:
        return []
    while left:
        try:
            with os.scandir(left.pop()) as inside:
                several = sorted(inside, key=lambda one: one.name)
        except NotADirectoryError:
            continue
        except PermissionError as error:
            found.status, found.detail = "denied", str(error)
            continue
        for one in several:
            try:
                told = one.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISDIR(told.st_mode):
                left += [one.path] if told.st_dev == disk else []
                plain = not told.st_uid and not told.st_gid and told.st_mode & 0o7777 == 0o755
                if open_to_all(told.st_mode) or (modes and not plain):
                    files.append((one.path, told))
            elif len(files) < MOST:
                files.append((one.path, told))
            else:
                found.status = "incomplete"
                found.detail = f"more than {MOST} files below {text(folder)}"
                return files
    return files


def watched_files(
    folders: "list[str]",
    declared: "set[bytes]",
    limit_s: int,
    found: Found,
    modes: bool = False,
) -> None:
    """Add to *found* what nobody explains below *folders*; *declared* are told already.

    With *modes* also what is as its package left it, but for an owner or a mode that may be meant:
    of that nothing is told but these.
    """
    clock = Clock(limit_s)
    raw = [folder.encode("utf-8", "surrogateescape") for folder in folders]
    knows = Knowledge(raw, clock)
    for folder in raw:
        true = os.path.realpath(folder)
        for path, told in walk(true, found, modes):
            if clock.is_over():
                found.status, found.detail = "incomplete", f"stopped after {limit_s} s"
                return
            shown = folder.rstrip(b"/") + path[len(true.rstrip(b"/")) :]
            if shown in declared or text(shown) in found.items:
                continue
            try:
                if not knows.explains(path, told):
                    _tell(found, text(shown), path, told)
                elif modes and not knows.is_usual(path, told):
                    found.items[text(shown)] = {"present": True, **belonging(told)}
            except FileNotFoundError:
                continue
            except PermissionError:  # it may well be as it was shipped
                found.status, found.detail = "denied", text(shown)


def _tell(found: Found, name: str, path: bytes, told: os.stat_result) -> None:
    found.items[name] = {"present": True, "sha256": None, **belonging(told)}
    if stat.S_ISLNK(told.st_mode):
        found.items[name]["target"] = text(os.readlink(path))
    elif stat.S_ISREG(told.st_mode):
        sha256, reason = digest(path)
        found.items[name]["sha256"] = sha256
        if reason:
            del found.items[name]["sha256"]
            found.unseen[name] = {"sha256": reason}
