"""Whose an undeclared thing is, by the states of all stacks: each live thing has one class."""

from datetime import UTC, date, datetime

import pytest

from omlib.model.finding import Finding
from omlib.model.item import Actual, Declared, Key, Scope
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status, UnknownReason, UnmanagedClass
from omlib.reconcile.compare import reconcile
from omlib.reconcile.owners import Owner, Owners
from omlib.reconcile.stacks import Stacks

AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
WHERE = "gov-cloud:RegionOne:hrss"
WHOLE = Sight(complete=True, reason=None, at=AT, by="omlib-ro", via="nova")
PAY = "gov-cloud.RegionOne.hrss"
URN = f"urn:pulumi:{PAY}::omlib::omcloud:index:Server::pay-9"
OWNED = Owners(places={WHERE: Owner(("hrss-pay",), "hrss")})


def live(own_id: str, *keys: Key, kind: str = "server", parent: str = "") -> Actual:
    return Actual(
        ref=make_ref(Plane.CLOUD, kind, f"@{WHERE}:{own_id}"),
        scope=Scope(Plane.CLOUD, kind, WHERE),
        attributes={},
        keys=(Key("id", own_id), *keys),
        parent=Key("id", parent) if parent else None,
    )


def seen(*things: Actual, unseen: str = "") -> Observation:
    kinds = ("server", "port", "router", "server_group")
    sights = {Scope(Plane.CLOUD, kind, WHERE): WHOLE for kind in kinds}
    if unseen:
        sights[Scope(Plane.CLOUD, unseen, WHERE)] = Sight(
            complete=False, reason=UnknownReason.UNSUPPORTED, at=AT, by="omlib-ro", via="nova"
        )
    return Observation(sights=sights, actual=things)


def only(look: Observation, stacks: Stacks, owners: Owners = OWNED) -> Finding:
    (found,) = reconcile((), look, today=date(2026, 11, 21), owners=owners, stacks=stacks)
    return found


def test_what_a_stack_has_and_nobody_declares_any_more_is_of_that_stack() -> None:
    found = only(seen(live("u1")), Stacks({("server", "u1"): (PAY,)}, frozenset({PAY})), Owners())
    assert (found.status, found.unmanaged) == (Status.UNMANAGED, UnmanagedClass.KNOWN_OWNER)
    assert found.stacks == (PAY,)


def test_an_id_is_looked_up_within_its_kind() -> None:
    found = only(seen(live("u1")), Stacks({("volume", "u1"): (PAY,)}, frozenset({PAY})), Owners())
    assert (found.unmanaged, found.stacks) == (UnmanagedClass.UNKNOWN_OWNER, ())


def test_what_the_states_of_two_stacks_have_is_in_two_stacks() -> None:
    both = (PAY, f"{PAY}.b")
    found = only(seen(live("u1")), Stacks({("server", "u1"): both}, frozenset(both)))
    assert (found.unmanaged, found.stacks) == (UnmanagedClass.IN_TWO_STACKS, both)


def test_what_a_stack_made_and_does_not_know_is_an_orphan_of_a_crash() -> None:
    thing = seen(live("u1", Key("urn", URN)))
    assert only(thing, Stacks({}, frozenset({PAY}))).unmanaged is UnmanagedClass.ORPHAN_OF_A_CRASH
    held = Stacks({("server", "u1"): (PAY,)}, frozenset({PAY}))
    assert only(thing, held).unmanaged is UnmanagedClass.KNOWN_OWNER


@pytest.mark.parametrize("read", [frozenset(), frozenset({"gov-cloud.RegionOne.edu"})])
def test_of_a_stack_that_lives_elsewhere_nothing_is_called_an_orphan(read: frozenset[str]) -> None:
    found = only(seen(live("u1", Key("urn", URN))), Stacks({}, read))
    assert found.unmanaged is UnmanagedClass.KNOWN_OWNER  # it stands in a system's own project


def test_a_name_cut_to_a_digest_is_held_against_all_stacks_there_are() -> None:
    thing = seen(live("u1", Key("urn", "sha256:c3bff880bbb5")))
    assert only(thing, Stacks({}, frozenset({PAY}))).unmanaged is UnmanagedClass.ORPHAN_OF_A_CRASH
    assert only(thing, Stacks()).unmanaged is UnmanagedClass.KNOWN_OWNER


def test_a_declared_thing_stays_managed_whatever_stacks_hold_it() -> None:
    item = Declared(
        ref=make_ref(Plane.CLOUD, "server", "pay-9"),
        scope=Scope(Plane.CLOUD, "server", WHERE),
        keys=(Key("mark", "pay-9"),),
    )
    thing = seen(live("u1", Key("mark", "pay-9"), Key("urn", URN)))
    for held in ((), (PAY,), (PAY, "other")):
        stacks = Stacks({("server", "u1"): held}, frozenset({PAY}))
        (found,) = reconcile([item], thing, today=date(2026, 11, 21), stacks=stacks)
        assert (found.ref, found.status) == (item.ref, Status.IN_SYNC)


def test_a_virtual_ip_is_folded_under_the_server_whose_port_may_use_it() -> None:
    things = seen(
        live("s1"),
        live("p2", kind="port", parent="s1"),
        live("p9", kind="port", parent="p2"),
    )
    found = only(things, Stacks())
    assert found.ref.kind == "server"
    assert [ref.owner.rpartition(":")[2] for ref in found.children] == ["p2", "p9"]


def test_a_port_of_a_router_is_folded_under_it() -> None:
    found = only(seen(live("r1", kind="router"), live("p1", kind="port", parent="r1")), Stacks())
    assert (found.ref.kind, len(found.children)) == ("router", 1)


def test_a_leftover_port_is_unmanaged_also_where_the_cloud_has_no_server_groups() -> None:
    left = live("p1", kind="port")
    assert only(seen(left, unseen="server_group"), Stacks()).status is Status.UNMANAGED
    of_somebody = live("p1", kind="port", parent="s7")
    found = only(seen(of_somebody, unseen="server_group"), Stacks())
    assert found.status is Status.UNMANAGED  # no server group ever made a port
    blind = only(seen(of_somebody, unseen="server"), Stacks())
    assert (blind.status, blind.reason) == (Status.UNKNOWN, UnknownReason.UNSUPPORTED)
