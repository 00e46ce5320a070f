"""A comparison as a spreadsheet: one sheet for each question.

What comes from outside is text and stays text: what a spreadsheet would take for a formula gets an
apostrophe in front, so that it is none even after a round trip through CSV. Equal runs give equal
bytes: times in the file are the run's.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.xml.functions import tostring

from omlib.model.finding import Finding, Verdict
from omlib.model.item import Value
from omlib.model.status import WORST_FIRST
from omlib.report.changes import Changes
from omlib.report.finding_entries import kind_text
from omlib.report.finding_text import short
from omlib.report.reconciliation import Reconciliation
from omlib.report.values import moment_text, two_sides
from omlib.report.words import Lang, words

Cell = str | int | float
Row = Sequence[Cell]

_MOST_ROWS = 1_000_000  # a sheet takes 1,048,576
_LONGEST = 2000  # characters of a cell; Excel takes 32,767 and reads none of them well
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # Excel reads _x202E_ as the character itself
_CORE = "docProps/core.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """*columns*: the code of each title, with its width in characters."""

    name: str
    columns: tuple[tuple[str, int], ...]
    rows: Iterable[Row]


def write_xlsx(it: Reconciliation, lang: Lang, out: BinaryIO, *, changes: Changes | None) -> None:
    book = Workbook(write_only=True)
    for sheet in _sheets(it, lang, changes):
        _write(book, sheet, lang)
    drawn = io.BytesIO()
    book.save(drawn)
    _with_times_of(it.run.started, drawn, out)


def safe(text: str, lang: Lang) -> str:
    """*text* as a cell may hold it: neutral, cut, and no formula.

    >>> safe("=1+1", Lang.EN), safe("_x202E_", Lang.EN)
    ("'=1+1", '_x005F_x202E_')
    """
    told = _ESCAPE.sub("_x005F_", short(text, lang, _LONGEST))
    return f"'{told}" if _FORMULA.match(text) or _FORMULA.match(told) else told


def _write(book: Workbook, sheet: _Sheet, lang: Lang) -> None:
    drawn = book.create_sheet(words(f"sheet.{sheet.name}", lang))
    drawn.freeze_panes = "A2"
    last = get_column_letter(len(sheet.columns))
    for at, (_, wide) in enumerate(sheet.columns, start=1):
        drawn.column_dimensions[get_column_letter(at)].width = wide
    titles = []
    for code, _ in sheet.columns:
        cell = WriteOnlyCell(drawn, value=_title(code, lang))
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDE5EE")
        titles.append(cell)
    drawn.append(titles)
    rows, written = iter(sheet.rows), 1
    for row in islice(rows, _MOST_ROWS):
        drawn.append([safe(one, lang) if isinstance(one, str) else one for one in row])
        written += 1
    drawn.auto_filter.ref = f"A1:{last}{written}"
    left = sum(1 for _ in rows)
    if left:
        drawn.append([words("sheet.cut", lang, n=left)])


def _title(code: str, lang: Lang) -> str:
    return words(code if "." in code else f"cell.{code}", lang)


def _sheets(it: Reconciliation, lang: Lang, changes: Changes | None) -> Iterator[_Sheet]:
    counts = tuple((f"status.{status}", 11) for status in WORST_FIRST)
    verdict = (("status", 12), ("reason", 14), *counts)
    yield _Sheet(name="summary", columns=(("name", 30), ("cell.now", 60)), rows=_summary(it, lang))
    yield _Sheet(
        name="systems",
        columns=(("id", 20), ("name", 30), ("department", 28), *verdict),
        rows=_systems(it, lang),
    )
    yield _Sheet(
        name="departments",
        columns=(("id", 20), ("name", 30), ("parent", 28), *verdict),
        rows=_departments(it, lang),
    )
    item = (("ref", 46), ("plane", 9), ("kind", 12), ("where", 26), ("status", 12))
    more = (("systems", 24), ("department", 24), ("source", 24), ("label", 20), ("live", 30))
    yield _Sheet(
        name="findings",
        columns=(*item, ("reason", 14), ("class", 18), ("differs", 24), *more, ("detail", 50)),
        rows=(_finding(finding, it, lang) for finding in it.findings),
    )
    sides = (("path", 20), ("declared", 36), ("actual", 36), ("waived_by", 16), ("resurfaced", 24))
    yield _Sheet(
        name="differences",
        columns=(("ref", 46), ("status", 12), *sides, ("systems", 24), ("source", 24)),
        rows=_differences(it, lang),
    )
    yield _Sheet(
        name="coverage",
        columns=(
            *(("plane", 9), ("listings", 10), ("whole", 10), ("items", 10), ("seen", 12)),
            *(("kind", 14), ("where", 30), ("reason", 14), ("detail", 60)),
        ),
        rows=_coverage(it, lang),
    )
    yield _Sheet(
        name="changes",
        columns=(("change", 16), ("ref", 46), ("before", 14), ("cell.now", 14), ("systems", 24)),
        rows=_changes(changes, it, lang),
    )


def _summary(it: Reconciliation, lang: Lang) -> Iterator[Row]:
    run = it.run
    clean = "" if run.clean is None else words(f"answer.{'yes' if run.clean else 'no'}", lang)
    facts: tuple[tuple[str, Cell], ...] = (
        ("estate", it.estate.name),
        ("run", run.id),
        ("started", moment_text(run.started)),
        ("took_s", round(run.took_s, 3)),
        ("scope", run.scope),
        ("labels", "; ".join(words(f"label.{label}", lang) for label in run.labels)),
        ("actor", run.actor),
        ("revision", run.revision),
        ("clean", clean),
        ("tool", run.tool),
        ("complete", words(f"answer.{'yes' if it.complete else 'no'}", lang)),
        ("exit_code", it.exit_code),
        ("items", len(it.findings)),
    )
    for name, value in facts:
        yield words(f"cell.{name}", lang), value
    for status, count in it.counts.items():
        yield words(f"status.{status}", lang), count


def _systems(it: Reconciliation, lang: Lang) -> Iterator[Row]:
    for subject, verdict in it.verdicts.systems.items():
        system = it.estate.systems.get(subject)
        name, department = (system.name, system.department) if system else ("", "")
        yield subject, name, _department(department, it), *_verdict(verdict, lang)


def _departments(it: Reconciliation, lang: Lang) -> Iterator[Row]:
    for subject, verdict in it.verdicts.departments.items():
        known = it.estate.departments.get(subject)
        name, parent = (known.name, known.parent) if known else ("", "")
        yield subject, name, _department(parent, it), *_verdict(verdict, lang)


def _verdict(verdict: Verdict, lang: Lang) -> Row:
    reason = words(f"reason.{verdict.reason}", lang) if verdict.reason else ""
    counts = (verdict.counts.get(status, 0) for status in WORST_FIRST)
    return words(f"status.{verdict.status}", lang), reason, *counts


def _finding(finding: Finding, it: Reconciliation, lang: Lang) -> Row:
    return (
        str(finding.ref),
        words(f"plane.{finding.ref.plane}", lang),
        kind_text(finding.ref.plane, finding.ref.kind, lang),
        finding.scope.where,
        words(f"status.{finding.status}", lang),
        words(f"reason.{finding.reason}", lang) if finding.reason else "",
        words(f"class.{finding.unmanaged}", lang) if finding.unmanaged else "",
        ", ".join(difference.path for difference in finding.differences),
        _names(finding, it),
        _department(finding.department, it),
        str(finding.source or ""),
        finding.label,
        finding.live,
        finding.detail,
    )


def _differences(it: Reconciliation, lang: Lang) -> Iterator[Row]:
    for finding in it.findings:
        for difference in finding.differences:
            declared, actual = _sides(difference.declared, difference.actual, lang)
            lost = difference.resurfaced
            yield (
                str(finding.ref),
                words(f"status.{finding.status}", lang),
                difference.path,
                declared,
                actual,
                difference.waived_by,
                words(f"resurfaced.{lost}", lang) if lost else "",
                _names(finding, it),
                str(finding.source or ""),
            )


def _sides(declared: Value, actual: Value, lang: Lang) -> tuple[Cell, Cell]:
    """Numbers stay numbers, to add up."""
    if type(declared) is int and type(actual) is int:
        return declared, actual
    return two_sides(declared, actual, lang)


def _coverage(it: Reconciliation, lang: Lang) -> Iterator[Row]:
    for row in it.coverage:
        plane = words(f"plane.{row.plane}", lang)
        yield plane, row.scopes, row.complete, row.items, row.seen
        for scope, reason, detail in row.gaps:
            kind, why = kind_text(scope.plane, scope.kind, lang), words(f"reason.{reason}", lang)
            yield plane, "", "", "", "", kind, scope.where, why, detail


def _changes(changes: Changes | None, it: Reconciliation, lang: Lang) -> Iterator[Row]:
    if changes is None:
        yield (words("changes.none_to_compare", lang),)
        return
    told: list[tuple[str, Finding | None, Finding | None]] = [
        *(("new", None, finding) for finding in changes.new),
        *(("changed", before, now) for before, now in changes.changed),
        *(("gone", finding, None) for finding in changes.gone),
        *(("lost", finding, None) for finding in changes.lost),
    ]
    for what, before, now in told:
        finding = now or before
        if finding is not None:
            yield (
                words(f"change.{what}", lang),
                str(finding.ref),
                words(f"status.{before.status}", lang) if before else "",
                words(f"status.{now.status}", lang) if now else "",
                _names(finding, it),
            )


def _names(finding: Finding, it: Reconciliation) -> str:
    systems = it.estate.systems
    named = (f"{one} {systems[one].name}" if one in systems else one for one in finding.systems)
    return ", ".join(named)


def _department(key: str, it: Reconciliation) -> str:
    known = it.estate.departments.get(key)
    return known.name if known else key


def _with_times_of(at: datetime, drawn: io.BytesIO, out: BinaryIO) -> None:
    """Copy the archive with one fixed time on everything in it."""
    moment = at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    stamp = max(moment, datetime(1980, 1, 1)).timetuple()[:6]  # noqa: DTZ001 ZIP knows no zones
    core = tostring(DocumentProperties(creator="omlib", created=moment, modified=moment).to_tree())
    with (
        zipfile.ZipFile(drawn) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            copy.writestr(entry, core if name == _CORE else source.read(name))
