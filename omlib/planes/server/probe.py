"""One look at a host: a login, one command, and what it told of each kind."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from omlib.model.status import UnknownReason
from omlib.planes.access.faults import AccessError, Fault
from omlib.planes.access.session import Answer, Session, connect
from omlib.planes.access.way import Way
from omlib.planes.server.certificates import with_certificates
from omlib.planes.server.declared import Wanted
from omlib.planes.server.frames import Frames, end_mark, read_frames
from omlib.planes.server.kinds import COLLECTION, in_order
from omlib.planes.server.question import NO_PYTHON, command, standard_input
from omlib.planes.server.reply import Reply, failed, read_reply
from omlib.planes.server.shell_answer import read_shell
from omlib.planes.server.shell_question import shell_command, shell_input

_NOT_FOUND = (126, 127)  # what a shell ends with when there is no such program


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """*replies* has every kind that was asked for. *as_root*: the host answered as root.

    *python* is that of its `python3`, (0,) where it has none, None where it told nothing.
    """

    replies: Mapping[str, Reply]
    as_root: bool
    python: tuple[int, ...] | None = None


def look(
    way: Way,
    wanted: Wanted,
    full: frozenset[str],
    watched: tuple[str, ...] = (),
    *,
    modes: bool = False,
    at: datetime | None = None,
) -> Look:
    """Ask the host at the end of *way*. Never raises for what a host or the way to it does.

    Times are told as of *at*, or of now. *modes* as in `standard_input`.
    """
    nonce = f"omlib-{secrets.token_hex(8)}"
    stdin = standard_input(
        wanted,
        full,
        watched=watched,
        modes=modes,
        nonce=nonce,
        deadline_s=way.deadline_s,
        sudo_password=way.sudo_password,
    )
    names = {"host", *(COLLECTION[kind] for kind in wanted)}
    sudo_asks = way.sudo_password is not None
    by_shell: Answer | None = None
    try:
        with connect(way) as session:
            answer = session.run(command(sudo_asks=sudo_asks), stdin, end=end_mark(nonce))
            frames = read_frames(answer.out, nonce, names)
            if _lacks_python(answer, frames):
                by_shell = _ask_shell(session, wanted, full, nonce)
    except AccessError as error:
        lost = Reply(reason=error.reason, detail=error.detail)
        return Look(replies=dict.fromkeys(wanted, lost), as_root=False)
    at = at or datetime.now(UTC)
    if by_shell:
        told = read_shell(by_shell.out, nonce, wanted, full)
        if "host" in told.bodies:
            return replace(read_answer(by_shell, told, wanted, full, at), python=(0,))
    return read_answer(answer, frames, wanted, full, at)


def _lacks_python(answer: Answer, frames: Frames) -> bool:
    """It has none, an old one, or one that broke before its first word."""
    broke = answer.fault is None and answer.exit_status not in (0, None)
    return not frames.bodies and not frames.broken and (broke or NO_PYTHON in answer.out)


def _ask_shell(session: Session, wanted: Wanted, full: frozenset[str], nonce: str) -> Answer | None:
    """None where not even that can be asked: then the first answer stands."""
    password = session.way.sudo_password
    limit_s = max(2, int(session.way.deadline_s / 3))
    stdin = shell_input(wanted, full, nonce=nonce, limit_s=limit_s, sudo_password=password)
    asking = shell_command(sudo_asks=password is not None)
    try:
        return session.run(asking, stdin, end=end_mark(nonce))
    except AccessError:
        return None


def read_answer(
    answer: Answer, frames: Frames, wanted: Wanted, full: frozenset[str], at: datetime
) -> Look:
    """Each kind by itself: a sound frame counts, whatever became of the others."""
    replies = {}
    for kind in wanted:
        if not in_order((kind,)):
            replies[kind] = Reply(reason=UnknownReason.UNSUPPORTED, detail="no reader")
            continue
        name = COLLECTION[kind]
        if name in frames.bodies:
            body = frames.bodies[name]
            body = with_certificates(body, at) if kind == "certificate" else body
            replies[kind] = read_reply(kind, body, wanted[kind], full=kind in full)
        elif name in frames.broken and not (
            frames.broken[name] is Fault.BROKE_OFF and answer.fault
        ):
            replies[kind] = failed(frames.broken[name])
        else:
            replies[kind] = _silence(answer, begun=bool(frames.bodies or frames.broken))
    host = frames.bodies.get("host", {})
    return Look(replies=replies, as_root=host.get("uid") == 0, python=_python(answer, host))


def _python(answer: Answer, host: Mapping[str, object]) -> tuple[int, ...] | None:
    if NO_PYTHON in answer.out:
        return (0,)
    told = re.fullmatch(r"([0-9]{1,3})\.([0-9]{1,3})(\..*)?", str(host.get("python", "")), re.ASCII)
    return (int(told[1]), int(told[2])) if told else None


def _silence(answer: Answer, *, begun: bool) -> Reply:
    """Why a kind has no frame."""
    words = answer.err or answer.out[-400:]
    if NO_PYTHON in answer.out or answer.exit_status in _NOT_FOUND:
        return failed(Fault.NO_PYTHON, "" if NO_PYTHON in answer.out else words)
    if answer.fault:
        return failed(answer.fault, words)
    if begun or answer.exit_status is None:
        return failed(Fault.BROKE_OFF, words)
    return failed(Fault.NONSENSE, words)
