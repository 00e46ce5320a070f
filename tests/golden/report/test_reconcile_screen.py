"""The reconcile screen and JSON, byte for byte.

A screen that changed on purpose is written anew with OMLIB_WRITE_GOLDEN=1; read the diff.
"""

import json
import os
from pathlib import Path

import jsonschema
import pytest

from omlib.report.json_text import json_text
from omlib.report.neutral import width
from omlib.report.reconcile_json import reconcile_json
from omlib.report.reconcile_screen import reconcile_report
from omlib.report.reconciliation import Reconciliation
from omlib.report.terminal import to_text
from omlib.report.words import Lang

CASE = Path(__file__).parent / "city"
SCHEMA = Path(__file__).parents[3] / "docs" / "schema" / "reconcile-1.2.json"


def _same(name: str, told: str) -> None:
    golden = CASE / name
    if os.environ.get("OMLIB_WRITE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("columns", [80, 160])
def test_the_screen_reads_the_same_and_stays_within_its_width(
    city: Reconciliation, lang: Lang, columns: int
) -> None:
    told = to_text(reconcile_report(city, lang), columns)
    assert max(width(row) for row in told.splitlines()) <= columns
    _same(f"{lang}-{columns}.txt", told)


def test_with_all_the_items_in_sync_are_listed_and_nothing_is_folded(city: Reconciliation) -> None:
    _same("en-all.txt", to_text(reconcile_report(city, Lang.EN, everything=True), 100))


def test_a_pipe_gets_every_ref_on_one_line(city: Reconciliation) -> None:
    rows = to_text(reconcile_report(city, Lang.EN, everything=True), None).splitlines()
    for finding in city.findings:
        assert any(row.strip().startswith(str(finding.ref)) for row in rows)


def test_the_json_keeps_its_published_schema(city: Reconciliation) -> None:
    told = json_text(reconcile_json(city))
    _same("reconcile.json", told)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(told), schema)


def test_the_json_schema_notices_a_status_nobody_knows(city: Reconciliation) -> None:
    told = json.loads(json_text(reconcile_json(city)))
    told["findings"][0]["status"] = "fine"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told, json.loads(SCHEMA.read_text(encoding="utf-8")))
