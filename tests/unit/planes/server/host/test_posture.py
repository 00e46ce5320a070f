"""Facts for checks: what is made of recorded files and output of Debian and rpm systems."""

from collections.abc import Mapping

import pytest

from omlib.planes.server.host import (
    area,
    posture,
    posture_accounts,
    posture_audit,
    posture_login,
    posture_pam,
    posture_reach,
    posture_system,
)
from omlib.planes.server.host.base import CannotTell

# shadow(5) as of Debian 12 and RHEL 9: a locked account, one that may come in, one whose field is
# empty, one that ended (day 19000), one whose password was last changed on day 19500 and lasts 90
SHADOW = b"""\
root:!*:19500:0:99999:7:::
daemon:*:19500:0:99999:7:::
alice:$y$j9T$abc$def:20700:0:90:7:30::
bob:$6$salt$hash:20700:0:99999:7:::
guest::20700:0:::::
old:$6$s$h:19500:0:90:7:30:19000:
nobody:!!:19500::::::
"""
PASSWD = b"""\
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
alice:x:1001:1001::/home/alice:/bin/bash
bob:x:1001:1002::/home/bob:/bin/bash
toor:x:0:0::/root:/bin/sh
svc::999:999::/:/sbin/nologin
+@staff::::::
"""
# Debian 12 with libpam-pwquality and faillock by pam-auth-update
DEBIAN_PAM = {
    "passwd": b"@include common-password\n",
    "login": b"auth optional pam_faildelay.so\n@include common-auth\n@include common-account\n",
    "sshd": b"@include common-auth\naccount required pam_nologin.so\n@include common-account\n",
    "common-password": b"""\
password\trequisite\t\t\tpam_pwquality.so retry=3 minlen=10
password\t[success=1 default=ignore]\tpam_unix.so obscure use_authtok try_first_pass yescrypt
password\trequisite\t\t\tpam_deny.so
""",
    "common-auth": b"""\
auth\trequisite\t\t\tpam_faillock.so preauth
auth\t[success=2 default=ignore]\tpam_unix.so nullok
auth\t[default=die]\t\t\tpam_faillock.so authfail
auth\trequisite\t\t\tpam_deny.so
auth\trequired\t\t\tpam_permit.so
""",
    "common-account": b"""\
account\t[success=1 new_authtok_reqd=done default=ignore]\tpam_unix.so
account\trequisite\t\t\tpam_deny.so
account\trequired\t\t\tpam_faillock.so
""",
}
# Debian 12 as installed: neither
BARE_PAM = {
    **DEBIAN_PAM,
    "common-password": b"password [success=1 default=ignore] pam_unix.so obscure yescrypt\n",
    "common-auth": b"auth [success=1 default=ignore] pam_unix.so nullok\n",
    "common-account": b"account [success=1 default=ignore] pam_unix.so\n",
}
# RHEL 9 by authselect with-faillock, RHEL 8 alike
RHEL_PAM = {
    "passwd": b"auth include system-auth\npassword substack system-auth\n",
    "login": b"auth substack system-auth\naccount include system-auth\n",
    "sshd": b"auth       substack     password-auth\naccount    include      password-auth\n",
    "system-auth": b"""\
auth        required                                     pam_env.so
auth        required                                     pam_faillock.so preauth silent
auth        sufficient                                   pam_unix.so nullok
auth        required                                     pam_faillock.so authfail
auth        required                                     pam_deny.so
account     required                                     pam_faillock.so
account     required                                     pam_unix.so
password    requisite                                    pam_pwquality.so local_users_only
password    sufficient                                   pam_unix.so sha512 shadow use_authtok
""",
}
RHEL_PAM["password-auth"] = RHEL_PAM["system-auth"]
# openEuler 22.03 and Kylin V10: written by hand, with arguments in the stack
KYLIN_PAM = {
    **RHEL_PAM,
    "system-auth": b"""\
auth        required      pam_env.so
auth        required      pam_faillock.so preauth audit deny=3 even_deny_root unlock_time=60
-auth       sufficient    pam_fprintd.so
auth        sufficient    pam_unix.so nullok try_first_pass
auth        [default=die] pam_faillock.so authfail audit deny=3 even_deny_root unlock_time=60
account     required      pam_unix.so
account     required      pam_faillock.so
password    requisite     pam_pwquality.so minlen=8 minclass=3 enforce_for_root try_first_pass
""",
}
KYLIN_PAM["password-auth"] = KYLIN_PAM["system-auth"]
# of the years of pam_tally2, and of pam_cracklib with credits
OLD_PAM = {
    "passwd": b"password required pam_cracklib.so minlen=12 dcredit=-1 ucredit=-1 lcredit=2\n",
    "login": b"auth required pam_tally2.so deny=6 unlock_time=300\naccount required pam_tally2.so",
    "sshd": b"auth required pam_unix.so\naccount required pam_unix.so\n",
}


