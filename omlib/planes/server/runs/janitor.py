"""Clear away what one run of Ansible left: its processes, then its folder.

Also a program of its own, on the standard library: `python -I -S janitor.py FOLDER` waits on its
standard input until omlib has ended in whatever way, kill -9 too, and then does just that.

Ansible's workers leave its process group, and so do the masters of shared SSH connections; so a
process of the run is known by the folder's name in its environment or on its command line.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MARK = "OMLIB_RUN_FOLDER"
ENDED = "ended"  # the file that says: a real run came to its end by itself
_ROUNDS = 50
_PAUSE_S = 0.02


def clear(folder: Path) -> None:
    """End the processes of the run in *folder*, and remove it."""
    for _ in range(_ROUNDS):
        left = list(processes(folder))
        for process in left:
            with suppress(OSError):
                os.kill(process, signal.SIGKILL)
        if not left:
            break
        time.sleep(_PAUSE_S)  # one may have begun another meanwhile
    shutil.rmtree(folder, ignore_errors=True)


def processes(folder: Path) -> Iterator[int]:
    """The processes that belong to the run in *folder*, but not this one."""
    mark = f"{MARK}={folder}".encode()
    title = os.fsencode(folder) + b"/"
    # what such a run leaves running on this machine is a service that it was to start
    spared = (folder / ENDED).exists()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with suppress(OSError):  # it ended, or is another user's
            marked = mark in (entry / "environ").read_bytes().split(b"\0")
            if (marked and not spared) or (
                title in (entry / "cmdline").read_bytes() and _ansible(entry)
            ):
                yield int(entry.name)


def _ansible(entry: Path) -> bool:
    """Whether it is what a run starts: a janitor or a watching person names the folder too."""
    return (entry / "comm").read_text(encoding="utf-8", errors="replace").strip() in _STARTED


# others carry the mark in their environment, which ssh overwrites with its title
_STARTED = frozenset({"ssh", "sshpass"})


def main() -> None:
    """Wait for the end of standard input, then clear."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    clear(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
