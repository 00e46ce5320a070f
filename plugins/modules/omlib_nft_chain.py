#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give a chain of nftables exactly the rules that are declared, now and at boot."""

DOCUMENTATION = r"""
module: omlib_nft_chain
short_description: Give a chain of nftables exactly the rules that are declared
description:
  - Rules are compared as nft(8) prints them, in one spelling. Judges as a look of omlib does.
  - The chain is replaced in one transaction, after nft found it right; other chains stay as they
    are.
  - At boot it stands in a file of its own, C(/etc/nftables.d/omlib-FAMILY-TABLE-CHAIN.nft), that
    the system's own file includes.
  - A chain that drops what comes in is refused unless a rule of it lets this very connection in.
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  name: {description: Family, table and chain., type: str, required: true}
  policy: {description: What becomes of the rest., type: str}
  rules: {description: Rules in order., type: list, elements: str, default: []}
  at_boot: {description: Whether the system's own file loads it., type: bool, default: true}
  connection_port: {description: The port that must stay reachable., type: int, default: 22}
"""
EXAMPLES = r"""
- omlib_nft_chain:
    name: inet filter input
    policy: drop
    rules: ["ct state established,related accept", "tcp dport 22 accept"]
"""
RETURN = r"""{}"""

import glob
import ipaddress
import os
import re

from ansible.module_utils.basic import AnsibleModule

FOLDER = "/etc/nftables.d"
INCLUDE = f'include "{FOLDER}/omlib-*.nft"'
# by the chain's name the hook that calls it, and by the table's the type and the priorities
HOOKS = ("prerouting", "input", "forward", "output", "postrouting", "ingress")
PRIORITIES = {
    "raw": -300,
    "mangle": -150,
    "nat": {"prerouting": -100, "input": 100},
    "security": 50,
}


# copied: omlib/planes/server/host/base.py
#   text


def text(raw: bytes) -> str:
    """Any byte survives: the asking side turns the surrogates back and finds the encoding."""
    return raw.decode("utf-8", "surrogateescape")


# end of what is copied


# copied: omlib/planes/server/host/disk.py
#   read


