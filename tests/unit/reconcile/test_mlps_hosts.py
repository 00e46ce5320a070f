"""MLPS rows of hosts: what passes, what fails, and what nobody can tell."""

from typing import Any

import pytest

from omlib.model.check import Answer
from omlib.model.estate import Policy
from omlib.model.status import UnknownReason
from omlib.reconcile.mlps.reach import Open, reach
from omlib.reconcile.mlps.rights import gives_all
from omlib.testing.level_3_host import BASTION, LOG_SERVER, city, host

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
NOTHING = UnknownReason.NOT_CHECKED
DROP = "inet f in: policy drop"


def answers(**changed: Any) -> dict[int, Answer]:
    return {row: one.answer for row, one in host(**changed).checked().items()}


def test_a_good_host_passes_every_row_but_the_one_that_wants_a_staff_ledger() -> None:
    told = answers()
    assert sorted(told) == [*range(1, 13), *range(14, 22)]
    assert {row for row, answer in told.items() if answer is not YES} == {8}
    assert host().checked()[8].reason is NOTHING


WRONG: list[tuple[int, dict[str, Any]]] = [
    (1, {"passwords__empty": ("guest",)}),
    (1, {"passwords__duplicate_uids": ("1001 a b",)}),
    (1, {"passwords__uid_0": ("root", "toor")}),
    (2, {"pam__quality_module": "", "pam__minlen": 0, "pam__classes": 0}),
    (2, {"pam__minlen": 7}),
    (2, {"pam__classes": 2}),
    (3, {"passwords__new_max_days": 99999}),
    (3, {"passwords__new_max_days": -1}),
    (3, {"passwords__ageing": ("ops 90", "old 91")}),
    (3, {"passwords__ageing": ("ops -1",)}),
    (4, {"pam__no_lock_in_auth": ("sshd",)}),
    (4, {"pam__no_lock_in_account": ("login",)}),
    (4, {"pam__tries": 6}),
    (4, {"pam__tries": 0}),
    (4, {"pam__locked_s": 60}),
    (4, {"sshd__pam": "no"}),
    (5, {"login__tmout_s": 0}),
    (5, {"login__tmout_s": 601}),
    (5, {"sshd__alive_s": 0}),
    (5, {"sshd__alive_s": 300, "sshd__alive_count": 3}),
    (5, {"sshd__alive_count": 0}),
    (6, {"reach__listeners": ("tcp/*:23 telnetd",)}),
    (6, {"reach__listeners": ("tcp/*:514 in.rshd",)}),
    (6, {"sshd__root": "prohibit-password"}),
    (6, {"sshd__root_in_match": ("no", "yes")}),
    (7, {"reach__input_rules": ()}),
    (7, {"reach__input_rules": (DROP, "inet f in: ip saddr 198.18.0.0/24 tcp dport 22 accept")}),
    (8, {"passwords__by_password": ("ops", "guest"), "passwords__with_shell": ("guest",)}),
    (8, {"passwords__expired": ("old",)}),
    (9, {"sudo__rules": ("/etc/sudoers.d/x: ops ALL=(ALL) NOPASSWD: ALL",)}),
    (9, {"sudo__rules": ("/etc/sudoers: ALL ALL=/bin/ls",)}),
    (
        9,
        {
            "sudo__rules": ("/etc/sudoers.d/x: ops ALL=NOPASSWD: EVERYTHING",),
            "sudo__aliases": ("Cmnd_Alias EVERYTHING = /bin/ls, ALL",),
        },
    ),
    (10, {"modes__files": ("/etc/shadow 0644 root shadow", "/etc/passwd 0644 root root")}),
    (10, {"modes__files": ("/etc/shadow 0640 root users", "/etc/passwd 0644 root root")}),
    (10, {"modes__files": ("/etc/shadow 0000 root root", "/etc/passwd 0644 ops root")}),
    (11, {"audit__active": False}),
    (11, {"audit__loaded": ("identity", "modules", "time")}),
    (11, {"audit__at_boot": ()}),
    (12, {"syslog__targets": ()}),
    (12, {"syslog__audit_targets": ()}),
    (12, {"logs__pay-01": 25}),
    (12, {"logs__pay-01": -1}),
    (14, {"time__synchronised": False}),
    (14, {"time__offset_us": 1_000_000}),
    (14, {"time__servers": ("203.0.113.1",)}),
    (15, {"strays": [("package", "nmap")]}),
    (15, {"strays": [("service", "miner.service")]}),
    (16, {"strays": [("listener", "tcp/*:4444")]}),
    (17, {"reach__input_rules": ()}),
    (17, {"reach__input_rules": (DROP, "inet f in: tcp dport { 22, 443 } accept")}),
    (18, {"updates__pending": ("openssl",), "updates__oldest_days": 31}),
    (18, {"updates__pending": ("openssl",), "updates__lists_days": 31}),
    (19, {"antivirus__agents": ()}),
    (21, {"tls__tcp/*:443": ("TLSv1", "TLSv1.2")}),
]


@pytest.mark.parametrize(("row", "changed"), WRONG, ids=lambda told: str(told)[:60])
def test_one_thing_that_is_wrong_fails_its_row_and_says_what_to_do(
    row: int, changed: dict[str, Any]
) -> None:
    told = host(**changed).checked()[row]
    assert (told.answer, bool(told.remediation)) == (NO, True)


