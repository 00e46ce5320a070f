"""Servers are changed in place, only where they differ, and in the one order that works."""

from typing import Any

import pytest

from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.kinds.patience import until
from omlib.planes.cloud.provider.kinds.port import PORT
from omlib.planes.cloud.provider.kinds.server import SERVER

SMALL: dict[str, Any] = {"name": "a", "vcpu": 2, "ram_mib": 4096, "image": "lab-linux"}
LARGE: dict[str, Any] = {**SMALL, "vcpu": 8, "ram_mib": 16384}


def fault(condition: Condition) -> Any:
    return pytest.raises(CloudFaultError, check=lambda error: error.condition is condition)


def actions(ground: Any, server_id: str) -> list[str]:
    told = ground.by_hand("GET", "compute", f"/servers/{server_id}/os-instance-actions")
    return [action["action"] for action in reversed(told["instanceActions"])][1:]


def settle(ground: Any, server_id: str, **inputs: Any) -> None:
    """Change it, and see that it is then as declared."""
    ground.change(SERVER, server_id, **inputs)
    assert ground.read(SERVER, server_id, **inputs) == ground.checked(SERVER, **inputs)


@pytest.mark.parametrize("version", [96, None])
def test_a_server_is_resized_and_confirmed(ground: Any, version: int | None) -> None:
    port = ground.make(PORT, name="p", network="gov-net")
    ground.cloud.set(microversion=version)
    made = ground.make(SERVER, **SMALL, ports=[port])
    ground.cloud.pace(change_s=0.3)
    settle(ground, made, **LARGE)
    assert ground.get(SERVER, made).attributes["status"] == "ACTIVE"
    assert actions(ground, made) == ["resize", "confirmResize"]


def test_a_server_that_is_off_is_resized_and_stays_off(ground: Any) -> None:
    made = ground.make(SERVER, **SMALL, power="off")
    settle(ground, made, **LARGE, power="off")
    assert actions(ground, made)[1:] == ["resize", "confirmResize"]


def test_what_a_cloud_resizes_only_off_is_turned_off_for_it_and_on_again(ground: Any) -> None:
    made = ground.make(SERVER, **SMALL)
    words = f"Cannot 'resize' instance {made} while it is in vm_state active"
    ground.cloud.trouble(
        method="POST", path="/servers/.*/action", status=409, message=words, times=1
    )
    settle(ground, made, **LARGE)
    assert actions(ground, made) == ["stop", "resize", "confirmResize", "start"]


def test_a_resize_that_a_lock_forbids_is_told_and_turns_nothing_off(ground: Any) -> None:
    made = ground.make(SERVER, **SMALL)
    ground.by_hand("POST", "compute", f"/servers/{made}/action", {"lock": None})
    with pytest.raises(CloudFaultError) as error:
        ground.change(SERVER, made, **LARGE)
    assert "is locked" in error.value.detail
    assert actions(ground, made) == ["lock"]
    assert ground.get(SERVER, made).attributes["locked"] is True


def test_a_resize_that_an_earlier_attempt_left_open_is_confirmed(ground: Any) -> None:
    made = ground.make(SERVER, **SMALL)
    resize_by_hand(ground, made, "m1.large")
    settle(ground, made, **LARGE)
    assert actions(ground, made) == ["resize", "confirmResize"]


def test_a_resize_to_something_else_is_left_to_a_person(ground: Any) -> None:
    made = ground.make(SERVER, **SMALL)
    resize_by_hand(ground, made, "m1.medium")
    with fault(Condition.IMPOSSIBLE) as error:
        ground.change(SERVER, made, **LARGE)
    assert "m1.medium" in error.value.detail
    assert "confirm or revert it by hand" in error.value.detail
    assert actions(ground, made) == ["resize"]


def resize_by_hand(ground: Any, server_id: str, flavor: str) -> None:
    body = {"resize": {"flavorRef": ground.id_of("flavor", flavor)}}
    ground.by_hand("POST", "compute", f"/servers/{server_id}/action", body)


def test_only_the_keys_that_differ_are_sent_and_the_marks_stay(ground: Any) -> None:
    made = ground.make(SERVER, **SMALL, metadata={"keep": "1", "change": "1", "drop it:": "1"})
    ground.cloud.clear_counts()
    settle(ground, made, **SMALL, metadata={"keep": "1", "change": "2", "new": "3"})
    assert ground.get(SERVER, made).mark.endswith("::it")
    (told,) = (thing for thing in ground.cloud.things("server") if thing["id"] == made)
    assert told["metadata"]["omlib_id"] == "it"
    assert ground.cloud.changes() == {
        "POST compute /servers/*/metadata": 1,
        "DELETE compute /servers/*/metadata/drop%20it%3A": 1,
    }


