"""Chains of nftables: what the kernel has, as nft(8) prints it, and what is loaded at boot.

Sets with a name, maps and the like are parts of a table that no item stands for; rules that use
them are told as they are.
"""

import glob
import os
import re

from omlib.model.nft_rule import normal_rule
from omlib.planes.server.host.base import CannotTell, Found, items_of, run, text
from omlib.planes.server.host.disk import read

# the one that the system's own unit reads: of RHEL and its kin, then of Debian
FILES = ("/etc/sysconfig/nftables.conf", "/etc/nftables.conf")
LEGACY = (("ip", "iptables", "ip_tables_names"), ("ip6", "ip6tables", "ip6_tables_names"))
FAMILIES = ("ip", "ip6", "inet", "arp", "bridge", "netdev")
DEEP = 8  # of files that include files
LOOKS = 200  # files that all includes together may name


class Chain:
    """*hooked*: the kernel calls it by itself, as *header* says, so that it has a policy."""

    def __init__(self) -> None:
        self.hooked = False
        self.header = ""
        self.policy = "accept"
        self.rules = []  # type: list[str]


class Ruleset:
    """What a text of nft makes, statement by statement."""

    def __init__(self) -> None:
        self.chains = {}  # type: dict[str, Chain]
        self.values = {}  # type: dict[str, str]
        self.files = 0

    def load(self, source: str, folder: str = "", deep: int = DEEP) -> None:
        for statement, body in statements(source):
            words = self.filled(statement)
            plain = words.split()
            if plain[:1] == ["include"]:
                self.include(words[len("include") :].strip().strip("\"'"), folder, deep)
            elif plain[:1] in (["define"], ["redefine"]):
                name, _, value = words.partition(" ")[2].partition("=")
                self.values[name.strip()] = value.strip()
            else:
                self.do(plain, words, body)

    def filled(self, words: str) -> str:
        return re.sub(
            r"\$(\w+)", lambda match: self.values.get(match.group(1), match.group()), words
        )

    def include(self, pattern: str, folder: str, deep: int) -> None:
        place = pattern if pattern.startswith("/") else os.path.join(folder, pattern)
        for path in sorted(glob.glob(place)):
            self.files += 1
            if deep and self.files < LOOKS and os.path.isfile(path):
                self.load(text(read(path)), folder, deep - 1)

    def do(self, plain: "list[str]", words: str, body: "str | None") -> None:
        verb = plain.pop(0) if plain[:1] and plain[0] in VERBS else "add"
        what = plain.pop(0) if plain else ""
        if what == "ruleset" and verb == "flush":
            self.chains = {}
            return
        family = plain.pop(0) if plain[:1] and plain[0] in FAMILIES else "ip"
        if what == "rule" and verb in ("add", "insert") and len(plain) > 2:
            chain = self.chain(" ".join((family, *plain[:2])))
            rule = words.split(None, len(words.split()) - len(plain) + 2)[-1]
            chain.rules.insert(0 if verb == "insert" else len(chain.rules), rule)
        elif what == "table" and plain:
            self.table(verb, family + " " + plain[0] + " ", body)
        elif what == "chain" and len(plain) > 1:
            name = " ".join((family, *plain[:2]))
            if verb == "add":
                self.fill(self.chain(name), body or "")
            elif verb == "flush":
                self.chain(name).rules = []
            else:
                self.chains.pop(name, None)

    def table(self, verb: str, prefix: str, body: "str | None") -> None:
        own = [name for name in self.chains if name.startswith(prefix)]
        for name in own if verb != "add" else []:
            if verb == "flush":
                self.chains[name].rules = []
            else:
                del self.chains[name]
        for words, inner in statements(body or ""):
            plain = words.split()
            if plain[:1] == ["chain"] and len(plain) == 2 and inner is not None:
                self.fill(self.chain(prefix + plain[1]), inner)

    def chain(self, name: str) -> Chain:
        return self.chains.setdefault(name, Chain())

    def fill(self, chain: Chain, body: str) -> None:
        for words in lines_of(body):
            words = self.filled(words)
            if re.match(r"type \w+ hook ", words):
                chain.hooked, chain.header = True, words + ";"
            elif re.match(r"policy \w+$", words):
                chain.policy = words.split()[1]
            elif not re.match(r'(comment ".*"|devices? [=!]?.*|flags .*)$', words):
                chain.rules.append(words)


VERBS = ("add", "create", "insert", "delete", "destroy", "flush", "replace")


def pieces(source: str) -> "list[str]":
    """*source* in quoted texts, signs that structure it, and what is between; without comments."""
    source = source.replace("\\\n", " ")
    return [
        one
        for one in re.findall(r'"[^"\n]*"|#[^\n]*|[{};\n]|[^"#{};\n]+', source)
        if not one.startswith("#")
    ]


