"""Ctrl-C and SIGTERM while several engines run: each is told once, and its work ends in order."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from omlib.planes.cloud.engine.command import EngineCommand

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """The engines of one run. Those that are not begun when the wish comes are not begun.

    *patience_s*: so long after the first wish comes the second by itself. For runs that only look:
    an engine waits for what it asked, a silent cloud lets it wait for minutes, and nothing is lost.
    """

    def __init__(self, patience_s: float | None = None) -> None:
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._commands: list[EngineCommand] = []
        self._wishes = 0

    @property
    def wished(self) -> bool:
        return self._wishes > 0

    @property
    def fault(self) -> str:
        """What a run that was wished to end is called; "" where nobody wished it."""
        if not self.wished:
            return ""
        broken = self._wishes > 1 and self._patience_s is None
        return "broken_off" if broken else "interrupted"

    def add(self, command: EngineCommand) -> EngineCommand:
        with self._lock:
            self._commands.append(command)
            wishes = self._wishes
        for _ in range(wishes):
            command.stop()
        return command

    def stop(self) -> None:
        """As `EngineCommand.stop`: the second wish kills, and recovery comes next."""
        with self._lock:
            self._wishes += 1
            first = self._wishes == 1
            commands = tuple(self._commands)
        if first and self._patience_s is not None:
            later = threading.Timer(self._patience_s, self.stop)
            later.daemon = True
            later.start()
        for command in commands:
            command.stop()

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Only the main thread gets signals; elsewhere this does nothing."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def wish(_signal: int, _frame: FrameType | None) -> None:
            # in a thread: the main one may hold a lock right now
            threading.Thread(target=self.stop).start()

        before = {each: signal.signal(each, wish) for each in _SIGNALS}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)
