"""Which live thing is which declared item: points with reasons, a clear lead, no guess."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from omlib.model.item import Actual, Declared, Key, Scope, Value
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, make_ref
from omlib.model.status import UnknownReason
from omlib.reconcile.adoption import Match, Standing, adopt
from omlib.reconcile.evidence import Against, Evidence

HRSS = "gov:RegionOne:hrss"
EDU = "gov:RegionOne:edu"
AT = datetime(2026, 11, 21, tzinfo=UTC)


def declared(
    own_id: str,
    kind: str = "server",
    where: str = HRSS,
    /,
    *,
    keys: Sequence[Key] = (),
    **wanted: Value,
) -> Declared:
    return Declared(
        ref=make_ref(Plane.CLOUD, kind, own_id),
        scope=Scope(Plane.CLOUD, kind, where),
        attributes=wanted,
        keys=(*keys, Key("mark", own_id)),
    )


def live(
    own_id: str,
    kind: str = "server",
    where: str = HRSS,
    /,
    *,
    keys: Sequence[Key] = (),
    **seen: Value,
) -> Actual:
    return Actual(
        ref=make_ref(Plane.CLOUD, kind, f"@{where}:{own_id}"),
        scope=Scope(Plane.CLOUD, kind, where),
        attributes=seen,
        keys=(Key("id", own_id), *keys),
        label=str(seen.get("name", "")),
    )


def seen(*things: Actual, cut: Sequence[Scope] = ()) -> Observation:
    kinds = ("server", "volume", "port", "floating_ip", "security_group", "network")
    scopes = [Scope(Plane.CLOUD, kind, where) for kind in kinds for where in (HRSS, EDU)]
    sights = {
        scope: Sight(
            complete=scope not in cut,
            reason=UnknownReason.INCOMPLETE if scope in cut else None,
            at=AT,
            by="test",
            via="test",
        )
        for scope in scopes
    }
    return Observation(sights=sights, actual=things)


def only(items: Sequence[Declared], observed: Observation) -> Match:
    matches = adopt(items, observed).matches
    return next(one for one in matches if one.item is items[0])


OA = declared("oa-01", vcpu=4, ram_mib=8192, addresses=("198.18.4.21",))
OA_LIVE = live("u1", name="人社OA主机", vcpu=4, ram_mib=8192, addresses=("198.18.4.21",))


def test_a_server_of_another_name_is_known_by_its_address_and_size() -> None:
    found = only([OA], seen(OA_LIVE))
    assert found.standing is Standing.SURE
    assert found.live_id == "u1"
    assert [(r.evidence, r.points, r.value) for r in found.candidates[0].reasons] == [
        (Evidence.ADDRESSES, 50, "198.18.4.21"),
        (Evidence.SIZE, 10, "4/8192"),
    ]
    assert found.candidates[0].score == 60


def test_an_address_alone_stays_below_the_bar_and_is_told() -> None:
    small = replace(OA_LIVE, attributes={**OA_LIVE.attributes, "vcpu": 2})
    found = only([OA], seen(small))
    assert found.standing is Standing.WEAK
    assert found.candidates[0].score == 50
    lowered = adopt([OA], seen(small), min_score=50).matches[0]
    assert lowered.standing is Standing.SURE


def test_two_servers_that_are_alike_are_both_told_and_none_is_taken() -> None:
    twin = replace(OA_LIVE, ref=make_ref(Plane.CLOUD, "server", f"@{HRSS}:u2"))
    twin = replace(twin, keys=(Key("id", "u2"),))
    found = only([OA], seen(OA_LIVE, twin))
    assert found.standing is Standing.AMBIGUOUS
    assert [one.live_id for one in found.candidates] == ["u1", "u2"]
    assert found.live_id == ""


def test_a_mac_that_is_known_decides_between_twins() -> None:
    with_mac = replace(OA, keys=(*OA.keys, Key("mac", "FA-16-3E-00-00-01")))
    twin = live("u2", name="oa-01", vcpu=4, ram_mib=8192, addresses=("198.18.4.21",))
    port = replace(
        live("p1", "port", keys=[Key("mac", "fa:16:3e:00:00:01")]), parent=Key("id", "u1")
    )
    found = only([with_mac], seen(OA_LIVE, twin, port))
    assert (found.standing, found.live_id) == (Standing.SURE, "u1")


def test_the_same_estate_in_another_project_is_no_rival() -> None:
    test_twin = replace(live("u9", "server", EDU), attributes=OA_LIVE.attributes)
    assert only([OA], seen(OA_LIVE, test_twin)).live_id == "u1"
    alone = only([OA], seen(test_twin))
    assert alone.standing is Standing.BLOCKED
    assert alone.candidates[0].against == (Against.OTHER_PROJECT,)


def test_a_name_does_not_outweigh_an_address_that_another_thing_holds() -> None:
    named = live("u1", name="oa-01", vcpu=4, ram_mib=8192, addresses=("198.18.4.99",))
    holder = live("u2", name="x", vcpu=4, ram_mib=8192, addresses=("198.18.4.21",))
    found = only([OA], seen(named, holder))
    assert (found.standing, found.live_id) == (Standing.SURE, "u2")
    without = only([OA], seen(named))
    assert without.standing is Standing.BLOCKED
    assert without.candidates[0].against == (Against.OTHER_ADDRESSES,)


def test_a_thing_with_the_address_of_another_item_is_not_taken_for_its_name() -> None:
    other = declared("oa-02", vcpu=2, ram_mib=4096, addresses=("198.18.4.22",))
    bare = declared("oa-01", vcpu=2, ram_mib=4096)
    thing = live("u1", name="oa-01", vcpu=2, ram_mib=4096, addresses=("198.18.4.22",))
    matches = {one.item.ref.owner: one for one in adopt([bare, other], seen(thing)).matches}
    assert matches["oa-02"].live_id == "u1"
    assert matches["oa-01"].standing is Standing.ABSENT


def test_nothing_is_chosen_from_a_listing_that_was_cut() -> None:
    cut = [Scope(Plane.CLOUD, "server", HRSS)]
    found = only([OA], seen(OA_LIVE, cut=cut))
    assert found.standing is Standing.UNSEEN
    assert found.reason is UnknownReason.INCOMPLETE


def test_a_server_that_is_being_resized_waits() -> None:
    found = only([OA], seen(replace(OA_LIVE, in_transition=True)))
    assert (found.standing, found.reason) == (Standing.UNSEEN, UnknownReason.IN_TRANSITION)
    assert found.live_id == ""


def test_what_is_bound_or_marked_stays_whatever_else_is_alike() -> None:
    bound = replace(OA, keys=(Key("id", "u7"), *OA.keys))
    other = live("u7", name="else")
    assert only([bound], seen(OA_LIVE, other)).live_id == "u7"
    assert only([bound], seen(OA_LIVE)).standing is Standing.ABSENT
    marked = live("u8", name="else", keys=[Key("mark", "oa-01")])
    found = only([OA], seen(OA_LIVE, marked))
    assert (found.live_id, found.candidates[0].reasons[0].evidence) == ("u8", Evidence.MARK)
    of_another = replace(OA_LIVE, keys=(*OA_LIVE.keys, Key("mark", "oa-99")))
    assert only([OA], seen(of_another)).candidates[0].against == (Against.MARKED_FOR_ANOTHER,)


def test_volumes_are_known_by_the_server_they_hang_on_and_their_size() -> None:
    books = [
        declared("oa-data", "volume", size_gib=100, attached_to=("oa-01",)),
        declared("oa-arch", "volume", size_gib=50, attached_to=("oa-01",)),
        OA,
    ]
    things = (
        OA_LIVE,
        live("v1", "volume", name="", size_gib=50, attached_to=("@u1",)),
        live("v2", "volume", name="", size_gib=100, attached_to=("@u1",)),
        live("v3", "volume", name="", size_gib=100, attached_to=("@u5",)),
    )
    found = {one.item.ref.owner: one.live_id for one in adopt(books, seen(*things)).matches}
    assert found == {"oa-01": "u1", "oa-data": "v2", "oa-arch": "v1"}
    assert [thing.keys[0].value for thing in adopt(books, seen(*things)).left] == ["v3"]


def test_two_volumes_of_one_size_on_one_server_are_left_to_a_person() -> None:
    books = [
        declared("a", "volume", size_gib=100, attached_to=("oa-01",)),
        declared("b", "volume", size_gib=100, attached_to=("oa-01",)),
        OA,
    ]
    things = (
        OA_LIVE,
        live("v1", "volume", name="", size_gib=100, attached_to=("@u1",)),
        live("v2", "volume", name="", size_gib=100, attached_to=("@u1",)),
    )
    standings = {one.item.ref.owner: one.standing for one in adopt(books, seen(*things)).matches}
    assert standings["a"] is standings["b"] is Standing.AMBIGUOUS


def test_a_volume_on_another_items_server_is_not_taken_for_its_name() -> None:
    books = [
        declared("oa-data", "volume", size_gib=100, attached_to=("oa-01",)),
        OA,
        declared("db-01", vcpu=8, ram_mib=16384, addresses=("198.18.4.30",)),
    ]
    db = live("u2", name="db", vcpu=8, ram_mib=16384, addresses=("198.18.4.30",))
    volume = live("v1", "volume", name="oa-data", size_gib=100, attached_to=("@u2",))
    found = only(books, seen(OA_LIVE, db, volume))
    assert found.standing is Standing.BLOCKED
    assert found.candidates[0].against == (Against.ATTACHED_ELSEWHERE,)


def test_groups_of_one_name_are_told_apart_by_their_rules() -> None:
    web = declared("hrss-web", "security_group", name="web", rules=("ingress tcp 443 0.0.0.0/0",))
    right = live("g1", "security_group", name="web", rules=("ingress tcp 443 0.0.0.0/0",))
    wrong = live("g2", "security_group", name="web", rules=("ingress tcp 22 0.0.0.0/0",))
    assert only([web], seen(right, wrong)).live_id == "g1"
    assert only([web], seen(wrong)).live_id == "g2"
    wrong_too = replace(wrong, ref=make_ref(Plane.CLOUD, "security_group", f"@{HRSS}:g3"))
    assert only([web], seen(wrong, wrong_too)).standing is Standing.AMBIGUOUS


def test_what_is_settled_is_no_longer_in_the_way_of_the_rest() -> None:
    first = declared("a-01", name="app", vcpu=2, ram_mib=4096, addresses=("198.18.4.1",))
    second = declared("a-02", name="app", vcpu=2, ram_mib=4096, image="debian")
    one = live("u1", name="app", vcpu=2, ram_mib=4096, addresses=("198.18.4.1",), image="debian")
    two = live("u2", name="app", vcpu=2, ram_mib=4096, addresses=("198.18.4.9",), image="debian")
    found = adopt([first, second], seen(one, two), min_score=45).live_ids
    assert {ref.owner: own_id for ref, own_id in found.items()} == {"a-01": "u1", "a-02": "u2"}
