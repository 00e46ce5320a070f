"""A host that speaks SSH on a local port, for real, and misbehaves as it is told.

A test gives it *serve*, what happens when a command is run (see the functions at the end), or
*greet*, which gets the bare connection and speaks no SSH at all.
"""

import contextlib
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_FAILED_CONNECT_FAILED,
    OPEN_SUCCEEDED,
)

Serve = Callable[[paramiko.Channel, str], None]
Greet = Callable[[socket.socket], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """*accepts* holds the public keys (base64) and the passwords that may log in.

    *kex* restricts key exchange; *banner* is shown before the login; *forwards*: it is a jump host.
    """

    serve: Serve | None = None
    greet: Greet | None = None
    accepts: frozenset[str] = frozenset()
    kex: tuple[str, ...] = ()
    banner: str = ""
    forwards: bool = False
    login_delay_s: float = 0
    answers_exec: bool = True


@dataclass(slots=True)
class SshHost:
    """A context manager; *port* is open on 127.0.0.1 inside it."""

    manners: Manners
    keys: tuple[paramiko.PKey, ...]
    port: int = 0
    logins: int = 0
    _listener: socket.socket = field(default_factory=socket.socket)
    _open: list[socket.socket | paramiko.Transport] = field(default_factory=list)

    def __enter__(self) -> "SshHost":
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(16)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop_listening()
        for connection in self._open:
            connection.close()

    def stop_listening(self) -> None:
        with contextlib.suppress(OSError):  # not twice
            self._listener.shutdown(socket.SHUT_RDWR)  # closing alone does not wake accept()
        self._listener.close()

    def known_hosts(self) -> str:
        lines = (f"[127.0.0.1]:{self.port} {k.get_name()} {k.get_base64()}\n" for k in self.keys)
        return "".join(lines)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.append(connection)
                threading.Thread(target=self._meet, args=(connection,), daemon=True).start()

    def _meet(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            if self.manners.greet:
                self.manners.greet(connection)
                return
            transport = paramiko.Transport(connection)
            self._open.append(transport)
            for key in self.keys:
                transport.add_server_key(key)
            if self.manners.kex:
                transport.get_security_options().kex = self.manners.kex
            transport.start_server(server=_Server(self))


class _Server(paramiko.ServerInterface):
    # the arguments that go unused here are paramiko's
    def __init__(self, host: SshHost) -> None:
        self._host = host
        self._manners = host.manners

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002
        return "publickey,password"

    def get_banner(self) -> tuple[str | None, str | None]:
        return (self._manners.banner or None, "en-US")

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:  # noqa: ARG002
        return self._judge(key.get_base64())

    def check_auth_password(self, username: str, password: str) -> int:  # noqa: ARG002
        return self._judge(password)

    def _judge(self, shown: str) -> int:
        time.sleep(self._manners.login_delay_s)
        if shown not in self._manners.accepts:
            return AUTH_FAILED
        self._host.logins += 1
        return AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        if not self._manners.answers_exec:
            time.sleep(60)
        if self._manners.serve is None:
            return False
        arguments = (self._manners.serve, channel, command.decode())
        threading.Thread(target=_run, args=arguments, daemon=True).start()
        return True

    def check_channel_direct_tcpip_request(
        self,
        chanid: int,
        origin: tuple[str, int],  # noqa: ARG002
        destination: tuple[str, int],
    ) -> int:
        if not self._manners.forwards:
            return OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        try:
            far = socket.create_connection(destination, timeout=5)
        except OSError:
            return OPEN_FAILED_CONNECT_FAILED
        transport = next(t for t in self._host._open if isinstance(t, paramiko.Transport))
        threading.Thread(target=_relay, args=(transport, chanid, far), daemon=True).start()
        return OPEN_SUCCEEDED


def _relay(transport: paramiko.Transport, chanid: int, far: socket.socket) -> None:
    near = transport.accept(10)
    if near is None or near.get_id() != chanid:
        return

    def pump(take: Callable[[int], bytes], give: Callable[[bytes], object]) -> None:
        with contextlib.suppress(OSError, EOFError):
            while data := take(65536):
                give(data)
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            near.close()
        far.close()

    threading.Thread(target=pump, args=(far.recv, near.sendall), daemon=True).start()
    pump(near.recv, far.sendall)


def _run(serve: Serve, channel: paramiko.Channel, command: str) -> None:
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        serve(channel, command)


def read_all(channel: paramiko.Channel) -> bytes:
    """What the caller sent on standard input."""
    text = b""
    while data := channel.recv(65536):
        text += data
    return text


def says(*pieces: bytes, status: int | None = 0, every_s: float = 0) -> Serve:
    """Reads its input and prints *pieces*; *status* None closes without an exit status."""

    def serve(channel: paramiko.Channel, _command: str) -> None:
        read_all(channel)
        for piece in pieces:
            channel.sendall(piece)
            time.sleep(every_s)
        if status is not None:
            channel.send_exit_status(status)
        channel.close()

    return serve


def endless(piece: bytes, *, every_s: float = 0, stderr: bool = False) -> Serve:
    """Prints *piece* until nobody listens, or a gigabyte is out."""

    def serve(channel: paramiko.Channel, _command: str) -> None:
        for _ in _gigabyte(piece):
            (channel.sendall_stderr if stderr else channel.sendall)(piece)
            time.sleep(every_s)

    return serve


def _gigabyte(piece: bytes) -> Iterator[None]:
    for _ in range(1024**3 // len(piece)):
        yield


def runs_here(channel: paramiko.Channel, command: str) -> None:
    """Runs the command on this machine, as sshd would."""
    argv = ["sh", "-c", command]
    done = subprocess.run(argv, input=read_all(channel), capture_output=True, check=False)
    channel.sendall_stderr(done.stderr)
    channel.sendall(done.stdout)
    channel.send_exit_status(done.returncode)
    channel.close()
