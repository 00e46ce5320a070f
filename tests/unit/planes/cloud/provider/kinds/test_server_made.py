"""Servers are made as declared, read in the same shape, and gone when removed."""

from typing import Any

import pytest

from omlib.model.status import UnknownReason
from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.inputs import checked
from omlib.planes.cloud.provider.kind import Mark
from omlib.planes.cloud.provider.kinds.port import PORT
from omlib.planes.cloud.provider.kinds.server import SERVER
from omlib.planes.cloud.provider.kinds.server_group import SERVER_GROUP

SMALL: dict[str, Any] = {"vcpu": 2, "ram_mib": 4096, "image": "lab-linux"}


def fault(condition: Condition) -> Any:
    return pytest.raises(CloudFaultError, check=lambda error: error.condition is condition)


def test_a_server_is_read_as_it_was_declared(ground: Any) -> None:
    port = ground.make(PORT, name="门户-01", network="gov-net")
    ground.make(SERVER_GROUP, name="spread", policy="anti-affinity")
    wanted = {
        **SMALL,
        "name": "门户-01",
        "ports": [port],
        "power": "on",
        "metadata": {"use": "门户", "tier": "web"},
        "server_group": "spread",
        "availability_zone": "nova",
    }
    made = ground.make(SERVER, **wanted)
    assert ground.read(SERVER, made, **wanted) == ground.checked(SERVER, **wanted)
    live = ground.get(SERVER, made)
    assert live.mark.endswith("::it")
    assert live.attributes["flavor"] == "m1.small"
    assert live.attributes["status"] == "ACTIVE"
    assert live.unseen == {}
    assert not live.in_transition


def test_ports_are_plugged_in_as_declared_and_their_order_is_no_difference(ground: Any) -> None:
    ports = [ground.make(PORT, name=name, network="gov-net") for name in "abc"]
    ports.sort(reverse=True)
    wanted = {**SMALL, "name": "a", "ports": ports}
    made = ground.make(SERVER, **wanted)
    assert ground.read(SERVER, made, **wanted)["ports"] == tuple(ports)
    ground.cloud.clear_counts()
    ground.change(SERVER, made, **{**wanted, "ports": sorted(ports)})
    assert ground.cloud.changes() == {}


def test_an_image_declared_by_id_is_read_as_an_id(ground: Any) -> None:
    wanted = {**SMALL, "name": "a", "image": ground.id_of("image", "lab-linux")}
    made = ground.make(SERVER, **wanted)
    assert ground.read(SERVER, made, **wanted)["image"] == wanted["image"]


def test_a_server_declared_off_is_turned_off_after_it_was_made(ground: Any) -> None:
    wanted = {**SMALL, "name": "cold", "power": "off"}
    assert ground.read(SERVER, ground.make(SERVER, **wanted), **wanted)["power"] == "off"


def test_a_size_that_no_flavor_has_is_told_with_those_there_are(ground: Any) -> None:
    with fault(Condition.IMPOSSIBLE) as error:
        ground.make(SERVER, name="odd", vcpu=3, ram_mib=4096, image="lab-linux")
    assert "no flavor has 3 vCPU, 4096 MiB" in error.value.detail
    assert "m1.small (2 vCPU, 4096 MiB)" in error.value.detail
    assert ground.cloud.things("server", ground.project) == []


def test_a_size_that_two_flavors_have_needs_the_name(ground: Any) -> None:
    twin = {"name": "g1.small", "vcpus": 2, "ram": 4096}
    ground.cloud.edit("flavor", ground.id_of("flavor", "m1.large"), **twin)
    try:
        with fault(Condition.AMBIGUOUS) as error:
            ground.make(SERVER, **SMALL, name="either")
        assert "g1.small" in error.value.detail
        wanted = {**SMALL, "name": "this", "flavor": "g1.small"}
        assert ground.read(SERVER, ground.make(SERVER, **wanted), **wanted)["flavor"] == "g1.small"
    finally:
        large = {"name": "m1.large", "vcpus": 8, "ram": 16384}
        ground.cloud.edit("flavor", ground.id_of("flavor", "g1.small"), **large)


def test_a_named_flavor_of_another_size_is_refused(ground: Any) -> None:
    with fault(Condition.IMPOSSIBLE) as error:
        ground.make(SERVER, **SMALL, name="a", flavor="m1.large")
    assert "m1.large (8 vCPU, 16384 MiB)" in error.value.detail


def test_a_build_that_failed_is_told_in_the_clouds_words_and_with_its_id(ground: Any) -> None:
    ground.cloud.set(failing_builds=["doomed"])
    made: list[str] = []
    with fault(Condition.FAILED) as error:
        inputs = ground.checked(SERVER, **SMALL, name="doomed")
        SERVER.create(ground.api, inputs, Mark("urn", "doomed"), made.append)
    assert "No valid host was found" in error.value.detail
    assert made == [thing["id"] for thing in ground.cloud.things("server", ground.project)]


