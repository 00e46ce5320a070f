"""Every format of a report, byte for byte, and held to its published schema.

A format that changed on purpose is written anew with OMLIB_WRITE_GOLDEN=1; read the diff. The
excerpts in docs/reports.md are of these files.
"""

import io
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
import xmlschema
from referencing import Registry, Resource

from omlib.errors import OmlibError
from omlib.report.changes import Changes
from omlib.report.findings_lines import findings_lines
from omlib.report.json_text import json_text
from omlib.report.junit import junit
from omlib.report.markdown import LEAST_CHARS, markdown
from omlib.report.readers import UnreadableReportError, read_findings, read_findings_lines
from omlib.report.reconcile_json import reconcile_json
from omlib.report.reconciliation import Label, Reconciliation
from omlib.report.sarif import sarif
from omlib.report.words import Lang, error_words
from omlib.report.xlsx import write_xlsx

CASE = Path(__file__).parent / "city"
ROOT = Path(__file__).parents[3]
FOREIGN = ROOT / "tests" / "schemas"


def _same(name: str, told: str) -> None:
    golden = CASE / name
    if os.environ.get("OMLIB_WRITE_GOLDEN"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def _lines(it: Reconciliation) -> Iterator[str]:
    return findings_lines(it.run, it.estate.name, it.findings, it.coverage)


def _line_schema() -> jsonschema.Draft202012Validator:
    texts = {name: _read(ROOT / "docs" / "schema" / name) for name in _PUBLISHED}
    registry: Registry[Any] = Registry().with_resources(
        (name, Resource.from_contents(text)) for name, text in texts.items()
    )
    return jsonschema.Draft202012Validator(texts["findings-1.1.json"], registry=registry)


_PUBLISHED = ("findings-1.1.json", "reconcile-1.2.json")


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_json_lines_keep_their_published_schema_and_read_the_same(city: Reconciliation) -> None:
    told = list(_lines(city))
    _same("findings.jsonl", "".join(told))
    schema = _line_schema()
    for line in told:
        schema.validate(json.loads(line))


def test_the_schema_of_json_lines_notices_a_status_nobody_knows(city: Reconciliation) -> None:
    told = json.loads(list(_lines(city))[1]) | {"status": "fine"}
    with pytest.raises(jsonschema.ValidationError):
        _line_schema().validate(told)


def test_findings_come_back_from_json_and_from_json_lines_as_they_were(
    city: Reconciliation,
) -> None:
    assert read_findings(json_text(reconcile_json(city))) == tuple(city.findings)
    assert list(read_findings_lines(_lines(city))) == list(city.findings)


def test_a_reader_ignores_what_a_newer_minor_version_added(city: Reconciliation) -> None:
    told: dict[str, Any] = json.loads(json_text(reconcile_json(city)))
    told |= {"schema": "omlib.reconcile/1.7", "mood": "calm"}
    told["findings"][0]["colour"] = "green"
    assert read_findings(json.dumps(told)) == tuple(city.findings)
    first, *rest = _lines(city)
    header = json.loads(first) | {"schema": "omlib.findings/1.9"}
    newer = [json.dumps(header), '{"type": "weather"}', *rest]
    assert list(read_findings_lines(newer)) == list(city.findings)


def _other_major(it: Reconciliation) -> None:
    told: dict[str, Any] = json.loads(json_text(reconcile_json(it)))
    read_findings(json.dumps(told | {"schema": "omlib.reconcile/2.0"}))


def _other_format(it: Reconciliation) -> None:
    read_findings(next(_lines(it)))


def _cut_lines(it: Reconciliation) -> None:
    list(read_findings_lines(list(_lines(it))[:-1]))


def _one_line_lost(it: Reconciliation) -> None:
    told = list(_lines(it))
    list(read_findings_lines([*told[:3], *told[4:]]))


def _no_json(it: Reconciliation) -> None:
    list(read_findings_lines([next(_lines(it)), "half a li"]))


def _a_line_too_many(it: Reconciliation) -> None:
    told = list(_lines(it))
    list(read_findings_lines([*told, told[1]]))


def _half_a_finding(it: Reconciliation) -> None:
    list(read_findings_lines([next(_lines(it)), '{"type": "finding", "ref": "cloud/server/x"}']))


@pytest.mark.parametrize(
    ("read", "why"),
    [
        (_other_major, "major"),
        (_other_format, "not_ours"),
        (_cut_lines, "cut"),
        (_one_line_lost, "cut"),
        (_no_json, "not_json"),
        (_a_line_too_many, "after_the_end"),
        (_half_a_finding, "shape"),
    ],
)
def test_what_cannot_be_read_whole_is_refused_in_words(
    city: Reconciliation, read: Callable[[Reconciliation], None], why: str
) -> None:
    with pytest.raises(UnreadableReportError) as told:
        read(city)
    error: OmlibError = told.value
    assert error.facts["why"] == why
    for lang in Lang:
        what, next_step = error_words(error.code, error.facts, lang)
        assert what.isprintable()
        assert next_step


@pytest.mark.parametrize("compared", [False, True])
def test_sarif_keeps_the_schema_of_the_standard(
    city: Reconciliation, since_yesterday: Changes, compared: bool
) -> None:
    told = "".join(sarif(city, Lang.EN, changes=since_yesterday if compared else None))
    _same("changes.sarif" if compared else "report.sarif", told)
    schema = _read(FOREIGN / "sarif-2.1.0-rtm.5.json")
    jsonschema.Draft4Validator(schema).validate(json.loads(told))


def _results(it: Reconciliation, since: Changes | None = None) -> list[dict[str, Any]]:
    told = json.loads("".join(sarif(it, Lang.EN, changes=since)))
    results: list[dict[str, Any]] = told["runs"][0]["results"]
    return results


def test_sarif_fingerprints_are_unique_and_survive_a_declaration_that_moves(
    city: Reconciliation,
) -> None:
    def prints(it: Reconciliation) -> list[str]:
        return [one["partialFingerprints"]["omlibRefPath/v1"] for one in _results(it)]

    moved = [
        replace(finding, source=finding.source and finding.source._replace(line=999))
        for finding in city.findings
    ]
    assert len(set(prints(city))) == len(prints(city))
    assert prints(replace(city, findings=moved)) == prints(city)


def test_sarif_tells_what_is_new_changed_gone_and_nowhere_to_be_seen(
    city: Reconciliation, since_yesterday: Changes
) -> None:
    states: dict[str, set[str]] = {}
    for result in _results(city, since_yesterday):
        states.setdefault(result["baselineState"], set()).add(result["properties"]["ref"])
    assert "network/section/core-sw-1/acl 3000" in states["new"]
    assert "cloud/server/hrss-app-01" in states["updated"]
    assert states["absent"] == {"server/listener/oa-01/tcp%2F*:8080"}
    assert any(ref.startswith("cloud/port/@") for ref in states["updated"])


def test_sarif_suppresses_just_what_a_waiver_accepts(city: Reconciliation) -> None:
    suppressed = [one for one in _results(city) if one.get("suppressions")]
    assert [one["properties"]["ref"] for one in suppressed] == ["cloud/server/edu-net-1"]
    assert suppressed[0]["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "OM-2026-013; 年底高峰; 李四; 2026-12-31",
        }
    ]


