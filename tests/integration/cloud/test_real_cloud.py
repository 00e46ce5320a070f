"""The cloud plane on a real OpenStack: nova, cinder, neutron, glance, keystone as they are."""

import time
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest

from omlib.model.finding import Finding
from omlib.model.observation import Observation
from omlib.model.status import Status, UnknownReason, UnmanagedClass
from omlib.planes.cloud.declared import KINDS, declare
from omlib.reconcile.compare import reconcile

if TYPE_CHECKING:
    from tests.integration.cloud.conftest import RealCloud

pytestmark = pytest.mark.lab
Later = Callable[[Callable[[], object]], None]


def observe(real: "RealCloud") -> Observation:
    plane = real.plane()
    (target,) = plane.targets()
    return plane.observe(target)


def drifts(real: "RealCloud") -> dict[str, Finding]:
    found = reconcile(declare(real.estate), observe(real), today=date(2026, 11, 21))
    return {str(one.ref): one for one in found if one.status is not Status.IN_SYNC}


def test_what_was_built_as_declared_is_in_sync(real: "RealCloud") -> None:
    begun = time.monotonic()
    seen = observe(real)
    took_s = time.monotonic() - begun
    found = reconcile(declare(real.estate), seen, today=date(2026, 11, 21))
    assert {(str(one.ref), one.status) for one in found} == {
        (str(item.ref), Status.IN_SYNC) for item in declare(real.estate)
    }
    print(f"\n{len(seen.actual)} items of {len(seen.sights)} scopes in {took_s:.2f} s")


def test_ports_are_folded_under_their_servers(real: "RealCloud") -> None:
    found = reconcile(declare(real.estate), observe(real), today=date(2026, 11, 21))
    children = {str(one.ref): len(one.children) for one in found if one.ref.kind == "server"}
    assert children == {f"cloud/server/{vm}": 1 for vm in real.estate.vms}


def test_a_project_without_a_role_is_denied_and_the_others_are_whole(real: "RealCloud") -> None:
    sights = observe(real).sights
    told: dict[str, set[object]] = {scope.where.rsplit(":", 1)[1]: set() for scope in sights}
    for scope, sight in sights.items():
        told[scope.where.rsplit(":", 1)[1]].add(sight.reason)
        assert sight.by == "omlib-ro"
    assert told == {"hrss": {None}, "civil": {None}, "police": {UnknownReason.DENIED}}
    assert len(sights) == 3 * (len(KINDS) - 1)  # key pairs are asked for where some are declared


def test_a_shadow_server_is_unmanaged_with_its_port_as_child(
    real: "RealCloud", later: Later
) -> None:
    compute = real.people["civil"].compute
    network = real.people["civil"].network.find_network("gov-net")
    made = compute.create_server(
        name="测试机",
        flavor_id=compute.find_flavor("m1.tiny").id,
        image_id=real.people["civil"].image.find_image("lab-linux").id,
        networks=[{"uuid": network.id}],
    )
    later(lambda: compute.wait_for_delete(made, interval=0.3, wait=90))
    later(lambda: compute.delete_server(made))
    compute.wait_for_server(made, interval=0.3, wait=120)
    (found,) = drifts(real).values()
    assert (found.status, found.label, found.live) == (Status.UNMANAGED, "测试机", made.id)
    assert found.unmanaged is UnmanagedClass.UNKNOWN_OWNER
    assert len(found.children) == 1


def test_a_port_that_was_left_over_is_unmanaged(real: "RealCloud", later: Later) -> None:
    network = real.people["hrss"].network
    made = network.create_port(network_id=network.find_network("gov-net").id)
    later(lambda: network.delete_port(made))
    (found,) = drifts(real).values()
    assert (found.ref.kind, found.status) == ("port", Status.UNMANAGED)


