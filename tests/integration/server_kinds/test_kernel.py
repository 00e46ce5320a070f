"""Settings and modules of the kernel; a container reads the first and loads none of the second."""

from collections.abc import Callable

import pytest

from omlib.model.estate import ServerState
from omlib.model.status import Status

from .agreement import agreed, made
from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]


def test_what_holds_now_and_at_boot_are_two_things(hosts: Hosts, changing: Change) -> None:
    now = hosts.run("srv1", "cat /proc/sys/net/ipv4/ip_forward").strip()
    changing(
        "srv1",
        "echo net.ipv4.ip_forward=7 > /etc/sysctl.d/10-own.conf;"
        "echo 'net/ipv4/conf/*/rp_filter = 2' > /etc/sysctl.d/20-own.conf",
        "rm -f /etc/sysctl.d/10-own.conf /etc/sysctl.d/20-own.conf /etc/sysctl.d/zz-omlib.conf",
    )
    state = ServerState(
        items={
            "sysctl": {
                "net.ipv4.ip_forward": {"persistent": "0"},
                "net.ipv4.tcp_rmem": {"persistent": "4096\t131072  6291456"},
                "kernel.hostname": {"runtime": "srv1"},
                "net.ipv4.conf.eth0.rp_filter": {"persistent": "2"},
            }
        }
    )
    found = hosts.look("srv1", state).items("sysctl")
    assert found["net.ipv4.ip_forward"] == {"runtime": now, "persistent": "7"}
    assert agreed(hosts, "srv1", state) == {
        "sysctl/net.ipv4.ip_forward": Status.DIVERGED,
        "sysctl/net.ipv4.tcp_rmem": Status.DIVERGED,
        "sysctl/kernel.hostname": Status.IN_SYNC,
        "sysctl/net.ipv4.conf.eth0.rp_filter": Status.IN_SYNC,
    }
    made(hosts, "srv1", state)


def test_a_kernel_that_takes_no_setting_is_said_and_not_passed_over(hosts: Hosts) -> None:
    state = ServerState(
        items={"sysctl": {"net.ipv4.ip_forward": {"runtime": "9"}, "no.such": {"runtime": "1"}}}
    )
    assert agreed(hosts, "srv1", state) == {
        "sysctl/net.ipv4.ip_forward": Status.DIVERGED,
        "sysctl/no.such": Status.MISSING,
    }
    applied = hosts.apply("srv1", state)
    assert applied["sysctl/net.ipv4.ip_forward"].startswith("failed: the kernel does not take")


def test_modules_are_blocked_and_named_for_boot(hosts: Hosts, changing: Change) -> None:
    changing(
        "srv1",
        "mkdir -p /etc/modprobe.d; echo 'install usb-storage /bin/true' > /etc/modprobe.d/usb.conf;"
        "echo nf_tables > /etc/modules-load.d/x.conf; echo loop >> /etc/modules",
        "rm -f /etc/modprobe.d/*.conf /etc/modules-load.d/x.conf /etc/modules-load.d/omlib-*;"
        "sed -i /loop/d /etc/modules",
    )
    state = ServerState(
        items={
            "kernel_module": {
                "usb_storage": {"blocked": True},
                "cramfs": {"blocked": True},
                "nf-tables": {"at_boot": True},
                "loop": {"at_boot": False},
                "br_netfilter": {"at_boot": True},
            }
        }
    )
    assert agreed(hosts, "srv1", state) == {
        "kernel_module/usb_storage": Status.IN_SYNC,
        "kernel_module/cramfs": Status.DIVERGED,
        "kernel_module/nf-tables": Status.IN_SYNC,
        "kernel_module/loop": Status.DIVERGED,
        "kernel_module/br_netfilter": Status.DIVERGED,
    }
    made(hosts, "srv1", state)


def test_whether_a_module_is_loaded_is_unknown_where_nobody_can_tell(hosts: Hosts) -> None:
    state = ServerState(items={"kernel_module": {"cramfs": {"loaded": False}}})
    assert agreed(hosts, "srv1", state) == {"kernel_module/cramfs": Status.UNKNOWN}
