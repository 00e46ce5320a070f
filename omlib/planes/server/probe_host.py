"""What a host answers when it is looked at. Runs on the host, reads only, writes nothing there.

`omlib.planes.server.question` sends this text over SSH to a python3 of 3.6 or newer, which has the
standard library alone; annotations that 3.6 does not know stand as strings. The question comes on
standard input as JSON. The answer is one frame per kind, base64 with its length, so that nothing
a host prints besides can break it; kinds that may hang come last, so they cost no other its answer.

An item that is not there is left out. What could not be read is named in *unseen*, per attribute;
a kind that could not be read is not `ok` and says why. Neither is ever an absence.
"""

import base64
import errno
import glob
import grp
import hashlib
import json
import os
import pwd
import signal
import socket
import stat
import struct
import subprocess
import sys

READS = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
NO_LOGIN = ("nologin", "false", "sync", "shutdown", "halt")
HASH_LIMIT_BYTES = 256 * 1024 * 1024
FILE_ATTRIBUTES = ("sha256", "owner", "group", "mode")
PRESENCE = "@presence"  # among what is unseen: not even whether it is there


class CannotTell(Exception):
    """A whole kind could not be read: *status* is denied, unsupported, incomplete or error."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail


class Found:
    """What was found of one kind: attributes by item, and what of them could not be read."""

    def __init__(self) -> None:
        self.items = {}  # type: dict[str, dict[str, object]]
        self.unseen = {}  # type: dict[str, dict[str, str]]


def text(raw: bytes) -> str:
    """Any byte survives: the asking side turns the surrogates back and finds the encoding."""
    return raw.decode("utf-8", "surrogateescape")


def native(name: str) -> str:
    """The same, for what Python has already read in the locale's encoding."""
    return text(os.fsencode(name))


def run(argv: "list[str]", limit_s: int) -> "tuple[int, bytes, str]":
    try:
        done = subprocess.run(  # noqa: UP022  (capture_output is of 3.7)
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=limit_s,
            env=READS,
        )
    except FileNotFoundError:
        raise CannotTell("unsupported", argv[0] + ": not found") from None
    except subprocess.TimeoutExpired:
        raise CannotTell("incomplete", f"{argv[0]}: no answer in {limit_s} s") from None
    return done.returncode, done.stdout, text(done.stderr[:400])


# packages


def parse_dpkg(out: bytes) -> Found:
    """Lines of package, architecture, version and state; `name:arch` unless of the host's own."""
    rows = [line.split("\t") for line in text(out).split("\n") if line.count("\t") == 3]
    own = ["all", *[arch for name, arch, _, _ in rows if name == "dpkg"][:1]]
    found = Found()
    for name, arch, version, state in rows:
        full_name = name if arch in own else name + ":" + arch
        # the second letter, dpkg-query(1): n and c are not there; H, U, F are half way in or out
        if state[1:2] in ("i", "W", "t"):
            found.items[full_name] = {"present": True, "version": version}
        elif state[1:2] in ("H", "U", "F"):
            found.items[full_name] = {}
            found.unseen[full_name] = {"present": "in_transition", "version": "in_transition"}
    return found


def parse_rpm(out: bytes, machine: str) -> Found:
    """Lines of name, epoch, version-release and architecture; several versions are a list."""
    versions = {}  # type: dict[str, list[str]]
    for line in text(out).split("\n"):
        if line.count("\t") != 3:
            continue
        name, epoch, version, arch = line.split("\t")
        if name == "gpg-pubkey":  # a trusted key, kept among the packages
            continue
        full_name = name if arch in (machine, "noarch", "(none)") else name + "." + arch
        version = version if epoch in ("0", "(none)") else epoch + ":" + version
        versions.setdefault(full_name, []).append(version)
    found = Found()
    for name, several in versions.items():
        version_told = several[0] if len(several) == 1 else sorted(several)  # type: object
        found.items[name] = {"present": True, "version": version_told}
    return found


