"""Chains of nftables on a real host, whose network namespace is its own."""

from collections.abc import Callable

import pytest

from omlib.model.estate import ServerState
from omlib.model.item import Attributes
from omlib.model.status import Status, UnknownReason

from .agreement import agreed, made
from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
INPUT: Attributes = {
    "policy": "drop",
    "rules": (
        "ct state established,related accept",
        'iif "lo" accept',
        "tcp dport { https, 22 } accept",
        "icmp type echo-request limit rate 5/second accept",
    ),
    "at_boot": True,
}
CLEAN = (
    "nft flush ruleset; systemctl disable -q nftables; rm -rf /etc/nftables.d;"
    "[ ! -f /root/nftables.conf ] || mv /root/nftables.conf /etc/nftables.conf"
)


def test_an_untouched_host_has_no_chain_that_filters(hosts: Hosts) -> None:
    seen = hosts.look("srv2", ServerState(full=frozenset({"firewall"})))
    assert (seen.items("firewall"), seen.reason("firewall")) == ({}, None)


def test_a_chain_is_made_holds_at_boot_and_drift_by_hand_is_seen(
    hosts: Hosts, changing: Change
) -> None:
    changing("srv1", "cp -p /etc/nftables.conf /root/", CLEAN)
    state = ServerState(
        items={
            "firewall": {
                "inet filter input": INPUT,
                "inet filter web": {"rules": ("ip saddr 198.18.0.0/15 accept",), "at_boot": False},
            }
        }
    )
    chains = ("firewall/inet filter input", "firewall/inet filter web")
    assert agreed(hosts, "srv1", state) == dict.fromkeys(chains, Status.MISSING)
    made(hosts, "srv1", state)
    for by_hand, undo in (
        ("nft add rule inet filter input counter accept", "systemctl restart nftables"),
        ("nft add chain inet filter input '{ policy accept; }'", "systemctl restart nftables"),
        ("systemctl disable -q nftables", "true"),
    ):
        hosts.run("srv1", by_hand)
        verdicts = hosts.look("srv1", state).verdicts("firewall")
        assert verdicts["inet filter input"] is Status.DIVERGED, by_hand
        hosts.run("srv1", undo)
    made(hosts, "srv1", state)
    before = hosts.run("srv1", "nft -s list chain inet filter input")
    hosts.run("srv1", "systemctl restart nftables")  # as at boot
    assert hosts.run("srv1", "nft -s list chain inet filter input") == before


def test_chains_by_hand_are_found(hosts: Hosts, changing: Change) -> None:
    changing(
        "srv1",
        "nft add table ip nat; nft add chain ip nat prerouting "
        "'{ type nat hook prerouting priority -100; }';"
        "nft add rule ip nat prerouting tcp dport 80 redirect to :8080",
        "nft flush ruleset",
    )
    assert hosts.look("srv1", ServerState(full=frozenset({"firewall"}))).items("firewall") == {
        "ip nat prerouting": {
            "policy": "accept",
            "rules": ("tcp dport 80 redirect to :8080",),
            "at_boot": False,
        }
    }


def test_a_chain_that_would_lock_out_is_refused(hosts: Hosts, changing: Change) -> None:
    changing("srv1", "true", "nft flush ruleset")
    rules = ("ct state established,related accept", "tcp dport { 80, 2200 } accept")
    state = ServerState(items={"firewall": {"inet filter input": {**INPUT, "rules": rules}}})
    assert "would lock this connection out" in str(hosts.apply("srv1", state))
    assert hosts.run("srv1", "nft list ruleset") == ""


def test_a_chain_that_nft_spells_otherwise_is_said(hosts: Hosts, changing: Change) -> None:
    changing("srv1", "cp -p /etc/nftables.conf /root/", CLEAN)
    rules = ("tcp dport 22 accept", "meta nfproto ipv4 reject with tcp reset")
    state = ServerState(items={"firewall": {"inet filter forward": {**INPUT, "rules": rules}}})
    told = hosts.apply("srv1", state)["firewall/inet filter forward"]
    assert told.startswith("failed: inet filter forward still differs: at_boot, rules; nft prints")


def test_without_root_the_firewall_is_denied(hosts: Hosts, changing: Change) -> None:
    changing("srv2", "mv /etc/sudoers.d/ops /root/", "mv /root/ops /etc/sudoers.d/ops")
    seen = hosts.look("srv2", ServerState(full=frozenset({"firewall"})))
    assert seen.reason("firewall") is UnknownReason.DENIED