def read(path: "str | bytes") -> bytes:
    """All of a file, nothing where there is none. A pipe that nobody writes to is empty, too."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return b""
    with os.fdopen(handle, "rb") as file:
        return file.read() or b""


# end of what is copied


# copied: omlib/model/nft_rule.py
#   _SERVICES _PROTOCOLS _ICMP _ICMPV6 _STATES _TOKEN _NUMBER normal_rule _flags_as_list
#   _end_of_set _set _value _address _natural _sorted_list _plain


_SERVICES = {
    "ftp": "21", "ssh": "22", "telnet": "23", "smtp": "25", "domain": "53", "bootps": "67",
    "bootpc": "68", "tftp": "69", "http": "80", "kerberos": "88", "pop3": "110", "sunrpc": "111",
    "ntp": "123", "imap2": "143", "imap": "143", "snmp": "161", "snmp-trap": "162",
    "snmptrap": "162", "bgp": "179", "ldap": "389", "https": "443", "microsoft-ds": "445",
    "submissions": "465", "isakmp": "500", "syslog": "514", "submission": "587", "ipp": "631",
    "ldaps": "636", "domain-s": "853", "rsync": "873", "imaps": "993", "pop3s": "995",
    "openvpn": "1194", "ms-sql-s": "1433", "nfs": "2049", "mysql": "3306", "ms-wbt-server": "3389",
    "ipsec-nat-t": "4500", "postgresql": "5432", "amqp": "5672", "mdns": "5353",
    "http-alt": "8080", "redis": "6379", "zabbix-agent": "10050", "zabbix-trapper": "10051",
}  # fmt: skip


_PROTOCOLS = {
    "1": "icmp", "2": "igmp", "6": "tcp", "17": "udp", "41": "ipv6", "47": "gre", "50": "esp",
    "51": "ah", "58": "icmpv6", "89": "ospf", "112": "vrrp", "132": "sctp", "136": "udplite",
    "ipv6-icmp": "icmpv6",
}  # fmt: skip


_ICMP = {
    "0": "echo-reply", "3": "destination-unreachable", "5": "redirect", "8": "echo-request",
    "11": "time-exceeded", "12": "parameter-problem", "13": "timestamp-request",
    "14": "timestamp-reply",
}  # fmt: skip


_ICMPV6 = {
    "1": "destination-unreachable", "2": "packet-too-big", "3": "time-exceeded",
    "4": "parameter-problem", "128": "echo-request", "129": "echo-reply",
    "130": "mld-listener-query", "131": "mld-listener-report", "132": "mld-listener-done",
    "133": "nd-router-solicit", "134": "nd-router-advert", "135": "nd-neighbor-solicit",
    "136": "nd-neighbor-advert", "137": "nd-redirect", "143": "mld2-listener-report",
    "mld-listener-reduction": "mld-listener-done",
}  # fmt: skip


_STATES = {"0x1": "invalid", "0x2": "established", "0x4": "related", "0x8": "new"}


_TOKEN = re.compile(r'"[^"]*"|[{},]|[^\s{},"]+')


_NUMBER = re.compile(r"\d+")


def normal_rule(rule: str) -> str:
    """*rule* in the one spelling.

    >>> normal_rule('iifname "eth0" tcp dport {https,ssh} counter packets 3 bytes 180 accept')
    'iifname eth0 tcp dport { 22, 443 } accept'
    >>> normal_rule("ip saddr 198.18.0.7/32 meta l4proto tcp tcp dport ssh accept")
    'ip saddr 198.18.0.7 tcp dport 22 accept'
    """
    tokens = _TOKEN.findall(_flags_as_list(rule))
    told = []  # type: list[str]
    at = 0
    while at < len(tokens):
        word = tokens[at]
        if word == "{":
            end = _end_of_set(tokens, at)
            told.append(_set(tokens[at + 1 : end], told))
            at = end
        elif word == "," and told and at + 1 < len(tokens):
            at += 1
            told[-1] += "," + _value(tokens[at], told[:-1])
        elif word == "counter":
            at += 4 if tokens[at + 1 : at + 2] == ["packets"] else 0
        else:
            told.append(_value(word, told))
        at += 1
    return _plain(" ".join(_sorted_list(word) for word in told))


def _flags_as_list(rule: str) -> str:
    """`tcp flags & (fin|syn) == syn` of nft before 1.0 is `tcp flags syn / fin,syn` now."""
    old = re.compile(r"tcp flags & (\([a-z| ]+\)|[a-z]+) (==|!=) ([a-z]+(?: ?\| ?[a-z]+)*)")

    def new(match: "re.Match[str]") -> str:
        mask, sign, value = (part.replace(" ", "").strip("()") for part in match.groups())
        said = "" if sign == "==" else "!= "
        return "tcp flags " + said + value.replace("|", ",") + " / " + mask.replace("|", ",")

    pieces = re.split(r'("[^"]*")', rule)
    return "".join(piece if piece[:1] == '"' else old.sub(new, piece) for piece in pieces)


def _end_of_set(tokens: "list[str]", start: int) -> int:
    deep = 0
    for at in range(start, len(tokens)):
        deep += {"{": 1, "}": -1}.get(tokens[at], 0)
        if not deep:
            return at
    return len(tokens)


def _set(tokens: "list[str]", before: "list[str]") -> str:
    """The elements in order; a set inside, as a variable brings it, is no set of its own."""
    elements = [[]]  # type: list[list[str]]
    for word in tokens:
        if word == ",":
            elements.append([])
        elif word not in "{}":
            elements[-1].append(_value(word, before if not elements[-1] else []))
    told = sorted({" ".join(words) for words in elements if words}, key=_natural)
    if before[-2:] == ["ct", "state"] or (len(told) == 1 and ":" not in told[0].split()):
        return ",".join(told)
    return "{ " + ", ".join(told) + " }"


def _value(word: str, before: "list[str]") -> str:
    """One word, as what stands before it wants it spelled."""
    if word.startswith('"'):
        if not re.match(r'"[\w.:@*/+-]+"$', word):
            return word
        word = word[1:-1]
    field = [word for word in before[-3:] if word not in ("==", "!=", "vmap")][-2:]
    names = {}  # type: dict[str, str]
    last = field[-1] if field else ""
    if last in ("dport", "sport"):
        names = _SERVICES
    elif last in ("l4proto", "protocol", "nexthdr"):
        names = _PROTOCOLS
    elif field in (["icmp", "type"], ["icmpv6", "type"]):
        names = _ICMP if field[0] == "icmp" else _ICMPV6
    elif field == ["ct", "state"]:
        names = _STATES
    elif last in ("skuid", "skgid"):
        names = {"root": "0"}
    if word in names:
        return names[word]
    ends = word.split("-")
    if len(ends) == 2 and all(ends):
        return "-".join(names.get(end, _address(end)) for end in ends)
    return _address(word)


def _address(word: str) -> str:
    """An address in its shortest spelling; a network of one address is that address."""
    if not re.match(r"[0-9a-fA-F:.]+(/\d+)?$", word) or not (
        word.count(".") == 3 or word.count(":") > 1
    ):
        return word
    try:
        network = ipaddress.ip_network(word, strict=False)
    except ValueError:
        return word
    alone = network.prefixlen == network.max_prefixlen
    return str(network.network_address) if alone else str(network)


def _natural(element: str) -> "list[tuple[int, int, str]]":
    """Numbers by their size, and before words."""
    words = re.findall(r"\d+|\D+", element)
    return [(0, int(one), "") if _NUMBER.match(one) else (1, 0, one) for one in words]


def _sorted_list(word: str) -> str:
    """`related,established`, where order means nothing."""
    if "," not in word or word.startswith("{"):
        return word
    return ",".join(sorted(word.split(","), key=_natural))


def _plain(rule: str) -> str:
    """Without what nft prints or leaves out as it pleases."""
    twice = r"\b(?:meta l4proto|ip protocol|ip6 nexthdr) (tcp|udp|sctp|dccp) \1 "
    rule = re.sub(twice, r"\1 ", rule)
    rule = re.sub(r"\b(reject with icmp(?:v6|x)?) type ", r"\1 ", rule)
    rule = re.sub(r"\breject with icmp(?:v6|x)? port-unreachable\b", "reject", rule)
    rule = re.sub(r"\b(limit rate [^ ]+) burst 5 packets\b", r"\1", rule)
    return re.sub(r" level warn(?:ing)?\b", "", rule)


# end of what is copied


# copied: omlib/planes/server/host/nftables.py
#   FILES FAMILIES DEEP LOOKS Chain Ruleset VERBS pieces statements has_block
#   lines_of blanks_collapsed parse_ruleset boot_chains is_same


FILES = ("/etc/sysconfig/nftables.conf", "/etc/nftables.conf")


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


# end of what is copied


def nft(module: AnsibleModule, *words: str, **options: str) -> str:
    code, out, err = module.run_command(["nft", *words], **options)
    if code:
        module.fail_json(msg=f"nft: {(err or out).strip()}")
    return out


def look(module: AnsibleModule, name: str) -> "tuple[Chain | None, dict]":
    chain = parse_ruleset(nft(module, "-s", "list", "ruleset")).get(name)
    if chain is None:
        return None, {}
    told = {"rules": [normal_rule(one) for one in chain.rules]}
    told["policy"] = chain.policy if chain.hooked else None
    return chain, dict(told, at_boot=is_same(boot_chains().get(name), chain))


def header(module: AnsibleModule, name: str, policy: "str | None", live: "Chain | None") -> str:
    """The line that hooks a chain, as it stands or as its name says; "" for one nobody calls."""
    table, chain = name.split()[1:]
    if live is not None:
        if not live.hooked and policy:
            module.fail_json(msg=f"{name} is there and no hook calls it, so it has no policy")
        line = live.header
    elif chain in HOOKS:
        rank = PRIORITIES.get(table, 0)
        rank = rank.get(chain, 100) if isinstance(rank, dict) else rank
        kind = "nat" if table == "nat" else "filter"
        kind = "route" if (table, chain) == ("mangle", "output") else kind
        line = f"type {kind} hook {chain} priority {rank};"
    elif policy:
        module.fail_json(msg=f"{name}: a chain that nft calls by itself is named by its hook")
    else:
        line = ""
    kept = policy or (live.policy if live is not None else "accept")
    return f"{line} policy {kept};" if line else ""


def numbered(rule: str) -> str:
    """Ports by number: a small host has no list of services by which nft would know their names."""

    def number(match: "re.Match[str]") -> str:
        ports = re.sub(r"[a-z][\w-]*", lambda one: _SERVICES.get(one[0], one[0]), match.group(2))
        return match.group(1) + ports

    pieces_of = re.split(r'("[^"]*")', rule)
    for at in range(0, len(pieces_of), 2):
        ports = r"(\b[ds]port\s+(?:[!=]=\s*)?)(\{[^}]*\}|[\w-]+)"
        pieces_of[at] = re.sub(ports, number, pieces_of[at])
    return "".join(pieces_of)


def definition(name: str, head: str, rules: list) -> str:
    """Emptied and filled in one: what is loaded again stands once."""
    family, table, chain = name.split()
    lines = [
        f"\t\t{one}\n" for one in ([head] if head else []) + [numbered(rule) for rule in rules]
    ]
    body = f"table {family} {table} {{\n\tchain {chain} {{\n{''.join(lines)}\t}}\n}}\n"
    made = f"table {family} {table} {{\n\tchain {chain} {{\n\t\t{head}\n\t}}\n}}\n"
    return f"{made}flush chain {name}\n{body}"


def lets_in(rule: str, port: int) -> bool:
    """Whether a rule, by itself, accepts new connections to *port*; one with conditions may."""
    words = normal_rule(rule)
    if not re.search(r"\baccept$|\baccept comment ", words) or re.search(
        r"\bct state\b(?!.*\bnew\b)", words
    ):
        return False
    ports = re.search(r"\b(?:tcp|th) dport (!= )?(\{[^}]*\}|\S+)", words)
    if ports is None:
        return not re.search(r"\b(udp|icmp|icmpv6|lo)\b", words)
    inside = False
    for one in re.findall(r"\d+(?:-\d+)?", ports.group(2)):
        first, _, last = one.partition("-")
        inside = inside or int(first) <= port <= int(last or first)
    return inside != bool(ports.group(1))


def own_file(name: str) -> str:
    return f"{FOLDER}/omlib-{'-'.join(name.split())}.nft"


def system_file() -> str:
    return next(filter(os.path.exists, FILES), FILES[1])


def write(module: AnsibleModule, path: str, content: str, mode: int) -> None:
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    fresh = os.path.join(module.tmpdir, "nft")
    with open(fresh, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(content)
    module.atomic_move(fresh, path)
    os.chmod(path, mode)


def set_at_boot(module: AnsibleModule, name: str, content: str) -> None:
    write(module, own_file(name), content, 0o600)
    path = system_file()
    before = text(read(path)) or "#!/usr/sbin/nft -f\n\nflush ruleset\n"
    if INCLUDE not in before.split("\n"):
        write(module, path, before.rstrip("\n") + f"\n{INCLUDE}\n", 0o755)
    nft(module, "-c", "-f", path)
    code, out, err = module.run_command(["systemctl", "enable", "nftables.service"])
    if code:
        module.fail_json(msg=f"systemctl enable nftables.service: {(err or out).strip()}")


def main() -> None:
    options = {
        "name": {"type": "str", "required": True},
        "policy": {"type": "str"},
        "rules": {"type": "list", "elements": "str", "default": []},
        "at_boot": {"type": "bool", "default": True},
        "connection_port": {"type": "int", "default": 22},
    }
    module = AnsibleModule(argument_spec=options, supports_check_mode=True)
    name = " ".join(module.params["name"].split())
    if len(name.split()) != 3:
        module.fail_json(msg=f"{name!r} is not family, table and chain")
    policy, rules = module.params["policy"], module.params["rules"]
    port = module.params["connection_port"]
    live, seen = look(module, name)
    wanted = {"rules": [normal_rule(one) for one in rules], "at_boot": module.params["at_boot"]}
    wanted.update({"policy": policy} if policy else {})
    wrong = [one for one in wanted if one not in seen or seen[one] != wanted[one]]
    told = [
        "".join(f"{one}: {side[one]}\n" for one in wrong if one != "rules" and one in side)
        + "".join(f"{rule}\n" for rule in side.get("rules", []))
        for side in (seen, wanted)
    ]
    diff = {"before": told[0], "after": told[1], "before_header": name, "after_header": name}
    drops = policy == "drop" or any(re.match(r"(drop|reject)\b", normal_rule(one)) for one in rules)
    locks_out = ""
    if name.split()[2] == "input" and drops and not any(lets_in(one, port) for one in rules):
        locks_out = f"{name} would lock this connection out: no rule accepts tcp port {port}"
        module.warn(locks_out)
    if module.check_mode or not wrong:
        module.exit_json(changed=bool(wrong), diff=diff)
    if locks_out:
        module.fail_json(msg=locks_out, diff=diff)
    content = definition(name, header(module, name, policy, live), rules)
    if {"rules", "policy"} & set(wrong):
        nft(module, "-c", "-f", "-", data=content)
        nft(module, "-f", "-", data=content)
    if module.params["at_boot"]:
        set_at_boot(module, name, content)
    elif os.path.exists(own_file(name)):
        os.remove(own_file(name))
    _, seen = look(module, name)
    left = sorted(one for one in wanted if one not in seen or seen[one] != wanted[one])
    if left:
        shown = f"; nft prints {seen['rules']}" if "rules" in left and seen else ""
        module.fail_json(msg=f"{name} still differs: {', '.join(left)}{shown}", diff=diff)
    module.exit_json(changed=True, diff=diff)


if __name__ == "__main__":
    main()