def test_no_result_of_sarif_passes_or_fails_where_nobody_could_look(city: Reconciliation) -> None:
    unknown = [one for one in _results(city) if one["properties"]["status"] == "unknown"]
    assert unknown
    assert {(one["kind"], one["level"]) for one in unknown} == {("open", "none")}


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("schema", ["junit-10.xsd", "junit-10-surefire.xsd"])
def test_junit_keeps_both_schemas_of_jenkins(city: Reconciliation, schema: str, lang: Lang) -> None:
    told = "".join(junit(city, lang))
    _same(f"junit-{lang}.xml", told)
    xmlschema.XMLSchema(FOREIGN / schema).validate(io.StringIO(told))


def test_junit_counts_what_it_holds_and_turns_no_unknown_green(city: Reconciliation) -> None:
    root = xmlschema.XMLResource("".join(junit(city, Lang.EN))).root
    gaps = sum(len(row.gaps) for row in city.coverage)
    assert int(root.attrib["tests"]) == len(city.findings) + gaps
    for element, attribute in (("failure", "failures"), ("error", "errors")):
        assert len(root.findall(f".//{element}")) == int(root.attrib[attribute])
        in_suites = sum(int(suite.attrib[attribute]) for suite in root.findall("testsuite"))
        assert in_suites == int(root.attrib[attribute])
    assert int(root.attrib["errors"]) > gaps


