"""What the hosts and routers of a standing lab do, seen from outside."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from netmiko import ConnectHandler

from omlib.lab import host

pytestmark = pytest.mark.lab

DIAL = """python3 -c "import socket; print(socket.create_connection(('{}', 22), 3).recv(7))" """


def until_it_says(lab: Any, name: str, command: str, wanted: str) -> None:
    end = time.monotonic() + 20
    while (done := lab.ssh(name, command)).stdout.strip() != wanted:
        assert time.monotonic() < end, done
        time.sleep(0.2)


def test_every_host_of_lab_json_answers_with_its_name(lab: Any) -> None:
    told = lab.told()
    servers = [entry for entry in told["hosts"] if entry["kind"] == "server"]
    assert [lab.says(entry["name"], "hostname") for entry in servers] == ["app1", "srv1"]
    assert lab.says("srv1", "sudo id -un") == "root"
    assert all(Path(entry["key_file"]).exists() for entry in told["hosts"])


def test_the_segments_reach_each_other_through_the_router_only(lab: Any) -> None:
    app1 = str(lab.layout.address("gov", 11))
    assert "198.18" in lab.says("srv1", "ip route show default")
    assert lab.says("srv1", DIAL.format(app1)) == "b'SSH-2.0'"
    host.stop(lab.layout, "rtr1")
    try:
        assert lab.ssh("srv1", DIAL.format(app1)).returncode != 0
        assert lab.says("app1", "hostname") == "app1"  # the operator still reaches both
    finally:
        host.start(lab.layout, "rtr1")
    until_it_says(lab, "srv1", DIAL.format(app1), "b'SSH-2.0'")


def test_this_machine_forwards_nothing_between_the_segments(lab: Any) -> None:
    operator, app1 = lab.layout.address("dc", 1), lab.layout.address("gov", 11)
    lab.says("srv1", f"sudo ip route add {app1}/32 via {operator}")
    try:
        assert lab.ssh("srv1", DIAL.format(app1)).returncode != 0
    finally:
        lab.says("srv1", f"sudo ip route del {app1}/32")


def test_no_packet_leaves_the_machine(lab: Any) -> None:
    assert lab.ssh("srv1", "ping -c1 -W1 192.0.2.1").returncode != 0
    unused = lab.layout.records_network[9]
    assert os.system(f"ip route get {unused} 2>/dev/null | grep -q via") != 0


def test_a_reboot_comes_back_with_the_default_route(lab: Any) -> None:
    started = lab.says("app1", "systemctl show -p UserspaceTimestamp --value")
    lab.ssh("app1", "sudo reboot")
    end = time.monotonic() + 20
    while lab.ssh("app1", "systemctl show -p UserspaceTimestamp --value").stdout.strip() in (
        "",
        started,
    ):
        assert time.monotonic() < end
        time.sleep(0.3)
    gateway = lab.layout.address("gov", 254)
    assert lab.says("app1", "ip route show default").startswith(f"default via {gateway}")


def test_a_router_takes_configuration_with_the_password_of_this_home(lab: Any) -> None:
    told = lab.told()
    (router,) = [entry for entry in told["hosts"] if entry["name"] == "rtr2"]
    password = Path(told["netadmin_password_file"]).read_text()
    with ConnectHandler(
        device_type=router["device_type"],
        host=router["address"],
        username=router["user"],
        password=password,
    ) as session:
        session.send_config_set(["ip route 198.18.47.0/24 198.18.32.250"], error_pattern=r"%.*")
        assert "198.18.47.0/24" in session.send_command("show running-config")
        session.send_config_set(["no ip route 198.18.47.0/24 198.18.32.250"])
        assert "198.18.47.0/24" not in session.send_command("show running-config")


def test_a_package_can_be_had_from_the_labs_repository(lab: Any) -> None:
    url = lab.told()["repository_url"]
    source = f"echo 'deb [trusted=yes] {url} ./' | sudo tee /etc/apt/sources.list"
    lab.says("srv1", f"{source} && sudo apt-get update -qq")
    lab.says("srv1", "sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq omagent=1.0")
    assert lab.says("srv1", "systemctl is-active omagent") == "active"
    assert "1.1" in lab.says("srv1", "apt-cache policy omagent | grep Candidate")
    lab.says("srv1", "sudo dpkg --purge omagent && sudo truncate -s 0 /etc/apt/sources.list")
