"""The lab's steps, a line each on standard error: they take seconds to minutes."""

import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from omlib.lab.progress import StepEvent
    from omlib.report.words import Lang


class LabProgress:
    def __init__(self, lang: "Lang") -> None:
        self._lang = lang
        self._guard = threading.Lock()

    def __call__(self, event: "StepEvent", /) -> None:
        from omlib.report.progress_lines import ended_line, started_line

        if event.seconds is None:
            told = started_line(event.step, self._lang)
        else:
            told = ended_line(event.step, event.seconds, self._lang, failed=event.failed)
        with self._guard:
            print(f"  {told}", file=sys.stderr, flush=True)
