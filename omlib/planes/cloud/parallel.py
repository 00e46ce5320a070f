"""Blocking calls side by side, each of which may lead to more, with an end that comes on time."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

Job = Callable[[], "Sequence[Job]"]  # does one thing and gives what is to be done after it


def run_all(jobs: Sequence[Job], at_once: int, until: float) -> None:
    """Run *jobs* and what they lead to, at most *at_once* together; return by *until*.

    Jobs keep their own results and let no exception out. Threads are daemons: one that hangs in the
    network holds up neither this call nor, after Ctrl-C, the end of the program.
    """
    run = _Run(jobs, until)
    for _ in range(at_once):
        threading.Thread(target=run.work, daemon=True).start()
    run.wait()


class _Run:
    def __init__(self, jobs: Sequence[Job], until: float) -> None:
        self._todo = deque(jobs)
        self._unfinished = len(jobs)
        self._turn = threading.Condition()
        self._until = until

    def wait(self) -> None:
        with self._turn:
            self._turn.wait_for(lambda: not self._unfinished, self._left_s())

    def work(self) -> None:
        while job := self._next():
            after: Sequence[Job] = ()
            try:
                after = job()
            finally:
                with self._turn:
                    self._todo.extend(after)
                    self._unfinished += len(after) - 1
                    self._turn.notify_all()

    def _next(self) -> Job | None:
        with self._turn:
            self._turn.wait_for(lambda: self._todo or not self._unfinished, self._left_s())
            return self._todo.popleft() if self._todo and self._left_s() > 0 else None

    def _left_s(self) -> float:
        return max(0.0, self._until - time.monotonic())
