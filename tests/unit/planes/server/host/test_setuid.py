"""Files that give more rights: which file systems are walked, and what a file's attribute means."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from omlib.planes.server.host.capabilities import spelled
from omlib.planes.server.host.file_systems import mount_of, parse_mountinfo
from omlib.planes.server.host.setuid import Walk, setuid_files, starts

# of a Debian 12 host with a container engine, a bind mount, two subvolumes and remote folders
MOUNTINFO = b"""\
22 27 0:21 / /proc rw,nosuid shared:13 - proc proc rw
26 27 0:5 / /dev rw,nosuid shared:2 - devtmpfs udev rw,size=1k
27 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
29 27 0:25 / /tmp rw,nosuid shared:3 - tmpfs tmpfs rw
30 27 254:2 / /srv/my\\040data rw shared:4 - xfs /dev/vdb rw
31 27 254:1 /srv/www /var/www rw shared:1 - ext4 /dev/vda1 rw
32 27 0:40 /@home /home rw shared:5 - btrfs /dev/vdc rw,subvol=/@home
33 27 0:40 /@var /var/lib rw shared:6 - btrfs /dev/vdc rw,subvol=/@var
34 27 0:50 / /mnt/nas rw shared:7 - nfs4 nas:/x rw
35 27 0:51 / /mnt/win rw - cifs //w/x rw
36 33 0:52 / /var/lib/docker/overlay2/a/merged rw - overlay overlay rw,lowerdir=/l
37 27 0:53 / /mnt/s rw - fuse.sshfs x:/ rw
38 30 254:3 / /srv/my\\040data rw shared:9 - ext4 /dev/vdd rw
broken
"""


def test_local_file_systems_are_walked_once_and_remote_ones_never() -> None:
    assert starts(parse_mountinfo(MOUNTINFO)) == [
        b"/",
        b"/home",
        b"/srv/my data",
        b"/tmp",
        b"/var/lib",
    ]


def test_the_file_system_of_a_container_is_walked_when_it_is_the_host() -> None:
    root = b"900 800 0:600 / / rw - overlay overlay rw,lowerdir=/x\n"
    assert starts(parse_mountinfo(root)) == [b"/"]


def test_a_place_lies_on_the_last_mount_above_it() -> None:
    mounted = parse_mountinfo(MOUNTINFO)
    places = (b"/home/ops/.ssh", b"/homes/x", b"/srv/my data/x", b"/mnt/nas", b"/var/lib/x")
    told = [mount_of(place, mounted) for place in places]
    assert [mount.device for mount in told if mount] == [
        b"0:40",
        b"254:1",
        b"254:3",
        b"0:50",
        b"0:40",
    ]


# security.capability as setcap wrote it: revision 2, and revision 3 of a user namespace
CAPABILITIES = {
    "0100000200200000000000000000000000000000": "cap_net_raw=ep",
    "0000000200200000000000000000000000000000": "cap_net_raw=p",
    "0100000200300000000000000000000000000000": "cap_net_admin,cap_net_raw=ep",
    "0100000300200000000000000000000000000000e8030000": "cap_net_raw=ep [rootid=1000]",
    "01000002000000000000000000000000c0000000": "cap_perfmon,cap_bpf=ei",
    "01000002ffffffff00000000ff01000000000000": "=ep",
    "010000010004000000000000": "cap_net_bind_service=ep",
    "0000000200000000002000000000000000000000": "cap_net_raw=i",
}


@pytest.mark.parametrize("raw", CAPABILITIES)
def test_capabilities_are_spelled_as_getcap_does(raw: str) -> None:
    assert spelled(bytes.fromhex(raw)) == CAPABILITIES[raw]


@pytest.mark.parametrize("raw", [b"", b"\x01", b"\x01\0\0\x09" + b"\0" * 16])
def test_what_no_kernel_writes_is_not_taken_for_capabilities(raw: bytes) -> None:
    with pytest.raises(ValueError, match="not a set"):
        spelled(raw)


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setcap"), reason="needs root and setcap")
@pytest.mark.parametrize(
    "text",
    ["cap_net_raw=ep", "cap_chown,cap_bpf=p", "cap_net_admin=ei", "=ep", "cap_fowner=eip"],
)
def test_getcap_says_the_same_of_a_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "program"
    path.write_bytes(b"x")
    path.chmod(0o755)
    if subprocess.run(["setcap", text, path], capture_output=True, check=False).returncode:
        pytest.skip("this file system takes no capabilities")
    told = subprocess.run(["getcap", path], capture_output=True, text=True, check=True).stdout
    found = setuid_files({"full": False, "items": {str(path): {}}}, 5)
    assert found.items[str(path)]["capabilities"] == told.split(" ", 1)[1].strip()


def test_a_walk_finds_what_gives_rights_and_enters_no_other_file_system(tmp_path: Path) -> None:
    for name in ("plain", "deep/er/suid", "sgid", "other/suid"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "deep/er/suid").chmod(0o4755)
    (tmp_path / "other/suid").chmod(0o4755)
    (tmp_path / "sgid").chmod(0o2600)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder").chmod(0o2775)
    (tmp_path / "link").symlink_to("deep/er/suid")
    os.link(tmp_path / "sgid", tmp_path / "twin")
    walk = Walk({bytes(tmp_path / "other")}, float("inf"))
    walk.go(bytes(tmp_path))
    found = {os.path.relpath(path.decode(), tmp_path) for path in walk.found}
    assert found == {"deep/er/suid", "sgid", "twin"}


def test_a_walk_that_is_out_of_time_says_so(tmp_path: Path) -> None:
    walk = Walk(set(), 0.0)
    walk.go(bytes(tmp_path))
    assert walk.over


def test_a_declared_file_without_such_rights_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"x")
    asked: dict[str, object] = {str(tmp_path / name): {} for name in ("plain", "none")}
    assert setuid_files({"full": False, "items": asked}, 5).items == {}
