"""The HTML report as bytes; `tests/integration/report` opens it in a browser."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import pytest

from omlib.model.estate import Department, Estate, System
from omlib.model.finding import PRESENCE, Coverage, Difference, Finding
from omlib.model.history import DepartmentTrend, TrendPoint
from omlib.model.item import Scope, Source
from omlib.model.lifecycle import Lifecycle, LifecycleStatus, Stage
from omlib.model.ref import Plane, make_ref
from omlib.model.status import WORST_FIRST, Status, UnknownReason
from omlib.model.waiver import Waiver
from omlib.reconcile.compare import reconcile
from omlib.reconcile.rollup import roll_up
from omlib.report.changes import changes
from omlib.report.html import html_report
from omlib.report.reconciliation import Label, Reconciliation, RunFacts
from omlib.report.words import SAID, Lang, words
from omlib.testing.estates import make_declared, make_observation

HOST = Scope(Plane.SERVER, "package", "oa-01")
HOSTILE = "</script><img src=x onerror=alert(1)>&\x1b[31m\u202e\u2028\ud800'\""
ASSETS = files("omlib.report") / "assets"
CSS = (ASSETS / "report.css").read_text(encoding="utf-8")
JS = (ASSETS / "report.js").read_text(encoding="utf-8")


def _estate(departments: int = 2, systems: int = 3, **more: Any) -> Estate:
    source = Source("estate.yml", 1)
    since = Lifecycle(
        stage=Stage.OPERATIONAL, status=LifecycleStatus.IN_USE, since=date(2026, 1, 1)
    )
    names = ("sites", "clouds", "vms", "security_groups", "servers", "devices", "rooms")
    empty: dict[str, Any] = {name: {} for name in (*names, "circuits", "windows", "tombstones")}
    whole = Estate(
        name="演示市",
        timezone="UTC",
        departments={
            f"dept-{number:02d}": Department(
                id=f"dept-{number:02d}",
                name=f"第{number}局",
                parent="dept-00" if number else "",
                source=source,
            )
            for number in range(departments)
        },
        systems={
            f"sys-{number:03d}": System(
                id=f"sys-{number:03d}",
                name=f"系统{number}",
                department=f"dept-{number % departments:02d}",
                owner_business="周敏",
                owner_technical="陆一鸣",
                function=(),
                zone="gov",
                mlps_level=2,
                lifecycle=since,
                source=source,
            )
            for number in range(systems)
        },
        contracts=(),
        waivers=(),
        **empty,
    )
    return replace(whole, **more)


def _finding(name: str, status: Status = Status.DIVERGED, **more: Any) -> Finding:
    return Finding(
        ref=make_ref(Plane.SERVER, "package", "oa-01", name),
        status=status,
        scope=HOST,
        systems=more.pop("systems", ("sys-001",)),
        source=Source("servers.yml", 7),
        **more,
    )


def _told(*findings: Finding, estate: Estate | None = None, **run: Any) -> Reconciliation:
    estate = estate or _estate()
    coverage = run.pop("coverage", ())
    facts: dict[str, Any] = {
        "id": "r-1",
        "started": datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
        "took_s": 1.5,
    }
    return Reconciliation(
        run=RunFacts(**(facts | run)),
        estate=estate,
        findings=findings,
        verdicts=roll_up(findings, estate),
        coverage=coverage,
    )


def _html(it: Reconciliation, lang: Lang = Lang.EN, **more: Any) -> str:
    return "".join(html_report(it, lang, **more))


def _data(page: str) -> dict[str, Any]:
    text = page.split('<script type="application/json" id="data">')[1].split("</script>")[0]
    told: dict[str, Any] = json.loads(text)
    return told


class _Elements(HTMLParser):
    """Counts what a browser would make of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.attributes |= {name for name, _ in attrs}


def _parsed(page: str) -> _Elements:
    parser = _Elements()
    parser.feed(page)
    return parser


@pytest.fixture(scope="module")
def five_thousand() -> Reconciliation:
    return _of_size(5000)


def _of_size(items: int) -> Reconciliation:
    estate = _estate(36, 151)
    declared = make_declared(items)
    seen = make_observation(declared, drift_pct=10)
    return _told(*reconcile(declared, seen, today=date(2026, 11, 21)), estate=estate)


def test_equal_runs_give_equal_bytes(five_thousand: Reconciliation) -> None:
    assert _html(five_thousand) == _html(_of_size(5000))


