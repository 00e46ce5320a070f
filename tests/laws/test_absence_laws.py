"""Absence needs positive evidence, and knowing less never says more."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from omlib.model.finding import Finding
from omlib.model.item import Scope
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Ref
from omlib.model.status import Status, UnknownReason
from omlib.testing.stores import START
from omlib.testing.strategies import Look, looks, reasons


def partial(reason: UnknownReason) -> Sight:
    return Sight(complete=False, reason=reason, at=START, by="law", via="memory", detail="cut")


def by_ref(findings: Sequence[Finding]) -> dict[Ref, Finding]:
    return {finding.ref: finding for finding in findings}


@given(looks())
def test_only_a_whole_listing_makes_an_item_missing_or_a_leftover_gone(look: Look) -> None:
    retired = {item.ref for item in look.declared if item.retired}
    for finding in look.findings():
        sight = look.observed.sights.get(finding.scope)
        gone = finding.ref in retired and finding.status is Status.IN_SYNC
        if finding.status is Status.MISSING or gone:
            assert sight is not None
            assert sight.complete


@given(looks(), st.data())
def test_a_scope_seen_less_well_turns_verdicts_into_unknown_and_into_nothing_else(
    look: Look, data: st.DataObject
) -> None:
    scopes = sorted(look.observed.sights)
    if not scopes:
        return
    dimmed: list[Scope] = data.draw(st.lists(st.sampled_from(scopes), min_size=1))
    sights = {scope: partial(data.draw(reasons)) for scope in dimmed}
    less = replace(
        look,
        observed=replace(look.observed, sights={**look.observed.sights, **sights}),
    )
    before, after = by_ref(look.findings()), by_ref(less.findings())
    assert before.keys() == after.keys()
    for ref, finding in after.items():
        if finding.status is not Status.UNKNOWN:
            assert finding == before[ref]


@given(looks(), st.data())
def test_things_lost_from_a_listing_that_broke_off_are_never_missing(
    look: Look, data: st.DataObject
) -> None:
    actual = look.observed.actual
    if not actual:
        return
    lost = data.draw(st.lists(st.sampled_from(range(len(actual))), min_size=1))
    cut = {actual[index].scope: partial(UnknownReason.INCOMPLETE) for index in lost}
    rest = tuple(thing for index, thing in enumerate(actual) if index not in lost)
    observed = Observation(sights={**look.observed.sights, **cut}, actual=rest)
    before = by_ref(look.findings())
    for finding in replace(look, observed=observed).findings():
        if finding.status is Status.MISSING:
            assert before[finding.ref].status is Status.MISSING


@given(looks())
def test_what_nobody_looked_at_is_unknown(look: Look) -> None:
    blind = replace(look, observed=Observation(sights={}, actual=()))
    for finding in blind.findings():
        assert finding.status is Status.UNKNOWN
        assert finding.reason is UnknownReason.NOT_CHECKED
