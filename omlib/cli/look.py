"""Commands that look and never write to what they look at: observe, reconcile, report, runs."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from omlib.cli.options import AsJson, Inventory, Language, Records, language
from omlib.cli.progress import StepProgress
from omlib.cli.show import show, show_json

if TYPE_CHECKING:
    from omlib.report.formats import Format

runs = typer.Typer(help="What earlier runs found.", no_args_is_help=True)

Systems = Annotated[
    list[str] | None, typer.Option("--system", "-s", help="Only this system; may be repeated.")
]
Departments = Annotated[
    list[str] | None,
    typer.Option("--department", "-d", help="Only this department and those below it."),
]
Planes = Annotated[
    list[str] | None, typer.Option("--plane", "-p", help="Only cloud, server or network.")
]


def add_to(app: typer.Typer) -> None:
    app.command()(observe)
    app.command()(reconcile)
    app.command()(report)


def observe(
    systems: Systems = None,
    departments: Departments = None,
    planes: Planes = None,
    path: Inventory = None,
    records: Records = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Look at the estate and keep what was seen; compare nothing.

    Exit code 0 when everything was seen whole, 4 when something could not be seen.

    Example:

      omlib observe --plane server
    """
    from omlib.jobs.look import look_at_estate
    from omlib.jobs.selection import select
    from omlib.jobs.workspace import open_workspace
    from omlib.jobs.world import SystemClock
    from omlib.report.observe_screen import observation_json, observation_report

    work = open_workspace(path, records)
    selection = select(
        work.estate, systems=systems or (), departments=departments or (), planes=planes or ()
    )
    with work.store() as store, StepProgress(language()) as progress:
        seen = look_at_estate(
            work, store, clock=SystemClock(), progress=progress, selection=selection
        )
    if as_json:
        show_json(observation_json(seen.told))
    else:
        show(observation_report(seen.told, language()))
    return seen.told.exit_code


def reconcile(
    systems: Systems = None,
    departments: Departments = None,
    planes: Planes = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody: compare with the last look on record.")
    ] = False,
    fail_on: Annotated[
        str,
        typer.Option(
            "--fail-on",
            help="Which statuses set exit bit 2: a list such as missing,residue.",
            show_default=False,
        ),
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="List also what is in sync.")] = False,
    path: Inventory = None,
    records: Records = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Compare what is declared with what is really deployed: one verdict per item and system.

    Exit code: 0 in sync; 2 drift, 4 something is unknown, 6 both; 1 the run failed;
    130 interrupted (what was seen by then is shown).

    Examples:

      omlib reconcile

      omlib reconcile --system hrss-pay --json

      omlib reconcile --department edu --fail-on residue,missing

      omlib reconcile --offline --plane network
    """
    from omlib.jobs.reconcile import reconcile_estate
    from omlib.jobs.selection import select, statuses
    from omlib.jobs.workspace import open_workspace
    from omlib.jobs.world import SystemClock
    from omlib.report.reconcile_json import reconcile_json
    from omlib.report.reconcile_screen import reconcile_report

    failing = statuses(fail_on)
    work = open_workspace(path, records)
    selection = select(
        work.estate, systems=systems or (), departments=departments or (), planes=planes or ()
    )
    with work.store() as store, StepProgress(language()) as progress:
        done = reconcile_estate(
            work,
            store,
            clock=SystemClock(),
            progress=progress,
            selection=selection,
            offline=offline,
            fail_on=failing,
        )
    if as_json:
        show_json(reconcile_json(done.told))
    else:
        show(reconcile_report(done.told, language(), everything=everything))
    return done.told.exit_code


def report(
    run: Annotated[str, typer.Argument(help="A run's id; without it, the last.")] = "",
    form: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help="screen, json, jsonl, sarif, junit, markdown, html or xlsx.",
        ),
    ] = "",
    out: Annotated[
        str,
        typer.Option(
            "--out", "-o", help="Write to this file, whole or not at all; - is the screen."
        ),
    ] = "-",
    against: Annotated[
        str,
        typer.Option(
            "--against",
            help="Tell what changed since this run. Default: the last one of the same scope.",
            show_default=False,
        ),
    ] = "",
    limit_chars: Annotated[
        int | None,
        typer.Option(
            "--limit-chars",
            min=6000,
            help="Markdown of this length at most: 65536 for a comment on GitHub.",
            show_default=False,
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="List also what is in sync.")] = False,
    path: Inventory = None,
    records: Records = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Show a recorded comparison again, as it was concluded then, or write it in another format.

    The exit code is that of the comparison, in every format; docs/reports.md shows them all.

    Examples:

      omlib report

      omlib report 20261121T093015Z-7f3a --json

      omlib report --format html --out report.html

      omlib report --format markdown --limit-chars 65536
    """
    from omlib.cli.show import show_report
    from omlib.jobs.reports import report_of
    from omlib.jobs.workspace import open_workspace

    chosen = _format(form, as_json, out, limit_chars)
    work = open_workspace(path, records)
    with work.store() as store:
        told = report_of(work, store, run, against, chosen)
        show_report(told, chosen, out, language(), everything=everything, limit_chars=limit_chars)
        return told.told.exit_code


def _format(form: str, as_json: bool, out: str, limit_chars: int | None) -> "Format":
    from omlib.errors import UsageError
    from omlib.report.formats import Format

    if as_json and form not in ("", "json"):
        raise UsageError(what="json_and_format", name=form)
    try:
        chosen = Format(form or ("json" if as_json else "screen"))
    except ValueError:
        raise UsageError(what="no_such_format", name=form, known=", ".join(Format)) from None
    if limit_chars is not None and chosen is not Format.MARKDOWN:
        raise UsageError(what="limit_and_format", name=chosen.value)
    if chosen is Format.XLSX and out == "-" and sys.stdout.isatty():
        raise UsageError(what="binary_on_a_terminal", name=form)
    return chosen


@runs.command("list")
def list_runs(
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=1_000_000, help="How many, newest first.")
    ] = 20,
    path: Inventory = None,
    records: Records = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """List earlier runs, newest first."""
    from omlib.jobs.history import earlier_runs
    from omlib.report.runs_screen import runs_json, runs_report

    listed = earlier_runs(path, records, limit)
    if as_json:
        show_json(runs_json(listed))
    else:
        show(runs_report(listed, language()))
    return 0


@runs.command("show")
def show_run(
    run: Annotated[str, typer.Argument(help="A run's id.")],
    path: Inventory = None,
    records: Records = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Show one run: who, when, from which revision, and what it found."""
    from omlib.jobs.history import one_run
    from omlib.report.runs_screen import run_json, run_report

    found = one_run(path, records, run)
    if as_json:
        show_json(run_json(found))
    else:
        show(run_report(found, language()))
    return 0
