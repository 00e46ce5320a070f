"""The create journal: the moment between a POST and its answer is known only here.

One JSON object a line. It is on disk before anything is sent, and again as soon as the cloud has
given an id, so that a crash at any point leaves a line to start the search from.
"""

import json
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from omlib.planes.cloud.provider.place import Place


class Journal(Protocol):
    """Where creations are written down."""

    def began(self, urn: str, kind: str, place: Place, name: str) -> None: ...

    def made(self, urn: str, live_id: str) -> None: ...

    def ended(self, urn: str, live_id: str) -> None: ...


class NoJournal:
    """For runs that create nothing."""

    def began(self, urn: str, kind: str, place: Place, name: str) -> None: ...

    def made(self, urn: str, live_id: str) -> None: ...

    def ended(self, urn: str, live_id: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One creation. *live_id* is "" until the cloud gave one; *ended* with none: it was refused."""

    urn: str
    kind: str
    place: Place
    name: str
    at: str
    live_id: str = ""
    ended: bool = False


class CreateJournal:
    """Lines of one stack's creations, appended; a line torn by a crash is passed over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def began(self, urn: str, kind: str, place: Place, name: str) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._write(
            {"did": "began", "urn": urn, "kind": kind, **place.named, "name": name, "at": at}
        )

    def made(self, urn: str, live_id: str) -> None:
        self._write({"did": "made", "urn": urn, "id": live_id})

    def ended(self, urn: str, live_id: str) -> None:
        """It is there and settled; or, with no id, the cloud refused it and nothing was made."""
        self._write({"did": "ended", "urn": urn, "id": live_id})

    def forget(self) -> None:
        """Every creation is in the state by now, or was cleared up."""
        with self._lock:
            self._path.unlink(missing_ok=True)

    def entries(self) -> tuple[Entry, ...]:
        """The last creation of each URN, in the order they began."""
        found: dict[str, Entry] = {}
        for line in self._lines():
            urn, live_id = str(line.get("urn", "")), str(line.get("id", ""))
            if line.get("did") == "began":
                found.pop(urn, None)
                found[urn] = Entry(
                    urn=urn,
                    kind=str(line.get("kind", "")),
                    place=Place.of(line),
                    name=str(line.get("name", "")),
                    at=str(line.get("at", "")),
                )
            elif urn in found:
                ended = line.get("did") == "ended"
                found[urn] = replace(found[urn], live_id=live_id, ended=ended)
        return tuple(found.values())

    def open_entries(self) -> tuple[Entry, ...]:
        """The creations that did not come to their end."""
        return tuple(entry for entry in self.entries() if not entry.ended)

    def _lines(self) -> Sequence[Mapping[str, Any]]:
        try:
            text = self._path.read_bytes().decode("utf-8", "replace")
        except FileNotFoundError:
            return []
        told = []
        for line in text.split("\n"):  # a name may hold what Unicode takes for the end of a line
            try:
                entry = json.loads(line)
            except ValueError:  # the last line when the machine died
                continue
            if isinstance(entry, dict):
                told.append(entry)
        return told

    def _write(self, entry: Mapping[str, str]) -> None:
        line = json.dumps(entry, ensure_ascii=False)
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # a leading line end parts it from a torn line; blank lines are passed over
            with self._path.open("ab") as file:
                file.write(f"\n{line}\n".encode())
                file.flush()
                os.fsync(file.fileno())