def test_a_rule_that_someone_added_is_the_difference(real: "RealCloud", later: Later) -> None:
    network = real.people["hrss"].network
    group = network.find_security_group("web", project_id=real.people["hrss"].current_project_id)
    rule = network.create_security_group_rule(
        security_group_id=group.id,
        direction="ingress",
        protocol="tcp",
        port_range_min=22,
        port_range_max=22,
        remote_ip_prefix="0.0.0.0/0",
    )
    later(lambda: network.delete_security_group_rule(rule))
    (found,) = drifts(real).values()
    assert str(found.ref) == "cloud/security_group/hrss-web"
    (difference,) = found.differences
    assert isinstance(difference.declared, tuple)
    assert isinstance(difference.actual, tuple)
    assert set(difference.actual) - set(difference.declared) == {"ingress tcp 22 0.0.0.0/0"}


def test_a_default_group_that_someone_opened_is_unmanaged(real: "RealCloud", later: Later) -> None:
    network = real.people["civil"].network
    project = real.people["civil"].current_project_id
    group = network.find_security_group("default", project_id=project)
    rule = network.create_security_group_rule(
        security_group_id=group.id, direction="ingress", remote_ip_prefix="0.0.0.0/0"
    )
    later(lambda: network.delete_security_group_rule(rule))
    (found,) = drifts(real).values()
    assert (found.label, found.status) == ("default", Status.UNMANAGED)


def test_a_server_switched_off_and_renamed_is_diverged_in_both(
    real: "RealCloud", later: Later
) -> None:
    compute = real.people["hrss"].compute
    server = next(compute.servers(name="hrss-应用-02"))
    compute.stop_server(server)
    compute.update_server(server, name="临时")
    later(lambda: compute.wait_for_server(server, status="ACTIVE", interval=0.3, wait=60))
    later(lambda: compute.start_server(server))
    later(lambda: compute.update_server(server, name="hrss-应用-02"))
    compute.wait_for_server(server, status="SHUTOFF", interval=0.3, wait=60)
    (found,) = drifts(real).values()
    assert str(found.ref) == "cloud/server/hrss-app-02"
    assert {one.path: one.actual for one in found.differences} == {"name": "临时", "power": "off"}


def test_a_server_in_the_middle_of_a_resize_is_in_transition(
    real: "RealCloud", later: Later
) -> None:
    compute = real.people["hrss"].compute
    server = next(compute.servers(name="hrss-应用-03"))
    compute.resize_server(server, compute.find_flavor("m1.small"))
    later(lambda: compute.wait_for_server(server, status="ACTIVE", interval=0.3, wait=60))
    later(lambda: compute.revert_server_resize(server))
    compute.wait_for_server(server, status="VERIFY_RESIZE", interval=0.3, wait=60)
    (found,) = drifts(real).values()
    assert (found.status, found.reason) == (Status.UNKNOWN, UnknownReason.IN_TRANSITION)


def test_an_unattached_volume_is_a_difference_and_a_gone_floating_ip_is_missing(
    real: "RealCloud", later: Later
) -> None:
    people = real.people["hrss"]
    (floating,) = people.network.ips(project_id=people.current_project_id)
    people.network.delete_ip(floating)
    later(lambda: real.refloat("hrss-app-01"))
    storage = people.block_storage
    volume = next(storage.volumes(details=True))
    server = next(people.compute.servers(name="hrss-应用-01"))
    people.compute.delete_volume_attachment(server, volume.id)
    later(lambda: storage.wait_for_status(volume, status="in-use", interval=0.3, wait=60))
    later(lambda: people.compute.create_volume_attachment(server, volume_id=volume.id))
    storage.wait_for_status(volume, status="available", interval=0.3, wait=60)
    found = drifts(real)
    assert {ref: one.status for ref, one in found.items()} == {
        "cloud/volume/hrss-data": Status.DIVERGED,
        "cloud/floating_ip/hrss-app-01": Status.MISSING,
    }
    (difference,) = found["cloud/volume/hrss-data"].differences
    assert (difference.path, difference.actual) == ("attached_to", ())
