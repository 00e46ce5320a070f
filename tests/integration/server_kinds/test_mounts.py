"""File systems of a real host; a container may not mount, so that half is on recordings."""

from collections.abc import Callable

import pytest

from omlib.model.estate import ServerState
from omlib.model.item import Attributes
from omlib.model.status import Status

from .agreement import agreed, made
from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
TMP: Attributes = {"mounted": True, "at_boot": False, "source": "tmpfs", "fstype": "tmpfs"}


def test_what_is_mounted_and_what_fstab_says_are_two_things(hosts: Hosts, changing: Change) -> None:
    changing(
        "srv1",
        "cp -p /etc/fstab /root/; echo 'tmpfs /tmp tmpfs nosuid,nodev 0 0' >> /etc/fstab;"
        "echo 'files:/srv /mnt/old nfs defaults 0 0' >> /etc/fstab",
        "cp -p /root/fstab /etc/fstab",
    )
    seen = hosts.look("srv1", ServerState(full=frozenset({"mount"})))
    assert seen.items("mount")["/mnt/old"] == {
        "mounted": False,
        "at_boot": True,
        "source": "files:/srv",
        "fstype": "nfs",
        "boot_options": ("defaults",),
    }
    state = ServerState(
        items={
            "mount": {
                "/tmp": {**TMP, "at_boot": True, "boot_options": ("nodev", "nosuid")},
                "/dev/shm": {
                    **TMP,
                    "source": "shm",
                    "options": ("nosuid", "noexec", "size=64000k"),
                },
                "/mnt/old": {"mounted": False, "at_boot": False},
                "/mnt/never": {"mounted": False, "at_boot": False},
                "/mnt/data one": {
                    "mounted": False,
                    "at_boot": True,
                    "source": "UUID=0a1b",
                    "fstype": "xfs",
                    "boot_options": ("noexec", "nofail"),
                },
                "/run": {**TMP, "options": ("noexec",)},
            }
        }
    )
    assert agreed(hosts, "srv1", state) == {
        "mount//tmp": Status.IN_SYNC,
        "mount//dev/shm": Status.IN_SYNC,
        "mount//mnt/old": Status.DIVERGED,
        "mount//mnt/never": Status.IN_SYNC,
        "mount//mnt/data one": Status.MISSING,
        "mount//run": Status.DIVERGED,
    }
    can = {name: told for name, told in state.of("mount").items() if name != "/run"}
    made(hosts, "srv1", ServerState(items={"mount": can}))
    fstab = hosts.run("srv1", "cat /etc/fstab")
    assert "UUID=0a1b\t/mnt/data\\040one\txfs\tnoexec,nofail\t0\t0\n" in fstab
    assert "tmpfs /tmp tmpfs nosuid,nodev 0 0\n" in fstab


def test_what_cannot_be_mounted_is_not_left_to_the_next_boot(
    hosts: Hosts, changing: Change
) -> None:
    changing("srv2", "cp -p /etc/fstab /root/", "cp -p /root/fstab /etc/fstab")
    before = hosts.run("srv2", "cat /etc/fstab")
    wanted: Attributes = {"mounted": True, "at_boot": True, "source": "/dev/none", "fstype": "ext4"}
    (told,) = hosts.apply("srv2", ServerState(items={"mount": {"/mnt/none": wanted}})).values()
    assert told.startswith("failed: mount")
    assert hosts.run("srv2", "cat /etc/fstab") == before


def test_an_untouched_host_has_no_mount_of_its_own(hosts: Hosts) -> None:
    assert hosts.look("srv2", ServerState(full=frozenset({"mount"}))).items("mount") == {}
