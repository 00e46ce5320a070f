"""Waiting for a cloud that may fail to answer now and then, and goes on with its work meanwhile."""

import time
from collections.abc import Callable
from typing import TypeVar

from omlib.planes.cloud.faults import CloudFaultError
from omlib.planes.cloud.provider.kind import Api

T = TypeVar("T")
_FAULTS_IN_A_ROW = 5  # each of which was tried again several times already


def until(
    api: Api, what: str, ask: Callable[[], T | None], limit_s: float, rest_s: float = 0.0
) -> T:
    """As `Api.until`. A change that was sent is not given up for a fault that passes.

    *rest_s*: after the first look so long none is worth its price.
    """
    faults = 0
    second = 0.0

    def patient() -> T | None:
        nonlocal faults, second
        if time.monotonic() < second:
            return None
        second = second or time.monotonic() + rest_s
        try:
            answer = ask()
        except CloudFaultError as fault:
            faults += 1
            if not fault.fault.retried or faults > _FAULTS_IN_A_ROW:
                raise
            return None
        faults = 0
        return answer

    return api.until(what, patient, limit_s)
