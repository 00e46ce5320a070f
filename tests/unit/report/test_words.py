import ast
import string
from enum import StrEnum
from pathlib import Path

import pytest

from omlib.model.action import Verb
from omlib.model.check import Answer
from omlib.model.finding import Resurfaced
from omlib.model.history import Ending
from omlib.model.kind import KINDS
from omlib.model.ref import Plane
from omlib.model.status import DRIFT, Status, UnknownReason, UnmanagedClass
from omlib.plan.plan import Why
from omlib.records.verify import Part
from omlib.report.explanation import Standing
from omlib.report.inventory_screens import LISTS
from omlib.report.reconciliation import Label
from omlib.report.words import SAID, TABLES, Lang, error_words, has, words

OMLIB = Path(__file__).parents[3] / "omlib"
ENUMERATIONS: tuple[tuple[str, type[StrEnum]], ...] = (
    ("status", Status),
    ("means", Status),
    ("reason", UnknownReason),
    ("why", UnknownReason),
    ("next", UnknownReason),
    ("class", UnmanagedClass),
    ("class_means", UnmanagedClass),
    ("plane", Plane),
    ("verb", Verb),
    ("resurfaced", Resurfaced),
    ("label", Label),
    ("answer", Answer),
    ("not_planned", Why),
    ("ending", Ending),
    ("standing", Standing),
    ("part", Part),
)


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _trees() -> list[ast.Module]:
    return [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(OMLIB.rglob("*.py"))]


def _error_codes() -> set[str]:
    """`code = "..."` in the body of every class called ...Error."""
    codes = set()
    for tree in _trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ClassDef) or not node.name.endswith("Error"):
                continue
            for stated in node.body:
                if isinstance(stated, ast.Assign):
                    name: ast.expr = stated.targets[0]
                elif isinstance(stated, ast.AnnAssign):
                    name = stated.target
                else:
                    continue
                value = stated.value
                if isinstance(name, ast.Name) and name.id == "code":
                    assert isinstance(value, ast.Constant)
                    codes.add(str(value.value))
    return codes


def _told_codes() -> set[str]:
    """The first argument of every `words("...")`, and the choices of a conditional there."""
    codes = set()
    for tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "words":
                first = node.args[0]
                choices = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                codes |= {str(one.value) for one in choices if isinstance(one, ast.Constant)}
    return codes


@pytest.mark.parametrize("code", sorted(SAID))
def test_both_languages_tell_the_same_facts(code: str) -> None:
    english, chinese = SAID[code]
    assert english.strip()
    assert chinese.strip()
    assert _fields(chinese) == _fields(english)


def test_no_code_is_said_twice() -> None:
    assert sum(map(len, TABLES)) == len(SAID)


def test_every_word_of_every_enumeration_is_said() -> None:
    lacking = [f"{field}.{word}" for field, words_ in ENUMERATIONS for word in words_]
    lacking += [f"next.{status}" for status in DRIFT]
    lacking += [f"kind.{plane}.{kind}" for plane, kind in KINDS]
    lacking += [f"collection.{collection}" for collection in LISTS]
    lacking += [f"field.{name}" for names in LISTS.values() for name in names]
    assert [code for code in lacking if not has(code)] == []


def test_every_error_has_words_for_what_happened() -> None:
    assert sorted(code for code in _error_codes() if not has(f"error.{code}")) == []


def test_every_code_the_project_says_is_in_the_tables() -> None:
    assert sorted(code for code in _told_codes() if not has(code)) == []


def test_one_is_singular_and_none_or_more_are_plural() -> None:
    told = [words("count.items", Lang.EN, n=n) for n in (0, 1, 2)]
    assert told == ["0 items", "1 item", "2 items"]


def test_an_unknown_code_is_shown_with_its_facts_and_never_raises() -> None:
    assert words("no.such.code", Lang.ZH, host="oa-01") == "no.such.code: host=oa-01"
    assert error_words("no_such_error", {"next": "wait"}, Lang.EN)[1] == "wait"


def test_a_fact_that_is_missing_leaves_a_gap_and_never_raises() -> None:
    assert words("count.items", Lang.EN) == "? items"


def test_facts_cannot_smuggle_controls_or_placeholders_into_a_sentence() -> None:
    what, _ = error_words("usage", {"what": "\x1b[2J{name}\u202e"}, Lang.EN)
    assert "\\x1b[2J{name}\\u202e" in what


def test_an_error_says_what_did_not_happen_and_what_to_do_next() -> None:
    facts = {"path": "/var/lib/omlib.sqlite", "detail": "disk I/O error"}
    what, then = error_words("records_full", facts, Lang.EN)
    assert what == (
        "There is no room for the records /var/lib/omlib.sqlite: disk I/O error. "
        "What was there stands."
    )
    assert then == "Make room, or name another place: --records FILE."


def test_a_fact_that_is_itself_a_code_is_worded_with_the_others() -> None:
    what, _ = error_words("usage", {"what": "no_such_system", "name": "oa"}, Lang.ZH)
    assert what == '命令无法执行：没有编号为 "oa" 的系统。没有进行任何操作。'


def test_a_plan_that_cannot_be_read_is_told_with_its_path_and_the_reason() -> None:
    facts = {"what": "plan_not_read", "path": "p.json", "why": "No such file or directory"}
    what, _ = error_words("run_failed", facts, Lang.EN)
    assert "the plan p.json cannot be read (No such file or directory)" in what


def test_a_fact_that_is_empty_is_not_told_as_a_dash() -> None:
    assert error_words("no_such_run", {"run": ""}, Lang.ZH)[0] == "没有比对记录。"
    what, _ = error_words("no_such_item", {"given": "x", "nearest": []}, Lang.EN)
    assert what == 'Nothing declared, found or on record goes by "x".'


def test_a_list_of_facts_is_told_in_a_row_and_counted_when_long() -> None:
    moved = [{"ref": f"cloud/server/{n}", "side": "actual", "path": ""} for n in range(12)]
    what, _ = error_words("stale_plan", {"plan": "a1", "moved": moved}, Lang.EN)
    assert "cloud/server/0 actual; cloud/server/1 actual" in what
    assert "... (+2)" in what
