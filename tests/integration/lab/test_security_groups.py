"""A declared rule means what it says: what no rule opens cannot be reached, on real hosts."""

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from omlib.lab import host, lifecycle
from omlib.lab.cloud import connect, create_project
from omlib.lab.cloud.seed import HOSTS_NETWORK, IMAGE
from omlib.lab.errors import LabError
from omlib.lab.lifecycle import exec_
from omlib.lab.spec import LabSpec

pytestmark = pytest.mark.lab

PROJECT = "bureau-filter"
SOON_S = 10.0


@dataclass(frozen=True, slots=True)
class Guarded:
    """A server of a project with a group of its own that has no rule but neutron's egress."""

    lab: Any
    cloud: Any  # the changing account's
    server: Any
    group: str

    @property
    def address(self) -> str:
        return str(self.server.addresses[HOSTS_NETWORK][0]["addr"])

    @property
    def host(self) -> str:
        return f"vm-{self.server.id}"

    def allow(self, **rule: Any) -> str:
        made = self.cloud.network.create_security_group_rule(
            security_group_id=self.group, **{"direction": "ingress", "protocol": "tcp"} | rule
        )
        return str(made.id)

    def forbid(self, rule: str) -> None:
        self.cloud.network.delete_security_group_rule(rule)

    def answers(self) -> bool:
        try:
            with socket.create_connection((self.address, 22), 0.7) as peer:
                peer.settimeout(3)
                return peer.recv(4) == b"SSH-"
        except OSError:
            return False

    def settle(self) -> None:
        """Until it runs; on a busy machine nova takes a slow reboot for the end, and stops it."""
        end = time.monotonic() + 90
        while host.state(self.lab.layout, self.host) != "running":
            assert time.monotonic() < end
            server = self.cloud.compute.get_server(self.server.id)
            if server.status == "SHUTOFF" and not server.task_state:
                self.cloud.compute.start_server(server.id)
            time.sleep(1)

    def pinged_from(self, name: str) -> bool:
        return not exec_(self.lab.layout, name, ["ping", "-c1", "-W1", self.address]).code


