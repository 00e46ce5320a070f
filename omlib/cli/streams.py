"""Standard output and error in whatever encoding the terminal has: no character stops a verdict.

What the encoding lacks is written as JSON's escapes, so that `--json` stays JSON.
"""

import codecs
import io
import json
import os
import sys

_HANDLER = "omlib-escape"


def configure() -> None:
    codecs.register_error(_HANDLER, _escaped)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us, who wants the exit code
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def _escaped(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    return json.dumps(fault.object[fault.start : fault.end])[1:-1], fault.end
