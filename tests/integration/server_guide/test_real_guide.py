"""docs/server.md is carried out on real hosts, block by block: its output is what is printed.

What stands in the document is of lab 0's networks; times and digests are any.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from omlib.lab import lifecycle, machine
from omlib.lab.break_hosts import cut_off, let_in
from omlib.lab.layout import LabLayout
from omlib.lab.spec import LabSpec, Server
from omlib.testing.guide import Reader

pytestmark = pytest.mark.lab

LAB_ID = 20
CLONE = Path(__file__).parents[3]
TEXT = (CLONE / "docs" / "server.md").read_text(encoding="utf-8")
BY_HAND = """
useradd -o -u 0 -g 0 -M -d /root -s /bin/bash toor 2>/dev/null
echo 'auth sufficient pam_permit.so' >>/etc/pam.d/sshd
chmod 666 /etc/health.conf
systemctl -q disable --now cron
echo '* * * * * root /usr/bin/true' >/etc/cron.d/sync
echo 'localhost +' >/root/.rhosts
cp /usr/bin/id /usr/local/bin/id2
"""


@pytest.fixture
def lab() -> Iterator[LabLayout]:
    if reason := machine.unsupported():
        pytest.skip(f"no lab on this machine: {reason}")
    layout = LabLayout(id=LAB_ID, home=LabLayout.from_environment().home)
    lifecycle.down(layout)  # what an earlier run left would be told, too
    lifecycle.up(layout, LabSpec(servers=(Server("srv1", "dc", 11), Server("srv2", "dc", 12))))
    yield layout
    lifecycle.down(layout)


@pytest.mark.timeout(1200)  # a dozen runs of a playbook, and as many looks
def test_the_guide_to_the_servers_says_what_happens(lab: LabLayout, tmp_path: Path) -> None:
    def by_hand() -> None:
        done = lifecycle.exec_(lab, "srv1", ["sh", "-ec", BY_HAND])
        assert done.code == 0, done.stderr

    told = json.loads((lab.run / "lab.json").read_text(encoding="utf-8"))["hosts"][0]
    Reader(
        root=tmp_path,
        places={"/opt/omlib": CLONE, "/srv/city": tmp_path},
        moved=(LabLayout(id=0, home=lab.home).prefix, lab.prefix),
        env={"OMLIB_LAB_KEY": told["key_file"], "OMLIB_LAB_KNOWN_HOSTS": told["known_hosts"]},
    ).read(
        TEXT,
        {
            "by hand": by_hand,
            "cut off": lambda: cut_off(lab, "srv2"),
            "let in": lambda: let_in(lab, "srv2"),
        },
    )
