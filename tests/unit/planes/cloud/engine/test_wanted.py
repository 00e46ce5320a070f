from datetime import UTC, datetime, timedelta

from omlib.planes.cloud.engine.search import Wanted, wanted
from omlib.planes.cloud.engine.state import Pending, StackState, StateResource
from omlib.planes.cloud.provider.journal import Entry
from omlib.planes.cloud.provider.place import Place
from omlib.planes.cloud.stacks.names import urn_of

STACK = "gov.RegionOne.hrss"
PLACE = Place("gov", "RegionOne", "hrss")
AT = datetime(2026, 11, 1, 8, tzinfo=UTC)


def resource(kind: str, item: str, live_id: str = "", **inputs: str) -> StateResource:
    return StateResource(
        urn=urn_of(STACK, kind, item),
        id=live_id,
        kind=kind,
        name=item,
        inputs={**PLACE.named, **inputs},
        outputs={},
        protect=True,
        retain=True,
    )


def state(*there: StateResource, creating: tuple[StateResource, ...] = ()) -> StackState:
    pending = tuple(Pending(doing="creating", resource=each) for each in creating)
    return StackState(stack=STACK, exists=True, resources=there, pending=pending)


def entry(kind: str, name: str, live_name: str, live_id: str = "") -> Entry:
    urn = urn_of(STACK, kind, name)
    at = AT.isoformat()
    return Entry(urn=urn, kind=kind, place=PLACE, name=live_name, at=at, live_id=live_id)


def one(from_state: StackState, *entries: Entry, kind: str, name: str) -> Wanted:
    (found,) = wanted(from_state, entries, [urn_of(STACK, kind, name)])
    return found


def test_the_journal_tells_the_name_the_place_and_the_id_of_what_to_look_for() -> None:
    told = entry("server", "oa-01", "门户-01", "live-1")
    assert one(state(), told, kind="server", name="oa-01") == Wanted(
        urn=told.urn, kind="server", place=PLACE, name="门户-01", live_id="live-1", at=AT
    )


def test_without_a_journal_the_pending_operation_tells_what_it_was_asked_for() -> None:
    pending = resource("server", "oa-01", name="门户-01")
    assert one(state(creating=(pending,)), kind="server", name="oa-01") == Wanted(
        urn=pending.urn, kind="server", place=PLACE, name="门户-01"
    )


def test_an_attachment_is_known_by_the_two_that_it_joins() -> None:
    there = (resource("server", "oa-01", "s-1"), resource("volume", "oa-01-data", "v-1"))
    name = "oa-01/oa-01-data"
    told = entry("volume_attachment", name, "")
    assert one(state(*there), told, kind="volume_attachment", name=name).live_id == "s-1/v-1"
    pending = resource("volume_attachment", name, server="s-2", volume="v-2")
    found = one(state(creating=(pending,)), kind="volume_attachment", name=name)
    assert found.live_id == "s-2/v-2"


def test_what_began_long_ago_is_not_waited_for() -> None:
    now = datetime.now(UTC)
    urn = urn_of(STACK, "server", "oa-01")

    def grace_s(at: datetime | None) -> float:
        return Wanted(urn=urn, kind="server", place=PLACE, name="", at=at).grace_s(30.0)

    assert grace_s(now - timedelta(hours=1)) == 0.0
    assert grace_s(now - timedelta(seconds=5)) == 30.0
    assert grace_s(now + timedelta(hours=1)) == 30.0  # a clock that is wrong
    assert grace_s(None) == 30.0
