"""What hangs together in a real cloud, as an account that may only read sees it.

Networks, routers, server groups, key pairs; ports that belong to something; hosts of servers.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from omlib.model.check import Answer
from omlib.model.estate import (
    CloudNetwork,
    Estate,
    KeyPair,
    Router,
    ServerGroup,
    System,
    Vm,
)
from omlib.model.finding import Finding
from omlib.model.item import Scope
from omlib.model.lifecycle import Lifecycle, LifecycleStatus, Stage
from omlib.model.observation import Observation
from omlib.model.ref import Plane
from omlib.model.status import Status, UnknownReason, UnmanagedClass
from omlib.planes.cloud.declared import declare
from omlib.planes.cloud.plane import CloudPlane
from omlib.reconcile.compare import reconcile
from omlib.reconcile.mlps.facts import facts_of
from omlib.reconcile.mlps.table import run_checks
from omlib.reconcile.stacks import NO_STACKS, Stacks

if TYPE_CHECKING:
    from tests.integration.cloud.conftest import RealCloud

pytestmark = pytest.mark.lab
Later = Callable[[Callable[[], object]], None]
STACK = "gov-cloud.RegionOne.civil"
URN = f"urn:pulumi:{STACK}::omlib::omcloud:index"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB3q8Yq7Vd1C9m0kqJr8u5m9yLr0Jq7c6yX1p2v3w4x5"


def look(real: "RealCloud", estate: Estate) -> Observation:
    plane: CloudPlane = real.plane(clouds=estate.clouds, vms=estate.vms)
    (target,) = plane.targets()
    return plane.observe(target)


def drifts(
    real: "RealCloud", estate: Estate | None = None, stacks: Stacks = NO_STACKS
) -> dict[str, Finding]:
    estate = estate or real.estate
    found = reconcile(declare(estate), look(real, estate), today=date(2026, 11, 21), stacks=stacks)
    return {
        f"{one.ref.kind}:{one.label or one.ref.owner}": one
        for one in found
        if one.status is not Status.IN_SYNC
    }


def holding(estate: Estate, **held: Any) -> Estate:
    cloud = replace(estate.clouds["gov-cloud"], **held)
    return replace(estate, clouds={cloud.id: cloud})


def net(people: Any, later: Later, name: str, cidr: str, **more: Any) -> Any:
    made = people.network.create_network(name=name, **more)
    later(lambda: people.network.delete_network(made))
    people.network.create_subnet(network_id=made.id, ip_version=4, cidr=cidr, enable_dhcp=False)
    return made


def test_a_network_and_a_router_of_the_project_are_seen_and_its_ports_are_theirs(
    real: "RealCloud", later: Later
) -> None:
    people = real.people["civil"]
    mark = f"救助 omlib_urn={URN}:Network::civil-net"
    made = net(people, later, "civil-net", "10.31.0.0/24", description=mark)
    outside = people.network.find_network("ext-net")
    router = people.network.create_router(
        name="civil-gw", external_gateway_info={"network_id": outside.id}
    )
    later(lambda: people.network.delete_router(router))
    (subnet,) = people.network.subnets(network_id=made.id)
    people.network.add_interface_to_router(router, subnet_id=subnet.id)
    later(lambda: people.network.remove_interface_from_router(router, subnet_id=subnet.id))

    found = drifts(real)
    assert {name: one.status for name, one in found.items()} == {
        "network:civil-net": Status.UNMANAGED,
        "router:civil-gw": Status.UNMANAGED,
    }
    assert len(found["router:civil-gw"].children) == 1  # its port in the network

    declared = holding(
        real.estate,
        networks=(CloudNetwork(id="civil-net", cidr="10.31.0.0/24", project="civil", dhcp=False),),
        routers=(
            Router(
                id="civil-gw",
                name="civil-gw",
                project="civil",
                external="ext-net",
                networks=("civil-net",),
                bound_id=router.id,
            ),
        ),
    )
    assert drifts(real, declared) == {}
    wider = replace(declared.clouds["gov-cloud"].networks[0], cidr="10.31.0.0/16")
    (found_wider,) = drifts(real, holding(declared, networks=(wider,))).values()
    (difference,) = found_wider.differences
    assert (difference.path, difference.actual) == ("cidrs", ("10.31.0.0/24",))


def test_a_port_that_holds_a_virtual_ip_is_its_users_and_a_leftover_is_nobodys(
    real: "RealCloud", later: Later
) -> None:
    people = real.people["hrss"]
    network = people.network.find_network("gov-net")
    held = people.network.create_port(network_id=network.id, name="vip")
    later(lambda: people.network.delete_port(held))
    assert {one.unmanaged for one in drifts(real).values()} == {UnmanagedClass.UNKNOWN_OWNER}

    address = held.fixed_ips[0]["ip_address"]
    server = next(people.compute.servers(name="hrss-应用-02"))
    (used,) = people.network.ports(device_id=server.id)
    people.network.update_port(used, allowed_address_pairs=[{"ip_address": address}])
    later(lambda: people.network.update_port(used, allowed_address_pairs=[]))
    assert drifts(real) == {}
    everything = reconcile(declare(real.estate), look(real, real.estate), today=date(2026, 11, 21))
    (owner,) = (one for one in everything if one.ref.owner == "hrss-app-02")
    assert len(owner.children) == 2


def test_what_a_stack_has_is_that_stacks_and_what_it_lost_is_an_orphan(
    real: "RealCloud", later: Later
) -> None:
    network = real.people["civil"].network
    made = network.create_security_group(
        name="收尾", description=f"omlib_urn={URN}:SecurityGroup::civil-old"
    )
    later(lambda: network.delete_security_group(made))
    lost = Stacks({}, frozenset({STACK}))
    (found,) = drifts(real, stacks=lost).values()
    assert found.unmanaged is UnmanagedClass.ORPHAN_OF_A_CRASH
    held = Stacks({("security_group", made.id): (STACK,)}, frozenset({STACK}))
    (found,) = drifts(real, stacks=held).values()
    assert (found.unmanaged, found.stacks) == (UnmanagedClass.KNOWN_OWNER, (STACK,))
    (found,) = drifts(real).values()
    assert found.unmanaged is UnmanagedClass.UNKNOWN_OWNER  # its stack lives elsewhere


def test_a_server_group_its_policy_and_its_members_are_seen(
    real: "RealCloud", later: Later
) -> None:
    people = real.people["civil"]
    made = people.compute.create_server_group(name="civil-apart", policy="anti-affinity")
    later(lambda: people.compute.delete_server_group(made))
    group = ServerGroup(
        id="apart", name="civil-apart", project="civil", policy="anti-affinity", bound_id=made.id
    )
    assert drifts(real, holding(real.estate, server_groups=(group,))) == {}
    other = holding(real.estate, server_groups=(replace(group, policy="affinity"),))
    (found,) = drifts(real, other).values()
    (difference,) = found.differences
    assert (difference.path, difference.actual) == ("policy", "anti-affinity")
    unbound = holding(real.estate, server_groups=(replace(group, bound_id=""),))
    assert sorted(one.status for one in drifts(real, unbound).values()) == [
        Status.MISSING,
        Status.UNMANAGED,
    ]  # a name is no identity


def test_a_key_pair_of_another_account_is_unknown_to_one_that_reads(
    real: "RealCloud", later: Later
) -> None:
    compute = real.people["hrss"].compute
    compute.create_keypair(name="ops", public_key=f"{KEY} ops")
    later(lambda: compute.delete_keypair("ops"))
    pair = KeyPair(id="ops", name="ops", project="hrss", public_key=KEY)
    (found,) = drifts(real, holding(real.estate, key_pairs=(pair,))).values()
    assert (found.status, found.reason) == (Status.UNKNOWN, UnknownReason.UNSUPPORTED)
    assert found.detail == "other_account: ops"


def test_metadata_and_flavor_are_compared_where_they_are_declared(
    real: "RealCloud", later: Later
) -> None:
    compute = real.people["hrss"].compute
    server = next(compute.servers(name="hrss-应用-03"))
    compute.set_server_metadata(server, bureau="人社", tier="web")
    later(lambda: compute.delete(f"/servers/{server.id}/metadata/tier"))
    later(lambda: compute.delete(f"/servers/{server.id}/metadata/bureau"))
    assert drifts(real) == {}

    def with_vm(**wanted: Any) -> Estate:
        vm: Vm = replace(real.estate.vms["hrss-app-03"], flavor="m1.tiny", **wanted)
        return replace(real.estate, vms={**real.estate.vms, vm.id: vm})

    assert drifts(real, with_vm(metadata={"tier": "web", "bureau": "人社"})) == {}
    (found,) = drifts(real, with_vm(metadata={"tier": "web"})).values()
    assert [one.path for one in found.differences] == ["metadata"]


def test_two_servers_on_the_one_host_of_the_lab_do_not_pass_row_24(real: "RealCloud") -> None:
    pay = System(
        id="pay",
        name="社保缴费",
        department="hrss-bureau",
        owner_business="王",
        owner_technical="李",
        function=(),
        zone="gov",
        mlps_level=3,
        lifecycle=Lifecycle(
            stage=Stage.OPERATIONAL, status=LifecycleStatus.IN_USE, since=date(2020, 1, 1)
        ),
        source=real.estate.vms["hrss-app-01"].source,
    )
    vms = {
        name: replace(vm, systems=("pay",)) if vm.project == "hrss" else vm
        for name, vm in real.estate.vms.items()
    }
    estate = replace(real.estate, systems={"pay": pay}, vms=vms)
    (found,) = run_checks(facts_of(estate, declare(estate), look(real, estate)))
    assert (found.answer, found.remediation) == (Answer.NO, "separate")
    assert [one.code for one in found.evidence] == ["runs_on"] * 3 + ["one_host"]
    two = {name: replace(vm, systems=("pay",)) for name, vm in vms.items() if name[-1] == "1"}
    across = replace(estate, vms=two)
    (found,) = run_checks(facts_of(across, declare(across), look(real, across)))
    assert (found.answer, found.reason) == (Answer.UNKNOWN, UnknownReason.UNSUPPORTED)


def test_nothing_of_the_look_needs_more_than_the_role_reader(real: "RealCloud") -> None:
    seen = look(real, real.estate)
    for project in ("hrss", "civil"):
        where = f"gov-cloud:RegionOne:{project}"
        whole = {
            scope.kind
            for scope, sight in seen.sights.items()
            if sight.complete
            if scope.where == where
        }
        assert whole >= {"network", "router", "server_group"}
        assert seen.sights[Scope(Plane.CLOUD, "router", where)].by == "omlib-ro"