def test_accounts_are_told_by_what_is_wrong_with_them_and_no_hash_is() -> None:
    passwd, shadow = (
        posture_accounts.rows_of(PASSWD, 7),
        posture_accounts.rows_of(SHADOW, 8),
    )
    assert posture_accounts.empty(passwd, shadow) == ["guest", "svc"]
    assert posture_accounts.duplicates(passwd) == ["0 root toor", "1001 alice bob"]
    assert posture_accounts.ageing(shadow) == ["alice 90", "bob 99999", "guest -1", "old 90"]
    assert posture_accounts.expired(shadow, today=20710) == ["old"]
    assert posture_accounts.expired(shadow, today=20821) == ["alice", "old"]
    assert posture_accounts.with_shell(passwd) == ["alice", "bob", "root", "toor"]


def test_a_table_of_accounts_that_is_cut_off_is_no_table() -> None:
    for raw in (b"", b"root:x:0:0", SHADOW + b"mallory:x\n"):
        with pytest.raises(ValueError, match="not a table"):
            posture_accounts.rows_of(raw, 8)


@pytest.mark.parametrize(
    ("raw", "days"),
    [
        (b"PASS_MAX_DAYS\t99999\n", 99999),
        (b"#PASS_MAX_DAYS 30\nPASS_MAX_DAYS   90\n", 90),
        (b"PASS_MAX_DAYS 90\nPASS_MAX_DAYS -1\n", -1),
        (b"# nothing\n", -1),
    ],
)
def test_new_accounts_age_as_login_defs_says_last(raw: bytes, days: int) -> None:
    assert posture_accounts.login_defs(raw, "PASS_MAX_DAYS") == days


@pytest.mark.parametrize(
    ("files", "conf", "told"),
    [
        (DEBIAN_PAM, b"", ("pam_pwquality", 10, 0)),
        (DEBIAN_PAM, b"minlen = 6\nminclass = 3\n", ("pam_pwquality", 10, 3)),
        (RHEL_PAM, b"# minlen = 8\n", ("pam_pwquality", 8, 0)),
        (RHEL_PAM, b"minlen=12\ndcredit = -1\nucredit=-1\nocredit=-1", ("pam_pwquality", 12, 3)),
        (RHEL_PAM, b"minlen=12\nenforcing = 0\n", ("pam_pwquality", 0, 0)),
        (KYLIN_PAM, b"", ("pam_pwquality", 8, 3)),
        (OLD_PAM, b"minlen = 20", ("pam_cracklib", 10, 2)),
        (BARE_PAM, b"minlen = 20\nminclass = 4", ("", 0, 0)),
    ],
)
def test_what_a_new_password_must_be_is_read_off_the_stack_and_its_settings(
    files: dict[str, bytes], conf: bytes, told: tuple[str, int, int]
) -> None:
    stack = posture_pam.parse_stack(files, "passwd", "password")
    assert posture_pam.quality(stack, posture_pam.parse_settings([conf])) == told


