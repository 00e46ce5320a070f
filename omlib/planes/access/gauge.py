"""A socket that keeps time and counts: whoever drips, hangs or floods is cut off.

paramiko's own time-outs start anew with every byte, and some of its waits have none. Its transport
thread reads through this, at least every tenth of a second, so the clock here is a real one.
"""

import time
from typing import Protocol

from omlib.planes.access.faults import Fault


class Wire(Protocol):
    """What paramiko asks of a socket; a channel through a jump host is one too."""

    def recv(self, size: int, /) -> bytes: ...

    def send(self, data: bytes, /) -> int: ...

    def settimeout(self, seconds: float, /) -> None: ...

    def close(self) -> None: ...


class Gauge:
    """*tripped* says which bound was hit; after that the connection reads as closed.

    *silent* is true when the other side hung up without having said one byte.
    """

    def __init__(self, wire: Wire, *, end: float, limit_bytes: int) -> None:
        self._wire = wire
        self._end = end
        self._until = end
        self._late = Fault.DEADLINE
        self._left_bytes = limit_bytes
        self._heard = self._hung_up = False
        self._closed = False  # paramiko looks at this very name
        self.tripped: Fault | None = None

    def stage(self, late: Fault, seconds: float) -> float:
        """From now on *seconds* are left, within the whole; running out means *late*."""
        self._until = min(time.monotonic() + seconds, self._end)
        self._late = late
        return self.left_s

    @property
    def left_s(self) -> float:
        return max(0.0, self._until - time.monotonic())

    @property
    def silent(self) -> bool:
        return self._hung_up and not self._heard

    def check(self) -> Fault | None:
        if self.tripped is None and self.left_s == 0:
            self.tripped = self._late
        return self.tripped

    def recv(self, size: int) -> bytes:
        if self.check():
            raise EOFError
        try:
            data = self._wire.recv(size)
        except ConnectionError:
            self._hung_up = True
            raise
        self._heard, self._hung_up = self._heard or bool(data), not data
        self._left_bytes -= len(data)
        if self._left_bytes < 0:
            self.tripped = self.tripped or Fault.TOO_MUCH
            raise EOFError
        return data

    def send(self, data: bytes) -> int:
        if self.check():
            raise EOFError
        return self._wire.send(data)

    def settimeout(self, seconds: float) -> None:
        self._wire.settimeout(seconds)

    def getpeername(self) -> tuple[str, int]:
        return ("", 0)  # paramiko logs it; the far end of a tunnel has none

    def close(self) -> None:
        self._closed = True
        self._wire.close()
