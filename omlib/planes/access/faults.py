"""What can go wrong on the way to a host, and which unknown reason each fault is.

`REASONS` is the table that the documentation prints. A fault is never an absence.
"""

import errno
import socket
from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

import paramiko

from omlib.errors import OmlibError
from omlib.model.status import UnknownReason
from omlib.planes.access.text import clean


class Fault(StrEnum):
    NAME_NOT_RESOLVED = "name_not_resolved"
    REFUSED = "refused"
    NO_ROUTE = "no_route"
    NO_ANSWER = "no_answer"  # the connection could not be made in time
    NO_BANNER = "no_banner"  # TCP was taken, and no SSH session came of it: a hung host
    CLOSED = "closed"  # it hung up before the login was through
    LOGIN_TIMED_OUT = "login_timed_out"
    NO_WAY = "no_way"  # our own jump or ssh_config says no way that can be gone
    NO_CREDENTIAL = "no_credential"  # our own key or password is missing, unreadable or unsafe
    LOGIN_REJECTED = "login_rejected"
    HOST_KEY_UNKNOWN = "host_key_unknown"
    HOST_KEY_CHANGED = "host_key_changed"
    HOST_KEY_REVOKED = "host_key_revoked"
    FORWARDING_REFUSED = "forwarding_refused"  # by the jump host
    COMMAND_REFUSED = "command_refused"
    NO_COMMON_ALGORITHM = "no_common_algorithm"
    DEADLINE = "deadline"  # it answered, and had not ended when the look's time was over
    TOO_MUCH = "too_much"  # more output than the site allows; reading stopped there
    BROKE_OFF = "broke_off"  # it closed in the middle of its answer
    NONSENSE = "nonsense"
    NO_PYTHON = "no_python"  # the host has no python3, or not even a shell
    LOCAL = "local"  # this machine could not even try: no file descriptor, no memory


REASONS: Mapping[Fault, UnknownReason] = {
    Fault.NAME_NOT_RESOLVED: UnknownReason.UNREACHABLE,
    Fault.REFUSED: UnknownReason.UNREACHABLE,
    Fault.NO_ROUTE: UnknownReason.UNREACHABLE,
    Fault.NO_ANSWER: UnknownReason.UNREACHABLE,
    Fault.NO_BANNER: UnknownReason.UNREACHABLE,
    Fault.CLOSED: UnknownReason.UNREACHABLE,
    Fault.LOGIN_TIMED_OUT: UnknownReason.UNREACHABLE,
    Fault.NO_WAY: UnknownReason.NOT_CHECKED,
    Fault.NO_CREDENTIAL: UnknownReason.NOT_CHECKED,
    Fault.LOGIN_REJECTED: UnknownReason.DENIED,
    Fault.HOST_KEY_UNKNOWN: UnknownReason.DENIED,
    Fault.HOST_KEY_CHANGED: UnknownReason.DENIED,
    Fault.HOST_KEY_REVOKED: UnknownReason.DENIED,
    Fault.FORWARDING_REFUSED: UnknownReason.DENIED,
    Fault.COMMAND_REFUSED: UnknownReason.DENIED,
    Fault.NO_COMMON_ALGORITHM: UnknownReason.UNSUPPORTED,
    Fault.NO_PYTHON: UnknownReason.UNSUPPORTED,
    Fault.DEADLINE: UnknownReason.INCOMPLETE,
    Fault.TOO_MUCH: UnknownReason.INCOMPLETE,
    Fault.BROKE_OFF: UnknownReason.INCOMPLETE,
    Fault.NONSENSE: UnknownReason.ERROR,
    Fault.LOCAL: UnknownReason.NOT_CHECKED,
}

_ERRNOS: Mapping[int, Fault] = {
    errno.ECONNREFUSED: Fault.REFUSED,
    errno.EHOSTUNREACH: Fault.NO_ROUTE,
    errno.ENETUNREACH: Fault.NO_ROUTE,
    errno.EHOSTDOWN: Fault.NO_ROUTE,
    errno.EADDRNOTAVAIL: Fault.NO_ROUTE,
    errno.EACCES: Fault.NO_ROUTE,  # a `prohibit` or `blackhole` route, or a local firewall rule
    errno.EPERM: Fault.NO_ROUTE,
    errno.EINVAL: Fault.NO_ROUTE,
    errno.ETIMEDOUT: Fault.NO_ANSWER,
    errno.ECONNRESET: Fault.CLOSED,
    errno.ECONNABORTED: Fault.CLOSED,
    errno.EPIPE: Fault.CLOSED,
    errno.EMFILE: Fault.LOCAL,
    errno.ENFILE: Fault.LOCAL,
    errno.ENOMEM: Fault.LOCAL,
    errno.ENOBUFS: Fault.LOCAL,
}


class AccessError(OmlibError):
    """A host could not be looked at. Facts: fault, detail (cleaned)."""

    code: ClassVar[str] = "access"

    def __init__(self, *, fault: Fault, detail: str = "") -> None:
        super().__init__(fault=fault, detail=clean(detail))
        self.fault = fault

    @property
    def reason(self) -> UnknownReason:
        return REASONS[self.fault]

    @property
    def detail(self) -> str:
        """`host_key_changed: offered ssh-ed25519 SHA256:...`, fit for `Sight.detail`."""
        words = str(self.facts["detail"])
        return clean(f"{self.fault}: {words}" if words else str(self.fault))


def fault_of(error: BaseException, default: Fault) -> Fault:
    """The fault an exception stands for; *default* where the exception does not tell."""
    match error:
        case AccessError():
            return error.fault
        case paramiko.ssh_exception.IncompatiblePeer():
            return Fault.NO_COMMON_ALGORITHM
        case paramiko.AuthenticationException():
            return Fault.LOGIN_REJECTED
        case socket.gaierror() | UnicodeError():  # UnicodeError: a name that IDNA cannot hold
            return Fault.NAME_NOT_RESOLVED
        case TimeoutError():
            return Fault.NO_ANSWER
        case EOFError():
            return Fault.CLOSED
        case MemoryError():
            return Fault.LOCAL
        case OSError():
            return _ERRNOS.get(error.errno or 0, default)
    return default
