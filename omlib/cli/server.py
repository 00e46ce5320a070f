"""`omlib server`: hosts held against a playbook, or written down; nothing is changed there."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from omlib.cli.options import AsJson, Inventory, Language, language
from omlib.cli.progress import StepProgress
from omlib.cli.show import show, show_json

if TYPE_CHECKING:
    from omlib.log import Secret

server = typer.Typer(help="Hosts, looked at in depth.", no_args_is_help=True)


@server.command()
def check(
    playbook: Annotated[
        Path | None,
        typer.Argument(
            help="Any playbook. Default: omlib's own, over the declared servers.",
            show_default=False,
        ),
    ] = None,
    inventory: Annotated[
        str,
        typer.Option(
            "--inventory",
            "-i",
            help="With a playbook: Ansible's inventory (file, folder, or names as in a,b,). "
            "Without: the directory of omlib's inventory.",
            show_default=False,
        ),
    ] = "",
    limit: Annotated[
        list[str] | None,
        typer.Option("--limit", "-l", help="Only these hosts; may be repeated, or a,b."),
    ] = None,
    tags: Annotated[
        str, typer.Option("--tags", "-t", help="Only tasks with these tags.", show_default=False)
    ] = "",
    skip_tags: Annotated[
        str, typer.Option("--skip-tags", help="No tasks with these tags.", show_default=False)
    ] = "",
    extra_vars: Annotated[
        list[str] | None,
        typer.Option("--extra-vars", "-e", help="name=value, JSON, or @FILE; may be repeated."),
    ] = None,
    vault_password_file: Annotated[
        Path | None,
        typer.Option("--vault-password-file", help="File or script with the vault's password."),
    ] = None,
    ask_vault_pass: Annotated[
        bool, typer.Option("--ask-vault-pass", help="Ask for the vault's password.")
    ] = False,
    ask_become_pass: Annotated[
        bool, typer.Option("--ask-become-pass", "-K", help="Ask for the password of sudo.")
    ] = False,
    ask_pass: Annotated[
        bool, typer.Option("--ask-pass", "-k", help="Ask for the password of SSH.")
    ] = False,
    forks: Annotated[
        int, typer.Option("--forks", "-f", min=1, max=64, help="How many hosts at once.")
    ] = 8,
    deadline_s: Annotated[
        float, typer.Option("--deadline", min=1, help="Stop after so many seconds.")
    ] = 3600,
    everything: Annotated[bool, typer.Option("--all", help="List also what is in sync.")] = False,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Say of each task of a playbook: in sync, diverged, or unknown and why. Changes nothing.

    What `ansible-playbook --check` passes over in silence is told: modules that cannot be checked,
    what depends on them, what never was come to. A task with `check_mode: false` is not carried
    out. Secrets are shown as digests.

    Exit code: 0 in sync; 2 something diverged, 4 something is unknown, 6 both; 1 nothing could be
    said, a playbook with a syntax error for one.

    Examples:

      omlib server check site.yml -i hosts.ini

      omlib server check site.yml -i hosts.ini --limit web-01 --json

      omlib server check site.yml -i hosts.ini --vault-password-file ~/.vault -K

      omlib server check --limit dns-01
    """
    from omlib.jobs.extra_vars import files_of, read_extra_vars
    from omlib.jobs.server_check import Order, check_declared, check_playbook
    from omlib.report.server_check_json import server_check_json
    from omlib.report.server_check_screen import server_check_report

    hosts = tuple(host for one in limit or () for host in one.split(",") if host)
    if playbook is None:
        _only_with_a_playbook(tags, skip_tags, extra_vars, vault_password_file)
        with StepProgress(language()) as progress:
            told = check_declared(
                Path(inventory) if inventory else None,
                limit=hosts,
                deadline_s=deadline_s,
                forks=forks,
                progress=progress,
            )
    else:
        order = Order(
            playbook=playbook,
            inventory=inventory,
            limit=hosts,
            deadline_s=deadline_s,
            forks=forks,
            vault_password=_asked("Vault password", ask_vault_pass),
            become_password=_asked("BECOME password", ask_become_pass),
            connection_password=_asked("SSH password", ask_pass),
            vault_password_file=vault_password_file,
            extra_vars=read_extra_vars(extra_vars or ()),
            extra_args=(*files_of(extra_vars or ()), *_tags(tags, skip_tags)),
        )
        with StepProgress(language()) as progress:
            told = check_playbook(order, progress)
    if as_json:
        show_json(server_check_json(told))
    else:
        show(server_check_report(told, language(), everything=everything))
    return told.exit_code


def _only_with_a_playbook(*given: object) -> None:
    if any(given):
        from omlib.errors import UsageError

        raise UsageError(what="needs_a_playbook")


def _asked(what: str, ask: bool) -> "Secret | None":
    if not ask:
        return None
    from omlib.log import Secret

    return Secret(typer.prompt(what, hide_input=True, err=True))


def _tags(tags: str, skip_tags: str) -> tuple[str, ...]:
    chosen = ("--tags", tags) if tags else ()
    return (*chosen, "--skip-tags", skip_tags) if skip_tags else chosen


@server.command()
def snapshot(
    host: Annotated[str, typer.Argument(help="A declared server.", show_default=False)],
    role: Annotated[
        str, typer.Option("--role", help="The role's id. Default: HOST-as-found.")
    ] = "",
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kinds", help="Only these, as in `users,files`; may be repeated."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write to this file, which must not be there yet."),
    ] = None,
    inventory: Inventory = None,
    lang: Language = "",  # noqa: ARG001
    as_json: AsJson = False,
) -> int:
    """Write down what stands on a host as a role, for you to review and to put into roles.yml.

    Left out is what the host's roles declare already. Under the new role nothing more may be there
    than it says: what anybody adds or changes from now on is found by `omlib reconcile`. Contents
    of files are told as digests; what looks like a secret is left out. Changes nothing.

    Exit code: 0, or 4 if something was not seen or cannot be written down: it says what.

    Examples:

      omlib server snapshot web-01 > web-01.yml

      omlib server snapshot web-01 --role web-base -o roles-new.yml

      omlib server snapshot web-01 --kinds users,sudo,authorized_keys --json
    """
    from omlib.errors import UsageError
    from omlib.jobs.server_snapshot import take_snapshot
    from omlib.jobs.world import SystemClock
    from omlib.report.json_text import json_text
    from omlib.report.server_snapshot import (
        snapshot_comments,
        snapshot_exit_code,
        snapshot_gaps,
        snapshot_json,
    )

    if out is not None and out.exists():
        raise UsageError(what="file_exists", name=str(out))
    with StepProgress(language()) as progress:
        told = take_snapshot(
            inventory,
            host,
            role=role,
            collections=[name for one in kinds or () for name in one.split(",") if name],
            clock=SystemClock(),
            progress=progress,
        )
    if as_json:
        text = json_text(snapshot_json(told))
    else:
        text = told.as_yaml(snapshot_comments(told, language()))
    if out is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    for line in snapshot_gaps(told, language()):
        print(line, file=sys.stderr)
    return snapshot_exit_code(told)
