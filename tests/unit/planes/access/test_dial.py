"""A connection that this machine itself cannot even try."""

import os
import resource

import pytest

from omlib.planes.access.dial import dial
from omlib.planes.access.faults import AccessError, Fault


def test_no_file_descriptor_left_is_our_own_fault_and_not_the_hosts() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(2)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, before[1]))
    try:
        with pytest.raises(AccessError) as caught:
            dial("127.0.0.1", 9, 1.0)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert caught.value.fault is Fault.LOCAL
