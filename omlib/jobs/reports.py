"""A recorded comparison written down in one of the formats, with what changed since an earlier one.

`omlib.report` makes the texts. Here they are put into a file, whole or not at all.
"""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from omlib.errors import OmlibError, UsageError
from omlib.jobs.history import recorded
from omlib.jobs.workspace import Workspace
from omlib.model.history import Trend
from omlib.records.run import Run, RunState
from omlib.records.store import RecordStore
from omlib.report.changes import Changes, changes, gaps_of
from omlib.report.formats import TELLS_CHANGES, Format
from omlib.report.reconciliation import Label, Reconciliation
from omlib.report.words import Lang

_LOOKED_BACK = 10_000  # runs: a year of hourly ones, and some
_NO_SCOPE = {f"--{label}" for label in (Label.OFFLINE, Label.INTERRUPTED)}


class ReportNotWrittenError(OmlibError):
    """The report could not be written; what was at its place is still there. Facts: path, why."""

    code = "report_not_written"


class ScopesDifferError(UsageError):
    """Two runs looked at different things. Facts: run, scope, against, against_scope."""

    code = "scopes_differ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A comparison with what goes beside it. *changes* is None where there is nothing earlier."""

    told: Reconciliation
    changes: Changes | None
    trend: Trend | None


def report_of(work: Workspace, store: RecordStore, run: str, against: str, form: Format) -> Report:
    """The comparison of *run* ("": the last), with what *form* has a place for beside it.

    What changed is told since *against*, or since the last comparison of the same scope before it.
    As JSON lines it may be of any size: it is read while it is written, with *store* open.
    Raises NoSuchRunError, NothingComparedError, ScopesDifferError, UsageError.
    """
    if against and form not in TELLS_CHANGES:
        raise UsageError(what="against_and_format", name=form.value)
    told = recorded(work, store, run, held=form is not Format.JSONL)
    return Report(
        told=told,
        changes=_changes(work, store, told, against) if form in TELLS_CHANGES else None,
        trend=_trend(store, told) if form is Format.HTML else None,
    )


def write_report(
    it: Report,
    form: Format,
    out: BinaryIO,
    *,
    lang: Lang,
    everything: bool = False,
    limit_chars: int | None = None,
) -> None:
    """Write *it* to *out*. *everything*: on a screen, also what is in sync."""
    if form is Format.XLSX:
        from omlib.report.xlsx import write_xlsx

        write_xlsx(it.told, lang, out, changes=it.changes)
        return
    for piece in _pieces(it, form, lang, everything, limit_chars):
        out.write(piece.encode("utf-8"))


def _pieces(
    it: Report, form: Format, lang: Lang, everything: bool, limit_chars: int | None
) -> Iterator[str]:
    """Each format is loaded only when it is asked for: openpyxl alone takes a third of a second."""
    told = it.told
    match form:
        case Format.JSON:
            from omlib.report.json_text import json_text
            from omlib.report.reconcile_json import reconcile_json

            yield json_text(reconcile_json(told))
        case Format.JSONL:
            from omlib.report.findings_lines import findings_lines

            yield from findings_lines(told.run, told.estate.name, told.findings, told.coverage)
        case Format.SARIF:
            from omlib.report.sarif import sarif

            yield from sarif(told, lang, changes=it.changes)
        case Format.JUNIT:
            from omlib.report.junit import junit

            yield from junit(told, lang)
        case Format.MARKDOWN:
            from omlib.report.markdown import markdown

            yield from markdown(told, lang, changes=it.changes, limit_chars=limit_chars)
        case Format.HTML:
            from omlib.report.html import html_report

            yield from html_report(told, lang, changes=it.changes, trend=it.trend)
        case _:
            from omlib.report.reconcile_screen import reconcile_report
            from omlib.report.terminal import to_text

            yield to_text(reconcile_report(told, lang, everything=everything), None)


@contextmanager
def in_place_of(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of *path* when all of it is written, on disk, and without fault.

    Raises ReportNotWrittenError; then *path* is as it was.
    """
    place = path.resolve()
    try:
        if place.exists() and not stat.S_ISREG(place.stat().st_mode):
            with place.open("wb") as device:  # a pipe or /dev/null: nothing to keep, or to replace
                yield device
            return
        mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else 0o666 & ~_umask()
        number, name = tempfile.mkstemp(prefix=f".{place.name[:40]}.", dir=place.parent)
        try:
            with os.fdopen(number, "wb") as file:
                yield file
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            Path(name).replace(place)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as fault:
        raise ReportNotWrittenError(path=str(path), why=fault.strerror or str(fault)) from fault


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _changes(
    work: Workspace, store: RecordStore, told: Reconciliation, against: str
) -> Changes | None:
    this = store.run(told.run.id)
    earlier = store.run(against) if against else _before(store, this)
    if earlier is None:
        return None
    if _asked(earlier) != _asked(this):
        raise ScopesDifferError(
            run=this.id,
            scope=_asked(this),
            against=earlier.id,
            against_scope=_asked(earlier),
        )
    before = recorded(work, store, earlier.id).findings
    return changes(before, told.findings, gaps=gaps_of(told.coverage), since=earlier.id)


def _before(store: RecordStore, this: Run) -> Run | None:
    """The last whole comparison before this one that can be compared with it."""
    return next(
        (
            one
            for one in store.runs(_LOOKED_BACK)
            if one.verb == this.verb
            and one.state is RunState.ENDED
            and _asked(one) == _asked(this)
            and (one.started, one.id) < (this.started, this.id)
            and not one.pruned
        ),
        None,
    )


def _asked(run: Run) -> str:
    """What it looked at; whether it asked anybody, or was told to stop, is another matter."""
    return " ".join(word for word in run.scope.split() if word not in _NO_SCOPE)


def _trend(store: RecordStore, told: Reconciliation) -> Trend | None:
    """Day by day up to this run; None while there is no more than one day."""
    found = store.run(told.run.id)
    zone = ZoneInfo(told.estate.timezone)
    trend = store.trend(zone, until=found.ended or found.started)
    return trend if any(len(one.points) > 1 for one in trend) else None
