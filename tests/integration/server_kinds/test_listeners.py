"""Listeners are only judged: by the probe, and by a role that mends nothing."""

import pytest

from omlib.model.estate import ServerState
from omlib.model.status import Status

from .agreement import agreed
from .conftest import Hosts

pytestmark = pytest.mark.lab


def test_who_listens_is_judged_alike(hosts: Hosts) -> None:
    state = ServerState(items={"listener": {"tcp/*:22": {"process": "sshd"}, "tcp/*:9": {}}})
    assert agreed(hosts, "srv1", state) == {
        "listener/tcp/*:22": Status.IN_SYNC,
        "listener/tcp/*:9": Status.MISSING,
    }
    other = ServerState(items={"listener": {"tcp/*:22": {"process": "nginx"}}})
    assert agreed(hosts, "srv1", other) == {"listener/tcp/*:22": Status.DIVERGED}
    told = hosts.apply("srv1", ServerState(items={"listener": {"tcp/*:22": {}}}))
    assert told == {"listener/tcp/*:22": "ok"}
