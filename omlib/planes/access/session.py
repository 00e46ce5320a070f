"""A login on a host, and one command on it, within the bounds of its `Way`.

Host keys are checked before anything is sent that would tell who we are. Every fault comes out as
an `AccessError`, or, once the command runs, in the `Answer` beside what was read until then.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import paramiko

from omlib.planes.access.agent import agent_keys
from omlib.planes.access.dial import dial
from omlib.planes.access.faults import AccessError, Fault, fault_of
from omlib.planes.access.gauge import Gauge, Wire
from omlib.planes.access.known_hosts import HostKey, KnownHosts, Trust, load
from omlib.planes.access.way import Way

# without a handler Python prints paramiko's errors, with the host's words raw, to standard error
logging.getLogger("paramiko").addHandler(logging.NullHandler())

STDERR_KEPT_BYTES = 4096
SLACK_BYTES = 4 * 1024 * 1024  # protocol, and what paramiko reads ahead (a window of 2 MiB)
STDERR_EVERY_S = 0.2
STATUS_WAIT_S = 2.0  # for the exit status that follows the end of output

_NEVER = {"macs": ["hmac-md5", "hmac-md5-96"], "ciphers": ["3des-cbc"]}
_SHA1 = {
    "kex": [
        "diffie-hellman-group-exchange-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group1-sha1",
    ],
    "keys": ["ssh-rsa"],
    "pubkeys": ["ssh-rsa"],
    "macs": [*_NEVER["macs"], "hmac-sha1-96"],
}
_TRUST_FAULTS = {
    Trust.UNKNOWN: Fault.HOST_KEY_UNKNOWN,
    Trust.CHANGED: Fault.HOST_KEY_CHANGED,
    Trust.REVOKED: Fault.HOST_KEY_REVOKED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command printed. *fault* says why reading ended early, None if it did not.

    *exit_status* is None where there was none, or nobody waited for it as the end was seen.
    """

    out: bytes
    err: bytes
    exit_status: int | None
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class Session:
    """*transport* is logged in; it dies by itself at the way's deadline."""

    transport: paramiko.Transport
    way: Way
    gauge: Gauge

    def run(self, command: str, stdin: bytes, *, end: bytes) -> Answer:
        """Send *stdin* to *command* and read until *end* stands in its output, or it ends."""
        try:
            channel = self.transport.open_session(timeout=self.gauge.left_s)
            channel.exec_command(command)
        except Exception as error:
            raise _failure(self.gauge, error, Fault.COMMAND_REFUSED) from error
        try:
            _feed(channel, stdin, self.gauge)
            return self._read(channel, end)
        finally:
            with suppress(OSError, EOFError, paramiko.SSHException):
                channel.close()

    def _read(self, channel: paramiko.Channel, end: bytes) -> Answer:
        # not through Channel.fileno(): its pipe may be written to after it was closed, when the
        # number is another connection's
        out, err, total = bytearray(), bytearray(), 0
        fault: Fault | None = None
        chunk: bytes | None = None
        while fault is None and chunk != b"":
            channel.settimeout(min(STDERR_EVERY_S, self.gauge.left_s))
            try:
                chunk = channel.recv(65536)
            except TimeoutError:
                chunk = None
            words = channel.recv_stderr(65536) if channel.recv_stderr_ready() else b""
            err += words[: STDERR_KEPT_BYTES - len(err)]
            total += len(words) + len(chunk or b"")
            seen = max(0, len(out) - len(end))  # *end* may lie across two reads
            out += chunk or b""
            if end in out[seen:]:
                return Answer(out=bytes(out), err=bytes(err), exit_status=None, fault=None)
            fault = Fault.TOO_MUCH if total > self.way.output_bytes else self.gauge.check()
        if fault is None and not self.transport.is_active():
            fault = self.gauge.check() or Fault.BROKE_OFF
        status = None
        if fault is None and channel.status_event.wait(min(STATUS_WAIT_S, self.gauge.left_s)):
            status = channel.exit_status if channel.exit_status >= 0 else None
        return Answer(out=bytes(out), err=bytes(err), exit_status=status, fault=fault)


@contextmanager
def connect(way: Way) -> Iterator[Session]:
    """Log in, through the jump hosts if there are any; raises AccessError."""
    end = time.monotonic() + way.deadline_s
    with ExitStack() as open_:
        yield _reach(way, end, open_, relays=0)


def _reach(way: Way, end: float, open_: ExitStack, *, relays: int) -> Session:
    """*relays*: for how many further logins this one is the way."""
    before = _reach(way.jump, end, open_, relays=relays + 1) if way.jump else None
    try:
        wire = _tunnel(before, way) if before else _dial(way, end)
        return _log_in(way, wire, end, open_, relays=relays)
    except AccessError as error:
        if not relays:
            raise
        detail = f"jump host {way.address}: {error.facts['detail']}"
        raise AccessError(fault=error.fault, detail=detail.removesuffix(": ")) from error


def _dial(way: Way, end: float) -> Wire:
    return dial(way.address, way.port, min(way.connect_s, end - time.monotonic()))


def _tunnel(jump: Session, way: Way) -> Wire:
    left_s = jump.gauge.stage(Fault.NO_ANSWER, way.connect_s)
    try:
        channel = jump.transport.open_channel(
            "direct-tcpip", (way.address, way.port), ("127.0.0.1", 0), timeout=left_s
        )
    except paramiko.ChannelException as error:  # RFC 4254 5.1: 1 prohibited, 2 connect failed
        fault = Fault.FORWARDING_REFUSED if error.code == 1 else Fault.NO_ROUTE
        raise AccessError(fault=fault, detail=f"jump host {jump.way.address}: {error}") from error
    except Exception as error:
        raise _failure(jump.gauge, error, Fault.NO_ANSWER) from error
    jump.gauge.stage(Fault.DEADLINE, way.deadline_s)
    return channel


