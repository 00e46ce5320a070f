"""Ctrl-C and SIGTERM while several engines run: each is told once, and its work ends in order."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from omlib.planes.cloud.engine.command import EngineCommand

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """The engines of one run. Those that are not begun when the wish comes are not begun."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._commands: list[EngineCommand] = []
        self._wishes = 0

    @property
    def wished(self) -> bool:
        return self._wishes > 0

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
            commands = tuple(self._commands)
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
