"""How often a preview reads the stacks' states: not all of them again for each stack.

A state of 200 servers takes 5 ms of CPU; read by each of 50 stacks, 50 of them would take 12 s.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omlib.model.stack import Op, StackRun
from omlib.planes.cloud.engine import runs
from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.stacks.program import stacks_of

if TYPE_CHECKING:
    from tests.integration.cloud_engine.conftest import Town

SHARDS = ("a", "b", "c")


@contextmanager
def opens_in(folder: Path) -> Iterator[Counter[str]]:
    """How often this process opens each state in *folder*, by Python's own audit events."""
    counted: Counter[str] = Counter()
    counting = True

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if counting and event == "open" and isinstance(args[0], str | Path):
            path = Path(args[0])
            if path.parent == folder and path.suffix == ".json":
                counted[path.stem] += 1

    sys.addaudithook(watch)  # there is no way to take it off again
    try:
        yield counted
    finally:
        counting = False


def previewed(town: "Town") -> tuple[StackRun, list[int]]:
    setting = town.setting()
    with opens_in(StateHome(town.root).stack_file("any").parent) as opened:
        run = runs.preview(setting, stacks_of(setting.estate))
    assert [result.fault for result in run.results] == [""] * len(SHARDS)
    return run, [opened[result.stack] for result in run.results]


def test_a_preview_reads_each_state_once_and_all_of_them_once_more_to_make_something(
    town: "Town",
) -> None:
    for number, shard in enumerate(SHARDS):
        town.vm(f"oa-{shard}", 11 + number, shard=shard)
    setting = town.setting()
    runs.up(setting, stacks_of(setting.estate))

    run, reads = previewed(town)
    assert {step.op for result in run.results for step in result.steps} == {Op.SAME}
    assert reads == [1, 1, 1]

    for number, shard in enumerate(SHARDS):
        town.vm(f"new-{shard}", 21 + number, shard=shard)
    run, reads = previewed(town)
    made = {step.op for result in run.results for step in result.steps}
    assert made == {Op.SAME, Op.CREATE}
    assert reads == [2, 2, 2]