def test_a_cloud_without_microversions_makes_and_shows_a_server_all_the_same(ground: Any) -> None:
    ground.cloud.set(microversion=None)
    port = ground.make(PORT, name="old", network="gov-net")
    wanted = {**SMALL, "name": "old", "ports": [port], "power": "on"}
    made = ground.make(SERVER, **wanted)
    assert ground.read(SERVER, made, **wanted) == ground.checked(SERVER, **wanted)
    assert ground.get(SERVER, made).attributes["flavor"] == "m1.small"
    assert "locked" not in ground.get(SERVER, made).attributes


def test_without_microversions_no_server_is_made_without_a_port(ground: Any) -> None:
    ground.cloud.set(microversion=None)
    with fault(Condition.IMPOSSIBLE):
        ground.make(SERVER, **SMALL, name="alone")
    assert ground.cloud.things("server", ground.project) == []


def test_what_the_image_service_denies_is_unseen_and_the_rest_is_seen(ground: Any) -> None:
    made = ground.make(SERVER, **SMALL, name="a")
    ground.api.seen.changed("image")
    ground.cloud.trouble(service="image", status=403, message="Forbidden", project=ground.project)
    live = ground.get(SERVER, made)
    assert live.unseen == {"image": UnknownReason.DENIED}
    assert live.attributes["vcpu"] == 2


def test_a_flavor_that_is_gone_leaves_the_size_unseen(ground: Any) -> None:
    ground.cloud.set(microversion=None)
    port = ground.make(PORT, name="p", network="gov-net")
    made = ground.make(SERVER, **SMALL, name="a", ports=[port])
    ground.api.seen.changed("flavor")
    ground.cloud.trouble(service="compute", path="/flavors.*", status=404, message="no flavor")
    live = ground.get(SERVER, made)
    reason = UnknownReason.UNSUPPORTED
    assert live.unseen == {"vcpu": reason, "ram_mib": reason, "flavor": reason}


@pytest.mark.parametrize("task", ["powering-off", "rebooting"])
def test_a_server_with_a_task_is_in_transition(ground: Any, task: str) -> None:
    made = ground.make(SERVER, **SMALL, name="a")
    ground.cloud.edit("server", made, _task=task)
    assert ground.get(SERVER, made).in_transition


@pytest.mark.parametrize("status", ["BUILD", "RESIZE", "VERIFY_RESIZE", "MIGRATING", "REBUILD"])
def test_a_server_between_two_states_is_in_transition(ground: Any, status: str) -> None:
    made = ground.make(SERVER, **SMALL, name="a")
    ground.cloud.edit("server", made, status=status)
    assert ground.get(SERVER, made).in_transition


def test_a_server_that_is_gone_is_none_and_an_unreadable_one_a_fault(ground: Any) -> None:
    made = ground.make(SERVER, **SMALL, name="a")
    ground.cloud.set(unreadable={made: "absent"})
    with fault(Condition.SERVER_FAULT):
        SERVER.get(ground.api, made)
    ground.cloud.set(unreadable={})
    ground.cloud.vanish("server", made)
    assert SERVER.get(ground.api, made) is None
    ground.api.seen.changed("server")
    assert SERVER.live(ground.api, made) is None


def test_a_404_that_does_not_name_the_server_is_no_proof_that_it_is_gone(ground: Any) -> None:
    made = ground.make(SERVER, **SMALL, name="a")
    ground.cloud.trouble(path="/servers/.*", status=404, message="page not found")
    with fault(Condition.NOT_FOUND):
        SERVER.get(ground.api, made)


def test_a_server_of_another_project_is_not_taken_for_ours(ground: Any) -> None:
    ground.cloud.project(ground.project, sim_change="admin")
    ground.cloud.project("elsewhere")
    (other,) = ground.cloud.seed("elsewhere", 1)
    with fault(Condition.FOREIGN_ITEM):
        SERVER.get(ground.api, other["id"])


def test_a_removed_server_is_gone_and_its_port_is_free(ground: Any) -> None:
    port = ground.make(PORT, name="p", network="gov-net")
    made = ground.make(SERVER, **SMALL, name="a", ports=[port])
    ground.cloud.pace(change_s=0.3)
    SERVER.delete(ground.api, made)
    assert ground.cloud.things("server", ground.project) == []
    assert ground.get(PORT, port).attributes["device"] == ""


def test_check_refuses_what_no_server_can_be() -> None:
    place = {"cloud": "sim", "region": "RegionOne", "project": "p"}
    told = {**place, "name": "a", "vcpu": 0, "ram_mib": 512, "power": "up"}
    _, wrong = checked(SERVER, {**told, "metadata": {"omlib_urn": "x", "k": "v" * 256, "用": "1"}})
    assert [failure.property for failure in wrong] == ["vcpu", "power", *["metadata"] * 3]
