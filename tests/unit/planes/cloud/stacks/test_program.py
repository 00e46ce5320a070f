"""From the inventory to the resources of a stack."""

from collections.abc import Callable, Sequence
from typing import Any

from omlib.model.estate import Estate
from omlib.planes.cloud.provider.inputs import checked
from omlib.planes.cloud.provider.kinds import KINDS
from omlib.planes.cloud.stacks.carried import carried
from omlib.planes.cloud.stacks.names import token_of
from omlib.planes.cloud.stacks.order import needs_of
from omlib.planes.cloud.stacks.program import program, stacks_of, without_network
from omlib.planes.cloud.stacks.resource import Link, Resource, StackId

Build = Callable[..., Estate]
STACK = StackId("gov", "R", "人社")
PLACE = {"cloud": "gov", "region": "R", "project": "人社"}
NIC = {"network": "net", "address": "10.0.0.11"}
INNER = {
    "networks": [
        {"id": "net", "cidr": "10.0.0.0/24"},
        {"id": "own", "cidr": "10.1.0.0/24", "project": "人社", "gateway": "10.1.0.1"},
    ],
    "routers": [{"id": "r", "project": "人社", "external": "public", "networks": ["own"]}],
    "key_pairs": [{"id": "ops", "project": "人社", "public_key": "ssh-ed25519 AAAA"}],
    "server_groups": [{"id": "apart", "project": "人社", "policy": "anti-affinity"}],
}


def by_name(resources: Sequence[Resource]) -> dict[tuple[str, str], Resource]:
    return {(each.kind, each.name): each for each in resources}


def test_a_vm_is_a_server_with_its_ports_volumes_and_attachments(build: Build) -> None:
    vm = {
        "id": "oa-01",
        "image": "debian",
        "interfaces": [NIC, {"network": "net", "address": "10.0.0.12"}],
        "security_groups": ["web"],
        "volumes": [{"id": "data", "size_gib": 20}],
    }
    held = by_name(program(build([vm], groups={"web": ["ingress tcp 443 any"]}), STACK))
    assert list(held) == [
        ("security_group", "web"),
        ("port", "oa-01/net"),
        ("port", "oa-01/net/2"),
        ("volume", "data"),
        ("server", "oa-01"),
        ("volume_attachment", "oa-01/data"),
    ]
    assert held["port", "oa-01/net"].inputs == {
        **PLACE,
        "name": "oa-01/net",
        "network": "net",
        "addresses": ("10.0.0.11",),
        "security_groups": ("web",),
    }
    assert held["server", "oa-01"].inputs == {
        **PLACE,
        "name": "oa-01",
        "vcpu": 2,
        "ram_mib": 4096,
        "image": "debian",
        "ports": (Link("port", "oa-01/net"), Link("port", "oa-01/net/2")),
        "power": "on",
    }
    ends = held["volume_attachment", "oa-01/data"].inputs
    assert (ends["server"], ends["volume"]) == (Link("server", "oa-01"), Link("volume", "data"))


def test_what_the_inventory_leaves_open_is_in_no_input(build: Build) -> None:
    (server,) = program(
        build(
            [
                {"id": "a"},
            ]
        ),
        STACK,
    )
    assert set(server.inputs) == {*PLACE, "name", "vcpu", "ram_mib", "power"}
    (server,) = program(build([{"id": "a", "metadata": {}, "flavor": "c2"}]), STACK)
    assert (server.inputs["metadata"], server.inputs["flavor"]) == ({}, "c2")


def test_a_bound_thing_keeps_the_names_that_the_inventory_does_not_give(build: Build) -> None:
    vm = {"id": "a", "bound_id": "s1", "interfaces": [NIC]}
    volume = {"id": "v", "size_gib": 5, "bound_id": "v1"}
    held = by_name(program(build([{**vm, "volumes": [volume]}]), STACK))
    assert "name" not in held["port", "a/net"].inputs
    assert "name" not in held["volume", "v"].inputs
    assert held["server", "a"].bound == "s1"
    assert held["volume_attachment", "a/v"].bound == "s1/v1"


