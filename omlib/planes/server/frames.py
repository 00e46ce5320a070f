"""Find the probe's frames in whatever a host printed. Pure; believes nothing.

A frame is a line `NONCE KIND LENGTH BASE64`. Around it may stand banners, messages of the day,
colours, bytes of any encoding; inside it nothing may be wrong.
"""

import base64
import binascii
import json
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass

from omlib.planes.access.faults import Fault

END = b"\n%b end\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """*bodies* holds the sound frames by kind, *broken* those that are not, and why."""

    bodies: Mapping[str, Mapping[str, object]]
    broken: Mapping[str, Fault]


def end_mark(nonce: str) -> bytes:
    return END % nonce.encode("ascii")


def read_frames(out: bytes, nonce: str, names: Container[str]) -> Frames:
    """The frames of *names*; any other that a host sends along is not even read."""
    bodies: dict[str, Mapping[str, object]] = {}
    broken: dict[str, Fault] = {}
    # the newline before the next frame is its own, so the one at the end is only looked at
    head = re.compile(rb"\n%b ([a-z_]{1,32}) ([^\n]*)(?=(\n?))" % nonce.encode("ascii"))
    for match in head.finditer(out):
        kind = match[1].decode("ascii")
        if kind not in names:
            continue
        body = _body(match[2], whole=bool(match[3]))
        if isinstance(body, Fault):
            broken[kind] = body
        elif kind in bodies:
            broken[kind] = Fault.NONSENSE
        else:
            bodies[kind] = body
    return Frames(
        bodies={kind: body for kind, body in bodies.items() if kind not in broken}, broken=broken
    )


def _body(text: bytes, *, whole: bool) -> Mapping[str, object] | Fault:
    if not whole:
        return Fault.BROKE_OFF
    length, _, encoded = text.partition(b" ")
    if length != b"%d" % len(encoded):
        return Fault.NONSENSE
    try:
        body = json.loads(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return Fault.NONSENSE
    return body if isinstance(body, dict) else Fault.NONSENSE
