import json
from pathlib import Path
from typing import Any

import pytest

from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.errors import StateDamagedError
from omlib.planes.cloud.engine.state import COPIES, copy_before, newest_copy, read
from omlib.planes.cloud.stacks.names import urn_of

STACK = "gov-cloud.RegionOne.hrss"


def test_a_stack_before_its_first_change_is_empty(home: StateHome) -> None:
    state = read(home, STACK)
    assert (state.exists, state.resources, state.pending) == (False, (), ())
    assert copy_before(home, STACK) is None


def test_a_state_tells_its_resources_and_what_was_in_flight(
    home: StateHome, write_state: Any
) -> None:
    write_state(["oa-01"], creating=["oa-02"])
    state = read(home, STACK)
    (one,) = state.resources
    assert (one.kind, one.name, one.id, one.protect, one.retain) == (
        "server",
        "oa-01",
        "id-oa-01",
        True,
        True,
    )
    assert one.inputs["ports"] == ("p1", "p2")
    assert one.outputs["status"] == "ACTIVE"
    assert list(state.creating) == [urn_of(STACK, "server", "oa-02")]


def test_the_stack_and_its_provider_are_not_among_the_resources(
    home: StateHome, write_state: Any
) -> None:
    path = write_state(["oa-01"])
    told = json.loads(path.read_text(encoding="utf-8"))
    root = {"urn": f"urn:pulumi:{STACK}::omlib::pulumi:pulumi:Stack::omlib-{STACK}"}
    provider = {"urn": f"urn:pulumi:{STACK}::omlib::pulumi:providers:omcloud::default", "id": "x"}
    told["checkpoint"]["latest"]["resources"][:0] = [root, provider]
    path.write_text(json.dumps(told), encoding="utf-8")
    assert [each.name for each in read(home, STACK).resources] == ["oa-01"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"checkpoint": null}', '{"version": 3}'])
def test_a_damaged_state_is_an_error_that_names_the_copy_and_touches_nothing(
    text: str, home: StateHome, write_state: Any
) -> None:
    path = write_state(["oa-01"])
    copy = copy_before(home, STACK)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StateDamagedError) as fault:
        read(home, STACK)
    assert fault.value.facts["path"] == str(path)
    assert fault.value.facts["copy"] == str(copy)
    assert path.read_text(encoding="utf-8") == text


def test_a_state_that_is_gone_is_no_new_stack_once_it_was_changed(
    home: StateHome, write_state: Any
) -> None:
    path = write_state(["oa-01"])
    copy_before(home, STACK)
    path.unlink()
    with pytest.raises(StateDamagedError):
        read(home, STACK)


def test_a_copy_is_made_before_each_change_and_the_oldest_go(
    home: StateHome, write_state: Any
) -> None:
    for turn in range(COPIES + 5):
        write_state([f"oa-{turn:02}"])
        copy_before(home, STACK)
    names = sorted(home.copies(STACK).iterdir())
    assert len(names) == COPIES
    assert "oa-34" in names[-1].read_text(encoding="utf-8")
    assert "oa-05" in names[0].read_text(encoding="utf-8")


def test_what_pulumi_keeps_of_each_run_is_bounded_too(home: StateHome, write_state: Any) -> None:
    write_state(["oa-01"])
    history = home.backend / "history" / "omlib" / STACK
    history.mkdir(parents=True)
    for turn in range(COPIES + 2):
        for part in ("checkpoint", "history"):
            for end in ("json", "json.attrs"):
                (history / f"{STACK}-{turn:03}.{part}.{end}").touch()
    copy_before(home, STACK)
    left = sorted(history.iterdir())
    assert len(left) == 4 * COPIES
    assert left[0].name == f"{STACK}-002.checkpoint.json"


def test_a_state_that_did_not_change_is_not_copied_twice(home: StateHome, write_state: Any) -> None:
    write_state(["oa-01"])
    assert copy_before(home, STACK) == copy_before(home, STACK) == newest_copy(home, STACK)
    assert len(list(home.copies(STACK).iterdir())) == 1


def test_a_copy_that_cannot_be_made_stops_the_change(home: StateHome, write_state: Any) -> None:
    write_state(["oa-01"])
    blocked = home.copies(STACK)
    blocked.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(OSError, match=Path(blocked).name):
        copy_before(home, STACK)


def test_a_copy_is_the_newest_also_after_the_clock_went_back(
    home: StateHome, write_state: Any
) -> None:
    write_state(["oa-01"])
    first = copy_before(home, STACK)
    assert first
    for turn in range(COPIES):
        first.with_name(f"20991231T235959.{turn:06}Z.json").write_text("{}", encoding="utf-8")
    write_state(["oa-02"])
    made = copy_before(home, STACK)
    assert made == newest_copy(home, STACK)
    assert made
    assert "oa-02" in made.read_text(encoding="utf-8")
