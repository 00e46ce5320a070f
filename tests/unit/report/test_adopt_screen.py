"""The adoption screen: every word is there in both languages, and every number has its reason."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from omlib.inventory.newcomers import Need
from omlib.model.finding import Difference
from omlib.model.ref import Plane, make_ref
from omlib.model.status import UnknownReason
from omlib.reconcile.adoption import Candidate
from omlib.reconcile.evidence import Against, Evidence, Reason
from omlib.report.adopt_json import adopt_json
from omlib.report.adopt_screen import adopt_report
from omlib.report.adoption import OPEN, REFUSED, Adopted, Fate, NewRow, Row
from omlib.report.reconciliation import RunFacts
from omlib.report.terminal import to_text
from omlib.report.words import Lang, has

OA = make_ref(Plane.CLOUD, "server", "oa-01")
LIVE = make_ref(Plane.CLOUD, "server", "@gov:RegionOne:hrss:u1")
FOUND = Candidate(
    live=LIVE,
    live_id="u1",
    label="OA 主机",
    score=60,
    reasons=(
        Reason(Evidence.ADDRESSES, 50, "198.18.4.21"),
        Reason(Evidence.SIZE, 10, "4/8192"),
    ),
    against=(),
)


def told(*rows: Row, settled: bool | None = None, carried_out: bool = False) -> Adopted:
    return Adopted(
        run=RunFacts(id="r1", started=datetime(2026, 11, 21, tzinfo=UTC), took_s=1.0),
        estate="演示市",
        rows=rows,
        newcomers=(),
        imports=(),
        files=(),
        settled=settled,
        carried_out=carried_out,
    )


def row(
    fate: Fate,
    differences: tuple[Difference, ...] = (),
    reason: UnknownReason | None = None,
) -> Row:
    return Row(ref=OA, fate=fate, candidates=(FOUND,), differences=differences, reason=reason)


def test_every_code_has_its_words() -> None:
    codes = [f"evidence.{one}" for one in Evidence] + [f"against.{one}" for one in Against]
    codes += [f"need.{one}" for one in Need] + [f"need.{one}" for one in ("spoils",)]
    codes += [f"fate.{one}" for one in OPEN | REFUSED]
    codes += [f"next.adopt_{one}" for one in OPEN | REFUSED]
    assert [code for code in codes if not has(code)] == []


@pytest.mark.parametrize("lang", list(Lang))
def test_a_match_shows_its_score_with_a_reason_for_each_point(lang: Lang) -> None:
    text = to_text(adopt_report(told(row(Fate.ADOPT)), lang), None)
    assert "cloud/server/oa-01" in text
    assert "198.18.4.21 +50" in text
    assert "4/8192 +10" in text
    assert " 60 " in text


def test_what_a_person_decides_shows_the_candidates_and_what_speaks_against_them() -> None:
    against = Candidate(
        live=LIVE, live_id="u2", label="", score=45, reasons=(), against=(Against.OTHER_PROJECT,)
    )
    blocked = Row(ref=OA, fate=Fate.BLOCKED, candidates=(against,))
    text = to_text(adopt_report(told(blocked), Lang.EN), None)
    assert "u2: 45 points" in text
    assert "it stands in another project" in text


def test_a_difference_is_told_from_both_sides() -> None:
    differs = row(Fate.DIFFERS, differences=(Difference(path="vcpu", declared=4, actual=2),))
    assert "vcpu: declared 4, live 2" in to_text(adopt_report(told(differs), Lang.EN), None)
    assert adopt_json(told(differs))["exit_code"] == 8


@pytest.mark.parametrize(
    ("it", "code"),
    [
        (told(), 0),
        (told(row(Fate.DONE)), 0),
        (told(row(Fate.ABSENT)), 0),
        (told(row(Fate.AMBIGUOUS)), 4),
        (told(row(Fate.UNSEEN, reason=UnknownReason.DENIED)), 4),
        (told(row(Fate.DIFFERS), row(Fate.WEAK)), 12),
        (told(settled=False), 8),
        (told(settled=True, carried_out=True), 0),
    ],
)
def test_the_exit_code_says_what_is_left(it: Adopted, code: int) -> None:
    assert it.exit_code == code


def test_live_things_without_a_record_count_only_when_records_were_asked_for() -> None:
    loose = NewRow(live=LIVE, label="v", needs=("loose",))
    without = replace(told(), newcomers=(loose,))
    asked = replace(without, asked_new=True)
    pending = replace(told(), imports=(OA,), files=("vms.yml",))
    assert [one.exit_code for one in (without, asked, pending)] == [0, 4, 2]


def test_it_says_that_all_is_adopted_only_where_it_is() -> None:
    stray = NewRow(live=LIVE, label="x")
    for it, all_is in (
        (told(row(Fate.DONE)), True),
        (told(row(Fate.DONE), row(Fate.ABSENT)), False),
        (replace(told(row(Fate.DONE)), newcomers=(stray,), asked_new=True), False),
    ):
        text = to_text(adopt_report(it, Lang.EN), None)
        assert ("all is adopted" in text) is all_is
