"""What the fakes can do beyond the contract, so that tests may rely on it."""

import threading
from collections.abc import Sequence

import pytest

from omlib.model.action import Action
from omlib.model.finding import Finding
from omlib.model.item import Declared, Key, Scope
from omlib.model.observation import merge
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status, UnknownReason
from omlib.reconcile.compare import reconcile
from omlib.testing.fakes import Crash, FakeFaultError, FakePlane, MemoryLock, World, world_of
from omlib.testing.quiet import io_done_by
from omlib.testing.stores import START, FakeClock, HeldError
from omlib.testing.world import rendered

HOST = Scope(Plane.SERVER, "file", "oa-01")
CLOUD = Scope(Plane.CLOUD, "server", "gov-cloud:RegionOne:hrss")
FILES = [
    Declared(
        ref=make_ref(Plane.SERVER, "file", "oa-01", f"/etc/{name}"),
        scope=HOST,
        attributes={"mode": "0644"},
    )
    for name in ("a", "b", "c", "d", "e")
]
VM = Declared(
    ref=make_ref(Plane.CLOUD, "server", "oa-01"),
    scope=CLOUD,
    attributes={"vcpu": 4},
    keys=(Key("mark", "oa-01"),),
)
LEFTOVER = Declared(
    ref=make_ref(Plane.CLOUD, "server", "old-01"),
    scope=CLOUD,
    keys=(Key("mark", "old-01"),),
    retired=True,
)


def found(plane: FakePlane, declared: list[Declared]) -> list[Finding]:
    seen = merge(*(plane.observe(target) for target in plane.targets()))
    return reconcile(declared, seen, today=START.date())


def perform_all(plane: FakePlane, actions: Sequence[Action]) -> None:
    for action in actions:
        plane.perform(action)


def test_a_listing_that_broke_off_on_page_two_keeps_page_one_and_makes_the_rest_unknown() -> None:
    world = world_of(FILES)
    world.break_off(HOST, page=2, page_size=2)
    statuses = [one.status for one in found(FakePlane(Plane.SERVER, world, FILES), FILES)]
    assert statuses == [Status.IN_SYNC] * 2 + [Status.UNKNOWN] * 3


def test_a_hidden_attribute_and_a_thing_in_transition_are_unknown() -> None:
    world = world_of(FILES)
    world.hide(FILES[0].ref, "mode")
    world.begin_transition(FILES[1].ref)
    first, second, *rest = found(FakePlane(Plane.SERVER, world, FILES), FILES)
    assert first.reason is UnknownReason.DENIED
    assert second.reason is UnknownReason.IN_TRANSITION
    assert {one.status for one in rest} == {Status.IN_SYNC}


def test_who_looks_at_a_target_that_hangs_waits_until_it_is_mended() -> None:
    world = world_of(FILES)
    world.hang(HOST.where)
    plane = FakePlane(Plane.SERVER, world, FILES)
    looking = threading.Thread(target=plane.observe, args=plane.targets())
    looking.start()
    looking.join(0.05)
    assert looking.is_alive()
    world.mend(HOST.where)
    looking.join(5)
    assert not looking.is_alive()


def test_a_crash_comes_just_before_or_just_after_the_effect() -> None:
    for moment, done in enumerate([0, 1, 1, 2]):
        world = World()
        plane = FakePlane(Plane.SERVER, world, FILES[:2], scopes=[HOST])
        actions = plane.propose(found(plane, FILES[:2]))
        plane.crash_at = moment
        with pytest.raises(Crash):
            perform_all(plane, actions)
        assert len(world.things()) == len(plane.performed) == done


def test_creating_twice_makes_two_on_a_cloud_and_is_refused_on_a_host() -> None:
    cloud = FakePlane(Plane.CLOUD, World(), [VM])
    (create,) = cloud.propose(found(cloud, [VM]))
    cloud.perform(create)
    cloud.perform(create)
    assert len(cloud.world.things(CLOUD)) == len(cloud.performed) == 2
    host = FakePlane(Plane.SERVER, World(), FILES[:1])
    (write,) = host.propose(found(host, FILES[:1]))
    host.perform(write)
    with pytest.raises(FakeFaultError, match="already_done"):
        host.perform(write)


def test_what_a_retired_system_left_behind_is_deleted_once() -> None:
    world = World()
    for seed in ("#1", "#2"):
        world.put(rendered(LEFTOVER, seed=seed))
    plane = FakePlane(Plane.CLOUD, world, [LEFTOVER])
    actions = plane.propose(found(plane, [LEFTOVER]))
    assert [action.destructive for action in actions] == [True, True]
    for action in actions:
        plane.perform(action)
        assert plane.verify(action)
    assert world.things() == ()
    with pytest.raises(FakeFaultError, match="not_there"):
        plane.perform(actions[0])


def test_a_silent_place_cannot_be_changed() -> None:
    world = World()
    plane = FakePlane(Plane.SERVER, world, FILES[:1])
    (write,) = plane.propose(found(plane, FILES[:1]))
    world.silence(HOST.where)
    with pytest.raises(FakeFaultError, match="unreachable"):
        plane.perform(write)
    assert plane.performed == []


def test_a_lock_tells_who_holds_it_and_for_how_long() -> None:
    clock = FakeClock()
    lock = MemoryLock(clock)
    with lock.hold("hrss", "王工"):
        clock.advance(seconds=90)
        with pytest.raises(HeldError) as told, lock.hold("hrss", "李科"):
            pass
        assert told.value.facts == {"scope": "hrss", "holder": "王工", "age_s": 90}
    with lock.hold("hrss", "李科"):
        pass


def test_a_call_that_reaches_outside_the_process_is_noticed() -> None:
    import socket

    def knock() -> None:
        socket.socket().close()

    assert io_done_by(knock)
    assert io_done_by(lambda: sorted([2, 1])) == []
