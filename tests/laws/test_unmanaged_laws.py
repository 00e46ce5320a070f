"""Stacks say whose an undeclared thing is, and never anything else."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from omlib.model.finding import Finding
from omlib.model.status import Status, UnmanagedClass
from omlib.reconcile.compare import reconcile
from omlib.reconcile.stacks import Stacks
from omlib.testing.strategies import TODAY, Look, looks

NAMES = ("gov.R.hrss", "gov.R.hrss.b", "gov.R.tax")


@st.composite
def stacks_of(draw: st.DrawFn, look: Look) -> Stacks:
    """Some hold what was seen, some what is long gone; not all of them were read."""
    ids = [
        (thing.ref.kind, key.value)
        for thing in look.observed.actual
        for key in thing.keys
        if key.space == "id"
    ]
    spots = st.sampled_from([*ids, ("server", "gone")])
    some = st.lists(st.sampled_from(NAMES), max_size=3, unique=True).map(tuple)
    holders: Mapping[tuple[str, str], tuple[str, ...]] = draw(st.dictionaries(spots, some))
    return Stacks(holders, draw(st.frozensets(st.sampled_from(NAMES))))


def told(look: Look, stacks: Stacks) -> list[Finding]:
    return reconcile(look.declared, look.observed, waivers=look.waivers, today=TODAY, stacks=stacks)


@given(looks(), st.data())
def test_stacks_never_change_a_verdict(look: Look, data: st.DataObject) -> None:
    before, after = look.findings(), told(look, data.draw(stacks_of(look)))
    assert [(f.ref, f.status, f.reason) for f in before] == [
        (f.ref, f.status, f.reason) for f in after
    ]
    for one, other in zip(before, after, strict=True):
        if one.ref.declared:
            assert one == other


@given(looks(), st.data())
def test_each_live_thing_has_exactly_one_class(look: Look, data: st.DataObject) -> None:
    findings = told(look, data.draw(stacks_of(look)))
    folded = {child for finding in findings for child in finding.children}
    for finding in findings:
        assert (finding.unmanaged is not None) == (finding.status is Status.UNMANAGED)
        assert finding.unmanaged is not UnmanagedClass.CHILD  # a child has no verdict of its own
        assert finding.ref not in folded


@given(looks(), st.data())
def test_one_more_stack_takes_no_owner_away(look: Look, data: st.DataObject) -> None:
    stacks = data.draw(stacks_of(look))
    extra = data.draw(stacks_of(look))
    both = {spot: stacks.holders.get(spot, ()) for spot in {*stacks.holders, *extra.holders}}
    more = Stacks(
        {spot: tuple(sorted({*held, *extra.holders.get(spot, ())})) for spot, held in both.items()},
        stacks.read | extra.read,
    )
    held = (UnmanagedClass.KNOWN_OWNER, UnmanagedClass.IN_TWO_STACKS)
    for before, after in zip(told(look, stacks), told(look, more), strict=True):
        assert set(before.stacks) <= set(after.stacks)
        if before.unmanaged is UnmanagedClass.IN_TWO_STACKS:
            assert after.unmanaged is UnmanagedClass.IN_TWO_STACKS
        if before.stacks and before.unmanaged:
            assert after.unmanaged in held
