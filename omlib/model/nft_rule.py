"""A rule of nftables in the one spelling that the inventory, any nft(8) and the boot's file share.

Pure, and of Python 3.6: it runs on hosts too. What it brings together is only what nft itself does
not keep apart: order in a set, names and numbers, quotes, counters, what it prints by default.
"""

import ipaddress
import re

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