def test_metadata_that_is_not_declared_is_left_alone(ground: Any) -> None:
    made = ground.make(SERVER, **SMALL, metadata={"owner": "张三"})
    ground.change(SERVER, made, **{**SMALL, "name": "b"})
    assert ground.get(SERVER, made).attributes["metadata"] == {"owner": "张三"}
    assert ground.get(SERVER, made).attributes["name"] == "b"


def test_a_port_is_put_in_anothers_place(ground: Any) -> None:
    old, new = (ground.make(PORT, name=name, network="gov-net") for name in ("old", "new"))
    made = ground.make(SERVER, **SMALL, ports=[old])
    settle(ground, made, **SMALL, ports=[new])
    assert ground.get(PORT, old).attributes["device"] == ""
    assert ground.get(PORT, new).attributes["device"] == made


def test_a_refused_port_leaves_the_one_there_was(ground: Any) -> None:
    old = ground.make(PORT, name="old", network="gov-net")
    made = ground.make(SERVER, **SMALL, ports=[old])
    with pytest.raises(CloudFaultError):
        ground.change(SERVER, made, **SMALL, ports=["7bb1a58c-0e5c-4c33-9d51-3f3d2b4e5a10"])
    assert ground.get(PORT, old).attributes["device"] == made


def test_a_server_is_turned_off_and_on(ground: Any) -> None:
    made = ground.make(SERVER, **SMALL)
    ground.cloud.pace(change_s=0.3)
    settle(ground, made, **SMALL, power="off")
    settle(ground, made, **SMALL, power="on")
    assert actions(ground, made) == ["stop", "start"]


def test_a_server_in_error_is_not_turned_on(ground: Any) -> None:
    made = ground.make(SERVER, **SMALL)
    ground.cloud.edit("server", made, status="ERROR")
    with fault(Condition.IMPOSSIBLE) as error:
        ground.change(SERVER, made, **SMALL, power="on")
    assert "ERROR" in error.value.detail


def test_what_already_is_as_declared_is_not_touched(ground: Any) -> None:
    made = ground.make(SERVER, **SMALL, metadata={"a": "b"})
    ground.cloud.clear_counts()
    ground.change(SERVER, made, **SMALL, metadata={"a": "b"}, power="on")
    assert ground.cloud.changes() == {}


def test_a_wait_ends_when_the_run_is_ended(simulation: Any, ground: Any) -> None:
    from omlib.planes.cloud.provider.api import ApiLimits, Clouds
    from omlib.planes.cloud.provider.place import Place

    clouds = Clouds({"sim": "sim-change"}, simulation.clouds_yaml, ApiLimits(cancel_grace_s=0.1))
    api = clouds.api(Place("sim", "RegionOne", ground.project))
    made = ground.make(SERVER, **SMALL)
    ground.cloud.pace(change_s=30)
    clouds.cancel()
    with fault(Condition.CANCELLED) as error:
        SERVER.update(api, ground.get(SERVER, made), ground.checked(SERVER, **LARGE))
    assert "resize to m1.large" in error.value.detail


@pytest.mark.parametrize("faults", [1, 5, 6])
def test_a_fault_that_passes_ends_no_wait_and_one_that_stays_does(ground: Any, faults: int) -> None:
    answers = iter([CloudFaultError(condition=Condition.SERVER_FAULT)] * faults + ["done"])

    def ask() -> str:
        if isinstance(answer := next(answers), CloudFaultError):
            raise answer
        return answer

    if faults <= 5:
        assert until(ground.api, "it", ask, 60) == "done"
    else:
        with fault(Condition.SERVER_FAULT):
            until(ground.api, "it", ask, 60)


def test_an_open_resize_is_told_apart_from_one_under_way(ground: Any) -> None:
    made = ground.make(SERVER, **SMALL)
    ground.cloud.edit("server", made, status="RESIZE", _task="resize_migrating")
    assert not ground.get(SERVER, made).awaits_update
    ground.cloud.edit("server", made, status="VERIFY_RESIZE", _task=None)
    assert ground.get(SERVER, made).awaits_update
