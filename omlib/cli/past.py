"""Commands about what is on record: what changed, does it hold, what may go; one item's story."""

from typing import Annotated

import typer

from omlib.cli.look import runs
from omlib.cli.options import AsJson, Inventory, Language, Records, language
from omlib.cli.show import show, show_json


def add_to(app: typer.Typer) -> None:
    app.command()(explain)


def explain(
    ref: Annotated[
        str, typer.Argument(help="A ref, an inventory id, or the end of a ref.", metavar="REF")
    ],
    path: Inventory = None,
    records: Records = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Tell one item's story: declared where, seen when, differs how, since when, what to do.

    Nobody is asked: the inventory of now is compared with the last look on record. The exit code is
    that of the item: 0 in sync, 2 drift, 4 unknown.

    Examples:

      omlib explain server/package/hrss-app-01/nginx

      omlib explain hrss-app-01/nginx --json
    """
    from omlib.jobs.explain import explain as explain_item
    from omlib.jobs.workspace import open_workspace
    from omlib.jobs.world import SystemClock
    from omlib.report.explain_json import explain_json
    from omlib.report.explain_screen import explain_report

    work = open_workspace(path, records)
    with work.store() as store:
        told = explain_item(work, store, ref, clock=SystemClock())
    if as_json:
        show_json(explain_json(told))
    else:
        show(explain_report(told, language()))
    return told.exit_code


@runs.command("diff")
def diff(
    before: Annotated[str, typer.Argument(help="The earlier run's id.")],
    after: Annotated[str, typer.Argument(help="The later run's id; without it, the last.")] = "",
    path: Inventory = None,
    records: Records = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Tell what changed from one comparison to another.

    Exit code: 2 where something drifts that did not, or drifts otherwise; 4 where something is not
    seen now; 6 both; 0 where there is neither.

    Example:

      omlib runs diff 20261121T093015Z-7f3a
    """
    from omlib.jobs.runs import diff_runs, open_records
    from omlib.report.diff_screen import diff_json, diff_report

    with open_records(path, records) as store:
        told = diff_runs(store, before, after)
    if as_json:
        show_json(diff_json(told))
    else:
        show(diff_report(told, language()))
    return told.exit_code


@runs.command("verify")
def verify(
    head: Annotated[
        str,
        typer.Option(
            "--head",
            help="A head noted elsewhere, NUMBER:HASH: was the end cut off since?",
            show_default=False,
        ),
    ] = "",
    path: Inventory = None,
    records: Records = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Hold everything on record against its hash chain, and name the first record that differs.

    Exit code 0 when everything holds, 1 when something does not.
    """
    from omlib.jobs.runs import open_records, verify_records
    from omlib.report.verify_screen import verify_json, verify_report

    with open_records(path, records) as store:
        told = verify_records(store, head)
    if as_json:
        show_json(verify_json(told))
    else:
        show(verify_report(told, language()))
    return 1 if told.bad else 0


@runs.command("prune")
def prune(
    keep_days: Annotated[
        int,
        typer.Option(
            "--keep-days", min=1, help="Keep what the runs of so many days saw and found."
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would go; write nothing.")
    ] = False,
    path: Inventory = None,
    records: Records = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Take away what old runs saw and found, and make the file smaller.

    What stays still verifies: the runs with who, when and how many, the history of items and
    departments, the last look at every scope, journals of unfinished plans.

    Example:

      omlib runs prune --keep-days 90 --dry-run
    """
    from omlib.jobs.runs import open_records, prune_records
    from omlib.jobs.world import SystemClock
    from omlib.report.prune_screen import prune_json, prune_report

    with open_records(path, records) as store:
        told = prune_records(store, keep_days=keep_days, clock=SystemClock(), dry_run=dry_run)
    if as_json:
        show_json(prune_json(told))
    else:
        show(prune_report(told, language()))
    return 0
