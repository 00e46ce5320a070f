"""What a look at a host tells of its Python decides whether Ansible is asked to mend it."""

import base64
import json
from collections.abc import Callable

import paramiko
import pytest

from omlib.model.action import WhyNot
from omlib.model.estate import ServerState
from omlib.model.finding import Finding
from omlib.model.item import Scope
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status
from omlib.planes.server.plane import ServerPlane
from omlib.testing.ssh_host import Serve, read_all

STATE = ServerState(items={"user": {"oa": {"present": True}}})
MISSING = Finding(
    ref=make_ref(Plane.SERVER, "user", "host-0", "oa"),
    status=Status.MISSING,
    scope=Scope(Plane.SERVER, "user", "host-0"),
)


def tells(host: dict[str, object], plain: bytes = b"") -> Serve:
    def serve(channel: paramiko.Channel, command: str) -> None:
        head, _, rest = read_all(channel).partition(b"\n")
        nonce = json.loads(rest[int(head) :])["nonce"]
        channel.sendall(plain)
        users = {"status": "ok", "detail": "", "items": {}, "unseen": {}}
        for kind, body in (("host", host), ("users", users)):
            encoded = base64.b64encode(json.dumps(body).encode())
            channel.sendall(f"\n{nonce} {kind} {len(encoded)} ".encode() + encoded + b"\n")
        channel.send_exit_status(0)
        channel.close()

    return serve


@pytest.mark.parametrize("told", ["3.6.8", "3.7.0rc1"])
def test_an_old_python_is_a_reason_to_leave_the_host_as_it_is(
    a_plane: Callable[..., ServerPlane], told: str
) -> None:
    plane = a_plane(STATE, tells({"uid": 0, "python": told}))
    plane.observe(plane.targets()[0])
    assert plane.propose([MISSING]) == []
    (left,) = plane.decline([MISSING])
    assert (left.ref, left.why, left.detail) == (MISSING.ref, WhyNot.OLD_PYTHON, told[:3])


@pytest.mark.parametrize("told", ["3.11.2", "3.8.0", "nonsense\x1b[31m", 3, None])
def test_any_other_is_not(a_plane: Callable[..., ServerPlane], told: object) -> None:
    plane = a_plane(STATE, tells({"uid": 0, "python": told}))
    plane.observe(plane.targets()[0])
    (action,) = plane.propose([MISSING])
    assert action.ref == MISSING.ref
    assert plane.decline([MISSING]) == []


def test_a_host_without_python_is_left_as_it_is(a_plane: Callable[..., ServerPlane]) -> None:
    plane = a_plane(STATE, tells({"uid": 0}, plain=b"omlib:no-python3\n"))
    plane.observe(plane.targets()[0])
    (left,) = plane.decline([MISSING])
    assert (left.why, left.detail) == (WhyNot.OLD_PYTHON, "")
