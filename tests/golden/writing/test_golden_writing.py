"""Changes of inventory files in every style: each case a folder with before, edits and after."""

import json
from pathlib import Path

import pytest

from omlib.inventory.writeback import Append, Put, edited

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/edits.json"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_change_is_written_as_its_neighbours_are(case: Path) -> None:
    told = json.loads((case / "edits.json").read_text(encoding="utf-8"))
    edits = [
        Append(tuple(pointer), value) if verb == "append" else Put(tuple(pointer), value)
        for verb, pointer, value in told
    ]
    written = edited((case / "before.yml").read_bytes(), edits)
    assert written.decode() == (case / "after.yml").read_bytes().decode()
