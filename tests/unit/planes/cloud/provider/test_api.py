"""One project over HTTP: what is waited for, and how long."""

import json
import threading
import time
from pathlib import Path

import pytest

from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.api import ApiLimits, Clouds, ProjectApi
from omlib.planes.cloud.provider.place import Place
from omlib.testing.openstack import CHANGER, SimulatedCloud

PLACE = Place("gov-cloud", "RegionOne", "hrss")


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def clouds(cloud: SimulatedCloud, lines: list[str]) -> Clouds:
    limits = ApiLimits(cancel_grace_s=0.3)
    told = Clouds({"gov-cloud": CHANGER}, cloud.clouds_yaml, limits)
    told.tell_to(lines.append)
    return told


@pytest.fixture
def api(clouds: Clouds) -> ProjectApi:
    return clouds.api(PLACE)


def test_many_threads_log_in_once(cloud: SimulatedCloud, clouds: Clouds) -> None:
    got: list[ProjectApi] = []
    threads = [threading.Thread(target=lambda: got.append(clouds.api(PLACE))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(each) for each in got}) == 1
    assert cloud.counts()["POST identity /auth/tokens"] == 2  # the account's own, the project's


def test_what_was_closed_keeps_no_connection_and_answers_again_with_the_same_token(
    cloud: SimulatedCloud, clouds: Clouds, api: ProjectApi
) -> None:
    api.get("compute", "/servers/detail")
    assert cloud.connections() == 1
    clouds.close()
    assert cloud.connections() == 0
    cloud.clear_counts()
    assert api.get("compute", "/servers/detail") == {"servers": []}
    assert "POST identity /auth/tokens" not in cloud.counts()


def test_a_project_is_found_by_its_id_too(api: ProjectApi, clouds: Clouds) -> None:
    assert clouds.api(PLACE._replace(project=api.project_id)).project_id == api.project_id


def test_a_project_without_a_role_is_said_to_be_one(clouds: Clouds) -> None:
    with pytest.raises(CloudFaultError) as told:
        clouds.api(PLACE._replace(project="nowhere"))
    assert told.value.condition is Condition.NO_TOKEN


def test_a_cloud_that_repeats_the_password_has_it_told_to_nobody(
    cloud: SimulatedCloud, clouds: Clouds
) -> None:
    profile = json.loads(cloud.clouds_yaml.read_text(encoding="utf-8"))["clouds"][CHANGER]
    password = profile["auth"]["password"]
    cloud.trouble(path="/auth/tokens", status=401, message=f"bad: user omlib-rw, {password}!")
    with pytest.raises(CloudFaultError) as refusal:
        clouds.api(PLACE)
    assert refusal.value.condition is Condition.UNAUTHORIZED
    told = f"{refusal.value} {refusal.value.facts} {refusal.value.__cause__}"
    assert password not in told


def test_a_login_that_failed_is_tried_again_in_the_next_run(tmp_path: Path) -> None:
    clouds = Clouds({}, tmp_path / "none.yaml")
    for _ in range(2):
        with pytest.raises(CloudFaultError) as told:
            clouds.api(PLACE)
        assert told.value.condition is Condition.NO_PROFILE
        clouds.begin()


def test_a_wait_ends_with_the_answer(api: ProjectApi) -> None:
    answers = iter([None, None, "there"])
    assert api.until("the thing", lambda: next(answers), 5.0) == "there"


def test_a_wait_that_takes_too_long_says_for_what(api: ProjectApi) -> None:
    with pytest.raises(CloudFaultError) as told:
        api.until("server oa-01 to be on", lambda: None, 0.3)
    assert told.value.condition is Condition.TIMED_OUT
    assert "server oa-01 to be on" in told.value.detail


def test_a_wait_ends_soon_after_the_run_was_ended(clouds: Clouds, api: ProjectApi) -> None:
    clouds.cancel()
    began = time.monotonic()
    with pytest.raises(CloudFaultError) as told:
        api.until("server oa-01 to be on", lambda: None, 60.0)
    assert told.value.condition is Condition.CANCELLED
    assert time.monotonic() - began < 3


def test_what_settles_soon_after_the_run_was_ended_is_not_left_half_done(
    clouds: Clouds, api: ProjectApi
) -> None:
    clouds.cancel()
    answers = iter([None, "there"])
    assert api.until("the thing", lambda: next(answers), 5.0) == "there"


def test_the_end_of_one_run_is_not_the_end_of_the_next(clouds: Clouds, api: ProjectApi) -> None:
    clouds.cancel()
    clouds.begin()
    answers = iter([None, None, None, None, "there"])
    assert api.until("the thing", lambda: next(answers), 10.0) == "there"


def test_gone_already_is_removed(api: ProjectApi) -> None:
    api.delete("network", "/networks/00000000-0000-4000-8000-000000000000")


def test_a_write_whose_answer_broke_off_is_not_sent_again(
    cloud: SimulatedCloud, api: ProjectApi
) -> None:
    cloud.trouble(method="POST", path="/networks", cut=True)
    with pytest.raises(CloudFaultError) as told:
        api.post("network", "/networks", {"network": {"name": "n"}})
    assert not told.value.unsent
    assert cloud.counts()["POST network /networks"] == 1


def test_a_cloud_without_microversions_is_written_without(
    cloud: SimulatedCloud, api: ProjectApi
) -> None:
    cloud.set(microversion=None)
    answer = api.post(
        "compute", "/os-server-groups", {"server_group": {"name": "g", "policies": ["affinity"]}}
    )
    assert api.microversion == ""
    assert answer["server_group"]["policies"] == ["affinity"]
