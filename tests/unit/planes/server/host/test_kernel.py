"""Kernel settings and modules, on files of RHEL 9, openEuler and Debian."""

from omlib.planes.server.host.conf_d import lines_of
from omlib.planes.server.host.kernel import (
    at_boot,
    own_keys,
    parse_blocked,
    parse_builtin,
    parse_cmdline,
    parse_modules,
    parse_settings,
    path_of_key,
)

# /usr/lib/sysctl.d/50-default.conf of systemd 252
DEFAULT = b"""\
# Source route verification
net.ipv4.conf.default.rp_filter = 2
net.ipv4.conf.*.rp_filter = 2
-net.ipv4.conf.all.rp_filter
-net.ipv4.ping_group_range = 0 2147483647
; old comment
kernel.core_pattern=|/usr/lib/systemd/systemd-coredump %P
"""


def settings(*files: bytes) -> dict[str, str | None]:
    return parse_settings([line for raw in files for line in lines_of(raw)])


def test_a_key_is_a_path_whichever_sign_divides_it() -> None:
    assert path_of_key("net.ipv4.conf.eth0/100.rp_filter") == "net/ipv4/conf/eth0.100/rp_filter"
    assert path_of_key("net/ipv4/conf/eth0.100/rp_filter") == "net/ipv4/conf/eth0.100/rp_filter"


def test_a_line_of_its_own_counts_before_a_glob_and_the_last_of_each_wins() -> None:
    told = settings(DEFAULT, b"net.ipv4.conf.*.rp_filter = 1\nnet/ipv4/ip_forward=1\n")
    assert at_boot("net/ipv4/conf/eth0/rp_filter", told) == "1"
    assert at_boot("net/ipv4/conf/default/rp_filter", told) == "2"
    assert at_boot("net/ipv4/conf/all/rp_filter", told) is None
    assert at_boot("net/ipv4/ping_group_range", told) == "0 2147483647"
    assert at_boot("net/ipv4/ip_forward", told) == "1"
    assert at_boot("net/ipv6/conf/eth0/rp_filter", told) is None
    assert at_boot("kernel/core_pattern", told) == "|/usr/lib/systemd/systemd-coredump %P"


def test_keys_of_the_host_are_those_that_its_own_files_name() -> None:
    lines = [
        ("/usr/lib/sysctl.d/50-default.conf", "kernel.sysrq = 16"),
        ("/etc/sysctl.d/99-own.conf", "-net/ipv4/ip_forward = 0"),
        ("/etc/sysctl.d/99-own.conf", "net.ipv4.conf.*.rp_filter = 1"),
        ("/etc/sysctl.conf", "net.ipv4.ip_forward=1"),
    ]
    assert own_keys(lines) == {"net/ipv4/ip_forward": "net.ipv4.ip_forward"}


def test_modules_are_loaded_or_built_in_under_either_sign() -> None:
    raw = b"br_netfilter 32768 0 - Live 0x0000000000000000\nnf_tables 1 2 x, Live 0x0\n"
    assert parse_modules(raw) == {"br_netfilter", "nf_tables"}
    assert parse_builtin(b"kernel/fs/ext4/ext4.ko\nkernel/crypto/crc32c-intel.ko\n") == {
        "ext4",
        "crc32c_intel",
    }


def test_a_module_is_blocked_by_blacklist_or_by_an_idle_install() -> None:
    lines = [
        "blacklist usb-storage",
        "install cramfs /bin/true",
        "install dccp /usr/bin/false # CIS",
        "install tipc /sbin/modprobe --ignore-install tipc",
        "options usb_storage quirks=x",
        "alias net-pf-31 off",
    ]
    assert parse_blocked([("x.conf", line) for line in lines]) == dict.fromkeys(
        ("usb_storage", "cramfs", "dccp"), "x.conf"
    )
    assert parse_cmdline(
        b"quiet module_blacklist=a-b,c modprobe.blacklist=d", "module-blacklist"
    ) == [
        "a_b",
        "c",
    ]
