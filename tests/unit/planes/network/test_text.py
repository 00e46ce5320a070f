"""Configuration texts: nothing is lost, and what means nothing never shows."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omlib.planes.network.dialect import CISCO_IOS, FRR, Dialect
from omlib.planes.network.encoding import decode
from omlib.planes.network.shown import as_shown
from omlib.planes.network.text import Section, masked, parse, render, sections

ROUTER = """\
Building configuration...

Current configuration:
!
frr version 8.4.4
frr defaults traditional
hostname core-rtr-1
log syslog informational
no ipv6 forwarding
!
ip route 10.10.0.0/16 198.18.0.11
ip route 10.20.0.0/16 198.18.1.11
!
interface eth0
 description 上联  核心
 ip address 198.18.0.254/24
exit
!
router bgp 65001
 bgp router-id 198.18.0.254
 neighbor 198.18.0.253 remote-as 65002
 !
 address-family ipv4 unicast
  network 10.20.0.0/16
 exit-address-family
exit
!
ip prefix-list PL-IN seq 5 deny 10.1.0.0/16
ip prefix-list PL-IN seq 10 permit 10.0.0.0/8 le 24
!
end
"""
PIECES = st.sampled_from(
    (
        *ROUTER.splitlines(keepends=True),
        "banner motd ^C\n",
        "  spaced  out\n",
        "^C\n",
        " --More-- \b\b\b\b\b\b\b\b\b         \b\b\b\b\b\b\b\b\b",
        "\x1b[42D          \x1b[42D",
        "\r\n",
        "\r\r\n",
        "\t",
        "exit",
        " ",
        "\x0c",
        "\u2028",
        " description 政务外网\n",
    )
)
DIALECTS = pytest.mark.parametrize("dialect", [FRR, CISCO_IOS], ids=lambda dialect: dialect.name)


def read(text: str, dialect: Dialect = FRR) -> dict[str, Section]:
    return sections(parse(text, dialect))


@DIALECTS
@given(st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=8))).map("".join)))
def test_what_is_parsed_is_rendered_to_the_character(dialect: Dialect, text: str) -> None:
    assert render(parse(text, dialect)) == text


@DIALECTS
@given(st.binary())
def test_bytes_of_any_encoding_survive_reading_and_rendering(dialect: Dialect, raw: bytes) -> None:
    decoded = decode(raw)
    again = render(parse(decoded.text, dialect))
    if decoded.encoding:
        assert again.encode(decoded.encoding) == raw
    else:
        assert decoded.undecodable > 0


def test_a_configuration_falls_into_its_sections() -> None:
    found = read(ROUTER)
    assert list(found) == [
        "frr defaults",
        "hostname",
        "log",
        "forwarding",
        "ip route",
        "interface eth0",
        "router bgp 65001",
        "ip prefix-list PL-IN",
    ]
    assert found["ip route"] == Section(
        name="ip route",
        ordered=False,
        lines=("ip route 10.10.0.0/16 198.18.0.11", "ip route 10.20.0.0/16 198.18.1.11"),
        secret=False,
    )
    assert found["router bgp 65001"].lines == (
        "address-family ipv4 unicast",
        "address-family ipv4 unicast / network 10.20.0.0/16",
        "bgp router-id 198.18.0.254",
        "neighbor 198.18.0.253 remote-as 65002",
    )


def test_double_blanks_inside_a_line_are_kept() -> None:
    assert "description 上联  核心" in read(ROUTER)["interface eth0"].lines


@given(st.randoms(use_true_random=False))
def test_the_order_of_static_routes_never_shows(rng: random.Random) -> None:
    routes = [f"ip route 10.{number}.0.0/16 198.18.0.11\n" for number in range(8)]
    shuffled = rng.sample(routes, len(routes))
    assert read("".join(shuffled)) == read("".join(routes))


def test_the_order_of_a_filter_counts() -> None:
    rules = ["access-list MGMT seq 5 deny any\n", "access-list MGMT seq 10 permit any\n"]
    assert read("".join(rules)) != read("".join(reversed(rules)))


def test_a_section_printed_in_two_places_is_one() -> None:
    text = "log syslog\nhostname a\nlog file /var/log/frr.log\n"
    assert read(text)["log"].lines == ("log file /var/log/frr.log", "log syslog")


@pytest.mark.parametrize(
    "spoiled",
    [
        ROUTER.replace("\n", "\r\n"),
        ROUTER.replace("\n", "\r\r\n"),
        ROUTER.replace("\n", " \n"),
        ROUTER.replace("\n!\n", "\n"),
        ROUTER.replace("ip route 10.20", " --More-- \r          \rip route 10.20"),
        ROUTER.replace(" neighbor", "--More--" + "\b" * 8 + " " * 8 + "\b" * 8 + " neighbor"),
        ROUTER.replace(" neighbor", "---- More ----\x1b[42D" + " " * 42 + "\x1b[42D neighbor"),
        ROUTER.replace("  network", "    network"),
        ROUTER.replace("!\nfrr version", "! 2026-11-21 11:48:09\n!\nfrr version"),
    ],
    ids=["crlf", "crcrlf", "trailing", "bare", "more-cr", "more-bs", "more-csi", "deep", "time"],
)
def test_what_only_the_way_of_printing_brings_in_does_not_show(spoiled: str) -> None:
    assert read(spoiled) == read(ROUTER)


def test_a_banner_is_one_text_up_to_its_delimiter() -> None:
    text = "banner motd ^C\n! 未经授权 禁止访问\n  no ip route 0.0.0.0\n^C\nhostname sw-1\n"
    found = read(text, CISCO_IOS)
    assert list(found) == ["banner motd", "hostname"]
    assert found["banner motd"].lines == (
        "banner motd ^C",
        "! 未经授权 禁止访问",
        "  no ip route 0.0.0.0",
        "^C",
    )


def test_a_banner_that_is_never_closed_swallows_nothing() -> None:
    assert "hostname" in read("banner motd ^C\nhostname sw-1\n", CISCO_IOS)


def test_leading_blanks_before_any_section_open_none() -> None:
    text = " hostname core-rtr-1\n log syslog\n interface eth0\n  description x\n"
    assert read(text) == read(text.replace("\n ", "\n").lstrip())
    assert list(read(text)) == ["hostname", "log", "interface eth0"]


@pytest.mark.parametrize(
    ("line", "shown", "dialect"),
    [
        ("password 8 IpawSpF/cZfbE", "password 8 ***", FRR),
        ("enable password abc", "enable password ***", FRR),
        ("neighbor 198.18.0.253 password s3cret", "neighbor 198.18.0.253 password ***", FRR),
        ("ip ospf message-digest-key 1 md5 k", "ip ospf message-digest-key 1 md5 ***", FRR),
        ("key-string abc", "key-string ***", FRR),
        ("ip route 10.0.0.0/8 Null0", "ip route 10.0.0.0/8 Null0", FRR),
        ("username ops secret 5 $1$a$b", "username ops secret 5 ***", CISCO_IOS),
        ("enable secret 9 $9$x", "enable secret 9 ***", CISCO_IOS),
        ("snmp-server community public RO 10", "snmp-server community *** RO 10", CISCO_IOS),
        (
            "snmp-server host 198.18.0.9 version 2c public",
            "snmp-server host 198.18.0.9 version 2c ***",
            CISCO_IOS,
        ),
        ("key 7 0822455D0A16", "key 7 ***", CISCO_IOS),
        ("key 1", "key 1", CISCO_IOS),
    ],
)
def test_secrets_are_masked_and_the_rest_stays(line: str, shown: str, dialect: Dialect) -> None:
    assert masked(line, dialect) == shown


def test_a_secret_is_in_no_line_and_in_no_name_of_a_section() -> None:
    text = "password 8 topsecret\nrouter bgp 1\n neighbor 198.18.0.9 password topsecret\nexit\n"
    found = read(text)
    assert "topsecret" not in repr(found)
    assert [section.secret for section in found.values()] == [True, True]


@given(st.text())
def test_playing_the_terminal_ends_for_any_text(text: str) -> None:
    assert len(as_shown(text)) <= 512 * (len(text) + 1)


@given(st.text(st.characters(exclude_categories=["Cc"])))
def test_text_without_control_characters_is_shown_as_it_is(text: str) -> None:
    assert as_shown(text) == text.rstrip()


def test_a_gb18030_text_is_read_as_such_and_a_broken_one_is_kept_and_counted() -> None:
    assert decode("政务外网".encode("gb18030")).text == "政务外网"
    assert decode("政务外网".encode()).encoding == "utf-8"
    broken = decode(b"description \xff\n")
    assert (broken.text, broken.undecodable) == ("description \\xff\n", 1)