def packages(_asked: "dict[str, object]", limit_s: int) -> Found:
    if os.path.exists("/var/lib/dpkg/status"):
        layout = "${Package}\\t${Architecture}\\t${Version}\\t${db:Status-Abbrev}\\n"
        code, out, err = run(["dpkg-query", "-W", "-f=" + layout], limit_s)
        found = parse_dpkg(out)
    else:
        layout = "%{NAME}\\t%{EPOCH}\\t%{VERSION}-%{RELEASE}\\t%{ARCH}\\n"
        code, out, err = run(["rpm", "-qa", "--qf", layout], limit_s)
        found = parse_rpm(out, os.uname().machine)
    if code or not found.items:  # a host without a single package has a broken database
        raise CannotTell("error", err or "no package at all")
    return found


# services


def parse_units(out: bytes) -> "list[dict[str, str]]":
    blocks = text(out).strip("\n").split("\n\n")
    return [dict(line.partition("=")[::2] for line in block.split("\n")) for block in blocks]


def unit_attributes(unit: "dict[str, str]") -> "tuple[dict[str, object], dict[str, str]]":
    active, file_state = unit.get("ActiveState", ""), unit.get("UnitFileState", "")
    attributes = {"running": active in ("active", "reloading")}  # type: dict[str, object]
    unseen = {}
    # between two starts of a crash loop a unit is "activating (auto-restart)": it does not run
    if active == "deactivating" or (
        active == "activating" and unit.get("SubState") != "auto-restart"
    ):
        del attributes["running"]
        unseen["running"] = "in_transition"
    # as systemctl(1) is-enabled tells it by exit status; what ends in -runtime is gone at boot
    attributes["enabled"] = file_state in ("enabled", "static", "alias", "indirect", "generated")
    if file_state == "generated":  # from a System V script
        script = unit.get("Id", "").replace(".service", "")
        if os.path.exists("/etc/init.d/" + script):
            attributes["enabled"] = bool(glob.glob("/etc/rc[2-5].d/S[0-9][0-9]" + script))
    return attributes, unseen


def services(asked: "dict[str, object]", limit_s: int) -> Found:
    names = sorted(asked["items"])  # type: ignore[call-overload]
    wanted = list(names)
    if asked["full"]:  # `list-unit-files` would cost systemd 0.4 s; the links say the same
        links = glob.glob(b"/etc/systemd/system/*.[rw]*s/*.service")  # *.wants, *.requires
        wanted += [*[text(os.path.basename(link)) for link in links], "*.service"]
    properties = "Id,Names,LoadState,ActiveState,SubState,UnitFileState,FragmentPath"
    argv = ["systemctl", "--no-pager", "show", "-p", properties, "--", *wanted]
    code, out, err = run(argv, limit_s)
    units = parse_units(out)
    if not units or "Id" not in units[0]:
        booted = os.path.isdir("/run/systemd/system")
        raise CannotTell("error" if booted and code else "unsupported", err or "no systemd")
    return sort_units(units, names, bool(asked["full"]))


def sort_units(units: "list[dict[str, str]]", names: "list[str]", full: bool) -> Found:
    """Find each declared unit among *units* by any of its names.

    Under *full* also what somebody enabled, and what runs and is not a part of a package that the
    system itself pulls in.
    """
    by_name = {}
    for unit in units:
        for name in [*unit.get("Names", "").split(), unit.get("Id", "")]:
            by_name[name] = unit
    found = Found()
    told = set()
    for name in names:
        unit_of = by_name.get(name) or by_name.get(name + ".service")
        if unit_of is None:  # a name that systemd does not take as it stands
            found.items[name] = {}
            found.unseen[name] = dict.fromkeys((PRESENCE, "running", "enabled"), "error")
        elif unit_of.get("LoadState") != "not-found":
            found.items[name], unseen = unit_attributes(unit_of)
            found.unseen.update({name: unseen} if unseen else {})
            told.add(unit_of.get("Id", ""))
    for unit in units if full else []:
        name = unit.get("Id", "")
        path, file_state = unit.get("FragmentPath", ""), unit.get("UnitFileState")
        pulled_in = file_state == "static" and path.startswith(("/lib/", "/usr/lib/"))
        stands = unit.get("ActiveState") == "active" and not pulled_in
        if (stands or file_state == "enabled") and name not in told and name.endswith(".service"):
            found.items[name[: -len(".service")]] = unit_attributes(unit)[0]
            told.add(name)
    return found


# users


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
    for name in asked["items"]:  # type: ignore[attr-defined]
        try:
            account = pwd.getpwnam(os.fsdecode(name.encode("utf-8")))
        except KeyError:
            continue
        found.items[name] = user_attributes(account)
    for account in filter(can_log_in, pwd.getpwall() if asked["full"] else []):
        found.items.setdefault(native(account.pw_name), user_attributes(account))
    return found


