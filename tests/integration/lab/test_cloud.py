"""A server made through the cloud is a real host; a project's reader reads and cannot write."""

import socket
import stat
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from omlib.lab import lifecycle
from omlib.lab.breaks import make_break, mend_break
from omlib.lab.cloud import connect, create_project, start_cloud, stop_cloud
from omlib.lab.cloud.seed import HOSTS_NETWORK, IMAGE
from omlib.lab.spec import LabSpec

pytestmark = pytest.mark.lab

PROJECT = "bureau-hrss"


@pytest.fixture(scope="module")
def server(lab: Any) -> Iterator[Any]:
    lifecycle.up(lab.layout, LabSpec(cloud=True))
    create_project(lab.layout, PROJECT)
    cloud = connect(lab.layout, project=PROJECT)
    default = cloud.network.find_security_group("default", project_id=cloud.current_project_id)
    for protocol in ("tcp", "icmp"):  # no rule, no way in
        cloud.network.create_security_group_rule(
            security_group_id=default.id,
            direction="ingress",
            protocol=protocol,
            remote_ip_prefix=str(lab.layout.prefix),
        )
    made = cloud.compute.create_server(
        name="hrss-app-01",
        flavor_id=cloud.compute.find_flavor("m1.small").id,
        image_id=cloud.image.find_image(IMAGE).id,
        networks=[{"uuid": cloud.network.find_network(HOSTS_NETWORK).id}],
    )
    yield cloud.compute.wait_for_server(made, interval=0.3, wait=90)
    cloud.compute.delete_server(made, ignore_missing=True)
    cloud.compute.wait_for_delete(made, interval=0.3, wait=90)


def ports_open_to_all(cloud: Any) -> list[int]:
    rules = cloud.network.security_group_rules(
        remote_ip_prefix="0.0.0.0/0", direction="ingress", project_id=cloud.current_project_id
    )
    return [rule.port_range_min for rule in rules]


def address_of(server: Any) -> str:
    return str(server.addresses[HOSTS_NETWORK][0]["addr"])


def until_ssh(lab: Any, address: str) -> None:
    end = time.monotonic() + 15
    while lab.ssh(address, "true").returncode:
        assert time.monotonic() < end
        time.sleep(0.2)


def test_a_server_of_the_cloud_answers_ssh_with_its_name_and_identity(
    lab: Any, server: Any
) -> None:
    address = address_of(server)
    until_ssh(lab, address)
    assert lab.says(address, "hostname") == "hrss-app-01"
    assert lab.says(address, "cat /etc/machine-id") == server.id.replace("-", "")
    assert lab.says(address, "grep -c ^processor /proc/cpuinfo") == "2"
    assert int(lab.says(address, "awk '/MemTotal/ {print $2}' /proc/meminfo")) == 4096 * 1024
    assert lab.says("srv1", f"ping -c1 -W2 {address} > /dev/null && echo routed") == "routed"


def test_the_reader_lists_servers_and_may_not_delete_them(lab: Any, server: Any) -> None:
    reader = connect(lab.layout, project=PROJECT, user="lab")
    assert [each.name for each in reader.compute.servers()] == ["hrss-app-01"]
    assert [project["name"] for project in reader.identity.get("/auth/projects").json()["projects"]]
    with pytest.raises(Exception, match="403"):
        reader.compute.delete_server(server.id)


def test_passwords_lie_in_files_of_their_owner_and_not_in_clouds_yaml(
    lab: Any, server: Any
) -> None:
    told = lab.told()
    private = [Path(told["secure_yaml"]), *lab.layout.secrets.iterdir()]
    assert [stat.S_IMODE(path.stat().st_mode) for path in private] == [0o600] * len(private)
    assert "password" not in Path(told["clouds_yaml"]).read_text()


def test_hosts_go_on_while_the_control_plane_is_down(lab: Any, server: Any) -> None:
    stop_cloud(lab.layout)
    try:
        assert lab.says(address_of(server), "hostname") == "hrss-app-01"
    finally:
        start_cloud(lab.layout)
    cloud = connect(lab.layout, project=PROJECT)
    assert cloud.compute.get_server(server.id).status == "ACTIVE"


@pytest.mark.parametrize("service", ["keystone", "neutron", "nova"])
def test_a_service_answers_while_many_connections_to_it_stand_idle(
    lab: Any, server: Any, service: str
) -> None:
    port = lab.layout.port(service)
    with ExitStack() as idle:
        for _ in range(200):
            idle.enter_context(socket.create_connection(("127.0.0.1", port)))
        with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as one_more:
            one_more.request("GET", "/")
            assert one_more.getresponse().status < 500


def test_breaks_in_the_cloud_show_in_its_listings(lab: Any, server: Any) -> None:
    cloud = connect(lab.layout, project=PROJECT)
    make_break(lab.layout, "vm-resized", f"{PROJECT}/hrss-app-01", flavor="m1.medium")
    assert cloud.compute.get_server(server.id).flavor.original_name == "m1.medium"
    make_break(lab.layout, "shadow-vm", PROJECT)
    assert {each.name for each in cloud.compute.servers()} == {"hrss-app-01", "test-tmp-01"}
    mend_break(lab.layout, "shadow-vm", PROJECT)
    make_break(lab.layout, "security-group-opened", f"{PROJECT}/default")
    assert ports_open_to_all(cloud) == [22]
    mend_break(lab.layout, "security-group-opened", f"{PROJECT}/default")
    assert ports_open_to_all(cloud) == []
    make_break(lab.layout, "account-made", f"{PROJECT}/hrss-app-01")
    until_ssh(lab, address_of(server))
    assert "helpdesk" in lab.says(address_of(server), "getent passwd helpdesk")
