"""The name of an item: `plane/kind/owner[/part]`.

Refs stand in the inventory, in reports, journals and waivers, so one item has exactly one spelling:
Unicode NFC, with `%`, `/`, control characters and surrogates percent-encoded (RFC 3986 section 2.1)
inside each part. Letters of any script and blanks stay: `network/section/core-sw-1/acl 3000`.

An undeclared item is named by where it was seen: `cloud/server/@gov-cloud:RegionOne:hrss:<uuid>`.
"""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from omlib.errors import OmlibError

LIVE = "@"  # the owner of an undeclared item begins with it; no inventory id may


class Plane(StrEnum):
    CLOUD = "cloud"
    SERVER = "server"
    NETWORK = "network"

    # Enum's own hash is Python code; refs and scopes are dict keys a million times over
    __hash__ = str.__hash__


class BadRefError(OmlibError):
    """A text is not a ref. Facts: text, why."""

    code = "bad_ref"


class Ref(NamedTuple):
    """An item's name; sorts by plane, kind, owner, part. *part* is "" if the owner is the item."""

    plane: Plane
    kind: str
    owner: str
    part: str = ""

    def __str__(self) -> str:
        head = f"{self.plane}/{self.kind}/{_encode(self.owner)}"
        return f"{head}/{_encode(self.part)}" if self.part else head

    @property
    def declared(self) -> bool:
        """Whether an inventory id names it (False: named by where it was seen)."""
        return not self.owner.startswith(LIVE)


_PLAIN = re.compile(r"[A-Za-z0-9 ._:@+*,=()\[\]<>|~#!$&;'\"?{}^`\\-]*")
_ALWAYS = frozenset("%/")


@lru_cache(maxsize=65536)
def _encode(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if _PLAIN.fullmatch(text):
        return text
    encoded: list[str] = []
    for char in text:
        # in NFC a mark would join the last digit of an escape: "%2F" and U+0307 end in one letter
        joins = bool(encoded) and encoded[-1][0] == "%" and unicodedata.combining(char)
        encoded.append(_escape(char) if joins or _hides(char) else char)
    return "".join(encoded)


def _hides(char: str) -> bool:
    # Cc controls, Cf invisible (bidi marks hide what a name is), Cs surrogates, Z* odd blanks
    return char in _ALWAYS or (char != " " and unicodedata.category(char)[0] in "CZ")


def _escape(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def _decode(text: str) -> str:
    if "%" not in text:
        return text
    if re.search(r"%(?![0-9A-F]{2})", text):
        raise BadRefError(text=text, why="percent")
    return unquote_to_bytes(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")


def make_ref(plane: Plane, kind: str, owner: str, part: str = "") -> Ref:
    """Build a ref from parts as they are; NFC, so that equal names are equal."""
    return Ref(plane, kind, unicodedata.normalize("NFC", owner), unicodedata.normalize("NFC", part))


def parse_ref(text: str) -> Ref:
    """Read a ref back; raises BadRefError.

    >>> parse_ref("server/file/oa-01/%2Fetc%2Fhosts").part
    '/etc/hosts'
    """
    pieces = text.split("/")
    if len(pieces) not in (3, 4) or not all(pieces):
        raise BadRefError(text=text, why="shape")
    plane, kind, *names = pieces
    if plane not in Plane.__members__.values():
        raise BadRefError(text=text, why="plane")
    try:
        owner, *part = (_decode(name) for name in names)
    except UnicodeDecodeError:
        raise BadRefError(text=text, why="percent") from None
    return make_ref(Plane(plane), kind, owner, *part)
