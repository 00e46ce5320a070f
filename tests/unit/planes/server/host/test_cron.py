"""Tables of cron, on Debian's and on cronie's (openEuler, RHEL)."""

import os
from pathlib import Path

import pytest

from omlib.planes.server.host.cron import jobs_of, parse_table, runs

DAILY = (
    "25 6 * * * root test -x /usr/sbin/anacron || { cd / && run-parts  --report /etc/cron.daily; }"
)
DEBIAN = b"""\
# /etc/crontab: system-wide crontab
SHELL=/bin/sh
PATH = /usr/local/sbin:/usr/sbin

# m h dom mon dow user\tcommand
17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly
25 6\t* * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts  --report /etc/cron.daily; }
@reboot   root   echo 'a  b' >> /var/log/x
"""
# /etc/cron.d/0hourly of cronie
CRONIE = b"""\
# Run the hourly jobs
SHELL=/bin/bash
MAILTO=root
01 * * * * root run-parts /etc/cron.hourly
"""


def test_lines_have_one_blank_before_the_command_and_the_command_keeps_its_own() -> None:
    assert parse_table(DEBIAN) == [
        "SHELL=/bin/sh",
        "PATH=/usr/local/sbin:/usr/sbin",
        "17 * * * * root cd / && run-parts --report /etc/cron.hourly",
        DAILY,
        "@reboot root echo 'a  b' >> /var/log/x",
    ]
    assert parse_table(CRONIE)[-1] == "01 * * * * root run-parts /etc/cron.hourly"


def test_the_table_of_an_account_tells_the_account_too() -> None:
    assert parse_table(b"*/5 * * *  *  curl x | sh\n@daily  true\nA=b\n", "oa") == [
        "*/5 * * * * oa curl x | sh",
        "@daily oa true",
        "A=b",
    ]


def test_bytes_of_any_encoding_come_through() -> None:
    line = "0 1 * * * root echo 编码".encode("gb18030")
    assert parse_table(line + b"\n")[0].encode("utf-8", "surrogateescape") == line


@pytest.mark.parametrize(
    ("path", "mode", "uid", "debian", "taken"),
    [
        ("/etc/cron.d/backup", 0o100644, 0, True, True),
        ("/etc/cron.d/backup.sh", 0o100644, 0, True, False),
        ("/etc/cron.d/backup.sh", 0o100644, 0, False, True),
        ("/etc/cron.d/backup.rpmsave", 0o100644, 0, False, False),
        ("/etc/cron.d/backup~", 0o100644, 0, False, False),
        ("/etc/cron.d/backup", 0o100664, 0, True, False),
        ("/etc/cron.d/backup", 0o100644, 1000, False, False),
        ("/etc/cron.daily/x", 0o100755, 0, True, True),
        ("/etc/cron.daily/x", 0o100644, 0, True, False),
        ("/etc/cron.daily/x.sh", 0o100755, 0, True, False),
        ("/etc/crontab", 0o100644, 0, True, True),
    ],
)
def test_cron_takes_what_has_a_good_name_and_is_in_good_hands(
    path: str, mode: int, uid: int, debian: bool, taken: bool
) -> None:
    told = os.stat_result((mode, 0, 0, 1, uid, 0, 0, 0, 0, 0))
    assert runs(path, told, debian) is taken


@pytest.mark.skipif(os.geteuid() != 0, reason="cron takes files of root only")
def test_debians_cron_passes_over_a_table_that_is_cut_off(tmp_path: Path) -> None:
    table = tmp_path / "table"
    table.write_bytes(b"0 1 * * * root true")
    assert jobs_of(str(table), table.stat(), True) == []
    assert jobs_of(str(table), table.stat(), False) == ["0 1 * * * root true"]


@pytest.mark.skipif(os.geteuid() != 0, reason="cron takes files of root only")
def test_a_pipe_in_the_place_of_a_table_makes_nobody_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "table", 0o644)
    assert jobs_of(str(tmp_path / "table"), (tmp_path / "table").stat(), False) == []
