"""What neutron's rules become in nft's words."""

import json

import pytest

from omlib.lab.firewall import Filter, Rule, filters_from, line, ruleset


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (
            Rule(
                direction="ingress", family=4, protocol=6, low=22, high=22, peers=("10.1.0.1/32",)
            ),
            "meta nfproto ipv4 ip saddr { 10.1.0.1/32 } meta l4proto 6 th dport 22 accept",
        ),
        (
            Rule(
                direction="egress", family=6, protocol=17, low=5000, high=5100, peers=("fd00::/8",)
            ),
            "meta nfproto ipv6 ip6 daddr { fd00::/8 } meta l4proto 17 th dport 5000-5100 accept",
        ),
        (
            Rule(direction="ingress", family=4, protocol=1, low=8, high=0),
            "meta nfproto ipv4 meta l4proto 1 icmp type 8 icmp code 0 accept",
        ),
        (Rule(direction="egress", family=4), "meta nfproto ipv4 accept"),
        (
            Rule(direction="ingress", family=4, protocol=112),
            "meta nfproto ipv4 meta l4proto 112 accept",
        ),
    ],
)
def test_a_rule_means_its_family_peers_protocol_and_ports(rule: Rule, words: str) -> None:
    assert line(rule) == words


def chain(text: str, name: str) -> list[str]:
    body = text.split(f"chain {name} {{")[1].split("}\n  }")[0].split("  }\n")[0]
    return [one.strip() for one in body.splitlines() if one.strip()]


def test_a_host_of_which_neutron_said_nothing_lets_nothing_through_but_what_it_began() -> None:
    shut = ruleset(Filter())
    for name in ("input", "output"):
        assert "policy drop" in chain(shut, name)[0]
        assert "ct direction reply ct state established accept" in chain(shut, name)
        assert not [one for one in chain(shut, name) if one.startswith("meta")]


def test_a_rule_for_a_group_without_members_lets_nobody_in() -> None:
    empty = Rule(direction="ingress", family=4, protocol=6, low=22, high=22, peers=())
    assert ruleset(Filter((empty,))) == ruleset(Filter())


def test_without_port_security_everything_passes() -> None:
    assert "chain" not in ruleset(Filter(open=True))


def test_the_order_of_neutrons_rules_changes_nothing() -> None:
    rules = tuple(
        Rule(direction="ingress", family=4, protocol=6, low=port, high=port) for port in (443, 80)
    )
    assert ruleset(Filter(rules)) == ruleset(Filter(rules[::-1]))


def test_filters_are_read_as_neutron_sends_them() -> None:
    told = {
        "vm-1": {
            "open": False,
            "rules": [
                {
                    "direction": "ingress",
                    "family": 4,
                    "protocol": 6,
                    "low": 1,
                    "high": 2,
                    "peers": ["10.0.0.0/8"],
                }
            ],
        }
    }
    rule = Rule(direction="ingress", family=4, protocol=6, low=1, high=2, peers=("10.0.0.0/8",))
    assert filters_from(json.dumps(told)) == {"vm-1": Filter((rule,))}
