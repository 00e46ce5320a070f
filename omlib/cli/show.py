"""Put a document on the screen: drawn for a terminal, plain where a program reads the output."""

import shutil
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from omlib.report.document import Document


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
