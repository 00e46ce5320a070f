"""Accounts and groups: what of recorded files of a host counts."""

import grp
import pwd

from omlib.planes.server.host.accounts import groups_of, parse_shadow, stands_out

# Debian 12 (yescrypt, `!` of useradd, `*` of system accounts, `!*` of systemd-sysusers) and RHEL 8
# (SHA-512, `!!` of useradd, a password locked by `passwd -l`), one line each
SHADOW = b"""\
root:$y$j9T$abc$def:19700:0:99999:7:::
daemon:*:19700:0:99999:7:::
ops:!:19700:0:99999:7:::
systemd-timesync:!*:19700::::::
open::19700:0:99999:7:::
db:!!$6$salt$hash:19700:0:99999:7:::
new:!!:19700:0:99999:7:::
\xd5\xc5\xc8\xfd:$6$salt$hash:19700:0:99999:7:::
broken line
"""


def group(name: str, gid: int, *members: str) -> grp.struct_group:
    return grp.struct_group((name, "x", gid, list(members)))


def test_a_password_is_locked_when_no_password_fits() -> None:
    assert parse_shadow(SHADOW) == {
        "root": False,
        "daemon": True,
        "ops": True,
        "systemd-timesync": True,
        "open": False,
        "db": True,
        "new": True,
        b"\xd5\xc5\xc8\xfd".decode("utf-8", "surrogateescape"): False,
    }


def test_groups_of_people_stand_out_and_those_of_the_system_do_not() -> None:
    assert stands_out(group("staff", 1000))
    assert stands_out(group("sudo", 27, "ops"))
    assert not stands_out(group("sudo", 27))
    assert not stands_out(group("nogroup", 65534))
    assert stands_out(group("nobody", 65534, "mallory"))


def test_a_second_group_with_the_number_of_root_stands_out() -> None:
    assert stands_out(group("toor", 0))
    assert not stands_out(group("root", 0))


def test_a_primary_group_is_told_only_where_it_is_declared_among_the_others() -> None:
    root = pwd.getpwnam("root")
    assert "root" not in groups_of(root)
    assert "root" not in groups_of(root, ("adm",))
    assert "root" in groups_of(root, ("adm", "root"))
