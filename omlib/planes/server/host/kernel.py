"""The kernel's settings and modules: what holds now, and what will at the next boot."""

import os
import re

from omlib.planes.server.host.base import Found, items_of, text
from omlib.planes.server.host.conf_d import read_all
from omlib.planes.server.host.disk import read

SYS = "/proc/sys/"
OWN = "/etc/"  # of what is set, what somebody set here; packages have /usr/lib for theirs


def path_of_key(key: str) -> str:
    """`net.ipv4.ip_forward` as a path; where a slash comes first, dots are the name's own."""
    first = re.search(r"[./]", key)
    if first and first.group() == ".":
        return key.translate({ord("."): "/", ord("/"): "."})
    return key


def parse_settings(lines: "list[str]") -> "dict[str, str | None]":
    """By path what is set last; None: globs leave that key alone."""
    found = {}  # type: dict[str, str | None]
    for line in lines:
        key, sign, value = line.partition("=")
        spared = key.startswith("-")
        path = path_of_key(key.strip().lstrip("-").strip())
        if not sign and not spared:
            continue
        found.pop(path, None)  # so that the later of two globs comes later
        found[path] = " ".join(value.split()) if sign else None
    return found


def is_glob(path: str) -> bool:
    return any(sign in path for sign in "*?[")


def matches(pattern: str, path: str) -> bool:
    """As glob(7) does: a star stops at a slash."""
    parts, wanted = path.split("/"), pattern.split("/")
    regex = "/".join(as_regex(one) for one in wanted)
    return len(parts) == len(wanted) and re.match(regex + r"\Z", path) is not None


def as_regex(pattern: str) -> str:
    found = ""
    for piece in re.findall(r"\[[^]]+\]|.", pattern):
        bracket = piece.replace("[!", "[^") if len(piece) > 1 else re.escape(piece)
        found += {"*": "[^/]*", "?": "[^/]"}.get(piece, bracket)
    return found


def at_boot(path: str, settings: "dict[str, str | None]") -> "str | None":
    """What *path* is set to; a line with its own name counts before any glob, sysctl.d(5)."""
    if path in settings:
        return settings[path]
    found = None
    for pattern, value in settings.items():
        if is_glob(pattern) and value is not None and matches(pattern, path):
            found = value
    return found


def own_keys(lines: "list[tuple[str, str]]") -> "dict[str, str]":
    """By path the keys that somebody set on this host rather than a package, as spelled there."""
    found = {}
    for source, line in lines:
        key = line.partition("=")[0].strip().lstrip("-").strip()
        if source.startswith(OWN) and not is_glob(key):
            found[path_of_key(key)] = key
    return found


def sysctl(asked: "dict[str, object]", _limit_s: int) -> Found:
    found = Found()
    lines = read_all("sysctl.d")
    settings = parse_settings([line for _, line in lines])
    names = list(items_of(asked))
    told = set(map(path_of_key, names))
    own = own_keys(lines) if asked["full"] else {}
    for name in [*names, *[own[path] for path in own if path not in told]]:
        path = path_of_key(name)
        persistent = at_boot(path, settings)
        seen = {"persistent": persistent}  # type: dict[str, object]
        reason = ""
        try:
            with open(SYS + path, "rb") as opened:
                seen["runtime"] = " ".join(text(opened.read()).split())
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            if persistent is None:
                continue
        except OSError as error:  # some can only be written, some have no value yet
            reason = "denied" if isinstance(error, PermissionError) else "error"
        found.items[name] = seen
        found.unseen.update({name: {"runtime": reason}} if reason else {})
    return found


def module_name(name: str) -> str:
    """`-` and `_` are one to modprobe(8)."""
    return name.replace("-", "_")


def parse_modules(raw: bytes) -> "set[str]":
    """Of /proc/modules."""
    return {module_name(line.split(" ")[0]) for line in text(raw).split("\n") if line}


def parse_builtin(raw: bytes) -> "set[str]":
    """Of modules.builtin: `kernel/fs/ext4/ext4.ko` is ext4."""
    names = [os.path.basename(line) for line in text(raw).split("\n")]
    return {module_name(name.partition(".ko")[0]) for name in names if name}


def parse_blocked(lines: "list[tuple[str, str]]") -> "dict[str, str]":
    """By module the file that has it blacklisted, or has nothing done in its place."""
    found = {}
    for source, line in lines:
        words = line.split()
        idle = len(words) > 2 and os.path.basename(words[2]) in ("false", "true")
        if len(words) > 1 and (words[0] == "blacklist" or (words[0] == "install" and idle)):
            found[module_name(words[1])] = source
    return found


def parse_cmdline(raw: bytes, *options: str) -> "list[str]":
    """The modules that the kernel's command line names under one of *options*."""
    found = []
    for word in text(raw).split():
        key, _, value = word.partition("=")
        if key.replace("_", "-") in options:
            found += [module_name(name) for name in value.split(",") if name]
    return found


def loaded() -> "tuple[set[str], bool]":
    """Those loaded or built in; and whether that is all of them."""
    release = "/lib/modules/" + os.uname().release + "/"
    lists = ["/proc/modules", release + "modules.builtin"]
    names = parse_modules(read(lists[0])) | parse_builtin(read(lists[1]))
    for name in os.listdir("/sys/module") if os.path.isdir("/sys/module") else []:
        state = text(read("/sys/module/" + name + "/initstate")).strip()
        if state in ("", "live"):  # what is built in has no state
            names.add(module_name(name))
    return names, all(map(os.path.exists, lists))


def boot_and_blocked() -> "tuple[dict[str, str], dict[str, str]]":
    """The modules loaded at boot, and those kept away, by the file that names them."""
    cmdline = read("/proc/cmdline")
    boot = {module_name(line): path for path, line in read_all("modules-load.d")}
    boot.update(dict.fromkeys(parse_cmdline(cmdline, "modules-load"), ""))
    blocked = parse_blocked(read_all("modprobe.d"))
    for name in parse_cmdline(cmdline, "module-blacklist", "modprobe.blacklist"):
        blocked[name] = ""
    return boot, blocked


def kernel_modules(asked: "dict[str, object]", _limit_s: int) -> Found:
    found = Found()
    there, whole = loaded()
    boot, blocked = boot_and_blocked()
    names = list(items_of(asked))
    of_host = set()  # type: set[str]
    for module, source in [*boot.items(), *blocked.items()] if asked["full"] else []:
        of_host.update([] if source and not source.startswith(OWN) else [module])
    for name in [*names, *sorted(of_host.difference(map(module_name, names)))]:
        module = module_name(name)
        told = {"at_boot": module in boot, "blocked": module in blocked}  # type: dict[str, object]
        if module in there or whole:
            told["loaded"] = module in there
        else:  # a container, or a kernel without a list of what is built in
            found.unseen[name] = {"loaded": "unsupported"}
        found.items[name] = told
    return found