def soon(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + SOON_S
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture(scope="module")
def guarded(lab: Any) -> Iterator[Guarded]:
    lifecycle.up(lab.layout, LabSpec(cloud=True))
    create_project(lab.layout, PROJECT)
    cloud = connect(lab.layout, project=PROJECT, user="lab-change")
    group = cloud.network.create_security_group(name="guarded").id
    made = cloud.compute.create_server(
        name="guarded-01",
        flavor_id=cloud.compute.find_flavor("m1.small").id,
        image_id=cloud.image.find_image(IMAGE).id,
        networks=[
            {
                "uuid": cloud.network.find_network(HOSTS_NETWORK).id,
                "fixed_ip": str(lab.layout.address("gov", 77)),
            }
        ],
        security_groups=[{"name": "guarded"}],
    )
    yield Guarded(lab, cloud, cloud.compute.wait_for_server(made, interval=0.3, wait=90), group)
    cloud.compute.delete_server(made, ignore_missing=True)
    cloud.compute.wait_for_delete(made, interval=0.3, wait=90)


def test_a_port_opens_with_its_rule_and_shuts_when_the_rule_goes(guarded: Guarded) -> None:
    assert not guarded.answers()
    operator = f"{guarded.lab.layout.address('gov', 1)}/32"
    rule = guarded.allow(port_range_min=22, port_range_max=22, remote_ip_prefix=operator)
    assert soon(guarded.answers)
    assert guarded.lab.ssh("srv1", f"nc -z -w1 {guarded.address} 22").returncode, "another peer"
    guarded.forbid(rule)
    assert soon(lambda: not guarded.answers())


def test_a_connection_ends_with_the_rule_that_let_it_in(guarded: Guarded) -> None:
    rule = guarded.allow(port_range_min=22, port_range_max=22)
    assert soon(guarded.answers)
    with socket.create_connection((guarded.address, 22), 2) as peer:
        peer.settimeout(1)
        assert peer.recv(64).startswith(b"SSH-")
        guarded.forbid(rule)
        assert soon(lambda: not guarded.answers())
        peer.sendall(b"SSH-2.0-late\r\n")
        with pytest.raises(TimeoutError):
            peer.recv(64)


def test_a_rule_for_a_group_lets_in_its_members_and_nobody_else(guarded: Guarded) -> None:
    network = guarded.cloud.network
    hosts = network.find_network(HOSTS_NETWORK)
    friends = network.create_security_group(name="friends")
    rule = guarded.allow(protocol="icmp", remote_group_id=friends.id)
    assert not guarded.pinged_from("app1")  # it stands at .11, and is no member yet
    port = network.create_port(
        network_id=hosts.id,
        fixed_ips=[{"ip_address": str(guarded.lab.layout.address("gov", 11))}],
        security_groups=[friends.id],
    )
    assert soon(lambda: guarded.pinged_from("app1"))
    network.delete_port(port)
    assert soon(lambda: not guarded.pinged_from("app1"))
    guarded.forbid(rule)
    network.delete_security_group(friends)


def test_a_group_taken_from_a_server_no_longer_opens_it(guarded: Guarded) -> None:
    network = guarded.cloud.network
    wide = network.create_security_group(name="wide")
    network.create_security_group_rule(
        security_group_id=wide.id, direction="ingress", protocol="tcp"
    )
    guarded.cloud.compute.add_security_group_to_server(guarded.server, wide)
    assert soon(guarded.answers)
    guarded.cloud.compute.remove_security_group_from_server(guarded.server, wide)
    assert soon(lambda: not guarded.answers())
    network.delete_security_group(wide)


def test_what_a_group_does_not_let_out_stays_inside(guarded: Guarded) -> None:
    out = ["ping", "-c1", "-W1", str(guarded.lab.layout.address("gov", 11))]

    def reaches() -> bool:
        return not exec_(guarded.lab.layout, guarded.host, out).code

    assert reaches()
    rules = guarded.cloud.network.security_group_rules(
        security_group_id=guarded.group, direction="egress", ethertype="IPv4"
    )
    for rule in list(rules):
        guarded.forbid(rule.id)
    assert soon(lambda: not reaches())
    guarded.allow(direction="egress", protocol=None)
    assert soon(reaches)


def test_a_filter_stands_from_the_first_moment_of_every_boot(guarded: Guarded) -> None:
    def shut() -> bool:
        try:
            shown = exec_(guarded.lab.layout, guarded.host, ["nft", "list", "ruleset"]).stdout
        except LabError:  # between two boots
            guarded.settle()
            return False
        return shown.count("policy drop") == 2

    assert shut()
    guarded.cloud.compute.reboot_server(guarded.server.id, "HARD")
    assert not any(guarded.answers() for _ in range(3))
    assert soon(shut)
    exec_(guarded.lab.layout, guarded.host, ["systemctl", "reboot"])
    assert not any(guarded.answers() for _ in range(6))
    assert soon(shut)


def test_a_filter_that_root_lifted_inside_comes_back(guarded: Guarded) -> None:
    exec_(guarded.lab.layout, guarded.host, ["nft", "flush", "ruleset"])
    assert soon(guarded.answers)
    end = time.monotonic() + 60
    while guarded.answers():
        assert time.monotonic() < end
        time.sleep(0.5)


def test_the_changing_account_is_no_administrator(guarded: Guarded) -> None:
    with pytest.raises(Exception, match="403"):
        guarded.cloud.compute.create_flavor(name="mine", vcpus=1, ram=512, disk=1)
    with pytest.raises(Exception, match=r"40[13]"):
        list(connect(guarded.lab.layout, project="admin", user="lab-change").compute.servers())
