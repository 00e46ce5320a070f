"""The simulated OpenStack, asked over HTTP as omlib asks a real one."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from omlib.planes.cloud.faults import Condition
from omlib.planes.cloud.reader import Limits, Listing, Reader
from omlib.planes.cloud.session import log_in
from omlib.testing.openstack import CHANGER, READER, Pace, SimulatedCloud, simulated_cloud

Ask = Callable[..., Any]


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[SimulatedCloud]:
    with simulated_cloud(tmp_path, projects=("hrss", "civil")) as made:
        yield made


def _reader(cloud: SimulatedCloud, profile: str = READER, project: str = "hrss") -> Reader:
    limits = Limits(until=time.monotonic() + 20, connect_s=2, read_s=5, listing_bytes=10**8)
    login = log_in(profile, "RegionOne", cloud.clouds_yaml, limits)
    return login.reader(next(live for live in login.projects if live.name == project))


def _servers(reader: Reader, microversion: str = "2.69") -> Listing:
    return reader.listing("compute", "/servers/detail", "servers", {}, microversion)


def _say(cloud: SimulatedCloud, profile: str) -> Ask:
    """What any account may try: the status and the body."""
    session = _reader(cloud, profile).session

    def say(method: str, address: str, body: Any = None) -> tuple[int, Any]:
        url = f"{cloud.url}{address}"
        answer = session.request(url, method, json=body, raise_exc=False)
        return answer.status_code, answer.json() if answer.content else None

    return say


def test_a_thousand_servers_with_ports_are_listed_page_by_page_in_under_two_seconds(
    cloud: SimulatedCloud,
) -> None:
    cloud.seed("hrss", 1000)
    reader = _reader(cloud)
    begun = time.monotonic()
    servers = _servers(reader)
    ports = reader.listing("network", "/ports", "ports", {})
    assert time.monotonic() - begun < 2
    assert (len(servers.items), servers.fault) == (1000, None)
    assert servers.pages > 1
    assert (len(ports.items), ports.fault) == (1000, None)
    assert servers.items[0]["flavor"]["original_name"] == "m1.small"


def test_asking_changes_nothing_and_a_reader_who_writes_is_refused_in_each_services_words(
    cloud: SimulatedCloud,
) -> None:
    (seeded,) = cloud.seed("hrss", 1)
    _servers(_reader(cloud))
    assert cloud.changes() == {}
    say = _say(cloud, READER)
    status, told = say("DELETE", f"/compute/v2.1/servers/{seeded['id']}")
    assert (status, list(told)) == (403, ["forbidden"])
    status, told = say("DELETE", f"/network/v2.0/ports/{seeded['port']}")
    assert (status, told["NeutronError"]["type"]) == (403, "PolicyNotAuthorized")
    assert cloud.changes() == {"DELETE compute /servers/*": 1, "DELETE network /ports/*": 1}
    assert len(cloud.things("server", "hrss")) == 1


def test_thirty_creates_eight_at_a_time_take_four_rounds(cloud: SimulatedCloud) -> None:
    cloud.pace(call_s=0.3)
    say = _say(cloud, CHANGER)
    flavor, image = (cloud.things(kind)[0]["id"] for kind in ("flavor", "image"))

    def create(number: int) -> int:
        told = {"name": f"vm-{number}", "flavorRef": flavor, "imageRef": image, "networks": "none"}
        return int(say("POST", "/compute/v2.1/servers", {"server": told})[0])

    begun = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(create, range(30))) == {202}
    assert 1.2 <= time.monotonic() - begun < 3
    assert len(cloud.things("server", "hrss")) == 30


def test_a_resize_shows_the_old_size_until_it_is_to_be_verified(cloud: SimulatedCloud) -> None:
    (seeded,) = cloud.seed("hrss", 1)
    say, reader = _say(cloud, CHANGER), _reader(cloud)
    cloud.pace(change_s=0.4)
    large = next(f["id"] for f in cloud.things("flavor") if f["name"] == "m1.large")
    action = f"/compute/v2.1/servers/{seeded['id']}/action"
    assert say("POST", action, {"resize": {"flavorRef": large}})[0] == 202
    (during,) = _servers(reader).items
    assert (during["status"], during["flavor"]["vcpus"]) == ("RESIZE", 2)
    time.sleep(0.5)
    (resized,) = _servers(reader).items
    assert (resized["status"], resized["flavor"]["vcpus"]) == ("VERIFY_RESIZE", 8)
    assert say("POST", action, {"confirmResize": None})[0] == 204
    assert _servers(reader).items[0]["status"] == "ACTIVE"
    status, told = say("POST", action, {"confirmResize": None})
    assert (status, list(told)) == (409, ["conflictingRequest"])


def test_a_port_that_was_given_survives_its_server_and_volumes_are_let_go(
    cloud: SimulatedCloud,
) -> None:
    (seeded,) = cloud.seed("hrss", 1, volumes=1)
    cloud.do("DELETE", "compute", f"/servers/{seeded['id']}", project="hrss")
    (port,) = (p for p in cloud.things("port", "hrss") if p["id"] == seeded["port"])
    assert (port["device_id"], port["status"]) == ("", "DOWN")
    (volume,) = cloud.things("volume", "hrss")
    assert (volume["status"], volume["attachments"]) == ("available", [])


def test_trouble_comes_where_and_as_often_as_it_was_asked_for(cloud: SimulatedCloud) -> None:
    cloud.set(page_items=2)
    cloud.seed("hrss", 5)
    reader = _reader(cloud)
    cloud.trouble(service="compute", path="/servers/detail", page=3, status=403, message="no")
    broken = _servers(reader)
    assert (len(broken.items), broken.pages) == (4, 2)
    assert broken.fault is not None
    assert broken.fault.condition is Condition.LATER_PAGE
    cloud.calm()
    cloud.trouble(path="/servers/detail", status=429, headers={"Retry-After": "0"}, times=1)
    assert _servers(reader).fault is None
    cloud.trouble(path="/servers/detail", cut=True)
    cut = _servers(reader)
    assert cut.fault is not None
    assert not cut.items


def test_a_project_can_be_closed_to_the_reader_and_a_token_be_for_another(
    cloud: SimulatedCloud,
) -> None:
    cloud.project("police", sim="")
    limits = Limits(until=time.monotonic() + 20, connect_s=2, read_s=5, listing_bytes=10**8)
    login = log_in(READER, "RegionOne", cloud.clouds_yaml, limits)
    assert [project.name for project in login.projects] == ["civil", "hrss"]
    cloud.set(grants={"hrss": "civil"})
    with pytest.raises(Exception, match="asked for"):
        _reader(cloud)


def test_one_server_that_cannot_be_read_leaves_the_others(cloud: SimulatedCloud) -> None:
    first, second = cloud.seed("hrss", 2)
    cloud.set(unreadable={first["id"]: "absent"})
    reader = _reader(cloud)
    assert [item["id"] for item in _servers(reader).items] == [second["id"]]
    assert _say(cloud, READER)("GET", f"/compute/v2.1/servers/{first['id']}")[0] == 500
    cloud.set(unreadable={first["id"]: "entry"})
    assert "name" not in next(i for i in _servers(reader).items if i["id"] == first["id"])


def test_without_microversions_a_flavor_is_an_id(cloud: SimulatedCloud) -> None:
    cloud.set(microversion=None)
    cloud.seed("hrss", 1)
    reader = _reader(cloud)
    assert reader.microversion() == ""
    (item,) = _servers(reader, "").items
    assert set(item["flavor"]) == {"id", "links"}
    assert "locked" not in item


def test_the_log_of_actions_says_who_and_by_which_request(cloud: SimulatedCloud) -> None:
    (seeded,) = cloud.seed("hrss", 1)
    _say(cloud, CHANGER)("POST", f"/compute/v2.1/servers/{seeded['id']}/action", {"os-stop": None})
    path = f"/compute/v2.1/servers/{seeded['id']}/os-instance-actions"
    stopped, created = _say(cloud, READER)("GET", path)[1]["instanceActions"]
    assert (stopped["action"], created["action"]) == ("stop", "create")
    assert stopped["request_id"].startswith("req-")
    assert stopped["user_id"] != created["user_id"]


def test_a_cloud_in_a_process_of_its_own_does_what_a_killed_caller_asked(tmp_path: Path) -> None:
    with simulated_cloud(tmp_path, pace=Pace(call_s=0.4), own_process=True) as cloud:
        say = _say(cloud, CHANGER)
        flavor, image = (cloud.things(kind)[0]["id"] for kind in ("flavor", "image"))
        told = {"name": "late", "flavorRef": flavor, "imageRef": image, "networks": "none"}
        with pytest.raises(Exception, match=r"timed out|Timeout"):
            _reader(cloud, CHANGER).session.request(
                f"{cloud.url}/compute/v2.1/servers", "POST", json={"server": told}, timeout=0.1
            )
        assert cloud.things("server") == []
        time.sleep(0.5)
        assert [server["name"] for server in cloud.things("server")] == ["late"]
        assert say("GET", "/compute/v2.1/servers/none")[0] == 404
