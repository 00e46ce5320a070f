"""Which host keys are trusted: known_hosts files in OpenSSH's format (sshd(8)).

Names, `[name]:port`, wildcards, negation, hashed names and `@revoked` are understood; a line of a
certificate authority is passed over. Looking up costs the same for ten lines and for ten thousand,
unless they are hashed.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple


class Trust(StrEnum):
    KNOWN = "known"
    UNKNOWN = "unknown"  # no line names this host
    CHANGED = "changed"  # lines name this host, and none holds the key it offers
    REVOKED = "revoked"


class HostKey(NamedTuple):
    """*blob* is the base64 text, as it stands in the file."""

    kind: str
    blob: str

    @property
    def fingerprint(self) -> str:
        digest = hashlib.sha256(base64.b64decode(self.blob)).digest()
        return f"SHA256:{base64.b64encode(digest).decode('ascii').rstrip('=')}"


class _Line(NamedTuple):
    names: tuple[str, ...]
    key: HostKey


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHosts:
    plain: Mapping[str, tuple[HostKey, ...]] = field(default_factory=dict)
    patterned: tuple[_Line, ...] = ()
    revoked: frozenset[HostKey] = frozenset()

    def keys_of(self, address: str, port: int) -> tuple[HostKey, ...]:
        name = address if port == 22 else f"[{address}]:{port}"
        found = self.plain.get(name.lower(), ())
        return found + tuple(line.key for line in self.patterned if _names(line.names, name))

    def trust(self, address: str, port: int, offered: HostKey) -> Trust:
        if offered in self.revoked:
            return Trust.REVOKED
        known = self.keys_of(address, port)
        if offered in known:
            return Trust.KNOWN
        return Trust.CHANGED if known else Trust.UNKNOWN


def _names(patterns: tuple[str, ...], name: str) -> bool:
    lowered = name.lower()
    # fnmatch would read the brackets of `[name]:port` as a set of characters
    matches = [
        _hashed(pattern, name)
        if pattern.startswith("|1|")
        else fnmatchcase(lowered, pattern.lstrip("!").lower().replace("[", "[[]"))
        for pattern in patterns
    ]
    negated = (
        match and pattern[0] == "!" for match, pattern in zip(matches, patterns, strict=True)
    )
    return any(matches) and not any(negated)


def _hashed(pattern: str, name: str) -> bool:
    salt, _, digest = pattern.removeprefix("|1|").partition("|")
    try:
        made = hmac.digest(base64.b64decode(salt), name.encode(), "sha1")  # OpenSSH's format
        return hmac.compare_digest(made, base64.b64decode(digest))
    except ValueError:
        return False


def _lines(texts: Iterable[str]) -> Iterator[tuple[str, _Line]]:
    for text in texts:
        for line in text.splitlines():
            words = line.split()
            marker = words.pop(0) if words and words[0].startswith("@") else ""
            if len(words) < 3 or words[0].startswith("#"):
                continue
            names, kind, blob = words[:3]
            yield marker, _Line(tuple(filter(None, names.split(","))), HostKey(kind, blob))


def parse(*texts: str) -> KnownHosts:
    """A line that cannot be read trusts nobody and is passed over."""
    plain: dict[str, tuple[HostKey, ...]] = {}
    patterned: list[_Line] = []
    revoked: set[HostKey] = set()
    for marker, line in _lines(texts):
        if marker == "@revoked":
            revoked.add(line.key)
        elif marker:
            continue
        elif any(re.search(r"[*?!|]", name) for name in line.names):
            patterned.append(line)
        else:
            for name in line.names:
                plain[name.lower()] = (*plain.get(name.lower(), ()), line.key)
    return KnownHosts(plain=plain, patterned=tuple(patterned), revoked=frozenset(revoked))


@lru_cache(maxsize=16)
def _load(stamps: tuple[tuple[Path, int, int], ...]) -> KnownHosts:
    return parse(*(path.read_text(encoding="utf-8", errors="replace") for path, _, _ in stamps))


def load(paths: Iterable[Path]) -> KnownHosts:
    """Read the files that exist; again only when one of them has changed."""
    stamps = []
    for path in paths:
        if path.is_file():
            told = path.stat()
            stamps.append((path, told.st_mtime_ns, told.st_size))
    return _load(tuple(stamps))
