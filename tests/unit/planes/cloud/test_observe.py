"""What a look at a cloud brings, and how far it says it went, against real HTTP answers."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from omlib.errors import RefusedError
from omlib.model.action import Action, Verb
from omlib.model.estate import KeyPair, Vm
from omlib.model.item import Key, Scope, Source
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, make_ref
from omlib.model.status import UnknownReason
from omlib.planes.cloud import declared
from omlib.planes.cloud.plane import CloudPlane

if TYPE_CHECKING:
    from tests.unit.planes.cloud.conftest import SpeakingCloud

Planes = Callable[..., CloudPlane]
SERVERS = "/servers/detail"
KINDS = tuple(kind for kind in declared.KINDS if kind != "key_pair")  # where none is declared


def server(number: int, **told: Any) -> dict[str, Any]:
    return {
        "id": f"s{number}",
        "name": f"vm-{number}",
        "status": "ACTIVE",
        "tenant_id": "p-hrss",
        "metadata": {"omlib_id": f"hrss-app-{number:02d}", "omlib_system": "hrss"},
        "flavor": {"vcpus": 4, "ram": 8192, "original_name": "m1.medium"},
        "image": {"id": "img-1"},
        "addresses": {"gov-net": [{"addr": f"10.0.0.{number}", "OS-EXT-IPS:type": "fixed"}]},
        "security_groups": [{"name": "web"}],
        "OS-EXT-STS:task_state": None,
        **told,
    }


def observe(plane: CloudPlane) -> Observation:
    (target,) = plane.targets()
    return plane.observe(target)


def sight(seen: Observation, kind: str, project: str = "hrss") -> Sight:
    return seen.sights[Scope(Plane.CLOUD, kind, f"gov-cloud:RegionOne:{project}")]


def ids(seen: Observation, kind: str = "server") -> list[str]:
    return [item.keys[0].value for item in seen.actual if item.ref.kind == kind]


def complete(seen: Observation) -> set[str]:
    return {scope.kind for scope, told in seen.sights.items() if told.complete}


def test_every_page_of_a_listing_is_read(cloud: "SpeakingCloud", plane_of: Planes) -> None:
    cloud.things["p-hrss", SERVERS] = [server(number) for number in range(1, 8)]
    seen = observe(plane_of())
    assert ids(seen) == [f"s{number}" for number in range(1, 8)]
    assert complete(seen) == set(KINDS)
    told = sight(seen, "server")
    assert told.by == "omlib-ro"
    assert told.via == "GET /servers/detail, 4 pages, project p-hrss, microversion 2.69"


def test_a_full_page_without_a_link_is_not_taken_for_the_last(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.links, cloud.page_items = False, 500
    cloud.things["p-hrss", SERVERS] = [server(number) for number in range(1, 502)]
    assert len(ids(observe(plane_of()))) == 501


def test_a_fork_that_cuts_pages_and_has_no_links_loses_nothing(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.links, cloud.page_items = False, 3
    cloud.things["p-hrss", SERVERS] = [server(number) for number in range(1, 8)]
    seen = observe(plane_of())
    assert len(ids(seen)) == 7
    assert sight(seen, "server").complete
    pages = [path for _, path in cloud.asked if SERVERS in path]
    assert len(pages) == 3  # 3, 3 and 1: the last is shorter than the others, so it was not cut


def test_a_fork_that_cuts_pages_and_takes_no_marker_is_incomplete(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.links, cloud.page_items, cloud.markers = False, 3, False
    cloud.things["p-hrss", SERVERS] = [server(number) for number in range(1, 8)]
    told = sight(observe(plane_of()), "server")
    assert (told.complete, told.reason) == (False, UnknownReason.INCOMPLETE)
    assert told.detail.startswith("pages_repeat")


def test_a_fork_that_gives_everything_at_once_is_whole(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.links, cloud.markers, cloud.limits = False, False, False
    cloud.things["p-hrss", SERVERS] = [server(number) for number in range(1, 8)]
    seen = observe(plane_of())
    assert sight(seen, "server").complete
    assert len(ids(seen)) == 7


def test_a_listing_that_fails_on_page_3_keeps_two_pages_and_is_incomplete(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.things["p-hrss", SERVERS] = [server(number) for number in range(1, 8)]
    cloud.breaks("p-hrss", SERVERS, status=503, page=3)
    seen = observe(plane_of())
    told = sight(seen, "server")
    assert (told.complete, told.reason) == (False, UnknownReason.INCOMPLETE)
    assert told.detail.startswith("later_page: page 3: 503")
    assert ids(seen) == ["s1", "s2", "s3", "s4"]
    assert complete(seen) == set(KINDS) - {"server"}


def test_an_empty_page_that_promises_more_is_not_the_end_of_a_listing(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.things["p-hrss", SERVERS] = [server(number) for number in range(1, 8)]
    link = b'{"servers": [], "servers_links": [{"rel": "next", "href": "http://192.0.2.1/"}]}'
    cloud.breaks("p-hrss", SERVERS, body=link, page=2)
    seen = observe(plane_of())
    assert sight(seen, "server").reason is UnknownReason.INCOMPLETE
    assert ids(seen) == ["s1", "s2"]


def test_a_volume_on_a_copy_of_a_bound_server_is_not_on_that_server(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.things["p-hrss", SERVERS] = [server(1), server(2, metadata=server(1)["metadata"])]
    cloud.things["p-hrss", "/volumes/detail"] = [
        {
            "id": f"v{number}",
            "name": "data",
            "size": 40,
            "status": "in-use",
            "os-vol-tenant-attr:tenant_id": "p-hrss",
            "attachments": [{"server_id": f"s{number}"}],
        }
        for number in (1, 2)
    ]
    bound = Vm(
        id="hrss-app-01",
        name="hrss-app-01",
        cloud="gov-cloud",
        project="hrss",
        systems=("hrss",),
        vcpu=4,
        ram_mib=8192,
        bound_id="s1",
        source=Source("vms.yml", 1),
    )
    seen = observe(plane_of(vms=(bound,)))
    volumes = [item for item in seen.actual if item.ref.kind == "volume"]
    assert [item.attributes["attached_to"] for item in volumes] == [("hrss-app-01",), ("@s2",)]


def test_a_service_that_keeps_failing_is_asked_four_times_and_is_an_error(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.breaks("p-hrss", "/ports", status=500)
    told = sight(observe(plane_of()), "port")
    assert (told.reason, len(cloud.tries)) == (UnknownReason.ERROR, 4)


def test_a_throttled_listing_waits_as_long_as_it_is_asked_to(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.things["p-hrss", SERVERS] = [server(1)]
    cloud.breaks("p-hrss", SERVERS, status=429, times=2, headers={"Retry-After": "1"})
    begun = time.monotonic()
    seen = observe(plane_of())
    assert sight(seen, "server").complete
    assert ids(seen) == ["s1"]
    assert time.monotonic() - begun >= 1.9


def test_a_listing_that_the_role_may_not_read_is_denied_and_the_others_are_seen(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.breaks(
        "p-hrss",
        "/volumes/detail",
        status=403,
        body=b'{"forbidden": {"message": "Policy \\u001b[31mdoesn\'t allow"}}',
    )
    seen = observe(plane_of())
    told = sight(seen, "volume")
    assert told.reason is UnknownReason.DENIED
    assert told.detail == "forbidden: 403 Policy doesn't allow"
    assert complete(seen) == set(KINDS) - {"volume"}


def test_one_project_without_a_role_is_denied_and_the_other_is_seen(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.projects = {"p-hrss": "hrss", "p-civil": "civil"}
    cloud.breaks("p-civil", "token", status=401)
    seen = observe(plane_of("hrss", "civil"))
    assert {sight(seen, kind, "civil").reason for kind in KINDS} == {UnknownReason.DENIED}
    assert all(sight(seen, kind, "hrss").complete for kind in KINDS)


def test_a_declared_project_that_the_account_cannot_see_is_denied(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    told = sight(observe(plane_of("hrss", "civil")), "server", "civil")
    assert (told.reason, told.detail) == (
        UnknownReason.DENIED,
        "no_token: no token of civil for omlib-ro",
    )


def test_a_project_that_is_not_in_a_cut_list_of_projects_is_incomplete(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.truncated = True
    told = sight(observe(plane_of("hrss", "civil")), "server", "civil")
    assert told.reason is UnknownReason.INCOMPLETE


def test_an_undeclared_project_is_reported_too(cloud: "SpeakingCloud", plane_of: Planes) -> None:
    cloud.projects = {"p-hrss": "hrss", "p-shadow": "影子"}
    cloud.things["p-shadow", SERVERS] = [server(9, tenant_id="p-shadow")]
    seen = observe(plane_of())
    assert sight(seen, "server", "影子").complete
    assert [str(item.ref) for item in seen.actual] == ["cloud/server/@gov-cloud:RegionOne:影子:s9"]


def test_a_name_that_two_projects_have_decides_nothing(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.projects = {"p-hrss": "hrss", "p-other": "hrss"}
    cloud.things["p-hrss", SERVERS] = [server(1)]
    seen = observe(plane_of())
    assert {told.reason for told in seen.sights.values()} == {UnknownReason.ERROR}
    assert seen.actual == ()
    by_id = observe(plane_of("p-hrss"))
    assert sight(by_id, "server", "p-hrss").complete
    assert sight(by_id, "server", "hrss").complete  # the other, undeclared one


def test_a_token_of_another_project_is_not_listed_with(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.projects = {"p-hrss": "hrss", "p-civil": "civil"}
    cloud.grants["p-civil"] = "p-hrss"
    cloud.things["p-hrss", SERVERS] = [server(1)]
    seen = observe(plane_of("hrss", "civil"))
    told = sight(seen, "server", "civil")
    assert told.reason is UnknownReason.ERROR
    assert told.detail == "foreign_token: asked for p-civil, got p-hrss"
    assert len(ids(seen)) == 1


def test_a_listing_with_servers_of_another_project_is_an_error(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.things["p-hrss", SERVERS] = [server(1), server(2, tenant_id="p-civil")]
    seen = observe(plane_of())
    assert sight(seen, "server").reason is UnknownReason.ERROR
    assert ids(seen) == ["s1"]


def test_ports_of_other_projects_which_an_administrator_sees_are_passed_over(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.things["p-hrss", "/ports"] = [port("a"), port("b", tenant_id="p-civil")]
    seen = observe(plane_of())
    assert sight(seen, "port").complete
    assert ids(seen, "port") == ["a"]


def port(name: str, **told: Any) -> dict[str, Any]:
    return {
        "id": name,
        "name": "",
        "tenant_id": "p-hrss",
        "network_id": "n1",
        "mac_address": "fa:16:3e:00:00:01",
        "fixed_ips": [{"ip_address": "10.0.0.9", "subnet_id": "sub"}],
        "security_groups": [],
        "device_id": "",
        "device_owner": "",
        **told,
    }


def test_a_cloud_without_block_storage_is_unsupported_there_and_seen_elsewhere(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.services.discard("volumev3")
    seen = observe(plane_of())
    assert sight(seen, "volume").reason is UnknownReason.UNSUPPORTED
    assert complete(seen) == set(KINDS) - {"volume"}


def test_a_listing_that_the_service_does_not_know_is_unsupported(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.breaks("p-hrss", "/floatingips", status=404)
    assert sight(observe(plane_of()), "floating_ip").reason is UnknownReason.UNSUPPORTED


@pytest.mark.parametrize(
    "body",
    [
        b'{"servers": [{"id": "s1"',
        b"<html>gateway</html>",
        b"[]",
        b'{"servers": null}',
        b'{"servers": [7]}',
        b'{"servers": [{"id": null, "name": "a"}]}',
        b'{"servers": [{"id": "s1", "name": "a"}, {"id": "s1", "name": "b"}]}',
        b'{"other": []}',
        b'{"servers": ' + b"[" * 100_000,
        b"\xff\xfe\x00",
    ],
)
def test_an_answer_that_is_not_what_it_should_be_is_an_error(
    cloud: "SpeakingCloud", plane_of: Planes, body: bytes
) -> None:
    cloud.breaks("p-hrss", SERVERS, body=body)
    seen = observe(plane_of())
    assert sight(seen, "server").reason is UnknownReason.ERROR
    assert complete(seen) == set(KINDS) - {"server"}


def test_a_server_that_cannot_be_read_leaves_the_others_and_an_error(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.things["p-hrss", SERVERS] = [server(1), server(2, flavor={"vcpus": "many"}), server(3)]
    seen = observe(plane_of())
    assert ids(seen) == ["s1", "s3"]
    assert sight(seen, "server").reason is UnknownReason.ERROR


def test_a_service_that_hangs_is_unreachable_in_time_and_the_others_are_seen(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.breaks("p-hrss", SERVERS, hang_s=8)
    begun = time.monotonic()
    seen = observe(plane_of(deadline_s=4))
    assert time.monotonic() - begun < 4
    assert sight(seen, "server").reason is UnknownReason.UNREACHABLE
    assert complete(seen) == set(KINDS) - {"server"}


def test_projects_share_their_connections_and_leave_none_open(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.projects = {f"p-{number}": f"bureau-{number}" for number in range(20)}
    seen = observe(plane_of(*cloud.projects.values(), concurrency=4))
    assert all(told.complete for told in seen.sights.values())
    assert cloud.most_connections <= 4
    end = time.monotonic() + 5
    while cloud.connections and time.monotonic() < end:  # it hears of it a moment later
        time.sleep(0.02)
    assert cloud.connections == 0


def test_an_answer_that_trickles_in_is_incomplete_when_the_deadline_comes(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.things["p-hrss", SERVERS] = [server(1)]
    cloud.breaks("p-hrss", SERVERS, trickle_s=0.2)
    begun = time.monotonic()
    seen = observe(plane_of(deadline_s=3))
    assert time.monotonic() - begun < 3
    assert sight(seen, "server").reason in (UnknownReason.INCOMPLETE, UnknownReason.UNREACHABLE)
    assert complete(seen) == set(KINDS) - {"server"}


def test_an_answer_that_is_cut_is_incomplete(cloud: "SpeakingCloud", plane_of: Planes) -> None:
    cloud.things["p-hrss", SERVERS] = [server(1)]
    cloud.breaks("p-hrss", SERVERS, cut=True)
    assert sight(observe(plane_of()), "server").reason is UnknownReason.INCOMPLETE


def test_a_listing_beyond_the_output_limit_is_incomplete(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.breaks("p-hrss", SERVERS, body=b'{"servers": [' + b" " * 3 * 1024 * 1024)
    seen = observe(plane_of(output_mib=2))
    assert sight(seen, "server").reason is UnknownReason.INCOMPLETE
    assert sight(seen, "server").detail == "too_large"


def test_a_server_of_a_cell_that_is_down_makes_the_listing_incomplete(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    down = {"id": "s2", "status": "UNKNOWN", "tenant_id": "p-hrss", "links": []}
    cloud.things["p-hrss", SERVERS] = [server(1), down]
    seen = observe(plane_of())
    assert sight(seen, "server").reason is UnknownReason.INCOMPLETE
    assert ids(seen) == ["s1"]


def test_a_wrong_password_is_denied_everywhere(cloud: "SpeakingCloud", plane_of: Planes) -> None:
    cloud.password = "changed"
    seen = observe(plane_of("hrss", "civil"))
    assert {told.reason for told in seen.sights.values()} == {UnknownReason.DENIED}
    assert len(seen.sights) == 2 * len(KINDS)
    assert "right" not in str(seen)
    assert "\x1b" not in str(seen)


def test_a_cloud_that_is_not_there_is_unreachable(
    cloud: "SpeakingCloud", plane_of: Planes, clouds_yaml: Path
) -> None:
    text = clouds_yaml.read_text().replace(cloud.url, "http://127.0.0.1:9")
    clouds_yaml.write_text(text)
    seen = observe(plane_of())
    assert {told.reason for told in seen.sights.values()} == {UnknownReason.UNREACHABLE}


def test_a_cloud_that_is_not_in_clouds_yaml_was_not_checked(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    seen = observe(plane_of(profile="nowhere"))
    assert {told.reason for told in seen.sights.values()} == {UnknownReason.NOT_CHECKED}
    assert "nowhere" in sight(seen, "server").detail


def test_with_a_login_that_lacks_a_part_nobody_looked(
    cloud: "SpeakingCloud", plane_of: Planes, clouds_yaml: Path
) -> None:
    clouds_yaml.write_text(clouds_yaml.read_text().replace("auth_url", "auth_uri"))
    seen = observe(plane_of())
    assert {told.reason for told in seen.sights.values()} == {UnknownReason.NOT_CHECKED}


def test_an_application_credential_sees_its_own_project_and_the_others_are_denied(
    cloud: "SpeakingCloud", plane_of: Planes, clouds_yaml: Path
) -> None:
    cloud.projects = {"p-hrss": "hrss", "p-civil": "civil"}
    clouds_yaml.write_text(
        '{"clouds": {"wuxi": {"auth_type": "v3applicationcredential", "auth": {"auth_url": '
        f'"{cloud.url}/identity/v3", "application_credential_id": "ac", '
        '"application_credential_secret": "s"}}}}'
    )
    seen = observe(plane_of("hrss", "civil"))
    assert sight(seen, "server", "hrss").complete
    told = sight(seen, "server", "civil")
    assert told.reason is UnknownReason.DENIED
    assert told.detail == "bound_credential: application credential of project p-hrss"


def test_without_microversions_sizes_come_from_the_flavors(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.microversions = ""
    cloud.single["/flavors/f4"] = {"flavor": {"id": "f4", "vcpus": 4, "ram": 16384}}
    cloud.things["p-hrss", SERVERS] = [
        server(1, flavor={"id": "f4"}),
        server(2, flavor={"id": "gone"}),
    ]
    first, second = observe(plane_of()).actual
    assert (first.attributes["vcpu"], first.attributes["ram_mib"]) == (4, 16384)
    assert second.unseen["vcpu"] is UnknownReason.UNSUPPORTED
    assert "vcpu" not in second.attributes


def test_an_image_is_named_and_one_that_is_gone_is_unseen(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.single["/images/img-1"] = {"id": "img-1", "name": "openEuler 24.03"}
    cloud.things["p-hrss", SERVERS] = [server(1), server(2, image={"id": "img-gone"})]
    first, second = observe(plane_of()).actual
    assert first.attributes["image"] == "openEuler 24.03"
    assert second.unseen == {"image": UnknownReason.UNSUPPORTED}


def test_a_volume_of_a_server_that_could_not_be_listed_does_not_say_whose_it_is(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    volume = {
        "id": "v1",
        "name": "",
        "size": 40,
        "status": "in-use",
        "metadata": {},
        "attachments": [{"server_id": "s1"}],
    }
    cloud.things["p-hrss", "/volumes/detail"] = [volume]
    cloud.things["p-hrss", SERVERS] = [server(1)]
    (seen,) = (item for item in observe(plane_of()).actual if item.ref.kind == "volume")
    assert seen.attributes["attached_to"] == ("hrss-app-01",)
    cloud.breaks("p-hrss", SERVERS, status=403)
    (seen,) = observe(plane_of()).actual
    assert seen.unseen == {"attached_to": UnknownReason.DENIED}


def test_nothing_is_sent_but_gets_and_the_request_for_a_token(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.things["p-hrss", SERVERS] = [server(number) for number in range(1, 8)]
    cloud.breaks("p-hrss", "/ports", status=503, times=1)
    plane = plane_of()
    observe(plane)
    assert {method for method, _ in cloud.asked} == {"GET", "POST"}
    posts = [path for method, path in cloud.asked if method == "POST"]
    assert set(posts) == {"/identity/v3/auth/tokens"}
    ref = make_ref(Plane.CLOUD, "server", "hrss-app-01")
    action = Action(
        ref=ref,
        scope=Scope(Plane.CLOUD, "server", "gov-cloud:RegionOne:hrss"),
        verb=Verb.DELETE,
        before={},
        after=None,
    )
    assert plane.propose([]) == ()
    told = len(cloud.asked)
    with pytest.raises(RefusedError):
        plane.perform(action)
    with pytest.raises(RefusedError):
        plane.verify(action)
    assert len(cloud.asked) == told


def test_targets_name_every_kind_of_every_declared_project_without_asking(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    (target,) = plane_of("hrss", "civil", deadline_s=30).targets()
    assert (target.name, target.site, target.deadline_s) == ("gov-cloud", "gov", 30)
    assert len(target.scopes) == 2 * len(KINDS)
    assert cloud.asked == []


def test_keys_hold_id_and_mark_before_what_is_weak(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.things["p-hrss", SERVERS] = [server(1)]
    (seen,) = observe(plane_of()).actual
    assert seen.keys == (
        Key("id", "s1"),
        Key("mark", "hrss-app-01"),
        Key("name", "vm-1"),
        Key("address", "10.0.0.1"),
    )
    assert seen.system == "hrss"


def test_a_cloud_without_server_groups_is_unsupported_in_just_that(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.things["p-hrss", SERVERS] = [server(1)]
    cloud.breaks("p-hrss", "/os-server-groups", status=404)
    seen = observe(plane_of())
    assert sight(seen, "server_group").reason is UnknownReason.UNSUPPORTED
    assert complete(seen) == set(KINDS) - {"server_group"}
    (found,) = seen.actual
    assert found.unseen["server_group"] is UnknownReason.UNSUPPORTED


def test_a_cloud_without_an_image_service_does_not_name_images_and_is_seen_elsewhere(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.services.discard("image")
    cloud.things["p-hrss", SERVERS] = [server(1)]
    seen = observe(plane_of())
    assert complete(seen) == set(KINDS)
    assert seen.actual[0].unseen == {"image": UnknownReason.UNSUPPORTED}


def test_networks_are_told_by_their_own_project_and_named_for_all(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.things["p-hrss", "/networks"] = [
        {"id": "n1", "name": "hrss-net", "tenant_id": "p-hrss"},
        {"id": "ext", "name": "ext-net", "tenant_id": "p-admin"},
    ]
    cloud.things["p-hrss", "/subnets"] = [
        {"id": "sub", "network_id": "n1", "cidr": "10.0.0.0/24", "gateway_ip": "10.0.0.1"}
    ]
    cloud.things["p-hrss", "/routers"] = [
        {
            "id": "r1",
            "name": "gov",
            "tenant_id": "p-hrss",
            "external_gateway_info": {"network_id": "ext"},
        }
    ]
    joined = port("a", device_owner="network:router_interface", device_id="r1")
    cloud.things["p-hrss", "/ports"] = [joined, port("b")]
    seen = {item.ref.kind + ":" + item.keys[0].value: item for item in observe(plane_of()).actual}
    assert set(seen) == {"network:n1", "router:r1", "port:a", "port:b"}
    assert seen["network:n1"].attributes["cidrs"] == ("10.0.0.0/24",)
    assert seen["router:r1"].attributes["external_network"] == "ext-net"
    assert seen["router:r1"].attributes["networks"] == ("hrss-net",)
    assert seen["port:a"].parent == Key("id", "r1")
    assert seen["port:b"].attributes["network"] == "hrss-net"


def test_subnets_that_cannot_be_listed_leave_the_networks_and_are_told_of_them(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.things["p-hrss", "/networks"] = [{"id": "n1", "name": "a", "project_id": "p-hrss"}]
    cloud.breaks("p-hrss", "/subnets", status=403)
    seen = observe(plane_of())
    assert complete(seen) == set(KINDS)
    assert seen.actual[0].unseen["cidrs"] is UnknownReason.DENIED


PAIR = KeyPair(id="ops", name="ops-2026", project="hrss", public_key="ssh-ed25519 AAAA ops")


def test_a_declared_key_pair_of_another_account_is_unknown_and_never_missing(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    plane = plane_of(holds={"key_pairs": (PAIR,)})
    told = sight(observe(plane), "key_pair")
    assert (told.reason, told.detail) == (UnknownReason.UNSUPPORTED, "other_account: ops-2026")
    same = plane_of(holds={"key_pairs": (PAIR,), "change_profile": "wuxi"})
    assert sight(observe(same), "key_pair").complete  # the account that would have made it
    cloud.things["p-hrss", "/os-keypairs"] = [
        {"keypair": {"name": "ops-2026", "public_key": "ssh-ed25519 AAAA other"}},
        {"keypair": {"name": "mine", "public_key": "ssh-ed25519 BBBB"}},
    ]
    seen = observe(plane)
    assert sight(seen, "key_pair").complete
    assert [str(item.ref) for item in seen.actual] == ["cloud/key_pair/ops"]


def test_a_cloud_that_knows_neither_microversions_nor_project_ids_is_read(
    cloud: "SpeakingCloud", plane_of: Planes
) -> None:
    cloud.microversions = ""
    cloud.things["p-hrss", "/os-server-groups"] = [
        {"id": "g1", "name": "apart", "policies": ["anti-affinity"], "members": ["s1"]}
    ]
    fork = {key: value for key, value in server(1).items() if key not in ("tenant_id", "image")}
    cloud.things["p-hrss", SERVERS] = [fork]
    seen = {item.ref.kind: item for item in observe(plane_of()).actual}
    assert seen["server"].attributes["server_group"] == "apart"
    assert seen["server_group"].attributes["members"] == ("hrss-app-01",)