def _log_in(way: Way, wire: Wire, end: float, open_: ExitStack, *, relays: int) -> Session:
    # each login inside another adds its own protocol to what the outer one carries
    limit_bytes = (way.output_bytes + SLACK_BYTES) * (1 + relays)
    gauge = Gauge(wire, end=end, limit_bytes=limit_bytes)
    open_.callback(gauge.close)
    disabled = _NEVER if way.sha1 else _NEVER | _SHA1
    try:
        trusted = load(way.known_hosts)
    except OSError as error:
        raise AccessError(fault=Fault.HOST_KEY_UNKNOWN, detail=str(error)) from error
    try:
        transport = paramiko.Transport(gauge, disabled_algorithms=disabled)  # type: ignore[arg-type]
        open_.callback(transport.close)
        _greet(transport, gauge, way, trusted)
    except Exception as error:  # paramiko hands on whatever a hostile peer made its thread raise
        raise _failure(gauge, error, Fault.NONSENSE) from error
    _check_host_key(transport, way, trusted)
    try:
        _authenticate(transport, gauge, way)
    except Exception as error:
        raise _failure(gauge, error, Fault.NONSENSE) from error
    gauge.stage(Fault.DEADLINE, way.deadline_s)
    return Session(transport, way, gauge)


def _greet(transport: paramiko.Transport, gauge: Gauge, way: Way, trusted: KnownHosts) -> None:
    # ask for a key of a kind we know, else a host with two keys looks like a changed one
    kinds = {key.kind for key in trusted.keys_of(way.address, way.port)}
    kinds |= {"rsa-sha2-512", "rsa-sha2-256"} if "ssh-rsa" in kinds else set()
    options = transport.get_security_options()
    options.key_types = sorted(options.key_types, key=lambda kind: kind not in kinds)
    left_s = gauge.stage(Fault.NO_BANNER, way.connect_s)
    # the gauge is quicker than these, and knows what running out means
    transport.banner_timeout = transport.handshake_timeout = way.deadline_s + 1
    transport.auth_timeout = way.deadline_s + 1
    transport.start_client(timeout=left_s)
    if not transport.initial_kex_done:  # start_client returns silently when its time is over
        raise AccessError(fault=Fault.NO_BANNER)


def _check_host_key(transport: paramiko.Transport, way: Way, trusted: KnownHosts) -> None:
    key = transport.get_remote_server_key()
    offered = HostKey(key.get_name(), key.get_base64())
    trust = trusted.trust(way.address, way.port, offered)
    if trust is not Trust.KNOWN:
        known = ", ".join(key.fingerprint for key in trusted.keys_of(way.address, way.port))
        detail = f"offered {offered.kind} {offered.fingerprint}"
        detail += f", known {known}" if known else ""
        raise AccessError(fault=_TRUST_FAULTS[trust], detail=detail)


def _authenticate(transport: paramiko.Transport, gauge: Gauge, way: Way) -> None:
    gauge.stage(Fault.LOGIN_TIMED_OUT, way.connect_s)
    rejected: Exception | None = None
    for key in _keys(transport, way):
        rejected = None
        try:
            further = transport.auth_publickey(way.user, key)
        except paramiko.AuthenticationException as error:
            rejected = error
        else:
            if not further:
                return
        if not transport.is_active() or gauge.check():
            break
    if way.password and transport.is_active():
        rejected = None
        if not transport.auth_password(way.user, way.password.reveal()):
            return
    raise rejected or paramiko.AuthenticationException("a further factor is wanted")


def _keys(transport: paramiko.Transport, way: Way) -> Iterator[paramiko.PKey]:
    yield from map(_key, way.key_files)
    if way.agent:
        # the thread that waits for the agent to sign is the one that the gauge is read by
        transport.auth_timeout = way.connect_s
        yield from agent_keys(way.connect_s)


def _key(path: Path) -> paramiko.PKey:
    try:
        if path.stat().st_mode & 0o077:
            detail = f"{path}: others can read it; chmod 600"
            raise AccessError(fault=Fault.NO_CREDENTIAL, detail=detail)
        return paramiko.PKey.from_path(str(path))
    except AccessError:
        raise
    except OSError as error:
        detail = f"{path}: {(error.strerror or str(error)).lower()}"
        raise AccessError(fault=Fault.NO_CREDENTIAL, detail=detail) from error
    except Exception as error:  # ValueError, TypeError, UnsupportedAlgorithm ...
        detail = f"{path}: no private key that can be used: {error}"
        raise AccessError(fault=Fault.NO_CREDENTIAL, detail=detail) from error


def _feed(channel: paramiko.Channel, stdin: bytes, gauge: Gauge) -> None:
    """Hand *stdin* over; a host that will not take it is found out by reading its answer."""
    rest = memoryview(stdin)
    try:
        while rest:
            channel.settimeout(gauge.left_s)
            rest = rest[channel.send(bytes(rest[:32768])) :]
        channel.shutdown_write()
    except (OSError, EOFError, paramiko.SSHException):  # closed, or out of time
        return


def _failure(gauge: Gauge, error: Exception, default: Fault) -> AccessError:
    if isinstance(error, AccessError):
        return error
    if tripped := gauge.check():
        return AccessError(fault=tripped)
    fault = Fault.CLOSED if gauge.silent else fault_of(error, default)
    return AccessError(fault=fault, detail=str(error) or type(error).__name__)
