"""Mounts, on the tables of a Kylin V10 server (LVM, NFS) and of a container."""

from omlib.planes.server.host.mounts import (
    attributes_of,
    is_real,
    options_of,
    parse_fstab,
    parse_mountinfo,
)

KYLIN = rb"""
22 1 253:0 / / rw,relatime shared:1 - xfs /dev/mapper/klas-root rw,attr2,inode64,noquota
24 22 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:13 - proc proc rw
30 22 253:2 / /srv/data ro,noatime shared:20 - xfs /dev/mapper/klas-data rw,attr2
31 22 0:40 / /mnt/my\040files rw,relatime shared:21 - nfs4 files:/srv rw,vers=4.1,hard
32 22 0:41 / /tmp rw,nosuid,nodev shared:22 - tmpfs tmpfs rw,size=65536k
33 22 253:0 /srv/www /var/www rw,relatime shared:1 - xfs /dev/mapper/klas-root rw,attr2
34 22 0:42 / /home/auto rw,relatime shared:23 - autofs systemd-1 rw,fd=48
35 22 0:43 / /var/lib/lxcfs rw,nosuid - fuse.lxcfs lxcfs rw
36 22 0:44 / /mnt/ssh rw,nosuid - fuse.sshfs ops@bastion:/ rw,user_id=0
"""
FSTAB = rb"""
# <file system> <mount point>
/dev/mapper/klas-root / xfs defaults 0 0
/dev/mapper/klas-data /srv/data xfs defaults,noatime 0 0
files:/srv  /mnt/my\040files  nfs  noauto,hard,bg  0 0
UUID=0a1b-2c3d none swap sw 0 0
broken
"""
VIRTUAL = {"proc", "sysfs", "tmpfs", "autofs", "fuse", "nfs4", "overlay"}


def test_a_mount_is_told_as_it_is_now_and_as_it_will_be() -> None:
    table, fstab = parse_mountinfo(KYLIN), parse_fstab(FSTAB)
    wants = {"source": "/dev/mapper/klas-data", "fstype": "xfs", "options": ["noatime", "exec"]}
    assert attributes_of("/srv/data", table, fstab, dict(wants)) == {
        "mounted": True,
        "at_boot": True,
        "source": "/dev/mapper/klas-data",
        "fstype": "xfs",
        "options": ["ro", "noatime", "attr2", "exec"],  # remounted: the mount's own `ro` counts
        "boot_options": ["defaults", "noatime"],
    }
    files = attributes_of("/mnt/my files", table, fstab, {"source": "files:/srv", "fstype": "nfs"})
    assert (files["source"], files["fstype"], files["at_boot"]) == ("files:/srv", "nfs", False)


def test_a_source_that_only_fstab_has_otherwise_is_not_as_wanted() -> None:
    table = parse_mountinfo(KYLIN)
    fstab = parse_fstab(b"other:/srv /mnt/my\\040files nfs defaults 0 0\n")
    told = attributes_of("/mnt/my files", table, fstab, {"source": "files:/srv"})
    assert told["source"] == "other:/srv"


def test_what_waits_to_be_mounted_is_not() -> None:
    assert "/home/auto" not in parse_mountinfo(KYLIN)


def test_a_folder_bound_elsewhere_has_the_folder_as_its_source() -> None:
    table = parse_mountinfo(KYLIN)
    wants = {"source": "/srv/www", "options": ["bind"]}
    told = attributes_of("/var/www", table, {}, dict(wants))
    assert told["source"] == "/srv/www"
    assert "bind" in options_of(table["/var/www"], ["bind"])
    assert attributes_of("/var/www", table, {}, {"source": "/srv/other"})["source"] != "/srv/other"


def test_options_are_in_force_in_any_spelling() -> None:
    seen = parse_mountinfo(KYLIN)["/tmp"]
    assert set(options_of(seen, ["size=64m", "exec", "suid", "noexec"])) - set(seen.options) == {
        "size=64m",
        "exec",
    }


def test_only_file_systems_that_hold_something_are_real() -> None:
    table = parse_mountinfo(KYLIN)
    real = [point for point, one in table.items() if is_real(one, VIRTUAL)]
    assert real == ["/", "/srv/data", "/mnt/my files", "/var/www", "/mnt/ssh"]


def test_a_container_engines_own_files_are_nobodys_mounts() -> None:
    line = b"127 116 254:0 /x/hostname /etc/hostname rw,relatime - ext4 /dev/vda rw,discard\n"
    assert not any(is_real(one, VIRTUAL) for one in parse_mountinfo(line).values())
