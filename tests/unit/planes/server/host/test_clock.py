"""What keeps the clock, on files of Debian 12, RHEL 8 and 9, Kylin V10 and openEuler."""

from pathlib import Path

from omlib.planes.server.host.clock import (
    chosen,
    parse_servers,
    parse_timesyncd,
    parse_tracking,
    read_conf,
)
from omlib.planes.server.host.conf_d import lines_of

# /etc/chrony.conf of RHEL 8, edited
RHEL = b"""\
# Use public servers from the pool.ntp.org project.
pool 2.rhel.pool.ntp.org iburst
server 198.18.0.5 iburst prefer
! server old.example.org
%server older.example.org
peer ntp2.example.org
driftfile /var/lib/chrony/drift
"""
NTPD = b"server 127.127.1.0\nfudge 127.127.1.0 stratum 10\nserver -4 ntp.example.org\n"


def test_servers_pools_and_peers_of_chrony_and_ntpd() -> None:
    assert parse_servers([line for line in lines_of(RHEL) if line[0] not in "!%"]) == [
        "2.rhel.pool.ntp.org",
        "198.18.0.5",
        "ntp2.example.org",
    ]
    assert parse_servers(lines_of(NTPD)) == ["ntp.example.org"]


def test_what_the_file_of_debian_includes_counts(tmp_path: Path) -> None:
    for folder in ("conf.d", "sources.d"):
        (tmp_path / folder).mkdir()
    (tmp_path / "chrony.conf").write_text(
        f"confdir {tmp_path}/conf.d\npool 2.debian.pool.ntp.org iburst\n! server x\n"
        f"sourcedir /run/chrony-dhcp {tmp_path}/sources.d\ninclude {tmp_path}/chrony.conf\n",
        encoding="utf-8",
    )
    (tmp_path / "conf.d" / "own.conf").write_text("server a\n", encoding="utf-8")
    (tmp_path / "conf.d" / "own.bak").write_text("server b\n", encoding="utf-8")
    (tmp_path / "sources.d" / "own.sources").write_text("server c\n", encoding="utf-8")
    told = read_conf(str(tmp_path / "chrony.conf"))
    assert set(parse_servers(told)) == {"a", "2.debian.pool.ntp.org", "c"}


def test_timesyncd_takes_its_own_servers_else_the_fallback_else_what_is_built_in() -> None:
    main = b"[Time]\nNTP=a b\n#FallbackNTP=x\n"
    assert parse_timesyncd([main]) == (["a", "b"], None)
    assert parse_timesyncd([main, b"[Time]\nNTP=c\n"]) == (["a", "b", "c"], None)
    assert parse_timesyncd([main, b"[Time]\nNTP=\nNTP=c\nFallbackNTP=d\n"]) == (["c"], ["d"])
    assert parse_timesyncd([b"[Time]\n", b"[Other]\nNTP=no\n"]) == ([], None)


def test_of_several_the_one_that_runs_keeps_the_clock() -> None:
    timesyncd = {"Id": "systemd-timesyncd.service", "LoadState": "loaded", "ActiveState": "active"}
    chrony = {"Id": "chronyd.service", "LoadState": "loaded", "UnitFileState": "enabled"}
    gone = {"Id": "ntp.service", "LoadState": "not-found"}
    assert chosen([gone, chrony, timesyncd]) == ("timesyncd", True)
    assert chosen([gone, chrony]) == ("chrony", False)
    assert chosen([gone]) == ("", False)


def test_chrony_says_by_its_leap_status_whether_it_is_in_step() -> None:
    kept = b"C6120005,198.18.0.5,3,1700000000.1,0.0,0.0,0.0,-1.5,0.0,0.02,0.01,0.02,64.2,Normal\n"
    lost = b"7F7F0101,,0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised\n"
    assert parse_tracking(kept) is True
    assert parse_tracking(lost) is False
    assert parse_tracking(b"506 Cannot talk to daemon\n") is None
