"""Volumes and their attachments."""

import json
from typing import Any

import pytest

from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.inputs import checked
from omlib.planes.cloud.provider.kinds.server import SERVER
from omlib.planes.cloud.provider.kinds.volume import VOLUME
from omlib.planes.cloud.provider.kinds.volume_attachment import VOLUME_ATTACHMENT

TINY: dict[str, Any] = {"name": "a", "vcpu": 1, "ram_mib": 512, "image": "lab-linux"}


def fault(condition: Condition) -> Any:
    return pytest.raises(CloudFaultError, check=lambda error: error.condition is condition)


def test_a_volume_is_read_as_it_was_declared_and_changed_in_place(ground: Any) -> None:
    ground.cloud.pace(volume_s=0.3)
    first = {"name": "数据", "size_gib": 1, "metadata": {"use": "库", "old": "1"}}
    made = ground.make(VOLUME, **first)
    assert ground.read(VOLUME, made, **first) == ground.checked(VOLUME, **first)
    assert ground.get(VOLUME, made).mark.endswith("::it")
    then = {"name": "数据盘", "size_gib": 3, "metadata": {"use": "库二"}}
    ground.change(VOLUME, made, **then)
    assert ground.read(VOLUME, made, **then) == ground.checked(VOLUME, **then)
    assert ground.get(VOLUME, made).mark.endswith("::it")
    VOLUME.delete(ground.api, made)
    assert VOLUME.get(ground.api, made) is None
    assert ground.cloud.things("volume", ground.project) == []


def test_a_volume_does_not_shrink_and_nothing_is_sent(ground: Any) -> None:
    made = ground.make(VOLUME, name="v", size_gib=5)
    ground.cloud.clear_counts()
    with fault(Condition.IMPOSSIBLE) as error:
        ground.change(VOLUME, made, name="w", size_gib=4)
    assert "has 5 GiB and cannot shrink to 4" in error.value.detail
    assert ground.cloud.changes() == {}


def test_an_attached_volume_grows_where_the_cloud_can(ground: Any) -> None:
    server, volume = ground.make(SERVER, **TINY), ground.make(VOLUME, name="v", size_gib=1)
    ground.make(VOLUME_ATTACHMENT, server=server, volume=volume)
    ground.change(VOLUME, volume, name="v", size_gib=2)
    assert ground.get(VOLUME, volume).attributes["size_gib"] == 2
    assert ground.get(VOLUME, volume).attributes["status"] == "in-use"


@pytest.mark.parametrize("status", ["creating", "extending", "attaching", "retyping"])
def test_a_volume_that_cinder_works_on_is_in_transition(ground: Any, status: str) -> None:
    made = ground.make(VOLUME, name="v", size_gib=1)
    ground.cloud.edit("volume", made, status=status)
    assert ground.get(VOLUME, made).in_transition


def test_a_volume_in_error_is_told_not_waited_for(ground: Any) -> None:
    made = ground.make(VOLUME, name="v", size_gib=1)
    ground.cloud.edit("volume", made, status="error_extending")
    with fault(Condition.FAILED) as error:
        ground.change(VOLUME, made, name="v", size_gib=2)
    assert error.value.detail.endswith("status error_extending")
    said = [
        {"created_at": "2026-11-21T08:00:00", "user_message": "made"},
        {"created_at": "2026-11-21T09:00:00", "user_message": "extend volume: no space left"},
    ]
    ground.cloud.trouble(path="/messages.*", status=200, body=json.dumps({"messages": said}))
    with fault(Condition.FAILED) as error:
        ground.change(VOLUME, made, name="v", size_gib=2)
    assert error.value.detail.endswith("error_extending, extend volume: no space left")


def test_keys_that_cinder_shows_an_admin_are_not_metadata(ground: Any) -> None:
    made = ground.make(VOLUME, name="v", size_gib=1, metadata={"a": "b"})
    ground.cloud.edit(
        "volume", made, metadata={"a": "b", "readonly": "False", "attached_mode": "rw"}
    )
    assert ground.get(VOLUME, made).attributes["metadata"] == {"a": "b"}


def test_an_attachment_is_read_as_declared_and_taken_away(ground: Any) -> None:
    server, volume = ground.make(SERVER, **TINY), ground.make(VOLUME, name="v", size_gib=1)
    ground.cloud.pace(volume_s=0.3, change_s=0.3)
    wanted = {"server": server, "volume": volume}
    made = ground.make(VOLUME_ATTACHMENT, **wanted)
    assert made == f"{server}/{volume}"
    assert ground.read(VOLUME_ATTACHMENT, made, **wanted) == wanted
    VOLUME_ATTACHMENT.delete(ground.api, made)
    assert VOLUME_ATTACHMENT.get(ground.api, made) is None
    assert VOLUME_ATTACHMENT.live(ground.api, made) is None
    assert ground.get(VOLUME, volume).attributes["status"] == "available"


def test_an_attachment_made_by_a_cut_off_attempt_is_taken_as_made(ground: Any) -> None:
    server, volume = ground.make(SERVER, **TINY), ground.make(VOLUME, name="v", size_gib=1)
    first = ground.make(VOLUME_ATTACHMENT, server=server, volume=volume)
    ground.cloud.clear_counts()
    assert ground.make(VOLUME_ATTACHMENT, server=server, volume=volume) == first
    assert ground.cloud.changes() == {}


def test_an_attachment_is_gone_with_its_server(ground: Any) -> None:
    server, volume = ground.make(SERVER, **TINY), ground.make(VOLUME, name="v", size_gib=1)
    made = ground.make(VOLUME_ATTACHMENT, server=server, volume=volume)
    SERVER.delete(ground.api, server)
    assert VOLUME_ATTACHMENT.get(ground.api, made) is None
    VOLUME_ATTACHMENT.delete(ground.api, made)


def test_check_refuses_a_volume_of_nothing() -> None:
    place = {"cloud": "sim", "region": "RegionOne", "project": "p"}
    _, wrong = checked(VOLUME, {**place, "name": "v", "size_gib": 0})
    assert [failure.property for failure in wrong] == ["size_gib"]
