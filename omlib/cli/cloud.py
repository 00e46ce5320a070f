"""Commands about the declared cloud's stacks: list, look, change, settle, and plain pulumi."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from omlib.cli.look import Systems
from omlib.cli.options import AsJson, Inventory, Language, Records, language
from omlib.cli.progress import StepProgress
from omlib.cli.show import show, show_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from omlib.jobs.cloud import Opened, Stacks
    from omlib.model.stack import StackRun

cloud = typer.Typer(help="The declared cloud, as Pulumi stacks.", no_args_is_help=True)

Names = Annotated[
    list[str] | None, typer.Option("--stack", help="Only this stack; may be repeated.")
]
Clouds = Annotated[list[str] | None, typer.Option("--cloud", help="Only stacks of this cloud.")]
Projects = Annotated[
    list[str] | None, typer.Option("--project", help="Only stacks of this project.")
]


@cloud.command("stacks")
def list_stacks(
    path: Inventory = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """List the stacks: what is declared in each, and what its state holds. Asks no cloud.

    Example:

      omlib cloud stacks
    """
    from omlib.jobs.cloud import open_desk
    from omlib.report.stack_json import stack_list_json
    from omlib.report.stack_list import stack_list_report

    with StepProgress(language()) as progress:
        opened = open_desk(path, progress)
        infos = opened.desk.infos()
    if as_json:
        show_json(stack_list_json(infos))
    else:
        show(stack_list_report(opened.estate.name, infos, language()))
    return 0


@cloud.command()
def preview(
    names: Names = None,
    clouds: Clouds = None,
    projects: Projects = None,
    systems: Systems = None,
    path: Inventory = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Compare what is declared with what is really there, attribute by attribute. Changes nothing.

    Each difference says who moved since the last change: the declaration, the cloud, or both.
    Exit code: 0 as declared; 2 a change is pending; 4 something is unknown; 6 both; 1 a stack has
    no result.

    Examples:

      omlib cloud preview

      omlib cloud preview --project hrss --json
    """
    wanted = _wanted(names, clouds, projects, systems)
    return _run(path, wanted, lambda it, chosen: it.desk.preview(chosen), as_json=as_json)


@cloud.command()
def up(
    names: Names = None,
    clouds: Clouds = None,
    projects: Projects = None,
    systems: Systems = None,
    allow_replace: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-replace",
            metavar="REF",
            help="Let this one be replaced: it goes, with what is on it; may be repeated.",
        ),
    ] = None,
    allow_gone: Annotated[
        int | None,
        typer.Option(
            "--allow-gone",
            min=0,
            help="So many may have vanished from a stack and be made anew, even all of it;"
            " without this 3, and not all.",
        ),
    ] = None,
    path: Inventory = None,
    records: Records = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Make the cloud as declared. Looks first, and refuses what would delete or replace.

    What an interrupted run left is settled before. What cannot be seen is left as it is.
    Ctrl-C ends what is under way in order; a second one kills.
    Exit code: 0 done and looked at again; 2 still not as declared; 4 something is unknown;
    8 refused; 1 something failed; 130 interrupted.

    Examples:

      omlib cloud up --project hrss

      omlib cloud up --stack gov-cloud.RegionOne.hrss --allow-replace cloud/server/hrss-app-01
    """
    from omlib.jobs.cloud import change, replaceable
    from omlib.jobs.world import SystemClock

    refs = replaceable(allow_replace or ())

    def work(opened: "Opened", chosen: list[str]) -> "StackRun":
        with opened.store(records) as store:
            return change(
                opened.desk,
                chosen,
                root=opened.root,
                store=store,
                clock=SystemClock(),
                allow_replace=refs,
                allow_gone=allow_gone,
            )

    wanted = _wanted(names, clouds, projects, systems)
    return _run(path, wanted, work, as_json=as_json, declared_only=not names)


@cloud.command()
def drift(
    names: Names = None,
    clouds: Clouds = None,
    projects: Projects = None,
    systems: Systems = None,
    path: Inventory = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Compare what is really there with what it was at the last change. Changes nothing.

    Quicker than a preview, for nothing declared is run; what was never made is not looked for.
    Exit code: 0 as it was; 2 something was changed; 4 something is unknown; 6 both.

    Example:

      omlib cloud drift --cloud gov-cloud
    """
    wanted = _wanted(names, clouds, projects, systems)
    return _run(path, wanted, lambda it, chosen: it.desk.drift(chosen), as_json=as_json)


@cloud.command()
def recover(
    names: Names = None,
    clouds: Clouds = None,
    projects: Projects = None,
    systems: Systems = None,
    path: Inventory = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Settle what interrupted runs left: dead locks, creations under way. Changes no cloud.

    `up` does the same before it begins. Exit code: 0 nothing is left open; 8 a person must look.

    Example:

      omlib cloud recover --stack gov-cloud.RegionOne.hrss
    """
    wanted = _wanted(names, clouds, projects, systems)
    return _run(path, wanted, lambda it, chosen: it.desk.recover(chosen), as_json=as_json)


@cloud.command()
def env(
    path: Inventory = None,
    lang: Language = "",  # noqa: ARG001
) -> int:
    """Print what a shell needs for plain pulumi in stacks/, on the same state.

    Example:

      eval "$(omlib cloud env)"; cd stacks; pulumi preview --stack gov-cloud.RegionOne.hrss
    """
    import shlex

    from omlib.jobs.cloud import open_desk

    with StepProgress(language()) as progress:
        told = open_desk(path, progress).desk.env()
    sys.stdout.write("unset PULUMI_CONFIG_PASSPHRASE\n")  # it would go before the file
    for name, value in sorted(told.items()):
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    return 0


@cloud.command()
def engine(
    lang: Language = "",  # noqa: ARG001
) -> int:
    """Have the Pulumi engine ready, and print where it is: found, or built once (3 to 5 minutes).

    For machines that are prepared before they lose the network.

    Example:

      omlib cloud engine
    """
    from omlib.jobs.wiring import ready_engine

    with StepProgress(language(), every_step=True) as progress:
        program = ready_engine(progress)
    sys.stdout.write(f"{program}\n")
    return 0


def _wanted(
    names: list[str] | None,
    clouds: list[str] | None,
    projects: list[str] | None,
    systems: list[str] | None,
) -> "Stacks":
    from omlib.jobs.cloud import Stacks

    return Stacks(
        names=tuple(names or ()),
        clouds=tuple(clouds or ()),
        projects=tuple(projects or ()),
        systems=tuple(systems or ()),
    )


def _run(
    path: Path | None,
    wanted: "Stacks",
    work: "Callable[[Opened, list[str]], StackRun]",
    *,
    as_json: bool,
    declared_only: bool = False,
) -> int:
    """*declared_only*: a stack that only its state knows has nothing to be changed."""
    from omlib.jobs.cloud import chosen, open_desk
    from omlib.report.stack_exits import stack_exit_code
    from omlib.report.stack_json import stack_run_json
    from omlib.report.stack_screen import stack_report

    with StepProgress(language()) as progress:
        opened = open_desk(path, progress)
        infos = chosen(opened, wanted)
        run = work(opened, [info.name for info in infos if info.declared or not declared_only])
    if as_json:
        show_json(stack_run_json(run))
    else:
        show(stack_report(run, language()))
    return stack_exit_code(run)
