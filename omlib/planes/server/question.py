"""What is sent to a host: one command, and on its standard input a program and its question.

Nothing declared stands in an argument list, where every user of the host could read it. The command
is one line without `!`, so that csh as a login shell takes it too. No here-document: shells older
than bash 5.1 put those into a file.
"""

import json
from functools import cache
from importlib.resources import files
from shlex import quote

from omlib.planes.server.declared import KINDS, Wanted

NO_PYTHON = b"omlib:no-python3"

# -I -S: nothing of the host's own configuration runs; -B: no bytecode is written
_PYTHON = (
    "import sys;b=sys.stdin.buffer;"
    "exec(compile(b.read(int(b.readline() or 0)),'omlib-probe','exec'))"
)
# without a password for sudo the rest is read as who we are; RHEL 8 keeps its Python in libexec
_SHELL = (
    "for p in python3 /usr/libexec/platform-python; do command -v $p >/dev/null 2>&1 && break;"
    " p=; done;"
    f" if [ -z $p ]; then echo {NO_PYTHON.decode()};"
    ' elif [ "$(id -u)" = 0 ]; then exec $p -ISBc "$0";'
    ' else sudo -n $p -ISBc "$0" || exec $p -ISBc "$0"; fi'
)
COMMAND = f"sh -c {quote(_SHELL)} {quote(_PYTHON)}"


@cache
def program() -> bytes:
    return files("omlib.planes.server").joinpath("probe_host.py").read_bytes()


def standard_input(wanted: Wanted, full: frozenset[str], *, nonce: str, deadline_s: float) -> bytes:
    """*nonce* marks the frames of this answer; one command on the host gets a third of the time."""
    kinds = {
        KINDS[kind]: {
            "full": kind in full,
            "items": {
                name: {"sha256": "sha256" in attributes, "process": "process" in attributes}
                for name, attributes in items.items()
            },
        }
        for kind, items in wanted.items()
    }
    question = {
        "nonce": nonce,
        "command_s": max(2, int(deadline_s / 3)),
        "deadline_s": max(2, int(deadline_s) + 1),
        "kinds": kinds,
    }
    text = program()
    return b"%d\n%b%b" % (len(text), text, json.dumps(question).encode("ascii"))