# listeners


def parse_sockets(proto: str, table: bytes) -> "list[tuple[str, str]]":
    """The (key, inode) of each socket of a /proc/net table that waits for whoever comes.

    TCP in state LISTEN (0A); UDP unconnected (07) with no peer.
    """
    found = []
    state_wanted = b"0A" if proto.startswith("tcp") else b"07"
    for line in table.split(b"\n")[1:]:
        words = line.split()
        if len(words) > 9 and words[3] == state_wanted and words[2].endswith(b":0000"):
            address, port = words[1].decode("ascii").split(":")
            key = f"{proto[:3]}/{spelled(address)}:{int(port, 16)}"
            found.append((key, words[9].decode("ascii")))
    return found


def spelled(hexadecimal: str) -> str:
    """The kernel prints addresses as 32-bit words in the machine's own byte order."""
    raw = bytes.fromhex(hexadecimal)
    words = struct.unpack(f">{len(raw) // 4}I", raw)
    packed = struct.pack(f"={len(words)}I", *words)
    if not any(packed):
        return "*"
    if len(packed) == 4:
        return socket.inet_ntop(socket.AF_INET, packed)
    if packed.startswith(b"\0" * 10 + b"\xff\xff"):  # IPv4 in an IPv6 socket
        return socket.inet_ntop(socket.AF_INET, packed[12:])
    return "[" + socket.inet_ntop(socket.AF_INET6, packed) + "]"


def processes_of(inodes: "set[str]") -> "tuple[dict[str, dict[int, str]], bool]":
    """By inode the processes that hold it; and whether every process could be looked into."""
    holders = {}  # type: dict[str, dict[int, str]]
    saw_all = True
    for pid in filter(str.isdigit, os.listdir("/proc")):
        folder = f"/proc/{pid}/fd/"
        try:
            for number in os.listdir(folder):
                try:
                    link = os.readlink(folder + number)
                except FileNotFoundError:
                    continue
                if link.startswith("socket:[") and link[8:-1] in inodes:
                    with open(f"/proc/{pid}/comm", "rb") as comm:
                        name = text(comm.read().rstrip(b"\n"))
                    holders.setdefault(link[8:-1], {})[int(pid)] = name
        except PermissionError:
            saw_all = False
        except OSError:  # it ended meanwhile
            continue
    return holders, saw_all


def chosen(holders: "dict[int, str]") -> str:
    """The process that serves: the oldest, and not the systemd that opened the socket for it."""
    serving = {pid: name for pid, name in holders.items() if pid != 1} or holders
    return serving[min(serving)]


def listeners(asked: "dict[str, object]", _limit_s: int) -> Found:
    inodes = {}  # type: dict[str, set[str]]
    for proto in ("tcp", "tcp6", "udp", "udp6"):
        try:
            with open("/proc/net/" + proto, "rb") as table:
                for key, inode in parse_sockets(proto, table.read()):
                    inodes.setdefault(key, set()).add(inode)
        except FileNotFoundError:
            if proto == "tcp":
                raise CannotTell("unsupported", "/proc/net/tcp: not there") from None
    declared = asked["items"]  # type: dict[str, dict[str, object]] # type: ignore[assignment]
    kept = {key: inodes[key] for key in inodes if asked["full"] or key in declared}
    found = Found()
    found.items = {key: {} for key in kept}
    if not asked["full"] and not any(wants["process"] for wants in declared.values()):
        return found
    holders, saw_all = processes_of({inode for several in kept.values() for inode in several})
    for key, several in kept.items():
        names = {chosen(holders[inode]) for inode in several if inode in holders}
        if several - set(holders):  # a kernel's own socket, or a process that just came or went
            found.unseen[key] = {"process": "incomplete" if saw_all else "denied"}
        else:
            found.items[key]["process"] = min(names) if len(names) == 1 else sorted(names)
    return found


# files


