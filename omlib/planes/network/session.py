"""One device's running configuration, over SSH, read only.

`omlib.planes.access` logs in and bounds the look; netmiko's driver for the platform prepares the
terminal (paging off, prompt found). Answers are read here, as bytes: netmiko decodes each read on
its own and drops the characters that a read cuts in two. An answer counts only with its echo in
front, its prompt behind and, for a configuration, its last line.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import paramiko
from netmiko import BaseConnection, ReadTimeout, ssh_dispatcher

from omlib.errors import OmlibError
from omlib.planes.access import session as access
from omlib.planes.access.faults import AccessError, Fault, fault_of
from omlib.planes.access.way import Way
from omlib.planes.network.platforms import Platform
from omlib.planes.network.read_only import NEXT_PAGE, ReadOnlyChannel
from omlib.planes.network.shown import as_shown
from omlib.planes.network.text import masked

WIDTH, HEIGHT = 511, 1000
WAIT_S = 1.0  # for the next piece of an answer, over and over until the deadline
SETTLE_S = 0.3  # a prompt where the answer should go on counts when nothing follows for so long
EDGE_BYTES = 2048  # longer than any echo, prompt or pager mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """*gap* says what part is known to be left out, "" if none."""

    raw: bytes
    gap: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSession:
    """A prepared session. Whatever is not on the platform's list raises RefusedError."""

    channel: ReadOnlyChannel
    platform: Platform
    prompt: str
    limit_bytes: int

    def running(self) -> Running:
        """The whole configuration; raises AccessError when it did not arrive whole."""
        witness = self.platform.witness
        before = self.ask(witness.before) if witness else b""
        raw = self.ask(self.platform.running, last=self.platform.last)
        after = self.ask(witness.after) if witness else b""
        gap = witness.gap(_plain(before), _plain(after)) if witness else ""
        return Running(raw=raw, gap=gap)

    def ask(self, command: str, *, last: re.Pattern[str] | None = None) -> bytes:
        """The answer to *command*: what stands between its echo and the prompt.

        With *last* it also has to end with that line: a prompt without it is taken for a line of
        the answer for as long as more comes.
        """
        self.channel.write_channel(command + "\n")
        prompt = re.compile(rf"{self.prompt}[^\s#>]*[#>]")
        answer = bytearray()
        wait_s = WAIT_S
        while True:
            piece = self.channel.read(wait_s)
            answer += piece
            if len(answer) > self.limit_bytes:
                raise AccessError(fault=Fault.TOO_MUCH, detail=command)
            *lines, line = _plain(bytes(answer[-EDGE_BYTES:])).split("\n")
            at_prompt = bool(prompt.fullmatch(line))
            if piece and self.platform.more.fullmatch(line.strip()):
                self.channel.write_channel(NEXT_PAGE)
            elif at_prompt and (echo := self._echo(answer, command)):
                if last is None or last.fullmatch(_last_line(lines)):
                    return bytes(answer[echo : answer.rindex(b"\n") + 1])
                if not piece and wait_s == SETTLE_S:
                    raise self._not_whole(bytes(answer[echo:]))
            wait_s = SETTLE_S if at_prompt else WAIT_S

    def _echo(self, answer: bytearray, command: str) -> int:
        """The index behind the line that echoes *command*, 0 if it has not come.

        Typed before the device was ready it is echoed twice, the second time behind a prompt.
        """
        echo = re.compile(rf"(?:{self.prompt}\S*)? *{re.escape(command)}")
        at = found = 0
        for line in bytes(answer[:EDGE_BYTES]).split(b"\n")[:-1]:
            at += len(line) + 1
            if echo.fullmatch(_plain(line)):
                found = at
        return found

    def _not_whole(self, answer: bytes) -> AccessError:
        for line in _plain(answer[:EDGE_BYTES]).splitlines():
            for complaint, fault in self.platform.complaints.items():
                if complaint.fullmatch(line.strip()):
                    return AccessError(fault=fault, detail=masked(line, self.platform.dialect))
        detail = f"ends with: {self.channel.last_words()}"
        return AccessError(fault=Fault.BROKE_OFF, detail=detail)


def _plain(answer: bytes) -> str:
    return "\n".join(map(as_shown, answer.decode("utf-8", "replace").split("\n")))


def _last_line(lines: list[str]) -> str:
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


@contextmanager
def open_device(way: Way, platform: Platform) -> Iterator[DeviceSession]:
    """Log in and prepare the terminal; raises AccessError."""
    with access.connect(way) as login:
        shell = _shell(login)
        channel = ReadOnlyChannel(shell, login.gauge, platform)
        driver = _driver(platform, way, shell, channel)
        try:
            yield DeviceSession(
                channel=channel,
                platform=platform,
                prompt=re.escape(_prompt(driver, channel)),
                limit_bytes=way.output_bytes,
            )
        finally:
            channel.closed = True  # the driver would type `exit` and wait for what comes
            driver.disconnect()


def _shell(login: access.Session) -> paramiko.Channel:
    try:
        shell = login.transport.open_session(timeout=login.gauge.left_s)
        shell.get_pty(term="vt100", width=WIDTH, height=HEIGHT)
        shell.invoke_shell()
    except Exception as error:  # all lines in use, no terminal for this account ...
        fault = login.gauge.check() or fault_of(error, Fault.COMMAND_REFUSED)
        raise AccessError(fault=fault, detail=str(error)) from error
    return shell


def _driver(
    platform: Platform, way: Way, shell: paramiko.Channel, channel: ReadOnlyChannel
) -> BaseConnection:
    driver = ssh_dispatcher(platform.driver)(
        host=way.address,
        device_type=platform.driver,
        auto_connect=False,  # the login is done
        encoding="latin-1",
        read_timeout_override=way.deadline_s,
    )
    driver.remote_conn = shell
    driver.remote_conn_pre = None
    driver.channel = channel
    driver.ansi_escape_codes = True  # coloured prompts
    return driver


def _prompt(driver: BaseConnection, channel: ReadOnlyChannel) -> str:
    """The prompt, without the character that tells the mode.

    The driver's own idea of it is what stood there when it stopped waiting: on a slow line a part.
    """
    try:
        channel.write_channel("\n")
        driver.session_preparation()
    except OmlibError:
        raise
    except Exception as error:  # ReadTimeout, ReadException, and a ValueError for an odd prompt
        fault = Fault.DEADLINE if isinstance(error, ReadTimeout) else Fault.NONSENSE
        detail = f"no prompt after {channel.last_words()!r}"
        raise AccessError(fault=fault, detail=detail) from error
    channel.write_channel("\n\n")
    heard = bytearray()
    while True:  # until the same prompt came twice, or the deadline
        heard += channel.read(WAIT_S)
        *lines, last = _plain(bytes(heard[-EDGE_BYTES:])).split("\n")
        before = next((line for line in reversed(lines) if line), "")
        if last and last == before and last[-1] in "#>":
            return last[:-1]
