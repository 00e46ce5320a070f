"""The table of faults."""

import pickle
import socket
import threading
from collections import Counter

import pytest
from keystoneauth1.exceptions import ConnectFailure
from keystoneauth1.session import Session

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


def test_a_connection_that_was_refused_has_sent_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v2.0/networks"
        with pytest.raises(ConnectFailure) as told:
            Session().post(url, json={}, authenticated=False)
    fault = fault_of(told.value)
    assert (fault.condition, fault.unsent) == (Condition.NO_ANSWER, True)


def test_a_connection_that_ended_after_the_request_may_have_done_something() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=lambda: server.accept()[0].close(), daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v2.0/networks"
        with pytest.raises(ConnectFailure) as told:
            Session().post(url, json={}, authenticated=False)
    assert not fault_of(told.value).unsent


def test_the_same_fault_is_told_again_with_all_its_facts() -> None:
    fault = fault_of_status(503, "later", 2.0)
    assert fault.again().facts == fault.facts
    assert (fault.again().status, fault.again().wait_s) == (503, 2.0)
