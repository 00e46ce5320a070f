"""docs/reports.md shows what omlib writes, names every format, and its example runs."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from omlib.report.formats import TELLS_CHANGES, Format
from omlib.report.words import Lang, words

CLONE = Path(__file__).parents[2]
CITY = CLONE / "tests" / "golden" / "report" / "city"  # held to what omlib writes by tests there
TEXT = (CLONE / "docs" / "reports.md").read_text(encoding="utf-8")
_EXCERPT = re.compile(
    r"<!-- of (?P<file>[\w.-]+)(?:, (?P<list>\w+) (?P<ref>\S+))? -->\n"
    r"(?P<fence>`{3,})\w+\n(?P<body>.*?)\n(?P=fence)\n",
    re.S,
)
EXCERPTS = list(_EXCERPT.finditer(TEXT))


def test_every_format_that_is_text_is_shown() -> None:
    shown = {Path(found["file"]).suffix for found in EXCERPTS}
    assert shown == {".json", ".jsonl", ".sarif", ".xml", ".md", ".txt"}
    assert len(EXCERPTS) == TEXT.count("<!-- of ")


@pytest.mark.parametrize("found", [one for one in EXCERPTS if not one["ref"]])
def test_an_excerpt_is_what_omlib_writes(found: "re.Match[str]") -> None:
    assert found["body"] in (CITY / found["file"]).read_text(encoding="utf-8")


@pytest.mark.parametrize("found", [one for one in EXCERPTS if one["ref"]])
def test_an_object_taken_out_of_a_file_is_what_omlib_writes(found: "re.Match[str]") -> None:
    told = json.loads((CITY / found["file"]).read_text(encoding="utf-8"))
    listed = (told["runs"][0] if "runs" in told else told)[found["list"]]
    refs = [one.get("ref") or one["properties"]["ref"] for one in listed]
    assert json.loads(found["body"]) == listed[refs.index(found["ref"])]


def test_the_table_has_every_format_and_says_which_tell_what_changed() -> None:
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|[^|]*\|([^|]*)\|", TEXT, re.M)
    assert [name for name, _ in rows] == [form.value for form in Format]
    assert {name for name, changed in rows if changed.strip()} == TELLS_CHANGES


def test_the_sheets_are_named_as_in_the_file() -> None:
    sheets = re.findall(r"^\| ([A-Z][a-z]+) \| (\S+) \|", TEXT, re.M)
    names = ("summary", "systems", "departments", "findings", "differences", "coverage", "changes")
    assert sheets == [
        (words(f"sheet.{name}", Lang.EN), words(f"sheet.{name}", Lang.ZH)) for name in names
    ]


def test_the_example_of_reading_back_runs(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.S)
    for name, golden in (("report.json", "reconcile.json"), ("report.jsonl", "findings.jsonl")):
        (tmp_path / name).write_bytes((CITY / golden).read_bytes())
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert len(list(io.StringIO(told.stdout))) == 20
