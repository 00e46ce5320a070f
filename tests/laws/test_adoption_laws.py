"""Laws of adoption: one to one, the same in any order, not moved by what does not concern it."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from omlib.model.item import Actual, Declared, Key, Scope, Value
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, make_ref
from omlib.reconcile.adoption import Standing, adopt

WHERE = "gov:RegionOne:hrss"
KINDS = ("server", "volume", "port")
AT = datetime(2026, 11, 21, tzinfo=UTC)
NAMES = st.sampled_from(["oa-01", "OA_01", "oa-02", "db.gov.local", "db", "", "app"])
SIZES = st.sampled_from([(2, 4096), (4, 8192)])
ADDRESSES = st.lists(st.integers(1, 6), max_size=2, unique=True).map(
    lambda hosts: tuple(f"198.18.4.{host}" for host in sorted(hosts))
)
PROJECTS = st.sampled_from([WHERE, WHERE, WHERE, "gov:RegionOne:edu"])


@st.composite
def books(draw: st.DrawFn) -> list[Declared]:
    items = []
    for number in range(draw(st.integers(1, 5))):
        vcpu, ram_mib = draw(SIZES)
        where, name = draw(PROJECTS), f"vm-{number}"
        wanted: dict[str, Value] = {"name": draw(NAMES) or name, "vcpu": vcpu, "ram_mib": ram_mib}
        items.append(
            Declared(
                ref=make_ref(Plane.CLOUD, "server", name),
                scope=Scope(Plane.CLOUD, "server", where),
                attributes={**wanted, "addresses": draw(ADDRESSES)},
                keys=_keys(draw, name, number),
            )
        )
        for size in draw(st.lists(st.sampled_from([50, 100]), max_size=2)):
            volume = f"{name}-{len(items)}"
            items.append(
                Declared(
                    ref=make_ref(Plane.CLOUD, "volume", volume),
                    scope=Scope(Plane.CLOUD, "volume", where),
                    attributes={"size_gib": size, "attached_to": (name,)},
                    keys=(Key("mark", volume),),
                )
            )
    return items


def _keys(draw: st.DrawFn, name: str, number: int) -> tuple[Key, ...]:
    bound = draw(st.integers(0, 9)) == 0
    return (Key("id", f"u{number}"), Key("mark", name)) if bound else (Key("mark", name),)


@st.composite
def clouds(draw: st.DrawFn) -> list[Actual]:
    things = []
    for number in range(draw(st.integers(0, 6))):
        vcpu, ram_mib = draw(SIZES)
        where, own_id = draw(PROJECTS), f"u{number}"
        marks = (
            [Key("mark", f"vm-{draw(st.integers(0, 4))}")] if draw(st.integers(0, 9)) == 0 else []
        )
        things.append(
            _live(own_id, where, draw(NAMES), vcpu, ram_mib, draw(ADDRESSES), tuple(marks))
        )
        for size in draw(st.lists(st.sampled_from([50, 100]), max_size=2)):
            things.append(
                Actual(
                    ref=make_ref(Plane.CLOUD, "volume", f"@{where}:v{len(things)}"),
                    scope=Scope(Plane.CLOUD, "volume", where),
                    attributes={"name": "", "size_gib": size, "attached_to": (f"@{own_id}",)},
                    keys=(Key("id", f"v{len(things)}"),),
                )
            )
    return things


def _live(
    own_id: str,
    where: str,
    name: str,
    vcpu: int,
    ram_mib: int,
    addresses: tuple[str, ...],
    marks: tuple[Key, ...] = (),
) -> Actual:
    return Actual(
        ref=make_ref(Plane.CLOUD, "server", f"@{where}:{own_id}"),
        scope=Scope(Plane.CLOUD, "server", where),
        attributes={"name": name, "vcpu": vcpu, "ram_mib": ram_mib, "addresses": addresses},
        keys=(Key("id", own_id), *marks),
        label=name,
    )


def whole(things: list[Actual]) -> Observation:
    sight = Sight(complete=True, reason=None, at=AT, by="law", via="law")
    places = (WHERE, "gov:RegionOne:edu")
    sights = {Scope(Plane.CLOUD, kind, where): sight for kind in KINDS for where in places}
    return Observation(sights=sights, actual=tuple(things))


@given(books(), clouds())
def test_no_live_thing_is_two_declared_items(items: list[Declared], things: list[Actual]) -> None:
    adoption = adopt(items, whole(things))
    taken = Counter(adoption.live_ids.values())
    assert all(count == 1 for count in taken.values())
    assert len(adoption.matches) == len(items)
    left = {thing.keys[0].value for thing in adoption.left}
    assert left.isdisjoint(taken)


@given(books(), clouds(), st.integers())
def test_the_order_of_both_sides_means_nothing(
    items: list[Declared], things: list[Actual], seed: int
) -> None:
    straight = adopt(items, whole(things))
    shuffler = random.Random(seed)
    shuffler.shuffle(items)
    shuffler.shuffle(things)
    assert adopt(items, whole(things)) == straight


@given(books(), clouds(), SIZES)
def test_an_unrelated_thing_changes_no_sure_match(
    items: list[Declared], things: list[Actual], size: tuple[int, int]
) -> None:
    before = adopt(items, whole(things)).live_ids
    stranger = _live("stranger", WHERE, "water-pump", *size, ("198.18.7.7",))
    assert adopt(items, whole([*things, stranger])).live_ids == before


@given(books(), clouds())
def test_a_perfect_twin_makes_a_scored_match_ambiguous(
    items: list[Declared], things: list[Actual]
) -> None:
    adoption = adopt(items, whole(things))
    for one in adoption.matches:
        if one.standing is not Standing.SURE or one.item.ref.kind != "server":
            continue
        (found,) = one.candidates
        if any(reason.evidence == "mark" for reason in found.reasons):
            continue
        original = next(thing for thing in things if thing.ref == found.live)
        twin = replace(
            original,
            ref=make_ref(Plane.CLOUD, "server", f"@{original.scope.where}:twin"),
            keys=(Key("id", "twin"),),
        )
        again = adopt(items, whole([*things, twin]))
        match = next(each for each in again.matches if each.item is one.item)
        assert match.standing is Standing.AMBIGUOUS
        assert {candidate.live_id for candidate in match.candidates} >= {found.live_id, "twin"}


@given(books(), clouds(), st.integers(0, 120))
def test_what_is_bound_or_marked_stays_at_any_bar(
    items: list[Declared], things: list[Actual], bar: int
) -> None:
    adoption = adopt(items, whole(things), min_score=bar)
    for one in adoption.matches:
        ids = [key.value for key in one.item.keys if key.space == "id"]
        if ids:
            assert one.live_id in ("", ids[0])
        elif one.live_id:
            seen = next(thing for thing in things if thing.ref == one.candidates[0].live)
            marks = {key.value for key in seen.keys if key.space == "mark"}
            assert not marks or one.item.ref.owner in marks
