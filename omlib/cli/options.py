"""The options that several commands share, and what they mean when they are not given."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from omlib.report.words import Lang

Inventory = Annotated[
    Path | None,
    typer.Option(
        "--inventory",
        "-i",
        envvar="OMLIB_INVENTORY",
        help="The inventory's directory. Default: the nearest estate.yml, upwards from here.",
        show_default=False,
    ),
]
Records = Annotated[
    Path | None,
    typer.Option(
        "--records",
        envvar="OMLIB_RECORDS",
        help="The records file. Default: .omlib/records.sqlite in the inventory.",
        show_default=False,
    ),
]


def _keep_language(text: str) -> str:
    if text not in ("", "zh", "en"):
        raise typer.BadParameter("zh or en")
    if text:
        os.environ["OMLIB_LANG"] = text  # errors told after the command speak it too
    return text


Language = Annotated[
    str,
    typer.Option(
        "--lang",
        envvar="OMLIB_LANG",
        callback=_keep_language,
        help="Language of messages: zh or en. Default: the locale's.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a screen.")]


def language() -> "Lang":
    """The language chosen by `--lang` or OMLIB_LANG, else the locale's, else English."""
    from omlib.report.words import Lang

    chosen = os.environ.get("OMLIB_LANG", "")
    if not chosen:
        names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
        chosen = next(filter(None, names), "")
    return Lang.ZH if chosen.lower().startswith("zh") else Lang.EN
