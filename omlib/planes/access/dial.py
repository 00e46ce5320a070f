"""A TCP connection within a time, the look-up of the name included."""

import socket
import threading
import time

from omlib.planes.access.faults import AccessError, Fault, fault_of

_Found = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]


def dial(address: str, port: int, timeout_s: float) -> socket.socket:
    """Try each address of the name in turn; raises AccessError of the last one tried."""
    end = time.monotonic() + timeout_s
    failure = AccessError(fault=Fault.NAME_NOT_RESOLVED, detail=address)
    for family, place in _resolve(address, port, timeout_s):
        try:
            wire = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:  # no file descriptor left
            raise AccessError(fault=fault_of(error, Fault.LOCAL), detail=str(error)) from error
        try:
            wire.settimeout(max(0.01, end - time.monotonic()))
            wire.connect(place)
            # small packets at once: a login is a dozen of them, each waited for
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            wire.close()
            failure = AccessError(fault=fault_of(error, Fault.NO_ANSWER), detail=str(error))
        else:
            return wire
    raise failure


def _resolve(address: str, port: int, timeout_s: float) -> list[_Found]:
    try:
        return _ask(address, port, socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        pass  # a name
    found: list[list[_Found] | Exception] = []

    def look_up() -> None:
        try:
            found.append(_ask(address, port, 0))
        except (OSError, UnicodeError) as error:
            found.append(error)

    # getaddrinfo has no time-out of its own: a dead resolver costs it 10 s and more
    thread = threading.Thread(target=look_up, daemon=True, name="omlib-resolve")
    thread.start()
    thread.join(timeout_s)
    answer = found[0] if found else TimeoutError(f"{address}: the resolver did not answer")
    if isinstance(answer, Exception):
        ours = fault_of(answer, Fault.NAME_NOT_RESOLVED) is Fault.LOCAL
        fault = Fault.LOCAL if ours else Fault.NAME_NOT_RESOLVED
        raise AccessError(fault=fault, detail=str(answer)) from answer
    return answer


def _ask(address: str, port: int, flags: int) -> list[_Found]:
    found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, place) for family, _, _, _, place in found]  # type: ignore[misc]
