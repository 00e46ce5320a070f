from typing import Any

import pytest

from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.recovery import (
    Recovery,
    Refusal,
    Why,
    in_flight,
    plan_recovery,
    settle,
)
from omlib.planes.cloud.engine.state import read
from omlib.planes.cloud.provider.journal import CreateJournal
from omlib.planes.cloud.provider.place import Place
from omlib.planes.cloud.stacks.names import urn_of

STACK = "gov-cloud.RegionOne.hrss"
PLACE = Place("gov-cloud", "RegionOne", "hrss")
ONE, TWO, THREE = (urn_of(STACK, "server", name) for name in ("oa-01", "oa-02", "oa-03"))


@pytest.fixture
def journal(home: StateHome) -> CreateJournal:
    return CreateJournal(home.creates(STACK))


def test_nothing_is_in_flight_after_a_run_that_ended(
    home: StateHome, write_state: Any, journal: CreateJournal
) -> None:
    write_state(["oa-01"])
    journal.began(ONE, "server", PLACE, "oa-01")
    journal.made(ONE, "id-oa-01")
    journal.ended(ONE, "id-oa-01")
    state = read(home, STACK)
    assert plan_recovery(state, journal.entries(), {}) == Recovery()
    assert not plan_recovery(state, journal.entries(), {}).is_needed


def test_both_witnesses_are_heard(
    home: StateHome, write_state: Any, journal: CreateJournal
) -> None:
    write_state([], creating=["oa-01"])
    journal.began(TWO, "server", PLACE, "oa-02")
    assert in_flight(read(home, STACK), journal.entries()) == (ONE, TWO)


def test_a_creation_that_ended_counts_until_the_state_has_it(
    home: StateHome, write_state: Any, journal: CreateJournal
) -> None:
    write_state([])
    journal.began(ONE, "server", PLACE, "oa-01")
    journal.ended(ONE, "id-oa-01")
    assert in_flight(read(home, STACK), journal.entries()) == (ONE,)
    write_state(["oa-01"])
    assert in_flight(read(home, STACK), journal.entries()) == ()


def test_a_provider_that_was_just_starting_is_nothing_to_look_for(
    home: StateHome, write_state: Any
) -> None:
    path = write_state([], creating=["oa-01"])
    provider = f"urn:pulumi:{STACK}::omlib::pulumi:providers:omcloud::default"
    path.write_text(path.read_text(encoding="utf-8").replace(ONE, provider), encoding="utf-8")
    plan = plan_recovery(read(home, STACK), (), {})
    assert plan == Recovery(pending=(provider,))


def test_a_creation_that_the_cloud_refused_left_nothing(
    home: StateHome, write_state: Any, journal: CreateJournal
) -> None:
    write_state([])
    journal.began(ONE, "server", PLACE, "oa-01")
    journal.ended(ONE, "")
    assert in_flight(read(home, STACK), journal.entries()) == ()


def test_one_that_carries_the_mark_is_adopted_and_none_is_forgotten(
    home: StateHome, write_state: Any
) -> None:
    write_state([], creating=["oa-01", "oa-02"])
    plan = plan_recovery(read(home, STACK), (), {ONE: ("live-1",), TWO: ()})
    assert plan == Recovery(adopt={ONE: "live-1"}, forget=(TWO,), pending=(ONE, TWO))


def test_several_that_carry_the_mark_and_one_that_could_not_be_seen_are_refused(
    home: StateHome, write_state: Any
) -> None:
    write_state([], creating=["oa-01", "oa-02", "oa-03"])
    plan = plan_recovery(read(home, STACK), (), {ONE: ("b", "a"), TWO: None})
    assert plan.adopt == {}
    assert plan.forget == ()
    assert plan.refuse == (
        Refusal(urn=ONE, why=Why.SEVERAL, ids=("a", "b")),
        Refusal(urn=TWO, why=Why.UNSEEN),
        Refusal(urn=THREE, why=Why.UNSEEN),  # nobody looked for it
    )


def test_the_journal_is_closed_only_when_the_state_has_everything(
    home: StateHome, write_state: Any, journal: CreateJournal
) -> None:
    write_state([])
    journal.began(ONE, "server", PLACE, "oa-01")
    journal.made(ONE, "id-oa-01")
    assert not settle(home, STACK)
    assert journal.open_entries()
    write_state(["oa-01"])
    assert settle(home, STACK)
    assert journal.entries() == ()


def test_a_pending_update_is_settled_without_asking_the_cloud(
    home: StateHome, write_state: Any
) -> None:
    path = write_state(["oa-01"], creating=["oa-01"])
    path.write_text(path.read_text(encoding="utf-8").replace('"creating"', '"updating"'))
    plan = plan_recovery(read(home, STACK), (), {})
    assert plan == Recovery(pending=(ONE,))
    assert plan.is_needed
