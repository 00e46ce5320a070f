"""Run a program whose words are shown as it goes on, and that never outlives us.

Ctrl-C, and any other end of ours, ends it with all its children before it is passed on.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from omlib.planes.access.text import clean

_GRACE_S = 5.0
_LAST_LINES = 4


@dataclass(frozen=True, slots=True)
class Output:
    """What a program said on both streams, and how it ended."""

    code: int
    text: str

    @property
    def last_words(self) -> str:
        lines = [line.strip() for line in self.text.splitlines() if line.strip()]
        return clean(" / ".join(lines[-_LAST_LINES:])) or f"exit {self.code}"


def ran(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    on_line: Callable[[str], None] | None = None,
) -> Output:
    """Run *command* to its end. Raises OSError if it cannot be started."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=os.environ | dict(env or {}),
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    lines = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if on_line:
                on_line(line.rstrip())
        code = process.wait()
    except BaseException:
        _end(process)
        raise
    return Output(code=code, text="".join(lines))


def _end(process: subprocess.Popen[str]) -> None:
    """Ask the whole group to end, then make it: a compiler has a dozen children."""
    for wish in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, wish)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)
