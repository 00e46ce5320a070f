"""Files by which an account, or the host, trusts others without asking: of rsh, and of netrc(5)."""

import os
import pwd
import stat

from omlib.planes.server.host.base import PRESENCE, CannotTell, Found, items_of, text
from omlib.planes.server.host.disk import belonging, digest, look
from omlib.planes.server.host.file_systems import Patience

IN_HOMES = (b".rhosts", b".shosts", b".netrc")
OF_THE_HOST = (b"/etc/hosts.equiv", b"/etc/shosts.equiv")
ATTRIBUTES = ("sha256", "owner", "group", "mode")


def paths(homes: "list[bytes]") -> "list[bytes]":
    """Where such files may stand, each once."""
    inside = [os.path.join(home, name) for home in homes if home for name in IN_HOMES]
    return list(dict.fromkeys([*OF_THE_HOST, *inside]))


def attributes_of(path: bytes) -> "tuple[dict[str, object], dict[str, str]] | None":
    """A file and what of it cannot be read; None for what is no file: nothing reads it either."""
    told = look(path, follow=True)
    if told is None or not stat.S_ISREG(told.st_mode):
        return None
    sha256, reason = digest(path)
    attributes = belonging(told)
    attributes.update({"sha256": sha256} if sha256 else {})
    return attributes, {"sha256": reason} if reason else {}


def trust_files(asked: "dict[str, object]", limit_s: int) -> Found:
    patience = Patience(limit_s)
    declared = items_of(asked)
    wanted = [name.encode("utf-8", "surrogateescape") for name in declared]
    if asked["full"]:
        wanted += paths([os.fsencode(account.pw_dir) for account in pwd.getpwall()])
    found = Found()
    for path in dict.fromkeys(wanted):
        name, reason = text(path), ""
        try:
            told = patience.ask(path, attributes_of, path)
        except TimeoutError:
            reason = "incomplete"
        except CannotTell as error:
            reason = error.status
        except OSError as error:
            reason = "denied" if isinstance(error, PermissionError) else "error"
        if reason and name in declared:
            found.items[name] = {}
            found.unseen[name] = dict.fromkeys((PRESENCE, *ATTRIBUTES), reason)
        elif reason:  # nobody can say whether it is there
            found.status, found.detail = reason, name
        elif told is not None:
            found.items[name], found.unseen[name] = told  # type: ignore[misc]
    return found