@pytest.mark.parametrize(
    ("files", "conf", "told"),
    [
        (DEBIAN_PAM, b"deny = 5\nunlock_time = 300\n", ([], [], 5, 300)),
        (DEBIAN_PAM, b"", ([], [], 3, 600)),
        (RHEL_PAM, b"deny=4 # few\nsilent\nunlock_time = never", ([], [], 4, 0)),
        (KYLIN_PAM, b"deny = 9\n", ([], [], 3, 60)),
        (BARE_PAM, b"deny = 5", (["login", "sshd"], ["login", "sshd"], 0, 0)),
        (OLD_PAM, b"deny = 3", (["sshd"], ["sshd"], 6, 300)),
    ],
)
def test_a_login_locks_when_its_stacks_count_and_after_as_many_as_they_say(
    files: dict[str, bytes], conf: bytes, told: tuple[list[str], list[str], int, int]
) -> None:
    stacks = {
        login: (
            posture_pam.parse_stack(files, login, "auth"),
            posture_pam.parse_stack(files, login, "account"),
        )
        for login in posture_pam.LOGINS
    }
    assert posture_pam.locking(stacks, posture_pam.parse_settings([conf])) == told


def test_a_module_after_a_sufficient_one_is_no_second_factor() -> None:
    asks = {"sshd": b"auth required pam_oath.so\nauth required pam_unix.so\n"}
    skips = {"sshd": b"auth sufficient pam_unix.so\nauth required pam_oath.so\n"}
    factors = [
        posture_pam.second_factor(posture_pam.parse_stack(files, "sshd", "auth"))
        for files in (asks, skips)
    ]
    assert factors == [["pam_oath"], []]


def test_sshd_is_told_as_it_takes_its_configuration_and_match_blocks_apart() -> None:
    told = posture_login.parse_sshd(b"port 22\nport 2222\npermitrootlogin without-password\n")
    assert (told["port"], told["permitrootlogin"]) == (["22", "2222"], ["without-password"])
    with pytest.raises(ValueError, match="sshd -T"):
        posture_login.parse_sshd(b"Missing privilege separation directory\n")
    inner: Mapping[str, list[bytes]] = {"d/*": [b"Match User ops\n PermitRootLogin=yes\n"]}
    raw = b"PermitRootLogin no\nInclude d/*\nMatch Address 198.18.0.0/24\n  permitrootlogin no\n"
    found = posture_login.roots_in_matches(raw, inner.__getitem__)
    assert found == ["yes", "no"]


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        (b"export TMOUT=600\n", 600),
        (b"readonly TMOUT=300; export TMOUT\n", 300),
        (b"declare -rx TMOUT='900'\n", 900),
        (b"TMOUT=0\nTMOUT=600\n", 0),
        (b"# TMOUT=300\n", 0),
        (b"XTMOUT=300\n", 0),
    ],
)
def test_the_laxest_time_out_of_a_shell_counts(raw: bytes, seconds: int) -> None:
    assert posture_login.parse_tmout([raw, b"umask 022\n"]) == seconds


def test_audit_rules_cover_a_class_when_they_watch_all_of_it() -> None:
    # `auditctl -l` of audit 3.0 on Debian 12 and RHEL 9
    rules = [
        "-w /etc/passwd -p wa -k identity",
        "-a always,exit -S all -F path=/etc/shadow -F perm=wa -F key=identity",
        "-w /etc/group -p wa -k identity",
        "-w /etc/gshadow -p wa -k identity",
        "-w /etc/sudoers -p wa -k privilege",
        "-w /etc/sudoers.d/ -p wa -k privilege",
        "-a always,exit -F arch=b64 -S adjtimex,settimeofday -F key=time",
        "-a never,exit -F arch=b64 -S init_module",
    ]
    assert posture_audit.classes(rules) == ["identity", "privilege", "time"]
    assert posture_audit.classes(rules[1:]) == ["privilege", "time"]
    assert posture_audit.classes(["No rules"]) == []


def test_log_targets_are_found_in_both_languages_of_rsyslog() -> None:
    old = (
        b"*.* @@198.18.0.5:514\nauthpriv.* /var/log/secure\n# *.* @198.18.0.9\nkern.* @(z9)log-1\n"
    )
    new = b'action(type="omfwd"\n  target="198.18.0.6" port="514" protocol="tcp")\n'
    local = b'action(type="omfile" file="/x" target="no")\n'
    assert posture_audit.parse_targets([old, new, local]) == [
        "198.18.0.5:514",
        "198.18.0.6",
        "log-1",
    ]


