"""One item's story, on a screen and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from omlib.model.estate import Department, Estate
from omlib.model.finding import Difference, Finding, Resurfaced
from omlib.model.history import Change, history_of
from omlib.model.item import Declared, Scope, Source
from omlib.model.observation import Sight
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status, UnknownReason
from omlib.model.waiver import Waiver
from omlib.report.explain_json import explain_json
from omlib.report.explain_screen import explain_report
from omlib.report.explanation import Explanation, RunVerdict, Standing
from omlib.report.json_text import json_text
from omlib.report.terminal import to_text
from omlib.report.words import Lang

SCHEMA = Path(__file__).parents[3] / "docs" / "schema" / "explain-1.0.json"
NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
REF = make_ref(Plane.SERVER, "file", "oa-01", "/etc/hosts")
HOST = Scope(Plane.SERVER, "file", "oa-01")
MODE = Difference(path="mode", declared="0644", actual="0777")
_NOTHING: dict[str, Any] = {
    field.name: {} for field in fields(Estate) if field.name not in ("contracts", "waivers")
}
ESTATE = Estate(
    **_NOTHING
    | {
        "name": "x",
        "timezone": "UTC",
        "departments": {
            "city": Department(id="city", name="市政府", source=Source("departments.yml", 2))
        },
    },
    contracts=(),
    waivers=(),
)
WAIVER = Waiver(
    ref=REF,
    path="mode",
    accepts="0777",
    reason="vendor installer",
    owner="王工",
    ticket="OPS-7",
    until=date(2026, 4, 1),
    source=Source("waivers.yml", 3),
)


def _finding(status: Status = Status.DIVERGED, *differences: Difference) -> Finding:
    return Finding(
        ref=REF,
        status=status,
        scope=HOST,
        differences=differences,
        reason=UnknownReason.DENIED if status is Status.UNKNOWN else None,
        systems=("oa",),
        department="city",
    )


def _story(
    finding: Finding | None = None,
    *,
    waivers: Sequence[Waiver] = (),
    changes: Sequence[tuple[int, Status | None]] = (),
    declared: bool = True,
) -> Explanation:
    told = [Change(NOW - timedelta(days=ago), f"run-{ago}", status) for ago, status in changes]
    sight = Sight(complete=True, reason=None, at=NOW - timedelta(hours=2), by="ops", via="ssh")
    return Explanation(
        estate=ESTATE,
        ref=REF,
        at=NOW,
        declared=Declared(
            ref=REF,
            scope=HOST,
            attributes={"mode": "0644"},
            systems=("oa",),
            source=Source("servers.yml", 12),
        )
        if declared
        else None,
        finding=finding,
        scope=HOST,
        sight=sight,
        looked_in="run-9",
        history=history_of(REF, told, NOW),
        runs=[RunVerdict("run-9", NOW, Status.UNKNOWN, UnknownReason.DENIED)],
        waivers=waivers,
    )


def _text(it: Explanation, lang: Lang = Lang.EN) -> str:
    return to_text(explain_report(it, lang), None)


def test_the_story_says_where_it_is_declared_who_saw_it_and_what_differs() -> None:
    text = _text(_story(_finding(Status.DIVERGED, MODE)))
    for told in (
        "WHERE  servers.yml:12",
        "mode   0644",
        "BY     ops",
        "VIA    ssh",
        "run-9",
        "mode: declared 0644, actual 0777",
        "市政府",
        "OFFLINE",
        "diverged: which side is right?",
        "omlib reconcile --system oa",
    ):
        assert told in text


def test_the_history_says_since_when_how_often_and_how_long_to_mend() -> None:
    changes = [
        (10, Status.IN_SYNC),
        (9, Status.MISSING),
        (7, Status.IN_SYNC),
        (3, Status.DIVERGED),
        (2, Status.UNKNOWN),
    ]
    text = _text(_story(_finding(Status.UNKNOWN), changes=changes))
    assert "since 2026-03-17 09:00:00 +0000, 3 d 0 h" in text
    assert "HOW OFTEN                 2" in text
    assert "TOOK TO MEND, ON AVERAGE  2 d 0 h" in text
    assert "DRIFTED IN ALL            5 d 0 h" in text
    assert "mended, seen 2026-03-13 09:00:00 +0000" in text


def test_many_changes_are_cut_to_the_newest_and_counted() -> None:
    changes = [(40 - n, (Status.IN_SYNC, Status.MISSING)[n % 2]) for n in range(14)]
    text = _text(_story(_finding(), changes=changes))
    assert "and 4 changes before" in text
    assert "run-27" in text  # the newest
    assert "run-40" not in text


@pytest.mark.parametrize(
    ("difference", "waiver", "standing"),
    [
        (replace(MODE, waived_by="OPS-7"), WAIVER, Standing.IN_FORCE),
        (None, WAIVER, Standing.IDLE),
        (None, replace(WAIVER, since=date(2026, 3, 21)), Standing.NOT_YET),
        (None, replace(WAIVER, until=date(2026, 3, 19)), Standing.EXPIRED),
        (
            replace(MODE, resurfaced=Resurfaced.EXPIRED),
            replace(WAIVER, until=date(2026, 3, 19)),
            Standing.RESURFACED,
        ),
        (
            replace(MODE, actual="0700", resurfaced=Resurfaced.VALUE_CHANGED),
            WAIVER,
            Standing.VALUE_CHANGED,
        ),
    ],
)
def test_a_waiver_says_what_it_does_today(
    difference: Difference | None, waiver: Waiver, standing: Standing
) -> None:
    finding = _finding(Status.DIVERGED, *([difference] if difference else []))
    it = _story(finding, waivers=[waiver])
    assert list(it.standings()) == [(waiver, standing)]
    assert "OPS-7" in _text(it)
    assert "waivers.yml:3" in _text(it)


def test_the_exit_code_is_that_of_the_item() -> None:
    codes = {
        status: _story(_finding(status)).exit_code
        for status in (Status.IN_SYNC, Status.WAIVED, Status.UNKNOWN, Status.DIVERGED)
    }
    assert codes == {
        Status.IN_SYNC: 0,
        Status.WAIVED: 0,
        Status.UNKNOWN: 4,
        Status.DIVERGED: 2,
    }
    assert _story(None).exit_code == 0


def test_what_is_neither_declared_nor_found_any_more_still_has_its_past() -> None:
    it = _story(None, declared=False, changes=[(5, Status.UNMANAGED), (4, None)])
    text = _text(it, Lang.ZH)
    assert "不再有声明，也不再被发现" in text
    assert "没有声明" in text
    assert "已消失，2026-03-16" in text


def test_hostile_text_stays_text_in_both_formats() -> None:
    evil = "\x1b[2J\u202e<script>"
    finding = _finding(Status.DIVERGED, replace(MODE, actual=evil))
    it = _story(finding, waivers=[replace(WAIVER, reason=evil)])
    for text in (_text(it), json_text(explain_json(it))):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_the_json_holds_to_its_published_schema() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    full = _story(
        _finding(Status.DIVERGED, MODE),
        waivers=[WAIVER],
        changes=[(9, Status.MISSING), (8, Status.WAIVED), (7, Status.DIVERGED)],
    )
    bare = replace(_story(None, declared=False), scope=None, sight=None, looked_in="")
    for it in (full, bare):
        told = json.loads(json_text(explain_json(it)))
        jsonschema.validate(told, schema)
        assert told["schema"] == "omlib.explain/1.0"
    assert json.loads(json_text(explain_json(full)))["history"]["mean_mend_s"] is None
