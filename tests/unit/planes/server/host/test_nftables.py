"""Chains of nftables, as nft 1.0.6 (Debian 12) and 0.9.3 (RHEL 8, Kylin V10) print them."""

from pathlib import Path

from omlib.planes.server.host.nftables import Ruleset, is_same, parse_ruleset, parse_saved

DEBIAN = """\
table inet filter {
\tset bad {
\t\ttype ipv4_addr
\t\tflags interval
\t\telements = { 10.0.0.1, 192.168.0.0/16 }
\t}

\tchain input {
\t\ttype filter hook input priority filter; policy drop;
\t\tct state vmap { invalid : drop, established : accept, related : accept }
\t\tiif "lo" accept
\t\tip saddr @bad drop
\t\tiifname "eth0" tcp dport 22 accept comment "by hand; yes {"
\t\ttcp dport vmap { 22 : accept,
\t\t\t\t 80 : jump other }
\t}

\tchain other {
\t}
}
# Warning: table ip nat is managed by iptables-nft, do not touch!
table ip nat {
\tchain POSTROUTING {
\t\ttype nat hook postrouting priority srcnat; policy accept;
\t\toifname "eth1" counter masquerade
\t}
}
"""
RHEL8 = """\
table inet filter {
\tchain input {
\t\ttype filter hook input priority 0; policy drop;
\t\ttcp flags & (fin | syn) == syn counter packets 0 bytes 0 accept
\t}
}
"""
CONF = """\
#!/usr/sbin/nft -f
flush ruleset
define lan = { 198.18.0.0/24, 198.18.1.0/24 }
define ssh = 22
table inet filter { # one line
  chain input { type filter hook input priority 0; policy drop
    iif lo accept; tcp dport $ssh accept
    ip saddr $lan tcp dport { 80,
       443 } accept
  }
}
add rule inet filter input udp dport { 123 } accept
include "conf.d/*.nft"
"""


def test_a_printed_ruleset_is_told_chain_by_chain() -> None:
    chains = parse_ruleset(DEBIAN)
    assert {name: (one.hooked, one.policy) for name, one in chains.items()} == {
        "inet filter input": (True, "drop"),
        "inet filter other": (False, "accept"),
        "ip nat POSTROUTING": (True, "accept"),
    }
    assert chains["inet filter input"].rules == [
        "ct state vmap { invalid : drop, established : accept, related : accept }",
        'iif "lo" accept',
        "ip saddr @bad drop",
        'iifname "eth0" tcp dport 22 accept comment "by hand; yes {"',
        "tcp dport vmap { 22 : accept, 80 : jump other }",
    ]
    assert chains["inet filter input"].header == "type filter hook input priority filter;"
    assert chains["ip nat POSTROUTING"].rules == ['oifname "eth1" counter masquerade']


def test_what_nft_cannot_spell_stays_with_its_rule() -> None:
    compat = (
        "table ip filter { # progname iptables\n\tchain INPUT {\n"
        "\t\ttype filter hook input priority filter; policy accept;\n"
        "\t\tmeta l4proto tcp # xt_multiport\n\t\tmeta l4proto tcp # xt_recent\n\t}\n}\n"
    )
    one, other = parse_ruleset(compat)["ip filter INPUT"].rules
    assert one != other


def test_the_file_of_the_boot_is_read_with_its_variables_and_includes(tmp_path: Path) -> None:
    (tmp_path / "conf.d").mkdir()
    own = tmp_path / "conf.d" / "own.nft"
    own.write_text("flush chain ip nat post\ntable ip nat {\nchain post { }\n}\n", encoding="utf-8")
    ruleset = Ruleset()
    ruleset.load(CONF, str(tmp_path))
    printed = parse_ruleset(
        "table inet filter {\n chain input {\n type filter hook input priority filter; policy drop;"
        '\n iif "lo" accept\n tcp dport 22 accept\n'
        "ip saddr { 198.18.0.0/24, 198.18.1.0/24 } tcp dport { 80, 443 } accept\n"
        "udp dport 123 accept\n }\n}\n"
    )
    assert is_same(ruleset.chains["inet filter input"], printed["inet filter input"])
    assert "ip nat post" in ruleset.chains


def test_another_rule_policy_or_nothing_at_boot_is_not_the_same() -> None:
    live = parse_ruleset(RHEL8)["inet filter input"]
    assert not is_same(None, live)
    assert not is_same(parse_ruleset(RHEL8.replace("drop", "accept"))["inet filter input"], live)
    now = RHEL8.replace("& (fin | syn) == syn counter packets 0 bytes 0", "syn / fin,syn")
    assert is_same(parse_ruleset(now)["inet filter input"], live)


def test_commands_change_what_stood_before_them() -> None:
    ruleset = Ruleset()
    ruleset.load("add table t\nadd chain t c { type filter hook input priority 0; policy drop; }")
    ruleset.load("add rule t c tcp dport 1 accept; insert rule t c tcp dport { 2, 3 } accept")
    assert ruleset.chains["ip t c"].rules == ["tcp dport { 2, 3 } accept", "tcp dport 1 accept"]
    ruleset.load("flush table t")
    assert (ruleset.chains["ip t c"].policy, ruleset.chains["ip t c"].rules) == ("drop", [])
    ruleset.load("delete table ip t")
    assert ruleset.chains == {}


def test_a_file_that_includes_itself_ends(tmp_path: Path) -> None:
    file = tmp_path / "a.nft"
    file.write_text('include "a.nft"\ninclude "*.nft"\n', encoding="utf-8")
    Ruleset().load(file.read_text(encoding="utf-8"), str(tmp_path))


def test_iptables_before_nftables_filters_when_it_has_a_rule_or_drops() -> None:
    assert not parse_saved(b"*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n")
    assert parse_saved(b"*filter\n:INPUT DROP [0:0]\nCOMMIT\n")
    assert parse_saved(b"*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -j DROP\nCOMMIT\n")
