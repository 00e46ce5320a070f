"""The keys that accounts trust, where sshd looks for them."""

import os
import pwd
import re
import shutil

from omlib.planes.server.host.base import (
    PRESENCE,
    CannotTell,
    Found,
    items_of,
    native,
    run,
    text,
)
from omlib.planes.server.host.file_systems import Patience

DEFAULT_FILES = ".ssh/authorized_keys .ssh/authorized_keys2"  # sshd_config(5)
KEY_TYPES = ("ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-")
LIMIT_BYTES = 16 * 1024 * 1024
# options are one word, in which blanks and \" may stand between quotes (sshd(8))
_FIRST_WORD = re.compile(r'(?:\\"|"(?:\\"|[^"])*(?:"|$)|[^\s"])+')
_MATCHED = re.compile(rb"^\s*match\s.*^\s*authorizedkeys(?:file|command)\s", re.I | re.M | re.S)


def without_comment(line: str) -> str:
    """As `omlib.inventory.schema.state.without_comment` spells it."""
    line = line.strip()
    first = _FIRST_WORD.match(line)
    if first is None:
        return line
    rest = line[first.end() :].split()
    return " ".join([first[0], *rest[: 1 if first[0].startswith(KEY_TYPES) else 2]])


def is_key(line: str) -> bool:
    """Whether sshd takes it for a key. Nothing else of a file is told: whose home it is in may have
    put a link there to what only root may read.
    """
    words = without_comment(line).split()
    named = any(word.startswith(KEY_TYPES) for word in words[-2:-1])
    return named and not line.strip().startswith("#")


def parse_keys(raw: bytes) -> "list[str]":
    return [without_comment(line) for line in text(raw).split("\n") if is_key(line)]


def parse_settings(out: bytes) -> "dict[str, str]":
    """What `sshd -T` prints: a keyword in small letters and its value, one a line."""
    return dict(line.partition(" ")[::2] for line in text(out).split("\n") if line)


def key_files(pattern: str, account: "pwd.struct_passwd") -> "list[bytes]":
    """The files of an AuthorizedKeysFile; tokens as in sshd_config(5)."""
    values = {"%": b"%", "h": os.fsencode(account.pw_dir), "u": os.fsencode(account.pw_name)}
    values["U"] = str(account.pw_uid).encode("ascii")
    found = []
    for word in pattern.split():
        if word == "none":
            continue
        raw = word.encode("utf-8", "surrogateescape")
        path = re.sub(rb"%([%huU])", lambda match: values[match[1].decode("ascii")], raw)
        found.append(os.path.join(os.fsencode(account.pw_dir), path))
    return found


def read_keys(paths: "list[bytes]") -> "list[str]":
    """The keys of all of them. Raises PermissionError; a file that is not there has none."""
    keys = []  # type: list[str]
    for path in paths:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            continue
        with os.fdopen(handle, "rb") as opened:
            raw = opened.read(LIMIT_BYTES + 1)
        if len(raw) > LIMIT_BYTES:
            raise OSError("more than 16 MiB")
        keys += parse_keys(raw)
    return sorted(set(keys))


class Sshd:
    """Where sshd looks for the keys of an account."""

    def __init__(self, limit_s: int) -> None:
        self.limit_s = limit_s
        self.program = shutil.which("sshd", path="/usr/sbin:/sbin:/usr/local/sbin")
        # as anybody else sshd cannot even read its own host keys
        self.asks = bool(self.program) and os.geteuid() == 0
        self.differs = self.asks and has_matches()
        self.common = self.ask("root") if self.asks else {}

    def ask(self, name: str) -> "dict[str, str]":
        # all of these: older ones end when a Match names one that they were not given
        who = f"user={name},host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22"
        code, out, err = run([str(self.program), "-T", "-C", who], self.limit_s)
        if code:
            raise CannotTell("error", err or "sshd -T ended with " + str(code))
        return parse_settings(out)

    def settings(self, account: "pwd.struct_passwd") -> "dict[str, str]":
        return self.ask(account.pw_name) if self.differs else self.common


def has_matches() -> bool:
    """Whether a Match block may send some accounts to another file."""
    raw = b""
    folder = "/etc/ssh/sshd_config.d/"
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    for path in ["/etc/ssh/sshd_config", *[folder + name for name in names]]:
        try:
            with open(path, "rb") as config:
                raw += config.read() + b"\n"
        except OSError:
            continue
    return sends_elsewhere(raw)


def sends_elsewhere(config: bytes) -> bool:
    return bool(_MATCHED.search(config))


def accounts_of(asked: "dict[str, object]") -> "list[tuple[str, pwd.struct_passwd]]":
    found = {}
    for name in items_of(asked):
        try:
            found[name] = pwd.getpwnam(os.fsdecode(name.encode("utf-8")))
        except KeyError:
            continue
    for account in pwd.getpwall() if asked["full"] else []:
        found.setdefault(native(account.pw_name), account)
    return list(found.items())


def authorized_keys(asked: "dict[str, object]", limit_s: int) -> Found:
    sshd, patience = Sshd(limit_s), Patience(limit_s)
    found = Found()
    for name, account in accounts_of(asked):
        settings = sshd.settings(account)
        files = key_files(settings.get("authorizedkeysfile", DEFAULT_FILES), account)
        keys, reason = read_in_time(patience, account, files)
        if settings.get("authorizedkeyscommand", "none") != "none":
            reason = "unsupported"  # a program may tell sshd of more
        if keys:
            found.items[name] = {} if reason else {"keys": keys}
            found.unseen.update({name: {"keys": reason}} if reason else {})
        elif reason and name in items_of(asked):
            found.items[name] = {}
            found.unseen[name] = {PRESENCE: reason, "keys": reason}
        elif reason:  # nobody can say whether it has any
            found.status, found.detail = reason, "keys of " + name
    return found


def read_in_time(
    patience: Patience, account: "pwd.struct_passwd", files: "list[bytes]"
) -> "tuple[list[str], str]":
    """The keys, or why they cannot be told."""
    try:
        keys = patience.ask(os.fsencode(account.pw_dir), read_keys, files)
    except TimeoutError:
        return [], "incomplete"
    except PermissionError:
        return [], "denied"
    except OSError:
        return [], "error"
    return keys, ""  # type: ignore[return-value]
