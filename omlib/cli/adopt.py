"""`omlib adopt`: take over live cloud resources that were never tagged."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from omlib.cli.options import AsJson, Inventory, Language, Records, language
from omlib.cli.progress import StepProgress
from omlib.cli.show import show, show_json

if TYPE_CHECKING:
    from omlib.report.adoption import Adopted


def add_to(app: typer.Typer) -> None:
    app.command()(adopt)


def adopt(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="REF|SYSTEM|PROJECT", help="Only these; without any, everything."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Match, prove and show; write nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before writing.")] = False,
    new: Annotated[
        bool, typer.Option("--new", help="Propose records for what is not in the inventory.")
    ] = False,
    accept_live: Annotated[
        bool,
        typer.Option(
            "--accept-live",
            help="Where the inventory says otherwise, write the live value into it.",
        ),
    ] = False,
    min_score: Annotated[
        int | None,
        typer.Option(
            "--min-score", min=1, help="Points that a match needs. Default: 60.", show_default=False
        ),
    ] = None,
    path: Inventory = None,
    records: Records = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Take live cloud resources into the inventory and the stacks, without touching the cloud.

    Live things that were never tagged are matched by address, MAC, name, volumes and size; each
    match has a score with its reasons, and what is not clear is left to a person. Before anything
    is written a preview proves that importing changes nothing; what differs is refused, by
    attribute. Then live ids are written into the records, and the resources are imported.

    Exit code: 0 nothing left to adopt; 2 something is pending (--dry-run); 4 something is
    ambiguous or unknown; 8 something was refused; or a sum of these.

    Examples:

      omlib adopt --dry-run

      omlib adopt hrss-pay --yes

      omlib adopt cloud/server/hrss-db-01 --accept-live

      omlib adopt civil --new --dry-run --json
    """
    from omlib.jobs.adopt import NotConfirmedError, adopt_estate
    from omlib.jobs.adopt_rows import Wish
    from omlib.jobs.adopt_scope import subjects
    from omlib.jobs.wiring import stacks_to_adopt_into
    from omlib.jobs.workspace import open_workspace
    from omlib.jobs.world import SystemClock
    from omlib.reconcile.evidence import SURE_SCORE
    from omlib.report.adopt_json import adopt_json
    from omlib.report.adopt_screen import adopt_report

    work = open_workspace(path, records)
    wish = Wish(
        subjects=subjects(work.estate, work.items, names or ()),
        new=new,
        accept_live=accept_live,
        min_score=SURE_SCORE if min_score is None else min_score,
    )

    def confirm(told: "Adopted") -> bool:
        if yes:
            return True
        if as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise NotConfirmedError(asked=False)
        show(adopt_report(told, language()))
        return typer.confirm(_question(told))

    with work.store() as store, StepProgress(language()) as progress:
        told = adopt_estate(
            work,
            store,
            stacks_to_adopt_into(work.root, progress),
            wish,
            clock=SystemClock(),
            progress=progress,
            dry_run=dry_run,
            confirm=confirm,
        )
    if as_json:
        show_json(adopt_json(told))
    else:
        show(adopt_report(told, language()))
    return told.exit_code


def _question(told: "Adopted") -> str:
    from omlib.report.words import words

    counts = {"files": len(told.files), "imports": len(told.imports)}
    return words("adopt.confirm", language(), **counts)
