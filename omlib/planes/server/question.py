"""What is sent to a host: one command, and on its standard input programs and their question.

Nothing declared stands in an argument list, where every user of the host could read it. The command
is one line without `!`, so that csh as a login shell takes it too. No here-document: shells older
than bash 5.1 put those into a file.
"""

import json
from functools import cache
from importlib.resources import files
from shlex import quote

from omlib.log import Secret
from omlib.planes.server.declared import Wanted
from omlib.planes.server.kinds import COLLECTION, in_order, module_of, modules_for

NO_PYTHON = b"omlib:no-python3"
_BEGIN = b"omlib:begin\n"
_PACKAGE = "omlib.planes.server.host"

# -I -S: nothing of the host's own configuration runs; -B: no bytecode is written. What stands
# before the mark is what sudo might have asked for.
_PYTHON = (
    "import sys;b=sys.stdin.buffer;"
    f"next(l for l in iter(b.readline,b'') if l=={_BEGIN!r});"
    "exec(compile(b.read(int(b.readline() or 0)),'omlib-probe','exec'))"
)
# without leave for sudo the rest is read as who we are; RHEL 8 keeps its Python in libexec
_SHELL = (
    "for p in python3 /usr/libexec/platform-python; do command -v $p >/dev/null 2>&1 && break;"
    " p=; done;"
    f" if [ -z $p ]; then echo {NO_PYTHON.decode()};"
    ' elif [ "$(id -u)" = 0 ]; then exec $p -ISBc "$0";'
    ' else sudo %s $p -ISBc "$0" || exec $p -ISBc "$0"; fi'
)
_SUDO_TRIES = 3  # sudo's own passwd_tries: so many lines it may take of what is sent


def command(*, sudo_asks: bool) -> str:
    """*sudo_asks*: a password is on standard input for sudo, should it want one."""
    sudo = "-S -p ''" if sudo_asks else "-n"
    return f"sh -c {quote(_SHELL % sudo)} {quote(_PYTHON)}"


@cache
def source(module: str) -> str:
    package, _, name = place(module).rpartition(".")
    return files(package).joinpath(f"{name}.py").read_text(encoding="utf-8")


def place(module: str) -> str:
    """The full name of a module that is sent; what both sides know of nft stands lower down."""
    return f"omlib.model.{module}" if module == "nft_rule" else f"{_PACKAGE}.{module}"


def standard_input(
    wanted: Wanted,
    full: frozenset[str],
    *,
    watched: tuple[str, ...] = (),
    nonce: str,
    deadline_s: float,
    sudo_password: Secret | None = None,
) -> bytes:
    """*nonce* marks the frames of this answer; one command on the host gets a third of the time."""
    asked = [
        (
            COLLECTION[kind],
            f"{_PACKAGE}.{module_of(kind)}",
            {
                "full": kind in full,
                "items": {name: dict(told) for name, told in wanted[kind].items()},
                **({"watched": watched} if kind == "file" else {}),
            },
        )
        for kind in in_order(wanted)
    ]
    question = {
        "nonce": nonce,
        "command_s": max(2, int(deadline_s / 3)),
        "deadline_s": max(2, int(deadline_s) + 1),
        "modules": [(place(name), source(name)) for name in modules_for(wanted, full)],
        "asked": asked,
    }
    load = source("load").encode("ascii")
    words = b""
    if sudo_password:  # were it wrong, sudo would take the next lines too
        words = sudo_password.reveal().encode("utf-8") + b"\n" * _SUDO_TRIES
    return b"%b%b%d\n%b%b" % (
        words,
        _BEGIN,
        len(load),
        load,
        json.dumps(question).encode("ascii"),
    )
