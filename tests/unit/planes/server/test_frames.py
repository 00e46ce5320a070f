"""Frames are found in any noise, and a frame that is not sound is not believed."""

import base64
import json
from typing import Any

import pytest

from omlib.model.finding import PRESENCE
from omlib.model.kind import SERVER_KINDS, Kind
from omlib.model.status import UnknownReason
from omlib.planes.access.faults import Fault
from omlib.planes.server.frames import read_frames
from omlib.planes.server.reply import read_reply


def frame(kind: str, body: object, nonce: str = "n") -> bytes:
    encoded = base64.b64encode(json.dumps(body).encode())
    return f"\n{nonce} {kind} {len(encoded)} ".encode() + encoded + b"\n"


NAMES = ("users", "files")
GOOD = frame("users", {"status": "ok"})


@pytest.mark.parametrize(
    "noise",
    [
        b"",
        b"*** AUTHORISED USE ONLY ***\r\n",
        b"\x1b[2J\x1b]0;title\x07 no newline at the end",
        "未经授权禁止访问".encode("gb18030"),
        bytes(range(256)) * 100,
        frame("users", {"status": "forged"}, nonce="other"),
    ],
)
def test_noise_around_a_frame_changes_nothing(noise: bytes) -> None:
    out = noise + GOOD + noise + frame("files", {}) + noise
    assert read_frames(out, "n", NAMES).bodies == {"users": {"status": "ok"}, "files": {}}


@pytest.mark.parametrize(
    ("out", "fault"),
    [
        (GOOD[:-1], Fault.BROKE_OFF),
        (GOOD[:20], Fault.BROKE_OFF),
        (b"\nn users 9 aGk=\n", Fault.NONSENSE),
        (b"\nn users -1 aGk=\n", Fault.NONSENSE),
        (b"\nn users 4 a!k=\n", Fault.NONSENSE),
        (b"\nn users 4 aGk=\n", Fault.NONSENSE),
        (b"\nn users aGk=\n", Fault.NONSENSE),
        (frame("users", [1]), Fault.NONSENSE),
        (GOOD + GOOD, Fault.NONSENSE),
        (GOOD.replace(b"ey", b"\x1b["), Fault.NONSENSE),
    ],
)
def test_a_frame_that_is_not_sound_says_what_it_is(out: bytes, fault: Fault) -> None:
    assert read_frames(b"welcome" + out, "n", NAMES).broken == {"users": fault}
    assert read_frames(b"welcome" + out, "n", NAMES).bodies == {}


def test_json_of_any_depth_is_only_nonsense() -> None:
    encoded = base64.b64encode(b"[" * 200_000)
    out = b"\nn users %d %b\n" % (len(encoded), encoded)
    assert read_frames(out, "n", NAMES).broken == {"users": Fault.NONSENSE}


def body(**changes: Any) -> dict[str, Any]:
    return {"status": "ok", "detail": "", "items": {}, "unseen": {}} | changes


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        body(status="fine"),
        body(status=None),
        body(detail=7),
        body(items=[]),
        body(items={"a": "b"}),
        body(items={"a": {"uid": 1.5}}),
        body(items={"a": {"uid": 10**19}}),
        body(items={"a": {"groups": [1]}}),
        body(items={"a": {"groups": [["x"]]}}),
        body(items={"a": {"home": {}}}),
        body(items={"a": {"mode": "0644"}}),
        body(items={"a": {"color": "red"}}),
        body(items={"a": {"shell": "\ud800"}}),
        body(unseen={"a": {"mode": "denied"}}),
        body(unseen={"a": {"uid": "because"}}),
    ],
)
def test_a_body_of_another_form_is_an_error(nonsense: dict[str, Any]) -> None:
    reply = read_reply("user", nonsense, ())
    assert (reply.reason, reply.items) == (UnknownReason.ERROR, {})


def test_text_of_the_host_is_read_in_its_encoding_and_cannot_act() -> None:
    gb = "工商局".encode("gb18030").decode("utf-8", "surrogateescape")
    reply = read_reply(
        "user", body(items={"u\x1b[31m": {"home": "/h/" + gb, "shell": "/\u202e"}}), ()
    )
    assert reply.items == {"u\\x1b[31m": {"home": "/h/工商局", "shell": "/\\u202e"}}


def test_a_name_that_was_asked_for_comes_back_as_it_was() -> None:
    assert set(read_reply("file", body(items={"/a\u200b": {}}), {"/a\u200b": {}}).items) == {
        "/a\u200b"
    }


@pytest.mark.parametrize("kind", [kind for kind in SERVER_KINDS if not kind.evidence])
def test_a_kind_is_answered_by_its_own_attributes_and_no_other(kind: Kind) -> None:
    told = dict.fromkeys(kind.attributes, "x")
    assert read_reply(kind.name, body(items={"a": told}), ()).items == {"a": told}
    assert read_reply(kind.name, body(unseen={"a": {PRESENCE: "denied"}}), ()).reason is None
    other = read_reply(kind.name, body(items={"a": {"colour": "x"}}), ())
    assert other.reason is UnknownReason.ERROR


def test_values_are_texts_numbers_flags_nothing_and_lists_of_texts() -> None:
    told = {"home": "/h", "uid": 0, "present": True, "locked": None, "groups": ["b", "a"]}
    reply = read_reply("user", body(items={"oa": told}), ())
    assert reply.items == {"oa": told | {"groups": ("b", "a")}}


def test_what_is_seen_for_checks_alone_has_attributes_of_any_name() -> None:
    reply = read_reply("posture", body(items={"sshd": {"permit\x1b": ["no"]}}), ())
    assert reply.items == {"sshd": {"permit\\x1b": ("no",)}}


def test_what_nobody_asked_for_is_not_even_read() -> None:
    loud = {"oa": {"uid": 1}, "eve": {"colour": {"never": "read"}}}
    reply = read_reply("user", body(items=loud), {"oa": {}}, full=False)
    assert (reply.reason, reply.items) == (None, {"oa": {"uid": 1}})
    frames = read_frames(GOOD + frame("firewall", [1]) + b"\nn posture x", "n", NAMES)
    assert (set(frames.bodies), frames.broken) == ({"users"}, {})


@pytest.mark.parametrize("kind", SERVER_KINDS)
def test_a_frame_may_bear_the_name_of_any_collection(kind: Kind) -> None:
    assert read_frames(frame(kind.collection, {}), "n", {kind.collection}).bodies
