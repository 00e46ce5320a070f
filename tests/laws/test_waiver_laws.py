"""A waiver covers one path and one value until one day, and nothing else."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from hypothesis import given

from omlib.model.finding import Resurfaced
from omlib.model.item import Value
from omlib.model.kind import kind_of
from omlib.model.status import Status
from omlib.model.waiver import Waiver
from omlib.testing.strategies import TODAY, Look, looks, values


@given(looks())
def test_what_is_accepted_is_waived_and_comes_back_when_the_waiver_expires(look: Look) -> None:
    from_now = [replace(waiver, until=TODAY) for waiver in look.waivers]
    look = replace(look, waivers=from_now)
    today = {finding.ref: finding for finding in look.findings(TODAY)}
    tomorrow = {finding.ref: finding for finding in look.findings(TODAY + timedelta(days=1))}
    unwaived = {finding.ref: finding for finding in replace(look, waivers=()).findings()}
    for ref, finding in today.items():
        for was, now in zip(finding.differences, tomorrow[ref].differences, strict=True):
            assert not now.waived_by
            if was.waived_by:
                assert now.resurfaced is not None
        assert tomorrow[ref].status is unwaived[ref].status


@given(looks())
def test_an_item_is_waived_exactly_when_all_its_differing_paths_are(look: Look) -> None:
    for finding in look.findings():
        open_paths = [one for one in finding.differences if not one.waived_by]
        if finding.status is Status.WAIVED:
            assert finding.differences
            assert not open_paths
        if finding.status.is_drift:
            assert open_paths


@given(looks())
def test_a_waiver_never_touches_what_is_unknown(look: Look) -> None:
    bare = {finding.ref: finding for finding in replace(look, waivers=()).findings()}
    for finding in look.findings():
        if bare[finding.ref].status in (Status.UNKNOWN, Status.IN_SYNC):
            assert finding == bare[finding.ref]


@given(looks(), values)
def test_a_value_other_than_the_accepted_resurfaces(look: Look, other: Value) -> None:
    for finding in look.findings():
        for spot in finding.differences:
            normal = partial(kind_of(finding.ref).normal, spot.path)
            if normal(other) == normal(spot.actual):
                continue
            waiver = Waiver(
                ref=finding.ref,
                path=spot.path,
                accepts=other,
                reason="accepted something else",
                owner="王工",
                ticket="T-9",
                until=TODAY,
            )
            again = replace(look, waivers=[waiver]).findings()
            told = next(
                difference
                for found in again
                if found.ref == finding.ref
                for difference in found.differences
                if difference.path == spot.path
            )
            assert (told.waived_by, told.resurfaced) == ("", Resurfaced.VALUE_CHANGED)