@pytest.mark.parametrize(
    ("keeper", "out", "offset_us"),
    [
        (
            "chrony",
            b"C6120001,198.18.0.1,3,1790000000.1,-0.000012300,0,0,1,0,0,0,0,64.2,Normal\n",
            12,
        ),
        ("chrony", b"506 Cannot talk to daemon\n", None),
        ("timesyncd", b"  Server: 198.18.0.1\n  Offset: -1.5ms\n  Delay: 2ms\n", 1500),
        ("timesyncd", b"  Offset: +2min 3.5s\n", 123_500_000),
        ("ntp", b"associd=0 status=0615 leap_none,\noffset=-0.250, sys_jitter=0.1\n", 250),
    ],
)
def test_the_offset_of_the_clock_is_told_in_microseconds(
    keeper: str, out: bytes, offset_us: int | None
) -> None:
    assert posture_audit.parse_offset(keeper, out) == offset_us


def test_security_updates_are_those_of_a_security_archive() -> None:
    simulated = (
        b"Inst libssl3 [3.0.11-1] (3.0.14-1~deb12u2 Debian-Security:12/stable-security [amd64])\n"
        b"Inst tzdata [2024a-0] (2024b-0 Debian:12.7/stable [all])\n"
        b"Inst linux-image-9 (6.1.1 Debian-Security:12/stable-security [amd64])\n"
        b"Conf libssl3 (3.0.14-1~deb12u2 Debian-Security:12/stable-security [amd64])\n"
    )
    assert posture_system.parse_apt(simulated) == ["libssl3", "linux-image-9"]
    release = b"Origin: Debian\nDate: Sat, 21 Nov 2026 08:00:00 UTC\n"
    assert posture_system.parse_dated(release) == 1795248000
    # `dnf updateinfo info --security` of RHEL 8 and openEuler
    told = b"  Update ID: RHSA-2026:1\n    Updated: 2026-11-01 00:00:00\n  Update ID: RHSA-2026:2\n"
    assert posture_system.parse_updateinfo(told) == (["RHSA-2026:1", "RHSA-2026:2"], 1793491200)


def test_a_variable_of_efi_says_whether_the_boot_was_secure() -> None:
    assert posture_system.parse_secure_boot(b"\x06\0\0\0\x01") == "on"
    assert posture_system.parse_secure_boot(b"\x06\0\0\0\0") == "off"
    with pytest.raises(ValueError, match="one byte"):
        posture_system.parse_secure_boot(b"")


def test_a_log_is_of_a_host_when_its_path_names_the_host_whole() -> None:
    files = [("/var/log/hosts/oa-1/sys.log", 10.0), ("/var/log/remote/198.18.0.11.log", 30.0)]
    assert posture_reach.newest(["oa-1"], files) == 10.0
    assert posture_reach.newest(["oa-1", "198.18.0.11"], files) == 30.0
    assert posture_reach.newest(["oa"], files) is None
    assert posture_reach.newest(["198.18.0.1"], files) is None


def test_a_fact_that_cannot_be_read_costs_no_other_and_is_never_told() -> None:
    def denied() -> int:
        raise PermissionError

    def lacks() -> int:
        raise CannotTell("unsupported", "no such thing")

    told = area.Area()
    told.read("one two", lambda: (1, None))
    told.read("three", denied)
    told.read("four five", lacks)
    told.read("six", lambda: 1 // 0)
    assert told.told == {"one": 1}
    assert told.unseen == {
        "two": "unsupported",
        "three": "denied",
        "four": "unsupported",
        "five": "unsupported",
        "six": "error",
    }


def test_only_areas_that_were_asked_for_are_told() -> None:
    found = posture.posture({"full": False, "items": {"login": {}, "moon": {}}}, 5)
    assert list(found.items) == ["login"]
