"""Commands that change: plan and apply."""

from pathlib import Path
from typing import Annotated

import typer

from omlib.cli.look import Departments, Planes, Systems
from omlib.cli.options import AsJson, Inventory, Language, Records, language
from omlib.cli.progress import StepProgress
from omlib.cli.show import show, show_json

AllowDestroy = Annotated[
    bool,
    typer.Option("--allow-destroy", help="Let the plan delete what is declared absent or retired."),
]
PENDING, INCOMPLETE = 2, 4  # as in report.exits


def add_to(app: typer.Typer) -> None:
    app.command()(plan)
    app.command()(apply)


def plan(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the plan here.", show_default=False)
    ] = None,
    systems: Systems = None,
    departments: Departments = None,
    planes: Planes = None,
    allow_destroy: AllowDestroy = False,
    path: Inventory = None,
    records: Records = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Look, compare, and plan what would bring the estate to its declared state. Changes nothing.

    What could not be seen never gets an action; it is listed with the reason.
    Exit code: 0 nothing to do; 2 a change is pending, or a drift is left that nothing here mends;
    4 something is unknown; 6 both.

    Example:

      omlib plan --system hrss-pay --out change.json
    """
    import json

    from omlib.jobs.change import make_plan, write_plan
    from omlib.jobs.selection import select
    from omlib.jobs.workspace import open_workspace
    from omlib.jobs.world import SystemClock
    from omlib.plan.codec import dump
    from omlib.report.plan_screen import plan_report

    work = open_workspace(path, records)
    selection = select(
        work.estate, systems=systems or (), departments=departments or (), planes=planes or ()
    )
    with work.store() as store, StepProgress(language()) as progress:
        made = make_plan(
            work,
            store,
            clock=SystemClock(),
            progress=progress,
            selection=selection,
            allow_destroy=allow_destroy,
        )
    if out:
        write_plan(made.plan, out)
    if as_json:
        show_json(json.loads(dump(made.plan)))
    else:
        name = str(out) if out else ""
        show(plan_report(made.plan, language(), name=name, digest=made.digest))
    code = PENDING if made.plan.actions or made.drifted else 0
    return code | (INCOMPLETE if made.incomplete else 0)


def apply(
    file: Annotated[Path, typer.Argument(help="A plan that `omlib plan --out` wrote.")],
    allow_destroy: AllowDestroy = False,
    path: Inventory = None,
    records: Records = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Carry out a plan: only what it says, only on what it saw; or go on where a run stopped.

    Its scope is read again first, and what moved since is refused.
    Exit code: 0 done, 1 a step failed, 8 refused.

    Example:

      omlib apply change.json
    """
    from omlib.jobs.change import carry_out, read_plan
    from omlib.jobs.workspace import open_workspace
    from omlib.jobs.world import SystemClock
    from omlib.report.apply_screen import apply_json, apply_report

    planned = read_plan(file)
    work = open_workspace(path, records)
    with work.store() as store, StepProgress(language()) as progress:
        applied = carry_out(
            work,
            store,
            planned,
            clock=SystemClock(),
            progress=progress,
            allow_destroy=allow_destroy,
        )
    if as_json:
        show_json(apply_json(applied))
    else:
        show(apply_report(applied, language()))
    return 0 if applied.complete else 1
