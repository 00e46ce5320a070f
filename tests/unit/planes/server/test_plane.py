"""The plane against hosts that answer well, badly, and not at all."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import paramiko
import pytest

from omlib.errors import RefusedError
from omlib.model.estate import (
    Estate,
    Server,
    ServerState,
)
from omlib.model.item import Scope
from omlib.model.observation import Observation
from omlib.model.ref import Plane
from omlib.model.status import UnknownReason
from omlib.planes.server.plane import ServerPlane
from omlib.testing.ssh_host import Serve, endless, read_all, runs_here, says

APlane = Callable[..., ServerPlane]
STATE = ServerState(
    items={
        "package": {"nginx": {"present": True}, "telnet": {"present": False}},
        "user": {"oa": {"present": True}},
    }
)


def answers(
    bodies: Mapping[str, Mapping[str, Any]], *, noise: bytes = b"", drop: str = "", status: int = 0
) -> Serve:
    """A host that answers in frames, with *noise* around them; *drop* cuts the frame of a kind."""

    def serve(channel: paramiko.Channel, command: str) -> None:
        stdin = read_all(channel)
        head, _, rest = stdin.partition(b"\n")
        nonce = json.loads(rest[int(head) :])["nonce"]
        for kind, body in bodies.items():
            whole = {"status": "ok", "detail": "", "items": {}, "unseen": {}, **body}
            encoded = base64.b64encode(json.dumps(whole).encode())
            frame = f"\n{nonce} {kind} {len(encoded)} ".encode() + encoded + b"\n"
            if kind == drop:
                channel.sendall(noise + frame[: len(frame) // 2])
                channel.close()
                return
            channel.sendall(noise + frame)
        channel.send_exit_status(status)
        channel.close()

    return serve


FOUND: Mapping[str, Mapping[str, Any]] = {
    "packages": {"items": {"nginx": {"present": True, "version": "1"}}},
    "users": {},
}


def look(plane: ServerPlane, number: int = 0) -> Observation:
    return plane.observe(plane.targets()[number])


def reasons(observation: Observation) -> dict[str, UnknownReason | None]:
    return {scope.kind: sight.reason for scope, sight in observation.sights.items()}


def items(observation: Observation) -> dict[str, Any]:
    return {
        f"{item.ref.kind} {item.ref.part}": dict(item.attributes) for item in observation.actual
    }


@pytest.mark.parametrize(
    "noise",
    [b"", b"*** WARNING ***\r\n\x1b[31m", "登录成功".encode("gb18030"), b"\xff\x00\n\n"],
)
def test_what_a_host_tells_becomes_items_and_complete_sights(a_plane: APlane, noise: bytes) -> None:
    seen = look(a_plane(STATE, answers(FOUND, noise=noise)))
    assert reasons(seen) == {"package": None, "user": None}
    assert items(seen) == {
        "package nginx": {"present": True, "version": "1"},
        "package telnet": {"present": False},
    }
    assert {(sight.by, sight.via, sight.detail) for sight in seen.sights.values()} == {
        ("ops", "ssh", "")
    }


def test_what_is_declared_absent_and_is_there_says_so(a_plane: APlane) -> None:
    there = {"packages": {"items": {"telnet": {"present": True, "version": "0.17"}}}}
    seen = look(a_plane(STATE, answers({**FOUND, **there})))
    assert items(seen) == {"package telnet": {"present": True, "version": "0.17"}}


def test_a_unit_that_is_not_there_neither_runs_nor_is_enabled(a_plane: APlane) -> None:
    off = {"running": False, "enabled": False}
    state = ServerState(
        items={"service": {"telnetd": off, "nginx": {"running": True, "enabled": True}}}
    )
    seen = look(a_plane(state, answers({"services": {}})))
    assert items(seen) == {"service telnetd": {"running": False, "enabled": False}}


def test_absence_is_not_concluded_from_a_kind_that_could_not_be_read(a_plane: APlane) -> None:
    lost = {"status": "error", "detail": "rpmdb: \x1b[31mopen failed"}
    seen = look(a_plane(STATE, answers({"packages": lost, "users": {}})))
    assert reasons(seen) == {"package": UnknownReason.ERROR, "user": None}
    assert items(seen) == {}
    assert seen.sights[Scope(Plane.SERVER, "package", "host-0")].detail == "rpmdb: open failed"


def test_what_nobody_asked_for_is_dropped_unless_all_must_be_declared(a_plane: APlane) -> None:
    more = {"users": {"items": {"eve": {"uid": 0}, "oa": {"uid": 1}}}, "packages": {}}
    assert "user eve" not in items(look(a_plane(STATE, answers(more))))
    state = ServerState(items={"user": {"oa": {"present": True}}}, full=frozenset({"user"}))
    assert items(look(a_plane(state, answers(more)))) == {
        "user eve": {"uid": 0},
        "user oa": {"uid": 1},
    }


def test_unread_attributes_keep_their_reason(a_plane: APlane) -> None:
    told = {"items": {"/a": {"mode": "0600"}}, "unseen": {"/a": {"sha256": "denied"}}}
    state = ServerState(items={"file": {"/a": {"sha256": "0" * 64, "mode": "0600"}}})
    (item,) = look(a_plane(state, answers({"files": told}))).actual
    assert item.unseen == {"sha256": UnknownReason.DENIED}


INCOMPLETE, ERROR = UnknownReason.INCOMPLETE, UnknownReason.ERROR


def hang(channel: paramiko.Channel, command: str) -> None:
    channel.sendall(b"half")
    time.sleep(30)


@pytest.mark.parametrize(
    ("serve", "reason"),
    [
        (hang, INCOMPLETE),
        (endless(b".", every_s=0.2), INCOMPLETE),
        (endless(b"All work and no play\n" * 1000), INCOMPLETE),
        (endless(b"All work and no play\n" * 1000, stderr=True), INCOMPLETE),
        (says(b"half", status=None), INCOMPLETE),
        (says(b"% Unknown command", status=0), ERROR),
        (says(b"Traceback", status=1), ERROR),
        (says(b"sh: not found", status=127), UnknownReason.UNSUPPORTED),
        (says(b"motd\nomlib:no-python3\n"), UnknownReason.UNSUPPORTED),
        (None, UnknownReason.DENIED),
        (answers({"packages": {"items": 3}, "users": {"items": 3}}), ERROR),
    ],
)
def test_a_host_that_fails_is_unknown_in_time_and_costs_no_other(
    a_plane: APlane, serve: Serve, reason: UnknownReason
) -> None:
    plane = a_plane(STATE, serve, answers(FOUND), deadline_s=2)
    begun = time.monotonic()
    assert reasons(look(plane, 0)) == {"package": reason, "user": reason}
    assert time.monotonic() - begun < 2 + 1
    assert reasons(look(plane, 1)) == {"package": None, "user": None}


def test_a_frame_that_was_whole_counts_when_the_next_is_cut(a_plane: APlane) -> None:
    seen = look(a_plane(STATE, answers(FOUND, drop="users")))
    assert reasons(seen) == {"package": None, "user": INCOMPLETE}


def test_an_exit_status_does_not_spoil_whole_frames(a_plane: APlane) -> None:
    assert reasons(look(a_plane(STATE, answers(FOUND, status=1)))) == {
        "package": None,
        "user": None,
    }


def framed(nonce: str, name: str, body: object) -> bytes:
    encoded = base64.b64encode(json.dumps(body).encode())
    return f"\n{nonce} {name} {len(encoded)} ".encode() + encoded + b"\n"


def tells(frames: Callable[[str], bytes]) -> Serve:
    """A host that prints what *frames* makes of the nonce."""

    def serve(channel: paramiko.Channel, command: str) -> None:
        head, _, rest = read_all(channel).partition(b"\n")
        channel.sendall(frames(json.loads(rest[int(head) :])["nonce"]))
        channel.send_exit_status(0)
        channel.close()

    return serve


WHOLE: Mapping[str, Any] = {"status": "ok", "detail": "", "items": {}, "unseen": {}}
NGINX = {**WHOLE, "items": {"nginx": {"present": True, "version": "1"}}}


def test_frames_of_what_nobody_asked_for_change_nothing(a_plane: APlane) -> None:
    more = {"sudo": NGINX, "firewall": [1], "posture": {"x": 1}, "nonsense": NGINX, "end": NGINX}

    def frames(nonce: str) -> bytes:
        told = {**more, "packages": NGINX, "users": WHOLE}
        return b"".join(framed(nonce, name, body) for name, body in told.items())

    seen = look(a_plane(STATE, tells(frames)))
    assert reasons(seen) == {"package": None, "user": None}
    assert set(items(seen)) == {"package nginx", "package telnet"}


def test_a_frame_that_comes_twice_is_believed_in_neither_form(a_plane: APlane) -> None:
    def frames(nonce: str) -> bytes:
        return (
            framed(nonce, "packages", WHOLE)
            + framed(nonce, "users", WHOLE)
            + framed(nonce, "packages", NGINX)
        )

    seen = look(a_plane(STATE, tells(frames)))
    assert reasons(seen) == {"package": ERROR, "user": None}
    assert items(seen) == {}


def test_frames_under_another_nonce_are_noise(a_plane: APlane) -> None:
    """An answer of an earlier look, say, that somebody plays again."""

    def frames(nonce: str) -> bytes:
        other = "omlib-" + "0" * 16
        return framed(other, "packages", NGINX) + framed(nonce, "users", WHOLE)

    seen = look(a_plane(STATE, tells(frames)))
    assert reasons(seen) == {"package": INCOMPLETE, "user": None}
    assert items(seen) == {}


def a_million(nonce: str, count: int = 1_000_000) -> bytes:
    many: dict[str, Any] = {f"p{number}": {} for number in range(count)}
    return framed(nonce, "packages", {**WHOLE, "items": {**many, **NGINX["items"]}}) + framed(
        nonce, "users", WHOLE
    )


def test_a_million_items_that_nobody_asked_for_cost_a_moment(a_plane: APlane) -> None:
    seen = look(a_plane(STATE, tells(a_million), deadline_s=60, output_mib=64))
    assert reasons(seen) == {"package": None, "user": None}
    assert set(items(seen)) == {"package nginx", "package telnet"}


def test_a_million_items_are_cut_where_the_site_allows_less(a_plane: APlane) -> None:
    seen = look(a_plane(STATE, tells(a_million), deadline_s=60))
    assert reasons(seen) == {"package": INCOMPLETE, "user": INCOMPLETE}


def test_any_number_of_items_is_told_where_all_must_be_declared(a_plane: APlane) -> None:
    state = ServerState(full=frozenset({"package", "user"}))
    many = tells(lambda nonce: a_million(nonce, 50_000))
    seen = look(a_plane(state, many, deadline_s=60, output_mib=64))
    assert len(seen.actual) == 50_001


def test_without_a_credential_nobody_looked(
    make_estate: Callable[..., Estate], make_server: Callable[..., Server]
) -> None:
    class Clock:
        def now(self) -> datetime:
            return datetime(2026, 1, 1, tzinfo=UTC)

    class Vault:
        def resolve(self, reference: str) -> Any:
            raise RefusedError(reference=reference)

    estate = make_estate(make_server("a", STATE), password="env:GONE")
    seen = look(ServerPlane(estate, Vault(), Clock()))
    assert set(reasons(seen).values()) == {UnknownReason.NOT_CHECKED}


def test_there_is_one_target_per_host_of_which_something_is_declared(
    make_estate: Callable[..., Estate], make_server: Callable[..., Server]
) -> None:
    class Unused:
        def now(self) -> Any: ...
        def resolve(self, reference: str) -> Any: ...

    estate = make_estate(
        make_server("b", STATE), make_server("a", STATE), make_server("c", ServerState())
    )
    plane = ServerPlane(estate, Unused(), Unused())
    assert [(target.name, target.site) for target in plane.targets()] == [("a", "dc"), ("b", "dc")]
    assert [scope.kind for scope in plane.targets()[0].scopes] == ["user", "package"]


def test_the_real_program_answers_over_a_real_connection(a_plane: APlane) -> None:
    state = ServerState(
        items={
            "file": {"/etc/passwd": {"owner": "root", "mode": "0644"}, "/no/such": {}},
            "user": {"root": {"present": True, "uid": 0}},
            "listener": {"tcp/*:1": {}},
        }
    )
    seen = look(a_plane(state, runs_here, deadline_s=20))
    assert reasons(seen) == {"file": None, "user": None, "listener": None}
    assert {str(item.ref) for item in seen.actual} == {
        "server/file/host-0/%2Fetc%2Fpasswd",
        "server/user/host-0/root",
    }
