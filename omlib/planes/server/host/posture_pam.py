"""For checks: what the stacks of PAM demand of a password, and after how many wrong ones they lock.

A stack is read as pam.conf(5) takes it, with all that it includes. Modules that are only `optional`
demand nothing.
"""

import glob
import os
import re

from omlib.planes.server.host.area import Area
from omlib.planes.server.host.base import text
from omlib.planes.server.host.disk import read

FOLDER = "/etc/pam.d/"
LOGINS = ("login", "sshd")
DEEP = 16
_LINE = re.compile(r"-?(auth|account|password|session)\s+(\[[^\]]*\]|\S+)\s+(\S+)\s*(.*)")
_CREDITS = ("dcredit", "ucredit", "lcredit", "ocredit")


class Module:
    """One line of a stack: *name* without path and `.so`, *given* its arguments."""

    def __init__(self, control: str, name: str, given: "list[str]") -> None:
        self.control = control
        self.name = name
        self.given = given

    def value(self, key: str) -> str:
        told = [word.partition("=")[2] for word in self.given if word.partition("=")[0] == key]
        return told[-1] if told else ""


def parse_stack(files: "dict[str, bytes]", service: str, kind: str, deep: int = DEEP) -> "list":  # type: ignore[type-arg]
    """The modules of *kind* in the stack of *service*; KeyError for a file that is not there."""
    found = []
    for line in text(files[service].replace(b"\\\n", b" ")).split("\n"):
        plain = line.partition("#")[0].strip()
        if plain.startswith("@include") and deep:
            found += parse_stack(files, os.path.basename(plain.split()[1]), kind, deep - 1)
            continue
        told = _LINE.match(plain)
        if told is None or told.group(1) != kind:
            continue
        control, name = told.group(2), os.path.basename(told.group(3))
        if control in ("include", "substack") and deep:
            found += parse_stack(files, name, kind, deep - 1)
        elif control != "optional":
            plain_name = name[: -len(".so")] if name.endswith(".so") else name
            found.append(Module(control, plain_name, told.group(4).split()))
    return found


def parse_settings(files: "list[bytes]") -> "dict[str, str]":
    """`key = value` and bare words of pwquality.conf(5) and faillock.conf(5); the last counts."""
    told = {}
    for raw in files:
        for line in text(raw).split("\n"):
            key, equals, value = line.partition("#")[0].partition("=")
            if key.strip():
                told[key.strip()] = value.strip() if equals else "yes"
    return told


def quality(stack: "list[Module]", conf: "dict[str, str]") -> "tuple[str, int, int]":
    """The module, the shortest password it takes, and how many classes of characters it wants."""
    for module in stack:
        if module.name not in ("pam_pwquality", "pam_cracklib"):
            continue
        base = conf if module.name == "pam_pwquality" else {}
        asked = {key: module.value(key) or base.get(key, "") for key in (*_CREDITS, "minlen")}
        if module.value("enforcing") == "0" or base.get("enforcing") == "0":
            return module.name, 0, 0
        credit = [int(asked[key] or "0") for key in _CREDITS]
        least = int(asked["minlen"] or ("8" if module.name == "pam_pwquality" else "9"))
        classes = int(module.value("minclass") or base.get("minclass", "0"))
        # a positive credit lets each character of its class stand for one more
        shortest = least - sum(one for one in credit if one > 0)
        return module.name, shortest, max(classes, sum(1 for one in credit if one < 0))
    return "", 0, 0


def locking(
    stacks: "dict[str, tuple[list[Module], list[Module]]]", conf: "dict[str, str]"
) -> "tuple[list[str], list[str], int, int]":
    """The logins whose auth, and whose account stack does not lock; tries, and seconds locked.

    Of several the laxest; 0 tries is never, 0 seconds until somebody unlocks it.
    """
    no_auth, no_account, tries, locked_s = [], [], [], []
    for login, (auth, account) in sorted(stacks.items()):
        faillock = [one for one in auth if one.name == "pam_faillock"]
        tally = [one for one in auth if one.name in ("pam_tally2", "pam_tally")]
        module = next((one for one in faillock if "authfail" in one.given), None)
        base = conf
        if module is None or not any("preauth" in one.given for one in faillock):
            module, base = (tally[0], {}) if tally else (None, {})
        if module is None:
            no_auth.append(login)
        else:
            default = "3" if module.name == "pam_faillock" else "0"
            tries.append(int(module.value("deny") or base.get("deny") or default))
            least = "600" if module.name == "pam_faillock" else "0"
            told = module.value("unlock_time") or base.get("unlock_time") or least
            locked_s.append(0 if told == "never" else int(told))
        if not any(one.name in ("pam_faillock", "pam_tally2", "pam_tally") for one in account):
            no_account.append(login)
    worst = 0 if 0 in tries else max(tries) if tries else 0
    return no_auth, no_account, worst, min(locked_s) if locked_s else 0


def stacks_here() -> "dict[str, bytes]":
    """Every file of /etc/pam.d, and those of /usr/lib/pam.d that it does not hide."""
    files = {}
    for folder in ("/usr/lib/pam.d/", FOLDER):
        for path in glob.glob(folder + "*"):
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    files[os.path.basename(path)] = file.read()
    return files


def quality_here() -> "tuple[str, int, int]":
    conf = [*sorted(glob.glob("/etc/security/pwquality.conf.d/*.conf"))]
    # the folder is read after the file by libpwquality 1.4 and later
    settings = parse_settings([read(one) for one in ["/etc/security/pwquality.conf", *conf]])
    return quality(parse_stack(stacks_here(), "passwd", "password"), settings)


def locking_here() -> "tuple[list[str], list[str], int, int]":
    files = stacks_here()
    stacks = {
        login: (parse_stack(files, login, "auth"), parse_stack(files, login, "account"))
        for login in LOGINS
        if login in files
    }
    return locking(stacks, parse_settings([read("/etc/security/faillock.conf")]))


def second_factor(stack: "list[Module]") -> "list[str]":
    """Modules that want something beside a password."""
    known = ("pam_google_authenticator", "pam_oath", "pam_u2f", "pam_radius_auth", "pam_yubico")
    found = set()
    for module in stack:
        if module.control == "sufficient":  # what comes after it may be left out
            break
        if module.control in ("required", "requisite") and module.name in known:
            found.add(module.name)
    return sorted(found)


def pam(_given: "dict[str, object]", _limit_s: int) -> Area:
    area = Area()
    area.read("quality_module minlen classes", quality_here)
    area.read("no_lock_in_auth no_lock_in_account tries locked_s", locking_here)
    area.read("second_factor", lambda: second_factor(parse_stack(stacks_here(), "sshd", "auth")))
    return area