def statements(source: str) -> "list[tuple[str, str | None]]":
    """Each statement as the words before its block, and what is in that (None: it has none)."""
    found = []  # type: list[tuple[str, str | None]]
    words, body, deep = "", None, 0  # type: str, str | None, int
    for piece in [*pieces(source), "\n"]:
        before, deep = deep, deep + {"{": 1, "}": -1}.get(piece, 0)
        if piece == "{" and before == 0 and has_block(words):
            body = ""
        elif piece == "}" and deep == 0 and body is not None:
            found.append((blanks_collapsed(words), body))
            words, body = "", None
        elif body is not None:
            body += piece
        elif piece in ";\n" and deep == 0:
            found += [(blanks_collapsed(words), None)] if words.strip() else []
            words = ""
        else:
            words += piece
    return found


def has_block(words: str) -> bool:
    """Whether braces after *words* hold statements; else they are a set, as in a rule."""
    plain = words.split()
    return next((one for one in plain if one not in VERBS), "") not in (
        "rule",
        "define",
        "redefine",
    )


def lines_of(body: str) -> "list[str]":
    """The rules of a chain; one may hold braces, and go on over lines inside them."""
    found = []
    words, deep = "", 0
    for piece in [*pieces(body), "\n"]:
        deep += {"{": 1, "}": -1}.get(piece, 0)
        if piece in ";\n" and deep == 0:
            found.append(blanks_collapsed(words))
            words = ""
        else:
            words += piece
    return [one for one in found if one]


def blanks_collapsed(words: str) -> str:
    """Outside of quotes."""
    parts = re.split(r'("[^"]*")', words)
    return "".join(part if part[:1] == '"' else re.sub(r"\s+", " ", part) for part in parts).strip()


def parse_ruleset(printed: str) -> "dict[str, Chain]":
    """By `family table chain` what `nft list ruleset` printed.

    What iptables-nft made and nft cannot spell it prints as a comment, which stays with its rule.
    """
    printed = re.sub(r"(?m)^(table [^#{]*\{)[ \t]*#.*$", r"\1", printed)
    lines = [line for line in printed.split("\n") if not line.lstrip().startswith("#")]
    ruleset = Ruleset()
    ruleset.load("\n".join(lines).replace("#", "\0"))
    for chain in ruleset.chains.values():
        chain.rules = [rule.replace("\0", "#") for rule in chain.rules]
    return ruleset.chains


def boot_chains() -> "dict[str, Chain]":
    """What is loaded at boot: nothing where the unit that does it is not enabled."""
    if not glob.glob("/etc/systemd/system/*.[rw]*s/nftables.service"):
        return {}
    for path in filter(os.path.exists, FILES):
        ruleset = Ruleset()
        ruleset.load(text(read(path)), os.path.dirname(path))
        return ruleset.chains
    return {}


def is_same(one: "Chain | None", other: Chain) -> bool:
    """Whether at boot *one* stands as *other* does now."""
    return one is not None and (
        (one.hooked, one.policy if one.hooked else "")
        == (other.hooked, other.policy if other.hooked else "")
        and [normal_rule(rule) for rule in one.rules] == [normal_rule(rule) for rule in other.rules]
    )


def parse_saved(out: bytes) -> bool:
    """Whether what iptables-save(8) printed lets anything but all through."""
    lines = text(out).split("\n")
    return any(
        line.startswith(("-A ", "-I ")) or re.match(r":\S+ DROP ", line) is not None
        for line in lines
    )


def legacy(limit_s: int) -> "list[str]":
    """The tables of iptables before nftables that filter anything, and that nft cannot see."""
    found = []
    for family, program, names in LEGACY:
        for table in text(read("/proc/net/" + names)).split():
            argv = [program + "-legacy-save", "-t", table]
            try:
                code, out, _ = run(argv, limit_s)
            except CannotTell:  # it works unseen
                code, out = 1, b""
            if code or parse_saved(out):
                found.append(family + " " + table)
    return found


def firewall(asked: "dict[str, object]", limit_s: int) -> Found:
    code, out, err = run(["nft", "-s", "list", "ruleset"], limit_s)
    if code:
        denied = os.geteuid() != 0 or "not permitted" in err
        gone = "not supported" in err or "cache initialization failed" in err.lower()
        raise CannotTell("denied" if denied else "unsupported" if gone else "error", err)
    live = parse_ruleset(text(out))
    found = Found()
    try:
        at_boot, unseen = boot_chains(), ""
    except PermissionError:
        at_boot, unseen = {}, "denied"
    declared = {" ".join(name.split()): name for name in items_of(asked)}
    for name, chain in live.items():
        filters = bool(chain.rules) or (chain.hooked and chain.policy != "accept")
        if name not in declared and not (asked["full"] and filters):
            continue
        told = {"rules": chain.rules, "policy": chain.policy if chain.hooked else None}
        own = declared.get(name, name)
        found.items[own] = dict(told, at_boot=is_same(at_boot.get(name), chain))
        if unseen:
            del found.items[own]["at_boot"]
            found.unseen[own] = {"at_boot": unseen}
    if asked["full"]:
        hidden = legacy(limit_s)
        if hidden:
            found.status, found.detail = "unsupported", "iptables-legacy: " + ", ".join(hidden)
    return found
