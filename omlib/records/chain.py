"""A hash chain: each entry seals the one before, so nothing written is rewritten unseen.

Pure. One implementation serves journal and run records. It proves order and content up to the last
entry; that the tail was not cut off is proved by a head kept somewhere else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omlib.records.canonical import digest

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """*seq* counts from 1 without gaps; *prev* is the hash of the entry before, or GENESIS."""

    seq: int
    at: datetime
    event: str
    facts: Mapping[str, Any]
    prev: str
    hash: str

    def sealed(self) -> str:
        """What *hash* must be."""
        return seal(self.seq, self.at, self.event, self.facts, self.prev)


def seal(seq: int, at: datetime, event: str, facts: Mapping[str, Any], prev: str) -> str:
    told = {"seq": seq, "at": at.isoformat(), "event": event, "facts": facts, "prev": prev}
    return digest(told)


def follow(last: Entry | None, *, at: datetime, event: str, facts: Mapping[str, Any]) -> Entry:
    """The entry that comes after *last* (None: the first)."""
    seq, prev = (last.seq + 1, last.hash) if last else (1, GENESIS)
    return Entry(
        seq=seq, at=at, event=event, facts=facts, prev=prev, hash=seal(seq, at, event, facts, prev)
    )


def verify(entries: Iterable[Entry], after: Entry | None = None) -> int | None:
    """The number of the first entry that does not hold, or None. *after*: a trusted checkpoint.

    A missing entry shows as the number that should have come.
    """
    seq, prev = (after.seq, after.hash) if after else (0, GENESIS)
    for entry in entries:
        seq += 1
        if entry.seq != seq or entry.prev != prev or entry.hash != entry.sealed():
            return seq
        prev = entry.hash
    return None
