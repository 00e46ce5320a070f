"""What is sent to a host: one command, and on its standard input programs and their question.

Nothing declared stands in an argument list, where every user of the host could read it. No
here-document: shells older than bash 5.1 put those into a file.
"""

import json
from functools import cache
from importlib.resources import files

from omlib.log import Secret
from omlib.planes.server.become import as_root
from omlib.planes.server.declared import Wanted
from omlib.planes.server.kinds import COLLECTION, in_order, module_of, modules_for

NO_PYTHON = b"omlib:no-python3"
_PACKAGE = "omlib.planes.server.host"

# -I -S: nothing of the host's own configuration runs; -B: no bytecode is written
_PYTHON = (
    f"import sys;sys.version_info<(3,6)and(print('{NO_PYTHON.decode()}'),sys.exit());"
    "b=sys.stdin.buffer;exec(compile(b.read(int(b.readline())),'omlib-probe','exec'))"
)
# RHEL 8 keeps its Python in libexec
_FIND = (
    "for p in python3 /usr/libexec/platform-python; do command -v $p >/dev/null 2>&1 && break;"
    " p=; done;"
    f" if [ -z $p ]; then echo {NO_PYTHON.decode()}; exit; fi;"
    ' t="$p -ISBc 0"; set -- $p -ISBc "$1";'
)


def command(*, sudo_asks: bool) -> str:
    """*sudo_asks*: a password is on standard input for sudo, should it want one."""
    return as_root(_FIND, _PYTHON, sudo_asks=sudo_asks)


def password_line(sudo_password: Secret | None) -> bytes:
    """What `command` wants before all else where *sudo_asks*."""
    return sudo_password.reveal().encode("utf-8") + b"\n" if sudo_password else b""


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
    modes: bool = False,
    nonce: str,
    deadline_s: float,
    sudo_password: Secret | None = None,
) -> bytes:
    """*nonce* marks the frames of this answer; one command on the host gets a third of the time.

    *modes*: of what is *watched*, also what is as its package left it but for its mode or owner.
    """
    asked = [
        (
            COLLECTION[kind],
            f"{_PACKAGE}.{module_of(kind)}",
            {
                "full": kind in full,
                "items": {name: dict(told) for name, told in wanted[kind].items()},
                **({"watched": watched, "modes": modes} if kind == "file" else {}),
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
    return b"%b%d\n%b%b" % (
        password_line(sudo_password),
        len(load),
        load,
        json.dumps(question).encode("ascii"),
    )
