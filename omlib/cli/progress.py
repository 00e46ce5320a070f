"""Show on standard error how long work goes on: a live line on a terminal, else a line a step.

Steps shorter than two seconds say nothing unless they are asked to.
"""

import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from omlib.report.words import Lang

QUIET_S = 2.0
_SPIN = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class StepProgress:
    """An `omlib.ports.Progress`; use it as a context manager, so that the live line is cleared."""

    def __init__(self, lang: "Lang", *, every_step: bool = False) -> None:
        self._lang = lang
        self._every_step = every_step
        self._live = sys.stderr.isatty()
        self._steps: dict[str, tuple[float, int, int]] = {}
        self._notes: dict[str, str] = {}
        self._guard = threading.Lock()
        self._over = threading.Event()
        self._painter = threading.Thread(target=self._paint, daemon=True)

    def __enter__(self) -> Self:
        if self._live:
            self._painter.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._live:
            self._painter.join(1)
            self._clear()

    def start(self, step: str, total: int = 0) -> None:
        from omlib.report.progress_lines import started_line

        with self._guard:
            self._steps[step] = (time.monotonic(), 0, total)
            if not self._live and self._every_step:
                self._say(started_line(step, self._lang))

    def advance(self, step: str, note: str = "") -> None:
        with self._guard:
            began, done, total = self._steps.get(step, (time.monotonic(), 0, 0))
            self._steps[step] = (began, done + 1, total)
            self._notes[step] = note

    def done(self, step: str, took_s: float, note: str = "") -> None:
        from omlib.report.progress_lines import ended_line

        with self._guard:
            self._steps.pop(step, None)
            if not self._every_step and took_s < QUIET_S:
                return
            self._clear()
            self._say(ended_line(step, took_s, self._lang, note=note))

    def _say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self._live:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

    def _paint(self) -> None:
        from rich.cells import set_cell_size

        turn = 0
        while not self._over.wait(0.12):
            turn += 1
            with self._guard:
                now = time.monotonic()
                shown = [self._line(step, now) for step in self._steps]
                if shown and now - min(s[0] for s in self._steps.values()) > QUIET_S / 4:
                    line = f"{_SPIN[turn % len(_SPIN)]} {' | '.join(shown)}"
                    width = max(20, _columns() - 1)
                    sys.stderr.write("\r" + set_cell_size(line, width))
                    sys.stderr.flush()

    def _line(self, step: str, now: float) -> str:
        from omlib.report.progress_lines import step_text

        began, done, total = self._steps[step]
        counted = f" {done}/{total}" if total else ""
        return f"{step_text(step, self._lang)}{counted} {now - began:.0f} s"


def _columns() -> int:
    import shutil

    return shutil.get_terminal_size().columns