def test_one_proven_failure_is_a_no_whatever_else_was_not_seen() -> None:
    hidden = {"passwords.duplicate_uids": UnknownReason.DENIED}
    assert answers(passwords__empty=("guest",), unseen=hidden)[1] is NO
    assert answers(unseen=hidden)[1] is UNKNOWN


def test_two_factors_pass_even_where_the_firewall_was_not_seen() -> None:
    hidden = {"reach.input_rules": UnknownReason.DENIED}
    both = "publickey,password publickey,keyboard-interactive"
    assert answers(sshd__methods=both, unseen=hidden)[7] is YES
    assert answers(sshd__methods="publickey,password publickey", reach__input_rules=())[7] is NO
    asks = {"pam__second_factor": ("pam_oath",), "reach__input_rules": ()}
    assert answers(**asks)[7] is NO  # a key goes past the stack
    assert answers(**asks, sshd__keys="no")[7] is YES
    assert answers(unseen=hidden)[7] is UNKNOWN


def test_without_a_declared_bastion_nobody_is_one() -> None:
    assert answers(estate=city(jump=""))[7] is NO
    assert answers(estate=city(jump=f"ops@{BASTION}:22"))[7] is YES


def test_what_is_not_declared_in_full_is_not_known_to_be_all() -> None:
    told = host(estate=city(full=("service",))).checked()
    assert [(told[row].answer, told[row].reason) for row in (15, 16)] == [(UNKNOWN, NOTHING)] * 2
    stray = host(dark={"listener": UnknownReason.DENIED}).checked()[16]
    assert (stray.answer, stray.reason) == (UNKNOWN, UnknownReason.DENIED)


def test_a_guard_is_only_asked_for_where_the_policy_names_a_role_of_the_host() -> None:
    estate = city(Policy(log_servers=(LOG_SERVER,), antivirus_roles=("db",)))
    assert 19 not in host(estate=estate, antivirus__agents=()).checked()


def test_logs_are_not_known_to_have_arrived_where_no_log_server_is_declared() -> None:
    told = host(estate=city(Policy(antivirus_roles=("web",)))).checked()[12]
    assert (told.answer, told.reason, told.remediation) == (UNKNOWN, NOTHING, "row_12")


def test_updates_whose_age_nobody_tells_are_unknown_unless_the_list_is_old() -> None:
    hidden = {"updates.oldest_days": UnknownReason.UNSUPPORTED}
    assert answers(updates__pending=("openssl",), unseen=hidden)[18] is UNKNOWN
    assert answers(updates__pending=("openssl",), updates__lists_days=40, unseen=hidden)[18] is NO
    assert answers(updates__lists_days=40)[18] is UNKNOWN
    assert answers(unseen=hidden)[18] is YES


@pytest.mark.parametrize(
    ("rule", "gives"),
    [
        ("x: ops ALL=(ALL) NOPASSWD: ALL", True),
        ("x: ops ALL=(ALL:ALL)NOPASSWD:SETENV: ALL", True),
        ("x: ops ALL=NOPASSWD: /bin/ls, PASSWD: ALL", False),
        ("x: ops ALL=NOPASSWD: /bin/ls, ALL", True),
        ("x: ops ALL=(ALL) NOPASSWD: /bin/systemctl restart nginx", False),
        ("x: ops ALL=(ALL) ALL", False),
        ("x: ops ALL=(ALL) NOPASSWD: !ALL", False),
    ],
)
def test_a_tag_of_sudo_holds_until_the_next_one(rule: str, gives: bool) -> None:
    assert gives_all(rule) is gives


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([], Open.ANYWHERE),
        (["policy accept", "tcp dport 443 counter accept"], Open.ANYWHERE),
        (["policy accept", "ip saddr != 198.18.0.0/24 tcp dport 22 drop"], Open.UNSURE),
        (["policy accept", "jump zones"], Open.UNSURE),
        (["policy drop", "tcp dport 22 accept"], Open.ANYWHERE),
        (["policy drop", "ip saddr 0.0.0.0/0 tcp dport 22 accept"], Open.ANYWHERE),
        (["policy drop", "tcp dport 20-30 ct state new accept"], Open.ANYWHERE),
        (["policy drop", "accept"], Open.ANYWHERE),
        (["policy drop", "jump management"], Open.UNSURE),
        (["policy drop", "ip saddr @trusted tcp dport 22 accept"], Open.UNSURE),
        (["policy drop", "tcp dport 443 accept", "counter"], ()),
        (["policy accept", "ip saddr 198.18.0.9 accept", "drop"], ("198.18.0.9/32",)),
        (
            ["policy drop", "ip saddr { 198.18.0.9, 198.18.1.0/24 } tcp dport { 22, 80 } accept"],
            ("198.18.0.9/32", "198.18.1.0/24"),
        ),
    ],
)
def test_from_where_a_port_is_reached_is_only_told_where_it_can_be_read_off(
    rules: list[str], told: Open | tuple[str, ...]
) -> None:
    found = reach([f"inet f in: {rule}" for rule in rules], "tcp", "22")
    assert (found if isinstance(found, Open) else tuple(map(str, found))) == told


def test_a_port_that_is_closed_over_ipv4_alone_may_be_open() -> None:
    closed = ["policy drop", "ip saddr 198.18.0.9 tcp dport 22 accept"]
    by_4 = [f"ip f in: {rule}" for rule in closed]
    assert reach(by_4, "tcp", "22") is Open.UNSURE
    told = reach([*by_4, "ip6 f in: policy drop"], "tcp", "22")
    assert [str(one) for one in told] == ["198.18.0.9/32"]
