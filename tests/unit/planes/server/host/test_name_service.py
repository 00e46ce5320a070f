"""Which sources a host's accounts may come from, and which of them answer."""

from pathlib import Path

import pytest

from omlib.planes.server.host.base import CannotTell
from omlib.planes.server.host.name_service import (
    answers,
    beyond,
    is_idle,
    parse_nsswitch,
    parse_sssctl,
    parse_wbinfo,
    says_not_found,
    table,
)

# RHEL 8 and openEuler, authselect's profile sssd; Debian 12 with libpam-winbind; Debian 12 as made
RHEL = b"# by authselect\npasswd:     sss files systemd\ngroup: sss [NOTFOUND=return] files\n"
WINBIND = b"passwd:\tfiles systemd winbind\ngroup: files [SUCCESS=merge] systemd winbind # domain\n"
DEBIAN = b"passwd:         files systemd\ngroup:          files systemd\nhosts: files dns\n"


@pytest.mark.parametrize(
    ("raw", "database", "named"),
    [
        (RHEL, "passwd", ["sss"]),
        (RHEL, "group", ["sss"]),
        (WINBIND, "group", ["winbind"]),
        (DEBIAN, "passwd", []),
        (b"", "passwd", []),
        (b"passwd: files [!UNAVAIL=return UNAVAIL=continue] ldap", "passwd", ["ldap"]),
        (b"passwd: compat", "passwd", []),
    ],
)
def test_the_sources_that_a_host_does_not_keep_itself(
    raw: bytes, database: str, named: list[str]
) -> None:
    assert beyond(parse_nsswitch(raw), database, b"root:x:0:0::/root:/bin/sh\n") == named


def test_a_plus_in_the_file_takes_accounts_from_nis_where_the_source_is_compat() -> None:
    table = b"root:x:0:0::/root:/bin/sh\n+@staff::::::\n"
    assert beyond(parse_nsswitch(b"passwd: compat"), "passwd", table) == ["nis"]
    assert beyond(parse_nsswitch(b"passwd: files"), "passwd", table) == []


def test_sssd_is_online_when_it_says_so() -> None:  # sssd 2.9 of RHEL 9
    assert parse_sssctl(b"Online status: Online\n")
    assert not parse_sssctl(b"Online status: Offline\n")
    assert not parse_sssctl(b"")


def test_winbind_is_online_when_all_its_domains_are() -> None:  # samba 4.17 of Debian 12
    both = b"BUILTIN : active connection\nSRV1 : active connection\nCITY : active connection\n"
    assert parse_wbinfo(both)
    assert not parse_wbinfo(both.replace(b"CITY : active", b"CITY : no active"))
    assert not parse_wbinfo(b"")


@pytest.mark.parametrize("source", ["ldap", "no-such-source"])
def test_a_source_whose_module_is_not_there_does_not_answer(source: str) -> None:
    assert not answers(source, "getpwnam_r", 2)


def test_a_module_of_the_c_library_says_not_found() -> None:
    for function in ("getpwnam_r", "getgrnam_r"):
        try:
            assert says_not_found("compat", function)
        except OSError as error:
            pytest.skip(f"no such module here: {error}")


def test_sssd_without_a_configuration_hides_nothing() -> None:
    if Path("/etc/sssd").exists():
        pytest.skip("sssd is configured here")
    assert is_idle("sss")
    assert answers("sss", "getpwnam_r", 2)
    assert not is_idle("ldap")


def test_a_host_without_its_own_table_tells_of_no_account_that_it_is_away(tmp_path: Path) -> None:
    file = tmp_path / "group"
    for content in (None, b"", b"\n"):
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(CannotTell) as told:
            table(str(file))
        assert told.value.status == "error"
    file.write_bytes(b"root:x:0:\n")
    assert table(str(file)) == b"root:x:0:\n"
