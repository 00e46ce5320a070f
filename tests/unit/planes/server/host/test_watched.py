"""What tools of packages make below watched directories, by recordings of their own records."""

from pathlib import Path

from omlib.planes.server.host.alternatives import parse
from omlib.planes.server.host.base import Found
from omlib.planes.server.host.pam import as_left
from omlib.planes.server.host.programs import parse_path
from omlib.planes.server.host.watched import COPIES, TRACES, parse_ucf, walk

# /etc/pam.d/common-auth of Debian 12 with the profiles unix and capability, shortened
TEMPLATE = b"""\
# /etc/pam.d/common-auth
# here are the per-package modules (the "Primary" block)
$auth_primary
# here's the fallback if no module succeeds
auth\trequisite\t\t\tpam_deny.so
# and here are more per-package modules (the "Additional" block)
$auth_additional
# end of pam-auth-update config
"""
CONFIGURED = b"""\
# /etc/pam.d/common-auth
# here are the per-package modules (the "Primary" block)
auth\t[success=2 default=ignore]\tpam_unix.so nullok
auth\t[success=1 default=ignore]\tpam_sss.so use_first_pass
# here's the fallback if no module succeeds
auth\trequisite\t\t\tpam_deny.so
# and here are more per-package modules (the "Additional" block)
auth\toptional\t\t\tpam_cap.so 
# end of pam-auth-update config

"""  # noqa: W291
SAVED = b"""\
Module: unix
[success=end default=ignore]\tpam_unix.so nullok
Module: sss
[success=end default=ignore]\tpam_sss.so use_first_pass
Module: capability
optional\t\t\tpam_cap.so
"""
# /var/lib/dpkg/alternatives/awk of Debian 12
AWK = b"""\
auto
/usr/bin/awk
awk.1.gz
/usr/share/man/man1/awk.1.gz
nawk
/usr/bin/nawk

/usr/bin/mawk
5
/usr/share/man/man1/mawk.1.gz
/usr/bin/mawk
"""


def test_a_stack_is_as_pam_auth_update_left_it() -> None:
    assert as_left(b"auth", CONFIGURED, TEMPLATE, SAVED)


def test_any_edit_of_a_stack_is_found() -> None:
    edits = [
        (b"pam_unix.so", b"pam_permit.so"),
        (b"success=2", b"success=3"),
        (b" nullok", b""),
        (b"auth\trequisite", b"auth\tsufficient"),
        (b"# end of", b"auth sufficient pam_evil.so\n# end of"),
        (b"# /etc/pam.d/common-auth\n", b"auth sufficient pam_evil.so\n"),
        (b"config\n", b"config\nauth sufficient pam_evil.so\n"),
        (b"auth\toptional", b"account\toptional"),
        (b'(the "Additional" block)\n', b'(the "Additional" block)\n# here\'s the fallback\n'),
    ]
    for old, new in edits:
        edited = CONFIGURED.replace(old, new, 1)
        assert edited != CONFIGURED
        assert not as_left(b"auth", edited, TEMPLATE, SAVED), new


def test_an_alternative_names_its_links_and_all_they_may_lead_to() -> None:
    links, targets = parse(b"awk", AWK)
    assert links == {
        b"/usr/bin/awk": b"/etc/alternatives/awk",
        b"/usr/share/man/man1/awk.1.gz": b"/etc/alternatives/awk.1.gz",
        b"/usr/bin/nawk": b"/etc/alternatives/nawk",
    }
    assert targets == {b"/usr/bin/mawk", b"/usr/share/man/man1/mawk.1.gz"}


def test_ucf_remembers_what_it_put_there() -> None:
    raw = b"e6fd6e8e29210c5678181f33177d5433  /etc/ssh/sshd_config\n"
    assert parse_ucf(raw) == {b"/etc/ssh/sshd_config": "e6fd6e8e29210c5678181f33177d5433"}


def test_the_path_of_login_defs_counts() -> None:
    raw = (  # Debian 12; RHEL writes none of the two
        b"# ENV_PATH PATH=/none\nENV_SUPATH\tPATH=/usr/local/sbin:/sbin\n"
        b"ENV_PATH\tPATH=/usr/bin:.:games:/usr/games\n"
    )
    assert parse_path(raw) == [b"/usr/local/sbin", b"/sbin", b"/usr/bin", b"/usr/games"]


def test_a_tree_is_walked_without_following_links(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "file").write_text("x", encoding="utf-8")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = Found()
    told = {path.removeprefix(bytes(tmp_path)) for path, _ in walk(bytes(tmp_path), found)}
    assert (told, found.status) == ({b"/inner/file", b"/loop"}, "ok")
    assert walk(bytes(tmp_path / "none"), found) == []


def test_a_folder_is_told_where_anybody_may_write_or_if_asked_where_not_all_may_look(
    tmp_path: Path,
) -> None:
    for name, mode in {"plain": 0o755, "open": 0o777, "sticky": 0o1777, "shut": 0o700}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(mode)
    folder = str(tmp_path).encode()
    assert [path for path, _ in walk(folder, Found())] == [folder + b"/open"]
    told = {path.rpartition(b"/")[2] for path, _ in walk(folder, Found(), modes=True)}
    assert {b"open", b"sticky", b"shut"} <= told


def test_copies_of_the_tools_for_accounts_and_the_history_of_a_shell_are_no_finds() -> None:
    for path in (b"/etc/passwd-", b"/etc/gshadow-", b"/etc/.pwd.lock", b"/etc/.updated"):
        assert COPIES.fullmatch(path)
    for name in (b".bash_history", b".lesshst", b".cache/motd.legal-displayed"):
        assert TRACES.fullmatch(name)
    for path in (b"/etc/passwd", b"/etc/shadow", b"/etc/passwd-x", b"/opt/passwd-"):
        assert not COPIES.fullmatch(path)
    for name in (b".bashrc", b".profile", b".ssh/authorized_keys", b".cache/x", b"x_history"):
        assert not TRACES.fullmatch(name)
