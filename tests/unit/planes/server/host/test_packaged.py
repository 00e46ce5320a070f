"""What dpkg and rpm recorded of the files of packages. Debian 12; rpm 4.18, as RHEL 9 writes it."""

from pathlib import Path

import pytest

from omlib.planes.server.host import dpkg, rpm
from omlib.planes.server.host.disk import digest
from omlib.planes.server.host.entry import Entry
from omlib.planes.server.host.package_files import changed, powers

# Debian 12: an installed package, one whose configuration stayed, one half way in
STATUS = b"""\
Package: cron
Status: install ok installed
Architecture: amd64
Conffiles:
 /etc/cron.d/e2scrub_all 4d03c5cf1b3c6d8e3a1a2a8c9bc7e3e1
 /etc/default/cron 1a3a5a7a9a1a3a5a7a9a1a3a5a7a9a1a
 /etc/old 2a3a5a7a9a1a3a5a7a9a1a3a5a7a9a1a obsolete
 /etc/new newconffile
Description: process scheduling daemon
 /etc/not-a-conffile 00000000000000000000000000000000

Package: telnetd
Status: deinstall ok config-files
Conffiles:
 /etc/inetd.conf 3a3a5a7a9a1a3a5a7a9a1a3a5a7a9a1a

Package: broken
Status: install reinstreq half-installed
Conffiles:
 /etc/broken 4a3a5a7a9a1a3a5a7a9a1a3a5a7a9a1a
"""
# as `rpm -qa --qf QUERY` printed it for a package built here with rpm 4.18: a directory, a set-uid
# program, %config(noreplace), %ghost, a link, a Chinese name, and a document left out by --nodocs
RPM = """\
demo	8		40755	root	root	0	4294967295	0	(none)		/opt/demo
demo	8	98ea6e4f	104755	root	root	0	4294967295	0	(none)		/opt/demo/bin
demo	8	8d0d4c8a	100644	root	root	17	4294967295	0	(none)		/opt/demo/conf
demo	8		100644	root	root	64	4294967256	0	(none)		/opt/demo/ghost
demo	8		120777	root	root	0	4294967295	0	(none)	bin	/opt/demo/link
demo	8	01186fcf	100644	root	root	0	4294967295	0	(none)		/opt/demo/名 字
demo	8	8d74beec	100644	root	root	2	4294967295	2	(none)		/usr/share/doc/demo/README
"""  # noqa: E501
# RHEL 8 (rpm 4.14) and Kylin V10: a file with capabilities; one that `%verify(not md5 size mtime)`
# takes out; a package of the time before FILEDIGESTALGO
RPM_OLD = """\
iputils	8	ab12	100755	root	root	0	4294967295	0	= cap_net_raw+p		/usr/bin/ping
setup	8	cd34	100644	root	root	17	4294967256	0	(none)		/etc/passwd
ancient	(none)	0cc175b9c0f1b6a831c399e269772661	100644	root	root	0	4294967295	0	(none)		/opt/a
nothing	(none)	(none)	(none)	(none)	(none)	(none)	(none)	(none)	(none)	(none)	(none)
"""  # noqa: E501


def entries(text: str) -> dict[str, Entry]:
    return {one.path.decode(): one for one in rpm.parse_files(text.encode(), ())}


def test_conffiles_are_those_that_an_installed_package_still_ships() -> None:
    assert set(dpkg.parse_conffiles(STATUS)) == {
        b"/etc/cron.d/e2scrub_all",
        b"/etc/default/cron",
        b"/etc/broken",
    }
    assert dpkg.half_way(STATUS) == {"broken"}
    assert dpkg.obsolete(STATUS) == {b"/etc/old"}


def test_a_diverted_file_is_where_it_went_and_the_diverters_own_stays() -> None:
    raw = b"/bin/sh\n/bin/sh.distrib\ndash\n/usr/bin/x\n/usr/bin/x.real\n:\n"
    assert dpkg.parse_diversions(raw) == {
        b"/bin/sh": (b"/bin/sh.distrib", "dash"),
        b"/usr/bin/x": (b"/usr/bin/x.real", ":"),
    }


def test_sums_are_by_absolute_path() -> None:
    raw = b"0cc175b9c0f1b6a831c399e269772661  usr/bin/a b\nbad line\n"
    assert dpkg.parse_sums(raw) == [(b"/usr/bin/a b", "0cc175b9c0f1b6a831c399e269772661")]


# as in images of Docker's debian:12-slim
SLIM = b"""\
# drop documents
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude=/usr/share/man/*
log /var/log/dpkg.log
"""


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        (b"/usr/share/doc/bash/README", True),
        (b"/usr/share/doc/bash/copyright", False),
        (b"/usr/share/man/man1/ls.1.gz", True),
        (b"/usr/bin/ls", False),
    ],
)
def test_what_dpkg_was_told_to_leave_out_is_not_missing(path: bytes, left_out: bool) -> None:
    assert dpkg.left_out(path, dpkg.parse_filters(SLIM)) is left_out


