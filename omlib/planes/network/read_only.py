"""The one place through which anything is typed on a device that is being looked at.

netmiko's drivers type here too, while they prepare a session. Whatever is not on the platform's
list is refused before a byte of it is sent.
"""

import paramiko
from netmiko.channel import Channel

from omlib.errors import RefusedError
from omlib.planes.access.faults import AccessError, Fault
from omlib.planes.access.gauge import Gauge
from omlib.planes.network.platforms import Platform
from omlib.planes.network.shown import as_shown
from omlib.planes.network.text import masked

NEXT_PAGE = " "
HEARD_BYTES = 4096
GREETING_BYTES = 1024 * 1024  # netmiko searches all it has read over and over


class ReadOnlyChannel(Channel):
    """netmiko's Channel over one of paramiko's. *heard* are the last bytes the device sent."""

    def __init__(self, channel: paramiko.Channel, gauge: Gauge, platform: Platform) -> None:
        self._channel = channel
        self._gauge = gauge
        self._platform = platform
        self._left_bytes = GREETING_BYTES
        self.heard = b""
        self.closed = False

    def write_channel(self, out_data: str) -> None:
        for line in out_data.split("\n"):
            if line.strip() and line.strip() not in self._platform.allowed:
                raise RefusedError(what=f"typing {line.strip()!r} on a device that is only read")
        self._check()
        self._channel.settimeout(self._gauge.left_s)
        try:
            self._channel.sendall(out_data.encode("ascii"))
        except OSError as error:  # it hung up: what it said before tells why
            while self._channel.recv_ready():
                self.read(0)
            raise self.broken_off() from error

    def read_buffer(self) -> str:
        """What is there, without waiting, one character a byte, as netmiko wants it."""
        self._check()
        if self._channel.recv_ready():
            data = self.read(self._gauge.left_s)
            self._left_bytes -= len(data)
            if self._left_bytes < 0:
                raise AccessError(fault=Fault.TOO_MUCH, detail="before any prompt")
            return data.decode("latin-1")
        if self._channel.eof_received or self._channel.closed:
            raise self.broken_off()
        return ""

    def read_channel(self) -> str:
        parts = []
        while part := self.read_buffer():
            parts.append(part)
        return "".join(parts)

    def read(self, wait_s: float) -> bytes:
        """Wait for more; b"" when nothing came. Raises AccessError at the end of the stream."""
        self._channel.settimeout(max(wait_s, 0.001))
        try:
            data = self._channel.recv(65536)
        except TimeoutError:
            self._check()
            return b""
        if not data:
            raise self.broken_off()
        self.heard = (self.heard + data)[-HEARD_BYTES:]
        return data

    def broken_off(self) -> AccessError:
        fault = self._gauge.check() or Fault.BROKE_OFF
        return AccessError(fault=fault, detail=self.last_words())

    def last_words(self) -> str:
        """The last two lines heard that say anything, without secrets."""
        lines = self.heard.decode("utf-8", "replace").splitlines()
        whole = lines[1:] if len(self.heard) == HEARD_BYTES else lines  # the first one is cut
        told = [line.strip() for line in map(as_shown, whole) if line.strip()]
        return "; ".join(masked(line, self._platform.dialect) for line in told[-2:])

    def _check(self) -> None:
        if self.closed:
            raise AccessError(fault=Fault.BROKE_OFF, detail="the look is over")
        if fault := self._gauge.check():
            raise AccessError(fault=fault, detail=self.last_words())
