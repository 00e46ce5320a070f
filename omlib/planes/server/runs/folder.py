"""The folder of one run: fresh, in memory, nobody else's, and gone afterwards in any case."""

import os
import secrets
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from omlib.errors import RunFailedError
from omlib.planes.server.runs import janitor

_NAME = "run-{pid}-{began}-{chance}"


@contextmanager
def run_folder() -> Iterator[Path]:
    """A new folder; a janitor of its own clears it when this process does not come to it."""
    home = _home()
    sweep(home)
    name = _NAME.format(pid=os.getpid(), began=_began(os.getpid()), chance=secrets.token_hex(4))
    folder = home / name
    folder.mkdir(mode=0o700)
    waiting = subprocess.Popen(
        [sys.executable, "-I", "-S", janitor.__file__, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={"PATH": os.defpath},
    )
    try:
        yield folder
    finally:
        janitor.clear(folder)
        if waiting.stdin:
            waiting.stdin.close()
        waiting.wait()


def sweep(home: Path) -> None:
    """Clear the folders whose owners are gone."""
    for folder in home.glob("run-*-*-*"):
        _, pid, began, _ = folder.name.split("-", 3)
        if _began(int(pid)) != began:
            janitor.clear(folder)


def _home() -> Path:
    """Where runs live: memory, not a disk, and this user's alone."""
    candidates = [Path("/run/omlib-ansible")] if os.geteuid() == 0 else []
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        candidates.append(Path(runtime) / "omlib-ansible")
    candidates.append(Path("/dev/shm") / f"omlib-ansible-{os.geteuid()}")  # noqa: S108 checked below
    for home in candidates:
        with suppress(OSError):
            home.mkdir(mode=0o700, exist_ok=True)
            found = home.lstat()
            mine = found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) == 0o700
            if stat.S_ISDIR(found.st_mode) and mine and os.access(home, os.W_OK):
                return home
    raise RunFailedError(what="no_run_folder", tried=", ".join(map(str, candidates)))


def _began(pid: int) -> str:
    """When process *pid* began, in the kernel's ticks; "" if it is gone. Numbers are used again."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return told.rpartition(")")[2].split()[19]