def test_a_projects_own_things_come_before_what_stands_on_them(build: Build) -> None:
    vm = {
        "id": "a",
        "interfaces": [{"network": "own", "address": "10.1.0.5"}],
        "key_pair": "ops",
        "server_group": "apart",
        "floating_ip": "172.31.0.9",
    }
    resources = program(build([vm], cloud=INNER), STACK)
    known = {each.link: each for each in resources}
    place = {each.link: at for at, each in enumerate(resources)}
    for each in resources:
        assert all(place[need] < place[each.link] for need in needs_of(each, known))
    held = by_name(resources)
    assert held["subnet", "own"].inputs["gateway"] == "10.1.0.1"
    assert held["router", "r"].inputs["networks"] == ("own",)
    assert Link("subnet", "own") in held["port", "a/own"].after
    assert Link("server_group", "apart") in held["server", "a"].after
    floating = held["floating_ip", "a"]
    assert floating.inputs["network"] == "public"
    assert (floating.inputs["port"], floating.inputs["fixed_address"]) == (
        Link("port", "a/own"),
        "10.1.0.5",
    )


def test_a_floating_ip_without_a_known_network_is_named_and_left_out(build: Build) -> None:
    estate = build([{"id": "a", "interfaces": [NIC], "floating_ip": "172.31.0.9"}])
    assert [str(ref) for ref in without_network(estate, STACK)] == ["cloud/floating_ip/a"]
    assert ("floating_ip", "a") not in by_name(program(estate, STACK))


def test_groups_that_let_each_other_in_do_not_wait_for_each_other(build: Build) -> None:
    rules = {"a": ["ingress tcp 22 group:b"], "b": ["ingress tcp 22 group:a"]}
    one_way = {"c": ["ingress tcp 22 group:a"]}
    held = by_name(program(build(groups={**rules, **one_way}), STACK))
    assert held["security_group", "a"].after == held["security_group", "b"].after == ()
    assert held["security_group", "c"].after == (Link("security_group", "a"),)


def test_a_stack_is_a_project_and_a_shard_of_it_with_the_shared_things_in_the_first(
    build: Build,
) -> None:
    estate = build([{"id": "a"}, {"id": "b", "shard": "二"}], groups={"web": []})
    first, second = stacks_of(estate)
    assert (first, second.shard) == (STACK, "二")
    assert list(by_name(program(estate, first))) == [("security_group", "web"), ("server", "a")]
    assert list(by_name(program(estate, second))) == [("server", "b")]


def test_a_stack_that_the_estate_no_longer_knows_has_nothing_declared(build: Build) -> None:
    estate = build([{"id": "a"}])
    assert program(estate, StackId("gov", "elsewhere", "人社")) == ()
    assert program(estate, StackId("other", "R", "人社")) == ()


def test_every_input_is_one_that_the_provider_takes(build: Build) -> None:
    vm = {
        "id": "a",
        "interfaces": [{"network": "own", "address": "10.1.0.5"}],
        "key_pair": "ops",
        "server_group": "apart",
        "floating_ip": "172.31.0.9",
        "image": "debian",
        "metadata": {"owner": "科"},
        "volumes": [{"id": "v", "size_gib": 5}],
    }
    groups = {"web": ["ingress tcp 443 any", "egress any any ::/0"]}
    resources = program(
        build([{**vm, "security_groups": ["web"]}], groups=groups, cloud=INNER), STACK
    )
    assert {each.kind for each in resources} == {kind.name for kind in KINDS.values()}
    for each in resources:
        _, wrong = checked(KINDS[token_of(each.kind)], resolved(each.inputs))
        assert wrong == [], each.kind


def resolved(inputs: Any) -> dict[str, Any]:
    def one(value: Any) -> Any:
        if isinstance(value, Link):
            return "0b1f"
        return tuple(map(one, value)) if isinstance(value, tuple) else value

    return {name: one(value) for name, value in inputs.items()}


class _Held:
    def __init__(self, kind: str, name: str, inputs: dict[str, Any]) -> None:
        self.kind, self.name, self.inputs = kind, name, inputs


def test_what_is_no_longer_declared_is_carried_as_the_state_has_it(build: Build) -> None:
    declared = program(build([{"id": "a"}]), STACK)
    state = [
        _Held("", "omlib-gov", {}),
        _Held("server", "a", {"vcpu": 2.0}),
        _Held("server", "b", {"vcpu": 8.0, "ports": ["p1"], "metadata": {"k": "v"}}),
    ]
    (kept,) = carried(state, declared)
    assert (kept.kind, kept.name, kept.carried) == ("server", "b", True)
    assert kept.inputs == {"vcpu": 8, "ports": ("p1",), "metadata": {"k": "v"}}
    assert len(carried(state, ())) == 2