def owner_of(uid: int) -> str:
    try:
        return native(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return str(uid)


def group_of(gid: int) -> str:
    try:
        return native(grp.getgrgid(gid).gr_name)
    except KeyError:
        return str(gid)


def locate(path: str) -> "tuple[bytes, os.stat_result] | None":
    """The file as UTF-8 names it, else as GB18030 does; None if there is neither.

    A link that leads nowhere is there, too: an enabled unit leaves one when its package goes.
    """
    for encoding in ("utf-8", "gb18030"):
        raw = path.encode(encoding)
        for look in (os.stat, os.lstat):
            try:
                return raw, look(raw)
            except OSError as error:
                if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG):
                    raise
    return None


def digest(raw: bytes) -> "tuple[str, str]":
    """SHA-256 of a regular file, or "" and the reason why not."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        handle = os.open(raw, flags | os.O_NOATIME)
    except PermissionError:  # O_NOATIME is for the owner and root
        try:
            handle = os.open(raw, flags)
        except PermissionError:
            return "", "denied"
    with os.fdopen(handle, "rb") as opened:
        before = os.fstat(opened.fileno())
        made = hashlib.sha256()
        size = 0
        while size <= HASH_LIMIT_BYTES:
            piece = opened.read(1 << 20)
            if not piece:
                after = os.fstat(opened.fileno())
                steady = (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
                return (made.hexdigest(), "") if steady else ("", "in_transition")
            made.update(piece)
            size += len(piece)
    return "", "incomplete"


def files(asked: "dict[str, object]", _limit_s: int) -> Found:
    found = Found()
    for path, wants in asked["items"].items():  # type: ignore[attr-defined]
        try:
            located = locate(path)
            if located is None:
                continue
            raw, told = located
            found.items[path] = {
                "owner": owner_of(told.st_uid),
                "group": group_of(told.st_gid),
                "mode": f"{stat.S_IMODE(told.st_mode):04o}",
            }
            if wants["sha256"] and stat.S_ISREG(told.st_mode):
                sha256, reason = digest(raw)
                found.items[path].update({"sha256": sha256} if sha256 else {})
                found.unseen.update({path: {"sha256": reason}} if reason else {})
            elif wants["sha256"]:
                found.items[path]["sha256"] = None  # a directory, device or pipe has no content
        except OSError as error:
            reason = "denied" if isinstance(error, PermissionError) else "error"
            lost = [] if path in found.items else [PRESENCE]
            seen = found.items.setdefault(path, {})
            lost += [name for name in FILE_ATTRIBUTES if name not in seen]
            found.unseen[path] = dict.fromkeys(lost, reason)
    return found


KINDS = {
    "users": users,
    "listeners": listeners,
    "services": services,
    "packages": packages,
    "files": files,
}


def told(kind: str, asked: "dict[str, object]", limit_s: int) -> "dict[str, object]":
    try:
        found = KINDS[kind](asked, limit_s)
    except CannotTell as error:
        return {"status": error.status, "detail": error.detail, "items": {}, "unseen": {}}
    except PermissionError as error:
        return {"status": "denied", "detail": str(error), "items": {}, "unseen": {}}
    except Exception as error:  # noqa: BLE001  (one kind must not cost the others)
        detail = f"{type(error).__name__}: {error}"
        return {"status": "error", "detail": detail, "items": {}, "unseen": {}}
    items = found.items
    if not asked["full"]:
        items = {name: items[name] for name in asked["items"] if name in items}  # type: ignore[attr-defined]
    unseen = {name: found.unseen[name] for name in found.unseen if name in items}
    return {"status": "ok", "detail": "", "items": items, "unseen": unseen}


def frame(nonce: str, kind: str, answer: "dict[str, object]") -> bytes:
    body = base64.b64encode(json.dumps(answer).encode("ascii"))
    head = f"\n{nonce} {kind} {len(body)} "
    return head.encode("ascii") + body + b"\n"


def main() -> None:
    question = json.loads(sys.stdin.buffer.read().decode("ascii"))
    nonce, command_s = question["nonce"], question["command_s"]
    signal.alarm(question["deadline_s"])  # whoever asked has left by then
    out = sys.stdout.buffer
    version = ".".join(map(str, sys.version_info[:3]))
    out.write(frame(nonce, "host", {"uid": os.geteuid(), "python": version}))
    for kind in KINDS:
        if kind in question["kinds"]:
            out.write(frame(nonce, kind, told(kind, question["kinds"][kind], command_s)))
            out.flush()
    out.write(f"\n{nonce} end\n".encode("ascii"))
    out.flush()


if __name__ == "__main__":
    main()
