"""Find the probe's frames in whatever a host printed. Pure; believes nothing.

A frame is a line `NONCE KIND LENGTH BASE64`. Around it may stand banners, messages of the day,
colours, bytes of any encoding; inside it nothing may be wrong.
"""

import base64
import json
import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import TypeVar

from omlib.planes.access.faults import Fault

T = TypeVar("T")
END = b"\n%b end\n"
# of any nonce: made for each host's own, it would cost more than reading the answer. The newline
# before the next frame is its own, so the one at the end is only looked at
_HEAD = re.compile(rb"\n([0-9a-z-]{1,64}) ([a-z_]{1,32}) ([^\n]*)(?=(\n?))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """*bodies* holds the sound frames by kind, *broken* those that are not, and why."""

    bodies: Mapping[str, Mapping[str, object]]
    broken: Mapping[str, Fault]


def end_mark(nonce: str) -> bytes:
    return END % nonce.encode("ascii")


def read_frames(out: bytes, nonce: str, names: Container[str]) -> Frames:
    """The frames of *names*; any other that a host sends along is not even read."""
    bodies, broken = _read(out, nonce, names, _mapping)
    return Frames(bodies=bodies, broken=broken)


def read_raw(
    out: bytes, nonce: str, names: Container[str]
) -> tuple[Mapping[str, bytes], Mapping[str, Fault]]:
    """The same for frames that hold bytes: the sound ones, and what is wrong with the others."""
    return _read(out, nonce, names, bytes)


def _read(
    out: bytes, nonce: str, names: Container[str], made: Callable[[bytes], T]
) -> tuple[dict[str, T], dict[str, Fault]]:
    bodies: dict[str, T] = {}
    broken: dict[str, Fault] = {}
    own = nonce.encode("ascii")
    for match in _HEAD.finditer(out):
        name = match[2].decode("ascii")
        if match[1] != own or name not in names:
            continue
        if not match[4]:
            broken[name] = Fault.BROKE_OFF
        elif name in bodies:
            broken[name] = Fault.NONSENSE
        else:
            try:
                bodies[name] = made(_decoded(match[3]))
            except (ValueError, RecursionError):
                broken[name] = Fault.NONSENSE
    return {name: body for name, body in bodies.items() if name not in broken}, broken


def _decoded(text: bytes) -> bytes:
    length, _, encoded = text.partition(b" ")
    if length != b"%d" % len(encoded):
        raise ValueError("another length")
    return base64.b64decode(encoded, validate=True)


def _mapping(raw: bytes) -> Mapping[str, object]:
    body = json.loads(raw)
    if not isinstance(body, dict):
        raise ValueError("not a mapping")
    return body
