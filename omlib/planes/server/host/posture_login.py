"""For checks: how one logs in: sshd as it takes its configuration, shells, who may get there."""

import glob
import re

from omlib.planes.server.host.area import Area
from omlib.planes.server.host.base import CannotTell, run, text
from omlib.planes.server.host.disk import read
from omlib.planes.server.host.nftables import legacy, parse_ruleset
from omlib.planes.server.host.sockets import listeners

# somebody nobody knows from nowhere (RFC 5737): what holds for everybody
NOBODY = "user=root,host=omlib.invalid,addr=192.0.2.1"
_TMOUT = re.compile(
    r"^[ \t]*(?:(?:export|readonly|declare|typeset)[ \t]+(?:-\S+[ \t]+)*)?TMOUT=[\"']?(\d+)", re.M
)
PROFILES = ("/etc/profile", "/etc/bashrc", "/etc/bash.bashrc")


def parse_sshd(out: bytes) -> "dict[str, list[str]]":
    told = {}  # type: dict[str, list[str]]
    for line in text(out).split("\n"):
        key, _, value = line.strip().partition(" ")
        if key:
            told.setdefault(key.lower(), []).append(value.strip())
    if "permitrootlogin" not in told:
        raise ValueError("not what sshd -T prints")
    return told


def sshd_here(limit_s: int) -> "dict[str, list[str]]":
    code, out, err = run(["sshd", "-T", "-C", NOBODY], limit_s)
    if code:
        denied = "no hostkeys available" in err or "Permission denied" in err
        raise CannotTell("denied" if denied else "error", err)
    return parse_sshd(out)


def roots_in_matches(raw: bytes, read_one: "object", deep: int = 8) -> "list[str]":
    """What blocks of `Match` let root do, with all files that are included."""
    found, inside = [], False
    for line in text(raw).split("\n"):
        words = line.partition("#")[0].replace("=", " ", 1).split()
        if not words:
            continue
        key = words[0].lower()
        if key == "match":
            inside = [word.lower() for word in words[1:]] != ["all"]
        elif key == "permitrootlogin" and inside:
            found.append(" ".join(words[1:]).lower())
        elif key == "include" and deep:
            for place in words[1:]:
                for inner in read_one(place):  # type: ignore[operator]
                    found += roots_in_matches(inner, read_one, deep - 1)
    return found


def included(place: str) -> "list[bytes]":
    pattern = place if place.startswith("/") else "/etc/ssh/" + place
    return [read(path) for path in sorted(glob.glob(pattern))]


def sshd(_given: "dict[str, object]", limit_s: int) -> Area:
    area = Area()

    def told() -> "tuple[object, ...]":
        conf = sshd_here(limit_s)

        def one(key: str) -> str:
            return conf.get(key, ["?"])[0]

        return (
            one("permitrootlogin"),
            int(one("clientaliveinterval")),
            int(one("clientalivecountmax")),
            one("authenticationmethods"),
            one("usepam"),
            one("pubkeyauthentication"),
            sorted(conf.get("port", [])),
        )

    area.read("root alive_s alive_count methods pam keys ports", told)
    area.read("root_in_match", lambda: roots_in_matches(read("/etc/ssh/sshd_config"), included))
    return area


def parse_tmout(files: "list[bytes]") -> int:
    """The laxest that any of them sets; 0 is for ever."""
    told = [int(value) for raw in files for value in _TMOUT.findall(text(raw))]
    return 0 if not told or 0 in told else max(told)


def login(_given: "dict[str, object]", _limit_s: int) -> Area:
    area = Area()
    paths = [*PROFILES, *sorted(glob.glob("/etc/profile.d/*.sh"))]
    area.read("tmout_s", lambda: parse_tmout([read(path) for path in paths]))
    return area


def sockets_here(limit_s: int) -> "list[str]":
    found = listeners({"full": True, "items": {}}, limit_s)
    told = []
    for key in sorted(found.items):
        process = found.items[key].get("process", "?")
        names = process if isinstance(process, list) else [process]
        told.append(" ".join([key, *map(str, names)]))
    return told


def input_rules(limit_s: int) -> "list[str]":
    """`family table chain: policy` and `family table chain: rule` of what the kernel asks for
    whatever comes in."""
    code, out, err = run(["nft", "list", "ruleset"], limit_s)
    if code:
        raise CannotTell("denied" if "Operation not permitted" in err else "error", err)
    hidden = legacy(limit_s)
    if hidden:
        raise CannotTell("unsupported", "iptables-legacy: " + ", ".join(hidden))
    found = []
    chains = parse_ruleset(text(out))
    for name in sorted(chains):
        chain = chains[name]
        if chain.hooked and " hook input " in " " + chain.header + " ":
            found += [name + ": policy " + chain.policy]
            found += [name + ": " + rule for rule in chain.rules]
    return found


def reach(_given: "dict[str, object]", limit_s: int) -> Area:
    area = Area()
    area.read("listeners", sockets_here, limit_s)
    area.read("input_rules", input_rules, limit_s)
    return area
