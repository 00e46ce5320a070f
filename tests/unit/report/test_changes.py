"""What changed between two comparisons, and what nobody can tell."""

from dataclasses import replace

from omlib.model.finding import Coverage, Difference, Finding
from omlib.model.item import Scope, Source
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status, UnknownReason
from omlib.report.changes import changes, gaps_of

PACKAGES = Scope(Plane.SERVER, "package", "oa-01")


def _finding(part: str, status: Status, **more: object) -> Finding:
    ref = make_ref(Plane.SERVER, "package", "oa-01", part)
    return replace(Finding(ref=ref, status=status, scope=PACKAGES), **more)  # type: ignore[arg-type]


GOOD = _finding("nginx", Status.IN_SYNC)
BAD = _finding(
    "nginx",
    Status.DIVERGED,
    differences=(Difference(path="version", declared="1.24", actual="1.22"),),
)
EXTRA = _finding("nc", Status.UNMANAGED)


def test_a_drift_that_was_not_there_before_is_new() -> None:
    assert changes([GOOD], [BAD, EXTRA]).new == (BAD, EXTRA)


def test_a_drift_that_is_in_sync_now_is_gone_and_told_as_it_was() -> None:
    seen = changes([BAD], [GOOD])
    assert (seen.gone, seen.new, seen.changed, seen.unchanged) == ((BAD,), (), (), 0)


def test_an_undeclared_thing_that_a_whole_listing_no_longer_holds_is_gone() -> None:
    assert changes([GOOD, EXTRA], [GOOD]).gone == (EXTRA,)


def test_an_undeclared_thing_is_not_gone_when_its_listing_broke_off() -> None:
    seen = changes([GOOD, EXTRA], [GOOD], gaps={PACKAGES})
    assert (seen.gone, seen.lost) == ((), (EXTRA,))


def test_a_drift_that_cannot_be_seen_any_more_has_changed_and_is_not_gone() -> None:
    unseen = _finding("nginx", Status.UNKNOWN, reason=UnknownReason.UNREACHABLE)
    seen = changes([BAD], [unseen])
    assert (seen.changed, seen.gone) == (((BAD, unseen),), ())


def test_another_value_is_a_change_and_another_line_or_saying_is_none() -> None:
    worse = replace(BAD, differences=(Difference(path="version", declared="1.24", actual="1.18"),))
    moved = replace(BAD, source=Source("servers.yml", 99), detail="today it said so")
    assert changes([BAD], [worse]).changed == ((BAD, worse),)
    assert changes([BAD], [moved]).unchanged == 1


def test_every_current_finding_is_counted_once_or_closed() -> None:
    now = [BAD, EXTRA, _finding("chrony", Status.IN_SYNC), _finding("cron", Status.IN_SYNC)]
    before = [GOOD, _finding("chrony", Status.MISSING)]
    seen = changes(before, now)
    closed = len([one for one in seen.gone if one.ref in {two.ref for two in now}])
    assert len(seen.new) + len(seen.changed) + seen.unchanged + closed == len(now)


def test_gaps_are_the_listings_that_coverage_could_not_read() -> None:
    gap = (PACKAGES, UnknownReason.DENIED, "publickey")
    row = Coverage(plane="server", scopes=2, complete=1, items=3, seen=1, gaps=(gap,))
    assert gaps_of([row]) == {PACKAGES}
