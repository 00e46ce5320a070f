"""One spelling of plain data as bytes, so that equal data has equal digests. Pure.

JSON (RFC 8259) in UTF-8 with sorted keys and no blanks. A lone surrogate, which hosts with file
names in other encodings do send, is written as its escape `\\udcXX`, so the bytes are valid UTF-8
and read back the same (two that make a pair are one character to JSON). Anything that is not
plain, a `Secret` above all, is a TypeError.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

# allow_nan: NaN is no JSON, and it does not equal itself
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)


def canonical(value: object) -> bytes:
    """
    >>> canonical({"b": 1, "a": ("x", None)})
    b'{"a":["x",null],"b":1}'
    """
    # a surrogate can only stand inside a JSON string, where Python's escape of it is JSON's too
    return _ENCODER.encode(value).encode("utf-8", "backslashreplace")


def digest(value: object) -> str:
    """SHA-256 of the canonical bytes, 64 hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def digest_rows(rows: Iterable[Sequence[object]]) -> str:
    """One digest over rows of a table, however many."""
    sha = hashlib.sha256()
    for row in rows:
        sha.update(canonical(tuple(row)) + b"\n")
    return sha.hexdigest()


def read(data: bytes | str) -> Any:
    """The plain data again (tuples as lists); raises ValueError."""
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("nested too deep") from None
