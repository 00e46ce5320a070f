"""Put a document on the screen: drawn for a terminal, plain where a program reads the output."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from omlib.jobs.reports import Report
    from omlib.report.document import Document
    from omlib.report.formats import Format
    from omlib.report.words import Lang


def show(document: "Document") -> None:
    from omlib.report.terminal import to_rich, to_text

    if sys.stdout.isatty():
        from rich.console import Console

        console = Console(highlight=False)
        console.print(to_rich(document, console.width), soft_wrap=True)
    else:
        # piped: no colours; as wide as COLUMNS says, else without a limit, as grep wants it
        width = shutil.get_terminal_size((0, 0)).columns or None
        sys.stdout.write(to_text(document, width))
    sys.stdout.flush()


def show_line(text: str) -> None:
    """One line of a story; a terminal gets it broken between words."""
    if sys.stdout.isatty():
        from rich.console import Console

        Console(highlight=False, markup=False).print(text)
    else:
        print(text, flush=True)


def show_json(told: Mapping[str, object]) -> None:
    from omlib.report.json_text import json_text

    sys.stdout.write(json_text(told))
    sys.stdout.flush()


def show_report(
    it: "Report",
    form: "Format",
    out: str,
    lang: "Lang",
    *,
    everything: bool,
    limit_chars: int | None,
) -> None:
    """Write a report to the file *out*, whole or not at all; "-" is the screen."""
    from omlib.jobs.reports import in_place_of, write_report
    from omlib.report.formats import Format
    from omlib.report.reconcile_screen import reconcile_report

    if out == "-" and form is Format.SCREEN:
        show(reconcile_report(it.told, lang, everything=everything))
        return
    if out == "-":
        sys.stdout.flush()
        file = sys.stdout.buffer
        write_report(it, form, file, lang=lang, limit_chars=limit_chars)
        file.flush()
        return
    with in_place_of(Path(out)) as file:
        write_report(it, form, file, lang=lang, everything=everything, limit_chars=limit_chars)
