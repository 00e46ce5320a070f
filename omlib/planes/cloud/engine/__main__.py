"""`python -m omlib.planes.cloud.engine`: have the engine ready, and say where it is.

For `make engine` and machines that are prepared before they lose the network.
"""

import sys
import time

from omlib.errors import OmlibError
from omlib.planes.cloud.engine.binary import find_pulumi

_TELL_S = 10.0


class _Lines:
    """A line when a step begins and ends, and one every ten seconds."""

    def __init__(self) -> None:
        self._done, self._total, self._told = 0, 0, 0.0

    def start(self, step: str, total: int = 0) -> None:
        self._done, self._total, self._told = 0, total, time.monotonic()
        self._say(f"{step} ...")

    def advance(self, step: str, note: str = "") -> None:
        self._done += 1
        if time.monotonic() - self._told >= _TELL_S:
            self._told = time.monotonic()
            of = f" of {self._total}" if self._total else ""
            self._say(f"{step}: {self._done}{of} ({note})")

    def done(self, step: str, took_s: float, note: str = "") -> None:
        self._say(f"{step}: {took_s:.1f} s {note}".rstrip())

    def _say(self, line: str) -> None:
        sys.stderr.write(f"[engine] {line}\n")


def main() -> int:
    try:
        sys.stdout.write(f"{find_pulumi(_Lines())}\n")
    except OmlibError as fault:
        sys.stderr.write(f"[engine] {fault}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
