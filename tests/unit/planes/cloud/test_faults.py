"""The table of faults."""

import pickle
from collections import Counter

import pytest

from omlib.model.status import UnknownReason
from omlib.planes.cloud.faults import (
    FAULTS,
    CloudFaultError,
    Condition,
    fault_of,
    fault_of_status,
)


def test_every_condition_has_one_row_and_no_row_claims_anothers_signs() -> None:
    assert Counter(fault.condition for fault in FAULTS) == Counter(Condition)
    statuses = Counter(status for fault in FAULTS for status in fault.statuses)
    exceptions = Counter(name for fault in FAULTS for name in fault.exceptions)
    assert {*statuses.values(), *exceptions.values()} == {1}
    assert all(fault.what for fault in FAULTS)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, UnknownReason.DENIED),
        (403, UnknownReason.DENIED),
        (404, UnknownReason.UNSUPPORTED),
        (408, UnknownReason.UNREACHABLE),
        (418, UnknownReason.ERROR),
        (429, UnknownReason.ERROR),
        (503, UnknownReason.ERROR),
        (507, UnknownReason.ERROR),
    ],
)
def test_a_status_stands_for_a_reason(status: int, reason: UnknownReason) -> None:
    assert fault_of_status(status, "words").fault.reason is reason


def test_an_exception_nobody_thought_of_is_an_error_and_says_what_it_was() -> None:
    fault = fault_of(ZeroDivisionError("by zero"))
    assert (fault.condition, fault.detail) == (
        Condition.BAD_ANSWER,
        "ZeroDivisionError: by zero",
    )


def test_a_fault_survives_pickling() -> None:
    fault = CloudFaultError(condition=Condition.THROTTLED, detail="later", wait_s=2.0)
    again = pickle.loads(pickle.dumps(fault))
    assert (again.condition, again.detail, again.wait_s) == (Condition.THROTTLED, "later", 2.0)
