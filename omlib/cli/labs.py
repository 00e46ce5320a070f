"""`omlib lab`: real hosts, routers and a cloud on this machine, to try things on."""

from typing import TYPE_CHECKING, Annotated

import typer

from omlib.cli.options import AsJson, Language, language
from omlib.cli.show import show, show_json

if TYPE_CHECKING:
    from omlib.lab.layout import LabLayout
    from omlib.lab.lifecycle import LabStatus

lab = typer.Typer(
    help="Real hosts, routers and a real OpenStack on this machine.", no_args_is_help=True
)
Id = Annotated[
    int | None,
    typer.Option("--id", envvar="OMLIB_LAB_ID", min=0, max=31, help="Which lab. Default: 0."),
]


@lab.command()
def up(
    servers: Annotated[int, typer.Option(min=0, max=200, help="Standing servers.")] = 3,
    routers: Annotated[int, typer.Option(min=0, max=50, help="FRR routers.")] = 2,
    cloud: Annotated[bool, typer.Option("--cloud/--no-cloud", help="A real OpenStack.")] = True,
    lab_id: Id = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Bring a lab up; start only what is not running. The first time builds images: minutes.

    Example:

      omlib lab up --servers 2 --no-cloud
    """
    from omlib.cli.lab_progress import LabProgress
    from omlib.lab import lifecycle
    from omlib.lab.spec import numbered

    wanted = numbered(servers=servers, routers=routers, cloud=cloud)
    status = lifecycle.up(layout_of(lab_id), wanted, LabProgress(language()))
    return _show_status(status, as_json=as_json)


@lab.command()
def down(
    everything: Annotated[
        bool, typer.Option("--all", help="Also images, keys and caches.")
    ] = False,
    lab_id: Id = None,
    lang: Language = "",  # noqa: ARG001
) -> int:
    """Take the lab down and leave nothing of it behind, whatever condition it is in."""
    from omlib.cli.lab_progress import LabProgress
    from omlib.lab import lifecycle

    lifecycle.down(layout_of(lab_id), all=everything, progress=LabProgress(language()))
    return 0


@lab.command()
def status(lab_id: Id = None, lang: Language = "", as_json: AsJson = False) -> int:  # noqa: ARG001
    """Say which hosts and services stand."""
    from omlib.lab import lifecycle

    return _show_status(lifecycle.status(layout_of(lab_id)), as_json=as_json)


@lab.command("exec")
def exec_(
    name: Annotated[str, typer.Argument(help="A host of the lab.")],
    command: Annotated[list[str], typer.Argument(help="What to run there, as root.")],
    lab_id: Id = None,
) -> int:
    """Run a program in a host as root, past its SSH and firewall; its exit code is ours.

    Example:

      omlib lab exec dns-01 -- ip route
    """
    import sys

    from omlib.lab import lifecycle

    done = lifecycle.exec_(layout_of(lab_id), name, command)
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    return done.code


@lab.command()
def logs(
    name: Annotated[str, typer.Argument(help="A host, or a service of the cloud.")],
    lines: Annotated[int, typer.Option("--lines", "-n", min=1)] = 200,
    lab_id: Id = None,
) -> int:
    """Show a host's journal, or the log of nova, neutron, keystone, glance, cinder, placement."""
    from omlib.lab import lifecycle

    typer.echo(lifecycle.logs(layout_of(lab_id), name, lines=lines), nl=False)
    return 0


@lab.command("break")
def break_(
    name: Annotated[str, typer.Argument(help="Which deviation; without it, all there are.")] = "",
    target: Annotated[str, typer.Argument(help="A host, or PROJECT/SERVER in the cloud.")] = "",
    parameters: Annotated[
        list[str] | None, typer.Argument(help="Further settings, as name=value.")
    ] = None,
    mend: Annotated[bool, typer.Option("--mend", help="Undo it, where that can be done.")] = False,
    lab_id: Id = None,
    lang: Language = "",  # noqa: ARG001
) -> int:
    """Plant a known deviation, the way people make them.

    Examples:

      omlib lab break

      omlib lab break file-edited dns-01 path=/etc/motd

      omlib lab break vm-resized hrss/hrss-app-01 flavor=m1.large
    """
    from omlib.lab import breaks
    from omlib.report.words import Lang

    if name and not target:
        known_target = breaks.find_break(name).target  # an unknown name ends here, with the known
        raise typer.BadParameter(f"{name} needs a target: {known_target}")
    if not name:
        for known in breaks.BREAKS.values():
            told = known.zh if language() is Lang.ZH else known.en
            typer.echo(f"{known.name:24s}{known.target:24s}{told}")
        return 0
    settings = dict(text.partition("=")[::2] for text in parameters or ())
    act = breaks.mend_break if mend else breaks.make_break
    typer.echo(act(layout_of(lab_id), name, target, **settings))
    return 0


def layout_of(lab_id: int | None) -> "LabLayout":
    import os

    from omlib.lab.layout import LabLayout

    environment = dict(os.environ)
    if lab_id is not None:
        environment["OMLIB_LAB_ID"] = str(lab_id)
    return LabLayout.from_environment(environment)


def _show_status(status: "LabStatus", *, as_json: bool) -> int:
    from dataclasses import asdict

    from omlib.report.lab_screen import lab_status_report

    if as_json:
        show_json({"schema": "omlib.lab/1.0", **asdict(status)})
    else:
        show(lab_status_report(status, language()))
    return 0
