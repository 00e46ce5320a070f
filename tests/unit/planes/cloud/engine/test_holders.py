"""Which stack has a thing already: never by a guess about a state that cannot be read."""

from typing import Any

import pytest

from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.errors import StateDamagedError
from omlib.planes.cloud.engine.holders import Holders
from omlib.planes.cloud.stacks.names import urn_of

STACK = "gov-cloud.RegionOne.hrss"
SHARD, ELSEWHERE = f"{STACK}.b", "gov-cloud.RegionOne.health"


def test_another_stack_that_has_it_is_named(home: StateHome, write_state: Any) -> None:
    write_state(["oa-01"])
    urn = urn_of(SHARD, "server", "oa-01")
    assert Holders(home).of(SHARD, [urn]) == {urn: STACK}
    assert Holders(home).of(SHARD, [urn_of(SHARD, "server", "oa-02")]) == {}


def test_what_a_damaged_shard_may_have_is_not_made_in_the_next_one(
    home: StateHome, write_state: Any
) -> None:
    """A VM that moved from it would be made twice."""
    write_state(["oa-01"]).write_text("{", encoding="utf-8")
    holders = Holders(home)
    with pytest.raises(StateDamagedError):
        holders.of(SHARD, [urn_of(SHARD, "server", "oa-01")])
    assert holders.of(SHARD, []) == {}
    assert holders.of(ELSEWHERE, [urn_of(ELSEWHERE, "server", "h-01")]) == {}
    assert holders.of(STACK, [urn_of(STACK, "server", "oa-02")]) == {}  # told where it is run
