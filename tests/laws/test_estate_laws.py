"""An estate never drifts from itself, and the order in which it is told never shows."""

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from omlib.model.item import Declared
from omlib.model.observation import Observation, merge
from omlib.model.ref import Plane
from omlib.model.status import Status
from omlib.reconcile.compare import reconcile
from omlib.testing.estates import make_declared, make_observation
from omlib.testing.fakes import FakePlane, world_of
from omlib.testing.strategies import TODAY, Look, declared_items, looks, unrivalled


def look_at(declared: list[Declared]) -> Observation:
    world = world_of(declared)
    planes = [FakePlane(plane, world, declared) for plane in Plane]
    return merge(*(plane.observe(target) for plane in planes for target in plane.targets()))


@given(declared_items())
def test_an_estate_never_drifts_from_itself(declared: list[Declared]) -> None:
    declared = unrivalled(declared)
    findings = reconcile(declared, look_at(declared), today=TODAY)
    assert {finding.status for finding in findings} <= {Status.IN_SYNC}
    assert len(findings) == len(declared)


@given(st.integers(0, 400), st.integers(0, 12), st.integers(0, 2**32))
def test_a_generated_estate_of_any_size_never_drifts_from_itself(
    n_items: int, n_attributes: int, seed: int
) -> None:
    declared = make_declared(n_items, n_attributes, seed)
    findings = reconcile(declared, make_observation(declared), today=TODAY)
    assert [finding.ref for finding in findings] == sorted(item.ref for item in declared)
    assert {finding.status for finding in findings} <= {Status.IN_SYNC}


@given(looks(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_told_never_shows(look: Look, dice: Random) -> None:
    declared, actual = list(look.declared), list(look.observed.actual)
    sights, waivers = list(look.observed.sights.items()), list(look.waivers)
    for told in (declared, actual, sights, waivers):
        dice.shuffle(told)
    shuffled = Look(
        declared=declared,
        observed=Observation(sights=dict(sights), actual=tuple(actual)),
        waivers=waivers,
    )
    assert shuffled.findings() == look.findings()


@given(looks())
def test_every_item_gets_exactly_one_finding(look: Look) -> None:
    """Declared: one each. Live and undeclared: one of its own, or a place in its maker's."""
    findings = look.findings()
    refs = [finding.ref for finding in findings]
    assert len(refs) == len(set(refs))
    assert {item.ref for item in look.declared} <= set(refs)
    folded = [child for finding in findings for child in finding.children]
    assert len(folded) == len(set(folded))
    assert not set(folded) & set(refs)
    matched = {(f.scope.plane, name) for f in findings for name in f.live.split(", ")}
    for thing in look.observed.actual:
        names = {(thing.scope.plane, key.value) for key in thing.keys if key.space == "id"}
        assert thing.ref in refs or thing.ref in folded or names & matched


@given(looks())
def test_a_reason_is_given_exactly_where_the_status_is_unknown(look: Look) -> None:
    for finding in look.findings():
        assert (finding.reason is not None) == (finding.status is Status.UNKNOWN)
        assert (finding.unmanaged is not None) == (finding.status is Status.UNMANAGED)


@given(looks(), st.integers(-2, 2))
def test_a_comparison_repeated_says_the_same(look: Look, days: int) -> None:
    today = TODAY + timedelta(days=days)
    assert look.findings(today) == look.findings(today)
