"""The main job end to end: on real systems, and on the shipped fakes."""

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from omlib.lab import lifecycle, machine
from omlib.lab.files import variables
from omlib.lab.layout import LabLayout

if TYPE_CHECKING:
    from tests.e2e.conftest import Omlib

DEMO_LAB = 1
_MOVED = re.compile(r"198\.18\.(\d{1,2})\.")


README = Path(__file__).parents[2] / "README.md"
LEFT_OUT = "…"


def _back_to_lab_0(found: "re.Match[str]") -> str:
    return f"198.18.{(int(found[1]) - 16 * DEMO_LAB) % 256}."


def shown_in_readme(of: str = "make demo") -> list[str]:
    """The lines of one of the README's blocks of real output."""
    text = README.read_text(encoding="utf-8")
    block = text.split(f"<!-- real output of: {of} -->\n```\n")[1].split("\n```")[0]
    return [line for line in block.splitlines() if line != LEFT_OUT]


def commands_in_readme(of: str) -> "list[tuple[list[str], list[str]]]":
    """Each command of a block (`$ omlib ...`) with the lines that the README shows of it."""
    told: list[tuple[list[str], list[str]]] = []
    for line in shown_in_readme(of):
        if line.startswith("$ omlib "):
            told.append((shlex.split(line)[2:], []))
        else:
            told[-1][1].append(line)
    return told


def but_for_times(text: str) -> list[str]:
    """Lines as they are, but for how long something took, and for digests: a file that holds an
    address is another one on every lab, and so is a plan that is bound to it.
    """
    text = re.sub(r"\b[0-9.]+ (s|ms|min)\b", "N s", text)
    return re.sub(r"\b([0-9a-f]{64}|[0-9a-f]{12})\b", "DIGEST", text).splitlines()


@pytest.mark.lab
@pytest.mark.timeout(900)  # where no engine is kept yet, it is built first
def test_the_demo_finds_what_it_planted_on_real_systems_and_nothing_else(
    omlib: "Omlib", demo: Path
) -> None:
    if reason := machine.unsupported():
        pytest.skip(f"no lab on this machine: {reason}")
    try:
        told = omlib("demo", "--lab", str(DEMO_LAB), cwd=demo.parent, timeout_s=860)
        assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-3000:]
        assert "All 12 deviations found, and nothing else." in told.stdout
        # what the README shows is what the program prints, but for the lab's addresses
        printed = _MOVED.sub(_back_to_lab_0, told.stdout).splitlines()
        assert [line for line in shown_in_readme() if line not in printed] == []
        mends_what_the_readme_mends(omlib, demo)
    finally:
        lifecycle.down(layout())


def mends_what_the_readme_mends(omlib: "Omlib", demo: Path) -> None:
    """One drifted server, from the plan to the look afterwards, as the README shows it."""
    steps = commands_in_readme("a repair after make demo")
    assert [words[0] for words, _ in steps] == ["plan", "apply", "reconcile"]
    for words, shown in steps:
        told = omlib(*words, cwd=demo, timeout_s=120, **variables(layout()))
        printed = but_for_times(told.stdout)
        lost = [line for line in but_for_times("\n".join(shown)) if line not in printed]
        assert lost == [], told.stdout + told.stderr
        assert shown


def layout() -> LabLayout:
    return LabLayout(id=DEMO_LAB, home=LabLayout.from_environment().home)


def test_the_simulation_tells_the_same_story_and_says_on_every_screen_that_it_is_one(
    omlib: "Omlib", demo: Path
) -> None:
    for lang, label in (("en", "SIMULATION"), ("zh", "模拟")):
        told = omlib("demo", "--simulated", "--lang", lang, cwd=demo.parent)
        assert told.returncode == 0, told.stderr
        titles = 5  # the story's chapters, the verdicts, the table, the plan, what is next
        assert told.stdout.count(label) >= titles
    assert not list(demo.rglob("records.sqlite")), "a simulation is no part of the record"


def test_the_simulation_needs_no_rights(omlib: "Omlib", demo: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("runs as an ordinary user already")
    told = omlib("demo", "--simulated", cwd=demo.parent, PATH="/nowhere")
    assert told.returncode == 0, told.stderr
