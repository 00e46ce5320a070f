"""Values that are one, however they are spelled."""

import pytest

from omlib.model.form import Form, normal

SAME = [
    (Form.CALENDARS, ("daily",), ("*-*-* 00:00:00",)),
    (Form.CALENDARS, ("weekly", "03:10"), ("*-*-* 3:10:00", "Mon *-*-* 00:00:00")),
    (Form.CALENDARS, ("Sun,Sat 1:00",), ("saturday..sunday *-*-* 01:00:00",)),
    (Form.CALENDARS, ("Mon..Sun 12:00",), ("12:00",)),
    (Form.CALENDARS, ("*:0/15",), ("*-*-* *:00/15:00",)),
    (Form.CALENDARS, ("2-5",), ("*-02-05 00:00:00",)),
    (Form.CALENDARS, ("daily Asia/Shanghai",), ("*-*-* 00:00:00 Asia/Shanghai",)),
    (Form.CALENDARS, ("monthly",), ("*-*-1",)),
    (Form.JOBS, ("0 2 * * *   root\ttrue",), ("0  2 * * * root true",)),
    (Form.JOBS, ("@daily  ops  true",), ("@daily ops true",)),
    (Form.JOBS, ("MAILTO = x",), ("MAILTO=x",)),
    (Form.RULES, ("tcp dport { https, http } accept",), ("tcp dport {80,443} counter accept",)),
    (Form.RULES, ("tcp dport { ssh } accept",), ("tcp dport 22 accept",)),
    (Form.RULES, ('iifname "eth0" accept',), ("iifname eth0  accept",)),
    (Form.RULES, ("ct state { related, established } accept",),
     ("ct state established,related accept",)),
    (Form.RULES, ("ip6 saddr 2001:DB8:0::1/128 accept",), ("ip6 saddr 2001:db8::1 accept",)),
    (Form.RULES, ("ip saddr { 1.2.3.4/32, 10.0.0.0/8 } drop",),
     ("ip saddr { 10.0.0.0/8, 1.2.3.4 } drop",)),
    (Form.RULES, ("icmp type 8 accept",), ("icmp type echo-request accept",)),
    (Form.RULES, ("meta l4proto { 6, 17 } th dport domain accept",),
     ("meta l4proto { udp, tcp } th dport 53 accept",)),
    (Form.RULES, ("tcp flags & (fin|syn|rst|ack) == syn accept",),
     ("tcp flags syn / fin,syn,rst,ack accept",)),
    (Form.RULES, ("reject with icmpx type port-unreachable",), ("reject",)),
    (Form.RULES, ('log prefix "in: " level warn drop',), ('log prefix "in: " drop',)),
    (Form.RULES, ("limit rate 5/second burst 5 packets accept",), ("limit rate 5/second accept",)),
    (Form.RULES, ("tcp dport vmap { 80 : jump web, 22 : accept }",),
     ("tcp dport vmap { ssh : accept, http : jump web }",)),
    (Form.RULES, ("tcp dport 1000-ms-wbt-server drop",), ("tcp dport 1000-ms-wbt-server drop",)),
]  # fmt: skip
APART = [
    (Form.CALENDARS, ("daily",), ("hourly",)),
    (Form.CALENDARS, ("Mon 02:00",), ("02:00",)),
    (Form.CALENDARS, ("*:0/15",), ("*:0/5",)),
    (Form.JOBS, ("0 2 * * * root echo 'a  b'",), ("0 2 * * * root echo 'a b'",)),
    (Form.JOBS, ("a", "b"), ("b", "a")),
    (Form.RULES, ("tcp dport 22 accept",), ("tcp dport 22 drop",)),
    (Form.RULES, ("tcp dport 22 accept",), ("udp dport 22 accept",)),
    (Form.RULES, ("tcp dport { 22, 23 } accept",), ("tcp dport 22 accept",)),
    (Form.RULES, ("ip saddr 10.0.0.0/8 accept",), ("ip saddr 10.0.0.0/16 accept",)),
    (Form.RULES, ("drop", "accept"), ("accept", "drop")),
    (Form.RULES, ("tcp dport != 22 drop",), ("tcp dport 22 drop",)),
    (Form.RULES, ('comment "a  b"',), ('comment "a b"',)),
    (Form.RULES, ("ip saddr 10.0.0.1 accept",), ("ip daddr 10.0.0.1 accept",)),
    (Form.RULES, ('log prefix "ssh" accept',), ('log prefix "22" accept',)),
]


@pytest.mark.parametrize(("form", "one", "other"), SAME)
def test_spelled_otherwise_it_is_the_same(form: Form, one: tuple[str], other: tuple[str]) -> None:
    assert normal(form, one) == normal(form, other)
    assert normal(form, normal(form, one)) == normal(form, one)


@pytest.mark.parametrize(("form", "one", "other"), APART)
def test_what_differs_stays_apart(form: Form, one: tuple[str], other: tuple[str]) -> None:
    assert normal(form, one) != normal(form, other)
