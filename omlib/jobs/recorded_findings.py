"""The findings of a run, read from its record each time they are walked, and held never."""

from collections.abc import Iterator, Sequence
from typing import overload

from omlib.model.finding import Finding
from omlib.records.store import RecordStore


class RecordedFindings(Sequence[Finding]):
    """As long as its store is open. To take one is to walk to it: made for walking."""

    def __init__(self, store: RecordStore, run: str) -> None:
        self._store, self._run = store, run

    def __len__(self) -> int:
        return self._store.how_many_findings(self._run)

    def __iter__(self) -> Iterator[Finding]:
        return self._store.each_finding(self._run)

    @overload
    def __getitem__(self, at: int) -> Finding: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Finding]: ...

    def __getitem__(self, at: int | slice) -> Finding | Sequence[Finding]:
        return self._store.findings(self._run)[at]
