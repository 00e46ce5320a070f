"""What the module of nftables writes, and when it refuses."""

import runpy
from pathlib import Path

import pytest

MODULE = runpy.run_path(
    str(Path(__file__).parents[3] / "plugins" / "modules" / "omlib_nft_chain.py"), run_name="read"
)


@pytest.mark.parametrize(
    ("rule", "lets"),
    [
        ("tcp dport 22 accept", True),
        ("tcp dport { 80, ssh } accept", True),
        ("tcp dport 20-30 counter accept", True),
        ('ip saddr 198.18.0.0/24 tcp dport 22 accept comment "operators"', True),
        ("ct state new tcp dport 22 accept", True),
        ("accept", True),
        ("ip saddr 198.18.0.0/24 accept", True),
        ("tcp dport 222 accept", False),
        ("tcp dport != 22 accept", False),
        ("udp dport 22 accept", False),
        ("tcp dport 22 drop", False),
        ("ct state established,related accept", False),
        ('iif "lo" accept', False),
        ("icmp type echo-request accept", False),
        ("jump ssh", False),
    ],
)
def test_a_rule_lets_a_new_connection_in_or_not(rule: str, lets: bool) -> None:
    assert MODULE["lets_in"](rule, 22) is lets


def test_ports_are_loaded_by_number_and_texts_as_they_are() -> None:
    assert MODULE["numbered"]('tcp dport { https, 8000-8010 } log prefix "dport ssh" accept') == (
        'tcp dport { 443, 8000-8010 } log prefix "dport ssh" accept'
    )
    assert MODULE["numbered"]("tcp sport != ssh drop") == "tcp sport != 22 drop"


def test_a_chain_is_emptied_and_filled_in_one() -> None:
    head = "type filter hook input priority 0; policy drop;"
    begun = f"table inet filter {{\n\tchain input {{\n\t\t{head}\n"
    assert MODULE["definition"]("inet filter input", head, ["tcp dport ssh accept"]) == (
        f"{begun}\t}}\n}}\nflush chain inet filter input\n"
        f"{begun}\t\ttcp dport 22 accept\n\t}}\n}}\n"
    )
