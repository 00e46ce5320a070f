"""Whether an account or group that is not found is really not there: a directory may be down.

nsswitch.conf(5) names the sources. What a host keeps itself (files) hides nothing. Of any other
source its own module is asked, as the C library asks it, for a name that nobody has: only `not
found` is an answer. sssd and winbind give that answer from what they remember, too, so they must
say besides that they are online. Of a source that this does not know nothing is concluded.
"""

import os

from omlib.planes.server.host.base import CannotTell, in_time, run, text

NSSWITCH = "/etc/nsswitch.conf"
KEPT_HERE = ("files", "compat", "db", "systemd", "mymachines", "extrausers", "altfiles")
ASK_EACH_TIME = ("ldap", "nis")  # nslcd or nss_ldap, and ypbind: no memory of their own
NOBODY = b"omlib-is-no-such-name"
NOT_FOUND = 0  # enum nss_status of nss.h
SSSD = "/etc/sssd"


def parse_nsswitch(raw: bytes) -> "dict[str, list[str]]":
    """The sources of each database; what is to be done after each ([NOTFOUND=return]) left out."""
    sources = {}
    for line in text(raw).split("\n"):
        database, colon, rest = line.partition("#")[0].partition(":")
        if colon:
            inside = False
            kept = []
            for word in rest.replace("[", " [ ").replace("]", " ] ").split():
                inside = word != "]" and (inside or word == "[")
                kept += [word] if not inside and word != "]" else []
            sources[database.strip()] = kept
    return sources


def beyond(sources: "dict[str, list[str]]", database: str, table: bytes) -> "list[str]":
    """The sources of *database* that the host does not keep itself.

    In *table*, its own file, a line that begins with + takes accounts from NIS where the source is
    `compat`.
    """
    named = sources.get(database, ["files"])
    others = [name for name in named if name not in KEPT_HERE]
    return others + (["nis"] if "compat" in named and b"\n+" in b"\n" + table else [])


def table(path: str) -> bytes:
    """What a host keeps itself: without it nothing is known of any account, not even of root."""
    try:
        with open(path, "rb") as opened:
            raw = opened.read()
    except FileNotFoundError:
        raise CannotTell("error", path + ": not there") from None
    if not raw.strip():
        raise CannotTell("error", path + ": empty")
    return raw


def parse_sssctl(status: bytes) -> bool:
    """Whether `sssctl domain-status --online` tells that the domain is."""
    return b"Online status: Online" in status


def parse_wbinfo(status: bytes) -> bool:
    """Whether `wbinfo --online-status` tells of domains, and that all are connected."""
    lines = text(status).strip().split("\n")
    states = [line.rpartition(" : ")[2] for line in lines]
    return all(state in ("active connection", "online") for state in states)


def is_online(source: str, limit_s: int) -> bool:
    if source == "sss":
        code, domains, _ = run(["sssctl", "domain-list"], limit_s)
        names = text(domains).split()
        asked = [run(["sssctl", "domain-status", "--online", name], limit_s) for name in names]
        return not code and bool(names) and all(parse_sssctl(out) for _, out, _ in asked)
    if source == "winbind":
        code, states, _ = run(["wbinfo", "--online-status"], limit_s)
        return not code and parse_wbinfo(states)
    return source in ASK_EACH_TIME


def is_idle(source: str) -> bool:
    """RHEL names sss in every nsswitch.conf: without a configuration sssd serves nobody."""
    if source != "sss":
        return False
    try:
        os.stat(SSSD + "/sssd.conf")
        return False
    except FileNotFoundError:
        pass
    except OSError:
        return False
    try:
        return not [name for name in os.listdir(SSSD + "/conf.d") if name.endswith(".conf")]
    except FileNotFoundError:
        return True
    except OSError:
        return False


def says_not_found(source: str, function: str) -> bool:
    """Whether the module of *source* answers for a name that nobody has."""
    import ctypes

    module = ctypes.CDLL("libnss_" + source + ".so.2")
    record, room = ctypes.create_string_buffer(256), ctypes.create_string_buffer(16384)
    error = ctypes.c_int()
    asked = getattr(module, "_nss_" + source + "_" + function)
    status = asked(NOBODY, record, room, ctypes.c_size_t(len(room)), ctypes.byref(error))
    return bool(status == NOT_FOUND)


def answers(source: str, function: str, limit_s: int) -> bool:
    try:
        if is_idle(source):
            return True
        if not in_time(limit_s, says_not_found, source, function):
            return False
        return is_online(source, limit_s)
    except (CannotTell, ImportError, OSError, AttributeError):  # OSError: no module, or no answer
        return False


def hiding(database: str, limit_s: int) -> "list[str]":
    """The sources of *database* (passwd, group) that do not answer: each may hide a name."""
    try:
        with open(NSSWITCH, "rb") as opened:
            switch = opened.read()
    except FileNotFoundError:
        switch = b""
    others = beyond(parse_nsswitch(switch), database, table("/etc/" + database))
    function = {"passwd": "getpwnam_r", "group": "getgrnam_r"}[database]
    return [source for source in others if not answers(source, function, limit_s)]
