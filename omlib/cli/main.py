"""The entry point: runs one command and turns its end into an exit code.

Codes are those of `omlib.report.exits`. The command line library's own 2 for a bad command line
would read as drift, so it becomes 64.
"""

import gc
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

import typer

from omlib.cli import (
    adopt,
    change,
    checks,
    cloud,
    estate,
    labs,
    logs,
    look,
    past,
    server,
    stories,
    streams,
)
from omlib.cli.options import language
from omlib.errors import OmlibError, RefusedError, UsageError

FAILED, USAGE, REFUSED, INTERRUPTED = 1, 64, 8, 130  # as in report.exits, which costs an import

# A run makes objects by the hundred thousand and hardly a cycle among them; collecting after every
# 700, as Python does by default, takes as long as comparing a large estate itself (benchmarks/).
COLLECT_AFTER = (100_000, 20, 20)

# the library keeps its click inside itself; these are public names' bases
_BadCommandLine: type[Exception] = typer.BadParameter.__mro__[1]
_ClickError: type[Exception] = typer.BadParameter.__mro__[2]

app = typer.Typer(
    name="omlib",
    help="What is declared, what is really deployed, and the way from one to the other.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for part in (estate, look, checks, past, change, adopt, stories):
    part.add_to(app)
app.add_typer(estate.inventory, name="inventory")
app.add_typer(look.runs, name="runs")
app.add_typer(labs.lab, name="lab")
app.add_typer(cloud.cloud, name="cloud")
app.add_typer(server.server, name="server")


def run(arguments: Sequence[str] | None = None) -> None:
    """What the console script calls; never returns."""
    gc.set_threshold(*COLLECT_AFTER)
    logs.configure()
    streams.configure()
    code = main(arguments)
    if code == INTERRUPTED:
        # Python would wait for every thread, and one may wait for a silent cloud for minutes
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)
    sys.exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        ended = app(args=arguments, standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        from omlib.report.words import words

        print("\n" + words("run.state.interrupted", language()), file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `omlib reconcile | head`: the reader has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OmlibError as error:
        return _told(error)
    except _ClickError as error:
        error.show()  # type: ignore[attr-defined]
        return USAGE if isinstance(error, _BadCommandLine) else FAILED
    except Exception as error:  # noqa: BLE001 the last resort: never a verdict, never 2 or 4
        return _unforeseen(error)
    return ended if isinstance(ended, int) else 0


def _unforeseen(error: Exception) -> int:
    if os.environ.get("OMLIB_DEBUG"):
        raise error
    from omlib.report.neutral import neutral

    told = neutral(f"{type(error).__name__}: {error}")[:500]
    print(f"omlib: a fault in omlib itself: {told}", file=sys.stderr)
    print("       OMLIB_DEBUG=1 shows where; please report it", file=sys.stderr)
    return FAILED


def _told(error: OmlibError) -> int:
    from omlib.report.words import error_words

    what, next_step = error_words(error.code, error.facts, language())
    print(f"omlib: {what}", file=sys.stderr)
    if next_step:
        print(f"       {next_step}", file=sys.stderr)
    if isinstance(error, UsageError):
        return USAGE
    return REFUSED if isinstance(error, RefusedError) else FAILED
