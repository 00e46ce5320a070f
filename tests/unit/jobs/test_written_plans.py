"""Where a plan is written: a file is replaced whole, anything else stays what it is."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omlib.errors import RunFailedError
from omlib.jobs.change import read_plan, write_plan
from omlib.model.observation import Observation
from omlib.plan.build import build
from omlib.plan.plan import Plan


@pytest.fixture
def plan() -> Plan:
    return build(
        [],
        [],
        declared=[],
        observation=Observation(sights={}, actual=()),
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
        created_by="ops@here",
    )


def test_a_plan_that_is_there_is_replaced(tmp_path: Path, plan: Plan) -> None:
    path = tmp_path / "change.json"
    path.write_text("older", encoding="utf-8")
    write_plan(plan, path)
    assert read_plan(path) == plan
    assert [each.name for each in tmp_path.iterdir()] == ["change.json"]


def test_what_is_no_file_is_written_to_and_stays(tmp_path: Path, plan: Plan) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_plan(plan, pipe)
        assert os.read(reading, 1 << 16).startswith(b"{")
    finally:
        os.close(reading)
    assert pipe.is_fifo()


def test_a_folder_takes_no_plan_and_stays(tmp_path: Path, plan: Plan) -> None:
    with pytest.raises(RunFailedError):
        write_plan(plan, tmp_path)
    assert tmp_path.is_dir()
