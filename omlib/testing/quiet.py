"""Watch what a call does to the world outside the process, through the interpreter's audit events.

Nothing is replaced: sockets, processes and files report themselves (PEP 578). Reading modules is
not counted, a first call may import.
"""

import sys
import threading
from collections.abc import Callable

_WATCHED = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.system",
    "sqlite3.",
)
_MODULES = (".py", ".pyc", ".so")
_watch = threading.local()
_hook_lock = threading.Lock()
_hooked = False


def io_done_by(call: Callable[[], object]) -> list[str]:
    """The events of *call* that reach outside, as far as this thread did them."""
    _hook_once()
    events: list[str] = []
    _watch.events = events
    try:
        call()
    finally:
        _watch.events = None
    return events


def _hook_once() -> None:
    global _hooked
    with _hook_lock:
        if not _hooked:
            sys.addaudithook(_heard)  # there is no way to take one off again, so one for all
            _hooked = True


def _heard(event: str, args: tuple[object, ...]) -> None:
    events: list[str] | None = getattr(_watch, "events", None)
    if events is None:
        return
    if event.startswith(_WATCHED) or (event == "open" and not str(args[0]).endswith(_MODULES)):
        events.append(f"{event} {args!r}")
