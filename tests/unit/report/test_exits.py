import pytest

from omlib.model.finding import Coverage, Finding
from omlib.model.item import Scope
from omlib.model.ref import Plane, make_ref
from omlib.model.status import DRIFT, Status, UnknownReason, UnmanagedClass
from omlib.report.exits import exit_code

SCOPE = Scope(Plane.CLOUD, "server", "gov-cloud:RegionOne:hrss")


def _finding(status: Status, *, unseen: bool = False) -> Finding:
    return Finding(
        ref=make_ref(Plane.CLOUD, "server", "oa-01"),
        status=status,
        scope=SCOPE,
        reason=UnknownReason.DENIED if status is Status.UNKNOWN else None,
        unmanaged=UnmanagedClass.UNKNOWN_OWNER if status is Status.UNMANAGED else None,
        unseen={"power": UnknownReason.DENIED} if unseen else {},
    )


def _coverage(*, gap: bool) -> Coverage:
    gaps = ((SCOPE, UnknownReason.DENIED, "403"),) if gap else ()
    return Coverage(plane="cloud", scopes=1, complete=0 if gap else 1, items=0, seen=0, gaps=gaps)


def test_nothing_to_tell_is_zero() -> None:
    assert exit_code([_finding(Status.IN_SYNC)], [_coverage(gap=False)]) == 0


@pytest.mark.parametrize("status", sorted(DRIFT))
def test_any_drift_is_two(status: Status) -> None:
    assert exit_code([_finding(Status.IN_SYNC), _finding(status)]) == 2


def test_a_waived_drift_is_no_drift() -> None:
    assert exit_code([_finding(Status.WAIVED)]) == 0


def test_something_unknown_is_four_and_adds_to_drift() -> None:
    assert exit_code([_finding(Status.UNKNOWN)]) == 4
    assert exit_code([_finding(Status.UNKNOWN), _finding(Status.MISSING)]) == 6


def test_an_attribute_that_could_not_be_read_is_incomplete_too() -> None:
    assert exit_code([_finding(Status.DIVERGED, unseen=True)]) == 6


def test_a_gap_in_a_listing_is_incomplete_even_with_nothing_declared_in_it() -> None:
    assert exit_code([], [_coverage(gap=True)]) == 4


def test_fail_on_narrows_which_drifts_count() -> None:
    found = [_finding(Status.UNMANAGED), _finding(Status.UNKNOWN)]
    assert exit_code(found, fail_on={Status.MISSING}) == 4
    assert exit_code(found, fail_on={Status.UNMANAGED}) == 6


@pytest.mark.parametrize("status", [Status.WAIVED, Status.IN_SYNC, Status.UNKNOWN])
def test_fail_on_makes_no_drift_of_what_is_none(status: Status) -> None:
    assert not exit_code([_finding(status)], fail_on={status}) & 2


def test_a_refusal_adds_eight() -> None:
    assert exit_code([_finding(Status.MISSING), _finding(Status.UNKNOWN)], refused=True) == 14
    assert exit_code([], refused=True) == 8
