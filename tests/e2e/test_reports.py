"""`omlib report` as a user runs it: every format, into a file and into a pipe."""

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from omlib.model.finding import Difference, Finding
from omlib.model.item import Scope
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status
from omlib.records.run import Outcome, RunState
from omlib.records.store import RecordStore
from omlib.report.formats import Format

Omlib = Callable[..., "subprocess.CompletedProcess[str]"]
STARTS = {
    "screen": "Declared against deployed: ",
    "json": "{\n",
    "jsonl": '{"type":"header"',
    "sarif": '{"$schema":',
    "junit": "<?xml",
    "markdown": "<!-- omlib:reconcile:",
    "html": "<!DOCTYPE html>",
    "xlsx": "PK",
}


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A city of one department, with two comparisons on record: in sync, then not."""
    root = tmp_path / "city"
    root.mkdir()
    (root / "estate.yml").write_text("schema: 1\nname: 江滨\ntimezone: Asia/Shanghai\n", "utf-8")
    (root / "departments.yml").write_text("departments:\n  - {id: city, name: 市政府}\n", "utf-8")
    ref = make_ref(Plane.SERVER, "package", "oa-01", "nginx")
    scope = Scope(Plane.SERVER, "package", "oa-01")
    differs = (Difference(path="version", declared="1.24", actual="1.22"),)
    bad = Finding(ref=ref, status=Status.DIVERGED, scope=scope, differences=differs)
    good = Finding(ref=ref, status=Status.IN_SYNC, scope=scope)
    at = datetime(2026, 11, 21, tzinfo=UTC)
    with RecordStore(root / ".omlib" / "records.sqlite") as store:
        for hour, finding, code in ((1, good, 0), (2, bad, 2)):
            began = at + timedelta(hours=hour)
            run = store.begin_run(verb="reconcile", at=began, actor="li@ops")
            store.save_findings(run, [finding], Outcome())
            ended = began + timedelta(seconds=3)
            state = RunState.ENDED
            store.end_run(run, at=ended, state=state, exit_code=code, complete=True, summary={})
    return root


@pytest.mark.parametrize("form", [form.value for form in Format])
def test_every_format_goes_into_a_file_with_the_exit_code_of_the_comparison(
    omlib: Omlib, city: Path, form: str
) -> None:
    told = omlib("report", "--format", form, "--out", "told", cwd=city)
    assert (told.returncode, told.stdout, told.stderr) == (2, "", "")
    assert (city / "told").read_bytes().startswith(STARTS[form].encode())


def test_a_pipe_gets_the_bytes_of_the_file(omlib: Omlib, city: Path) -> None:
    for form in ("json", "jsonl", "sarif", "junit", "markdown", "html"):
        piped = omlib("report", "-f", form, cwd=city)
        omlib("report", "-f", form, "-o", "told", cwd=city)
        assert piped.stdout == (city / "told").read_text("utf-8")


def test_json_has_two_names_and_says_the_same(omlib: Omlib, city: Path) -> None:
    named = omlib("report", "--format", "json", cwd=city)
    assert omlib("report", "--json", cwd=city).stdout == named.stdout
    assert json.loads(named.stdout)["run"]["actor"] == "li@ops"


def test_a_pull_request_is_told_what_is_new(omlib: Omlib, city: Path) -> None:
    told = omlib("report", "--format", "markdown", "--lang", "en", cwd=city)
    assert "1 new, 0 changed, 0 gone, 0 lost from sight, 0 unchanged" in told.stdout


@pytest.mark.parametrize(
    "line",
    [
        ("--format", "pdf"),
        ("--format", "html", "--json"),
        ("--format", "json", "--against", "x"),
        ("--format", "html", "--limit-chars", "9000"),
        ("--format", "markdown", "--limit-chars", "100"),
    ],
)
def test_what_makes_no_sense_is_a_bad_command_line(
    omlib: Omlib, city: Path, line: tuple[str, ...]
) -> None:
    told = omlib("report", *line, cwd=city)
    assert (told.returncode, told.stdout) == (64, "")
    assert told.stderr


def test_a_place_that_cannot_be_written_is_told_in_both_languages(omlib: Omlib, city: Path) -> None:
    for lang, words in (("zh", "无法写出报告"), ("en", "could not be written")):
        told = omlib("report", "-f", "html", "-o", "no/such/place", "--lang", lang, cwd=city)
        assert told.returncode == 1
        assert words in told.stderr