def test_the_order_of_the_findings_does_not_show() -> None:
    one, other = _finding("a"), _finding("b", Status.MISSING)
    assert _html(_told(one, other)) == _html(_told(other, one))


def test_five_thousand_items_are_at_most_five_megabytes(five_thousand: Reconciliation) -> None:
    assert len(five_thousand.findings) >= 5000
    page = _html(five_thousand)
    assert len(page.encode()) <= 5_000_000
    assert len(_data(page)["items"]) == len(five_thousand.findings)


def test_fifty_thousand_items_are_written_in_small_pieces() -> None:
    pieces = list(html_report(_of_size(50_000), Lang.ZH))
    assert sum(len(piece.encode()) for piece in pieces) <= 25_000_000
    assert max(map(len, pieces[:-4])) <= 200_000


def test_hosts_that_answer_with_megabytes_of_escapes_cannot_make_the_page_too_big() -> None:
    long = "\u202e" * 1_000_000
    lines = tuple(f"{number}{long}" for number in range(20))
    differences = (
        Difference(path="lines", declared=lines, actual=(long,)),
        Difference(path="version", declared=long, actual="1"),
    )
    findings = [
        _finding(f"p{number}", differences=differences, detail=long, label=long, live=long)
        for number in range(5000)
    ]
    page = _html(_told(*findings))
    assert len(page.encode()) <= 5_000_000
    items = _data(page)["items"]
    assert "characters)" in items[0][7]["label"]
    assert {item[0] for item in items} == {str(finding.ref) for finding in findings}


@pytest.mark.parametrize("lang", list(Lang))
def test_hostile_text_reaches_the_page_as_text_only(lang: Lang) -> None:
    finding = _finding(
        HOSTILE,
        differences=(
            Difference(path=HOSTILE, declared=HOSTILE, actual=(HOSTILE, "b")),
            Difference(path="lines", declared=("a", HOSTILE), actual=(HOSTILE, "b")),
        ),
        detail=HOSTILE,
        label=HOSTILE,
        live=HOSTILE,
        contested=(HOSTILE,),
        unseen={HOSTILE: UnknownReason.ERROR},
        systems=(HOSTILE, "sys-001"),
    )
    waiver = Waiver(
        ref=finding.ref,
        path=HOSTILE,
        accepts=HOSTILE,
        reason=HOSTILE,
        owner=HOSTILE,
        ticket=HOSTILE,
        until=date(2026, 12, 1),
    )
    plain = _estate()
    systems = {name: replace(one, name=HOSTILE) for name, one in plain.systems.items()}
    departments = {name: replace(one, name=HOSTILE) for name, one in plain.departments.items()}
    estate = replace(
        plain, name=HOSTILE, systems=systems, departments=departments, waivers=(waiver,)
    )
    gap = (Scope(Plane.SERVER, "file", HOSTILE), UnknownReason.DENIED, HOSTILE)
    row = Coverage(plane="server", scopes=1, complete=0, items=1, seen=0, gaps=(gap,))
    it = _told(
        finding,
        estate=estate,
        coverage=(row,),
        scope=HOSTILE,
        actor=HOSTILE,
        revision=HOSTILE,
        tool=HOSTILE,
        labels=tuple(Label),
    )
    page = _html(it, lang, changes=changes([], [finding]))
    page.encode()  # no lone surrogate is left
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]", page)
    parsed = _parsed(page)
    assert parsed.counts["script"] == 2
    assert "img" not in parsed.counts
    assert not {name for name in parsed.attributes if name.startswith("on")}
    assert page.count("</script>") == 2
    assert "</script>\\x1b" not in page
    assert _data(page)["items"][0][7]["live"].startswith("</script><img")