def test_junit_of_an_interrupted_run_is_not_green(city: Reconciliation) -> None:
    run = replace(city.run, labels=(Label.INTERRUPTED,))
    told = "".join(junit(replace(city, run=run, findings=(), coverage=()), Lang.EN))
    assert '<error type="interrupted"' in told


@pytest.mark.parametrize("lang", list(Lang))
def test_markdown_reads_the_same(
    city: Reconciliation, since_yesterday: Changes, lang: Lang
) -> None:
    _same(f"report-{lang}.md", "".join(markdown(city, lang, changes=since_yesterday)))


@pytest.mark.parametrize("limit", [LEAST_CHARS, 6500, 7000, 7500, 8000, 9000, 65536])
def test_markdown_keeps_its_limit_and_closes_what_it_opened(
    city: Reconciliation, since_yesterday: Changes, limit: int
) -> None:
    many = [*city.findings] * 20
    told = "".join(
        markdown(replace(city, findings=many), Lang.ZH, changes=since_yesterday, limit_chars=limit)
    )
    assert len(told) <= limit
    assert told.count("<details>") == told.count("</details>")
    assert told.count("```") % 2 == 0


def test_markdown_shows_every_residue_and_missing_item_outside_of_what_is_folded(
    city: Reconciliation,
) -> None:
    told = "".join(markdown(city, Lang.EN, changes=None, limit_chars=LEAST_CHARS))
    visible, _, _ = told.partition("<details>")
    for finding in city.findings:
        if finding.status in ("residue", "missing"):
            assert f"`{finding.ref}`" in visible


def test_markdown_names_what_the_limit_left_out(city: Reconciliation) -> None:
    many = [*city.findings] * 100
    told = "".join(
        markdown(replace(city, findings=many), Lang.EN, changes=None, limit_chars=LEAST_CHARS)
    )
    assert "Left out for the limit of 6000 characters: " in told
    assert "more of these" in told


def _book(it: Reconciliation, lang: Lang, since: Changes | None) -> dict[str, list[list[Any]]]:
    out = io.BytesIO()
    write_xlsx(it, lang, out, changes=since)
    book = openpyxl.load_workbook(out)
    return {sheet.title: [list(row) for row in sheet.values] for sheet in book}


def test_a_workbook_answers_one_question_on_each_sheet(
    city: Reconciliation, since_yesterday: Changes
) -> None:
    sheets = _book(city, Lang.EN, since_yesterday)
    assert [*sheets] == [
        "Summary",
        "Systems",
        "Departments",
        "Findings",
        "Differences",
        "Coverage",
        "Changes",
    ]
    assert len(sheets["Findings"]) == 1 + len(city.findings)
    assert [row[0] for row in sheets["Findings"][1:]] == [str(one.ref) for one in city.findings]
    differences = sum(len(finding.differences) for finding in city.findings)
    assert len(sheets["Differences"]) == 1 + differences
    assert [row[0] for row in sheets["Changes"]] == [
        "Change",
        "new",
        "changed",
        "gone",
        "lost from sight",
    ]


def test_a_workbook_speaks_chinese_and_keeps_numbers_as_numbers(city: Reconciliation) -> None:
    sheets = _book(city, Lang.ZH, None)
    assert [*sheets][:2] == ["汇总", "业务系统"]
    ram = next(row for row in sheets["差异"] if row[2] == "ram_mib")
    assert ram[3:5] == [4096, 8192]
    assert sheets["变化"][1][0] == "没有可比较的早先运行。"


def test_a_workbook_has_a_frozen_head_and_a_filter_on_every_sheet(city: Reconciliation) -> None:
    out = io.BytesIO()
    write_xlsx(city, Lang.EN, out, changes=None)
    for sheet in openpyxl.load_workbook(out):
        assert (sheet.freeze_panes, sheet.auto_filter.ref.partition(":")[0]) == ("A2", "A1")
        assert all(8 < one.width < 70 for one in sheet.column_dimensions.values())
