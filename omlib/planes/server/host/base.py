"""What every reader of a host shares: how it says what it found, and how it runs a program.

An item that is not there is left out. What could not be read is named in *unseen*, per attribute;
a collection that could not be read is not `ok` and says why. Neither is ever an absence.
Annotations that Python 3.6 does not know stand as strings.
"""

import os
import subprocess
import threading

READS = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
PRESENCE = "@presence"  # among what is unseen: not even whether it is there


class CannotTell(Exception):
    """A whole kind could not be read: *status* is denied, unsupported, incomplete or error."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail


class Found:
    """What was found of one kind: attributes by item, and what of them could not be read.

    Where the rest of the kind could not be read, *status* and *detail* say so as in CannotTell, and
    what was found still counts.
    """

    def __init__(self) -> None:
        self.items = {}  # type: dict[str, dict[str, object]]
        self.unseen = {}  # type: dict[str, dict[str, str]]
        self.status = "ok"
        self.detail = ""


def text(raw: bytes) -> str:
    """Any byte survives: the asking side turns the surrogates back and finds the encoding."""
    return raw.decode("utf-8", "surrogateescape")


def native(name: str) -> str:
    """The same, for what Python has already read in the locale's encoding."""
    return text(os.fsencode(name))


def run(argv: "list[str]", limit_s: int) -> "tuple[int, bytes, str]":
    try:
        done = subprocess.run(  # noqa: UP022  (capture_output is of 3.7)
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=limit_s,
            env=READS,
        )
    except FileNotFoundError:
        raise CannotTell("unsupported", argv[0] + ": not found") from None
    except subprocess.TimeoutExpired:
        raise CannotTell("incomplete", f"{argv[0]}: no answer in {limit_s} s") from None
    return done.returncode, done.stdout, text(done.stderr[:400])


def items_of(asked: "dict[str, object]") -> "dict[str, dict[str, object]]":
    """What is declared of a collection: the wanted attributes by name."""
    return asked["items"]  # type: ignore[return-value]


def in_time(limit_s: float, do: "object", *told: "object") -> "object":
    """What *do* returns or raises; TimeoutError if it takes longer, and its thread is left behind.

    For what lies on a file system that may be dead: nothing else ends a call that hangs there.
    """
    answers = []  # type: list[tuple[object, Exception | None]]

    def work() -> None:
        try:
            answers.append((do(*told), None))  # type: ignore[operator]
        except Exception as error:  # noqa: BLE001  (raised again where it was asked for)
            answers.append((None, error))

    thread = threading.Thread(target=work)
    thread.daemon = True
    thread.start()
    thread.join(limit_s)
    if not answers:
        raise TimeoutError(f"no answer in {limit_s:.0f} s")
    answer, error = answers[0]
    if error is not None:
        raise error
    return answer
