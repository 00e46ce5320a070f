"""Golden inventories: `inventory/` is what was written, `problems.en.txt` and `.zh.txt` the answer.

`OMLIB_GOLDEN=write` writes the answers anew, to be read before they are committed.
"""

import os
import string
from pathlib import Path

import pytest

from omlib.inventory.load import load
from omlib.inventory.problem import Code
from omlib.report.inventory_words import WORDS, problem_text

GOLDEN = Path(__file__).parents[2] / "golden" / "inventory"
CASES = sorted(path.name for path in GOLDEN.iterdir() if path.is_dir())
# needs bytes, links or devices that Git does not keep: in test_files_are_read_with_care
MADE_ON_THE_SPOT = {
    *(Code.NOT_UTF8, Code.NOT_TEXT, Code.TOO_BIG, Code.NOT_A_FILE, Code.NO_ROOT_FILE),
}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("case", CASES)
def test_every_problem_of_a_tree_is_told_in_one_pass(case: str, lang: str) -> None:
    found = load(GOLDEN / case / "inventory").problems
    told = "".join(f"{problem_text(problem, lang)}\n" for problem in found)
    answer = GOLDEN / case / f"problems.{lang}.txt"
    if os.environ.get("OMLIB_GOLDEN") == "write":
        answer.write_text(told, encoding="utf-8")
    assert told == answer.read_text(encoding="utf-8")


def test_a_secret_is_never_repeated() -> None:
    for answer in GOLDEN.rglob("problems.*.txt"):
        text = answer.read_text(encoding="utf-8")
        assert "hunter2" not in text
        assert "12345678" not in text


def test_every_kind_of_problem_has_an_example() -> None:
    found = {
        problem.code for case in CASES for problem in load(GOLDEN / case / "inventory").problems
    }
    assert found | MADE_ON_THE_SPOT == set(Code)


@pytest.mark.parametrize("code", list(Code))
def test_both_languages_use_the_same_facts(code: Code) -> None:
    facts = [
        {name for text in words for _, name, _, _ in string.Formatter().parse(text) if name}
        for words in WORDS[code]
    ]
    assert facts[0] == facts[1]
