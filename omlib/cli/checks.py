"""Commands that hold the estate against a rule book: the multi-level protection scheme."""

from typing import Annotated

import typer

from omlib.cli.options import AsJson, Inventory, Language, Records, language
from omlib.cli.progress import StepProgress
from omlib.cli.show import show, show_json


def add_to(app: typer.Typer) -> None:
    app.command()(mlps)


def mlps(
    systems: Annotated[
        list[str] | None, typer.Option("--system", "-s", help="Only this system; may be repeated.")
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody: check the last look on record.")
    ] = False,
    path: Inventory = None,
    records: Records = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Check systems of MLPS level 3 and above: yes, no or unknown, and what it stands on.

    Exit code: 0 all yes; 2 a no, 4 something is unknown, 6 both; 1 the run failed.

    Examples:

      omlib mlps

      omlib mlps --system hrss-pay --json
    """
    from omlib.jobs.mlps import check_estate
    from omlib.jobs.selection import select
    from omlib.jobs.workspace import open_workspace
    from omlib.jobs.world import SystemClock
    from omlib.report.mlps_screen import mlps_json, mlps_report

    work = open_workspace(path, records, posture=True)
    selection = select(work.estate, systems=systems or ())
    with work.store() as store, StepProgress(language()) as progress:
        told = check_estate(
            work,
            store,
            clock=SystemClock(),
            progress=progress,
            selection=selection,
            offline=offline,
        )
    if as_json:
        show_json(mlps_json(told))
    else:
        show(mlps_report(told, language()))
    return told.exit_code