def test_rpm_tells_content_mode_owner_and_link_of_what_was_installed() -> None:
    found = entries(RPM)
    assert set(found) == {
        "/opt/demo",
        "/opt/demo/bin",
        "/opt/demo/conf",
        "/opt/demo/ghost",
        "/opt/demo/link",
        "/opt/demo/名 字",
    }
    program, link, ghost = (found[f"/opt/demo/{name}"] for name in ("bin", "link", "ghost"))
    assert (program.package, program.algorithm, program.digest) == ("demo", "sha256", "98ea6e4f")
    assert (program.mode, program.owner, program.group) == (0o104755, "root", "root")
    assert (link.link, link.digest) == (b"bin", "")
    assert (ghost.digest, ghost.mode, ghost.owner) == ("", None, None)
    assert changed(ghost) == ([], "")  # no fault that it is not there


def test_what_a_package_takes_out_of_verification_is_not_compared() -> None:
    found = entries(RPM_OLD)
    assert set(found) == {"/usr/bin/ping", "/etc/passwd", "/opt/a"}
    assert (found["/etc/passwd"].digest, found["/etc/passwd"].mode) == ("", 0o100644)
    assert found["/opt/a"].algorithm == "md5"


def test_only_what_lies_below_the_asked_is_kept() -> None:
    assert [one.path for one in rpm.parse_files(RPM.encode(), (b"/usr/",))] == []


def entry(path: Path, *, text: bytes = b"a", mode: int | None = None) -> Entry:
    path.write_bytes(text)
    made, _ = digest(bytes(path), "md5")
    one = Entry(bytes(path), "demo", "md5", made)
    one.mode = mode
    return one


def test_a_file_that_is_as_it_was_shipped_has_not_changed(tmp_path: Path) -> None:
    one = entry(tmp_path / "a")
    one.mode = (tmp_path / "a").stat().st_mode
    one.owner = one.group = "root" if (tmp_path / "a").owner() == "root" else None
    assert changed(one) == ([], "")


def test_each_way_of_a_change_is_named(tmp_path: Path) -> None:
    content, mode, owner, gone, link = (entry(tmp_path / name) for name in "abcde")
    (tmp_path / "a").write_bytes(b"b")
    mode.mode = 0o100644
    (tmp_path / "b").chmod(0o666)
    owner.owner = owner.group = "somebody-else"
    (tmp_path / "d").unlink()
    link.link, link.digest = b"there", ""
    (tmp_path / "e").unlink()
    (tmp_path / "e").symlink_to("elsewhere")
    told = [changed(one)[0] for one in (content, mode, owner, gone, link)]
    assert told == [["content"], ["mode"], ["owner", "group"], ["missing"], ["link"]]


def test_a_file_that_became_a_directory_has_another_content(tmp_path: Path) -> None:
    one = entry(tmp_path / "a")
    (tmp_path / "a").unlink()
    (tmp_path / "a").mkdir()
    assert changed(one) == (["content"], "")


def test_capabilities_are_compared_in_any_spelling_of_libcap() -> None:
    raw = {("cap_net_raw", "ep")}
    assert powers("cap_net_raw=ep") == powers("= cap_net_raw+ep") == powers("cap_net_raw=pe") == raw
    assert powers("cap_net_admin,cap_net_raw+ep") == {*raw, ("cap_net_admin", "ep")}
    assert powers("") == powers("=") == set()
    assert powers("=ep") != set()


def test_lost_capabilities_are_a_change(tmp_path: Path) -> None:
    one = entry(tmp_path / "ping")
    one.capabilities = "cap_net_raw=ep"
    assert changed(one) == (["capabilities"], "")
    one.capabilities = ""
    assert changed(one) == ([], "")


def test_of_debian_what_anybody_may_write_has_another_mode_than_its_package_brought(
    tmp_path: Path,
) -> None:
    modes = {"file": 0o644, "open": 0o666, "group": 0o664}
    for name, mode in modes.items():
        (tmp_path / name).write_bytes(b"x")
        (tmp_path / name).chmod(mode)
    for name, mode in {"folder": 0o755, "open_folder": 0o777, "sticky": 0o1777}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(mode)
    (tmp_path / "link").symlink_to("open")
    told = {
        path.name: changed(Entry(str(path).encode(), "x", "md5", ""))[0]
        for path in tmp_path.iterdir()
    }
    assert {name for name, differs in told.items() if differs == ["mode"]} == {
        "open",
        "open_folder",
    }