def test_nothing_is_fetched_and_only_the_own_script_may_run(
    five_thousand: Reconciliation,
) -> None:
    page = _html(five_thousand)
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    for name in ("style", "script"):
        text = re.findall(rf"<{name}>(.*?)</{name}>", page, re.S)
        assert len(text) == 1
        digest = base64.b64encode(hashlib.sha256(text[0].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in page
    assert not re.search(r'(src|href)="(?!#)', page)
    assert "style" not in _parsed(page).attributes
    assert set(re.findall(r"https?://[^\"' ]+", page)) == {"http://www.w3.org/2000/svg"}
    assert "innerHTML" not in page


@pytest.mark.parametrize("lang", list(Lang))
def test_every_word_is_in_the_language_of_the_page(lang: Lang) -> None:
    finding = _finding("nginx", Status.UNKNOWN, reason=UnknownReason.DENIED)
    trend = (DepartmentTrend(department="", points=_points(3, 1)),)
    page = _html(_told(finding), lang, changes=changes([], [finding]), trend=trend)
    assert f'<html lang="{"zh-CN" if lang is Lang.ZH else "en"}">' in page
    shown = page.split("<main>")[1].split('<script type="application/json"')[0]
    assert re.findall(r"(?:html|heading|status|column)\.\w+", shown) == []


def test_the_script_says_only_codes_that_its_page_carries() -> None:
    carried = _data(_html(_told()))["words"]
    said = set(re.findall(r'\bw\("([\w.]+[^."])"', JS))
    assert said
    assert sorted(said - set(carried)) == []
    beginnings = set(re.findall(r'\bw\("([\w.]+\.)" \+', JS))
    assert sorted(one for one in beginnings if not any(c.startswith(one) for c in carried)) == []
    columns = re.search(r"const COLUMNS = \[(.*?)\]", JS)
    assert columns
    for name in re.findall(r'"(\w+)"', columns[1]):
        assert f"html.js.{name}" in carried


def test_no_word_of_the_page_is_without_a_use() -> None:
    sources = JS + "".join(
        path.read_text(encoding="utf-8")
        for path in files("omlib.report").iterdir()
        if path.name.startswith("html") and path.name.endswith(".py")
    )
    endings = set(re.findall(r"[\w.]+", sources))
    mine = [code for code in SAID if code.startswith("html.") and not code.endswith(".means")]
    unused = [
        code
        for code in mine
        if code not in endings
        and not any(code.removeprefix(f"{head}.") in endings for head in _heads(code))
    ]
    assert unused == []


def _heads(code: str) -> list[str]:
    parts = code.split(".")
    return [".".join(parts[:end]) for end in range(2, len(parts))]


@pytest.mark.parametrize("label", list(Label))
def test_a_label_stands_first_on_the_page_and_under_every_printed_one(label: Label) -> None:
    page = _html(_told(labels=(label,)))
    first = page.split("<header>")[1][:200]
    assert words(f"label.{label}", Lang.EN).split(":")[0] in first
    assert "@bottom-left" in page


def test_the_evidence_says_who_when_what_revision_and_whether_it_was_clean() -> None:
    it = _told(actor="linwei", revision="5d2c9e7714aa03b2", clean=False, tool="1.0", scope="oa")
    page = _html(it)
    for told in ("r-1", "2026-11-21 09:30:00 +0000", "linwei", "5d2c9e7714aa", "omlib 1.0"):
        assert f"<dd>{told}" in page
    assert "5d2c9e7714aa (with uncommitted changes)" in page


def test_the_picture_names_every_department_and_system_with_its_verdict_in_words() -> None:
    finding = _finding("nginx")
    page = _html(_told(finding), Lang.ZH)
    picture = page.split('id="estate"')[1].split("</section>")[0]
    assert len(re.findall(r'data-department="', picture)) == 2
    assert len(re.findall(r'data-system="', picture)) == 3
    assert "系统1：偏离；1 个条目中 1 个未一致" in picture
    assert ">偏离 1/1</text>" in picture
    assert ">无可查看条目</text>" in picture


def test_every_status_has_a_sign_of_its_own() -> None:
    page = _html(_told())
    drawn = re.findall(r'<symbol id="sign-(\w+)" viewBox="0 0 16 16">(.*?)</symbol>', page)
    assert len(drawn) == len(WORST_FIRST)
    assert {status for status, _ in drawn} == {status.value for status in WORST_FIRST}
    assert len({path for _, path in drawn}) == len(WORST_FIRST)


def test_each_finding_carries_both_sides_its_source_and_its_waiver() -> None:
    finding = _finding(
        "nginx",
        differences=(
            Difference(path="version", declared="1.24", actual="1.26", waived_by="CHG-9"),
            Difference(path="lines", declared=("a", "b", "c"), actual=("a", "x", "c")),
            Difference(path=PRESENCE, declared=True, actual=False),
        ),
    )
    waiver = Waiver(
        ref=finding.ref,
        path="version",
        accepts="1.26",
        reason="等厂商补丁",
        owner="周敏",
        ticket="CHG-9",
        until=date(2026, 12, 1),
    )
    data = _data(_html(_told(finding, estate=_estate(waivers=(waiver,)))))
    ref, rank, system, department, where, file, line, more = data["items"][0]
    assert (ref, data["statuses"][rank]) == ("server/package/oa-01/nginx", "diverged")
    assert data["systems"][system][:2] == ["sys-001", "系统1"]
    assert data["departments"][department][0] == "dept-01"
    assert (data["texts"][where], data["texts"][file], line) == ("oa-01", "servers.yml", 7)
    version, lines, presence = more["differs"]
    assert version == {"path": "version", "waived": "CHG-9", "sides": ["1.24", "1.26"]}
    assert lines == {"path": "lines", "lines": 1, "rows": ["a", ["b", "x"], "c"]}
    assert presence["sides"] == [True, False]
    assert data["waivers"][more["waivers"][0]][4] == "CHG-9"


def test_what_changed_is_told_worst_first_and_marked_in_the_table() -> None:
    old = [_finding("a"), _finding("c", Status.IN_SYNC), _finding("d")]
    new = [_finding("a", Status.MISSING), _finding("b"), _finding("c", Status.IN_SYNC)]
    page = _html(_told(*new), changes=changes(old, new))
    told = page.split('id="changes"')[1].split("</section>")[0]
    assert re.findall(r"change (\w+)", told) == ["new", "changed", "gone"]
    assert "was diverged" in told
    marks = {item[0][-1]: item[7].get("change") for item in _data(page)["items"] if len(item) > 7}
    assert marks == {"a": [2], "b": 1}


def test_items_that_one_place_hides_are_one_line_of_the_changes() -> None:
    lost = [_finding(f"p{n}", Status.UNKNOWN, reason=UnknownReason.DENIED) for n in range(60)]
    told = _html(_told(*lost), changes=changes([], lost))
    told = told.split('id="changes"')[1].split("</section>")[0]
    assert told.count("<li>") == 1
    assert "60 items · denied" in told


def test_without_a_script_the_worst_are_told_in_a_plain_table() -> None:
    findings = [_finding(f"p{number:03d}") for number in range(300)]
    shown = _html(_told(*findings)).split("<noscript>")[1].split("</noscript>")[0]
    assert "the 100 worst of 300 findings" in shown
    assert shown.count("<tr>") == 101


def test_gaps_of_one_place_are_one_row_with_the_other_sides_words() -> None:
    gaps = tuple(
        (Scope(Plane.SERVER, kind, "oa-01"), UnknownReason.DENIED, "publickey")
        for kind in ("file", "user")
    )
    row = Coverage(plane="server", scopes=5, complete=3, items=9, seen=4, gaps=gaps)
    shown = _html(_told(coverage=(row,))).split('id="coverage"')[1].split("</section>")[0]
    assert "4 of 9 items seen" in shown
    assert "Gaps (1)" in shown
    assert "file, user" in shown
    assert "publickey" in shown


def _points(*drifts: int) -> tuple[TrendPoint, ...]:
    return tuple(
        TrendPoint(date(2026, 11, day), {Status.MISSING: drift, Status.IN_SYNC: 9})
        for day, drift in enumerate(drifts, start=1)
    )


def test_the_trend_of_a_department_is_drawn_and_told() -> None:
    trend = (
        DepartmentTrend(department="dept-01", points=_points(3, 7, 2)),
        DepartmentTrend(department="dept-00", points=_points(1)),
    )
    page = _html(_told(), trend=trend)
    shown = page.split('id="trend"')[1].split("</section>")[0]
    assert "第1局" in shown
    assert "第0局" not in shown, "one day is no course"
    assert "3 at first, 2 now, 7 at most" in shown


def _palettes() -> Mapping[str, Mapping[str, str]]:
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{(.*?)\}", CSS, re.S)[:2]
    )
    return {"light": light, "dark": light | dark}


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    dark, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_all_text_can_be_read_on_every_ground_it_stands_on(mode: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    colours = _palettes()[mode]
    pairs = [(text, on) for text in ("ink", "soft", "link") for on in ("page", "paper", "wash")]
    pairs += [("ink", "mark"), ("soft", "unknown-wash")]
    for status in WORST_FIRST:
        pairs += [(status, on) for on in ("page", "paper", "wash", f"{status}-wash")]
        pairs += [(text, f"{status}-wash") for text in ("ink", "soft", "link")]
    weak = {
        (text, on): round(_contrast(colours[text], colours[on]), 2)
        for text, on in pairs
        if _contrast(colours[text], colours[on]) < 4.5
    }
    assert weak == {}
