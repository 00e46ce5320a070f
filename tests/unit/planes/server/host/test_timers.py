"""Timers of systemd, on what Debian 12 and openEuler 22.03 have."""

from omlib.planes.server.host.timers import is_own, parse_calendar

# e2fsprogs of Debian 12
E2SCRUB = b"""\
[Unit]
Description=Periodic ext4 Online Metadata Check for All Filesystems
Documentation=man:e2scrub_all(8)

[Timer]
# Run on Sundays at 3:10am, to avoid running afoul of DST changes
OnCalendar=Sun *-*-* 03:10:00
RandomizedDelaySec=60
Persistent=true

[Install]
WantedBy=timers.target
"""
# dnf of openEuler 22.03: no calendar at all
DNF = b"[Timer]\nOnBootSec=10m\nOnUnitInactiveSec=1h\nRandomizedDelaySec=60m\n"


def test_the_calendar_is_what_the_lines_say() -> None:
    assert parse_calendar([E2SCRUB]) == ["Sun *-*-* 03:10:00"]
    assert parse_calendar([DNF]) == []


def test_a_drop_in_adds_and_an_empty_line_takes_back() -> None:
    assert parse_calendar([E2SCRUB, b"[Timer]\nOnCalendar = daily\n"]) == [
        "Sun *-*-* 03:10:00",
        "daily",
    ]
    assert parse_calendar([E2SCRUB, b"[Timer]\nOnCalendar=\nOnCalendar=weekly\n"]) == ["weekly"]
    assert parse_calendar([E2SCRUB, b"[Timer]\nOnBootSec=\n"]) == []


def test_comments_other_sections_and_continued_lines() -> None:
    told = b"[Unit]\nOnCalendar=daily\n[Timer]\n;OnCalendar=hourly\nOnCalendar=Mon \\\n  02:30\n"
    assert parse_calendar([told]) == ["Mon 02:30"]


def test_a_timer_is_somebodys_own_when_any_part_of_it_is_not_a_packages() -> None:
    packaged = {"FragmentPath": "/lib/systemd/system/fstrim.timer", "DropInPaths": ""}
    assert not is_own(packaged)
    assert is_own({**packaged, "DropInPaths": "/etc/systemd/system/fstrim.timer.d/x.conf"})
    assert is_own({"FragmentPath": "/etc/systemd/system/miner.timer"})
