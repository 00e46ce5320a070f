"""Answer a question, collection by collection: each in a frame of its own.

A frame is base64 with its length, so that nothing a host prints besides can break it; collections
that may hang are asked for last, so they cost no other its answer.
"""

import base64
import json
import os
import signal
import sys
from collections.abc import Container

from omlib.planes.server.host.base import CannotTell, items_of


def told(module: str, name: str, asked: "dict[str, object]", limit_s: int) -> "dict[str, object]":
    reader = getattr(sys.modules[module], name)
    return as_answer(lambda: reader(asked, limit_s), items_of(asked), bool(asked["full"]))


def as_answer(read: "object", wanted: "Container[str]", full: bool) -> "dict[str, object]":
    """What *read* finds or raises as it is handed over; of what is *wanted* alone unless *full*."""
    try:
        found = read()  # type: ignore[operator]
    except CannotTell as error:
        return {"status": error.status, "detail": error.detail, "items": {}, "unseen": {}}
    except PermissionError as error:
        return {"status": "denied", "detail": str(error), "items": {}, "unseen": {}}
    except Exception as error:  # noqa: BLE001  (one collection must not cost the others)
        detail = type(error).__name__ + ": " + str(error)
        return {"status": "error", "detail": detail, "items": {}, "unseen": {}}
    items = found.items
    if not full:
        items = {name: items[name] for name in items if name in wanted}
    unseen = {name: found.unseen[name] for name in found.unseen if name in items}
    return {"status": found.status, "detail": found.detail, "items": items, "unseen": unseen}


def frame(nonce: str, kind: str, answer: "dict[str, object]") -> bytes:
    body = base64.b64encode(json.dumps(answer).encode("ascii"))
    head = "\n" + nonce + " " + kind + " " + str(len(body)) + " "
    return head.encode("ascii") + body + b"\n"


def main(question: "dict[str, object]") -> None:
    nonce, limit_s = str(question["nonce"]), int(str(question["command_s"]))
    signal.alarm(int(str(question["deadline_s"])))  # whoever asked has left by then
    out = sys.stdout.buffer
    version = ".".join(map(str, sys.version_info[:3]))
    out.write(frame(nonce, "host", {"uid": os.geteuid(), "python": version}))
    for name, module, asked in question["asked"]:  # type: ignore[attr-defined]
        out.write(frame(nonce, name, told(module, name, asked, limit_s)))
        out.flush()
    out.write(("\n" + nonce + " end\n").encode("ascii"))
    out.flush()
