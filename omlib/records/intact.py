"""Whether rows of the records fit themselves: bodies their digests, columns their bodies."""

import hashlib
import zlib
from typing import Any

from sqlalchemy import Connection, Row, select

from omlib.records.canonical import read
from omlib.records.tables import blob, finding, observation
from omlib.records.tables import run as run_table

# what a spoilt row may raise on its way back to a noun
SPOILT = (ValueError, TypeError, KeyError, AttributeError, IndexError, zlib.error)


class Intact:
    """All blobs and findings, read once. What is spoilt is kept by name, not raised."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.bad_blobs: set[str] = set()
        self.bad_findings: dict[int, str] = {}  # by row: the ref
        self._blobs: set[str] = set()
        self._digests: dict[int, str] = {}
        self._read_blobs()
        self._read_findings()

    def _read_blobs(self) -> None:
        asked = select(blob).execution_options(yield_per=500)
        for sha, body in self._connection.execute(asked):
            self._blobs.add(sha)
            try:
                whole = hashlib.sha256(zlib.decompress(body)).hexdigest() == sha
            except SPOILT:
                whole = False
            if not whole:
                self.bad_blobs.add(sha)
        lost = select(observation.c.actual).where(
            observation.c.actual.not_in(select(blob.c.sha256))
        )
        self.bad_blobs.update(self._connection.execute(lost.distinct()).scalars())

    def _read_findings(self) -> None:
        runs = set(self._connection.execute(select(run_table.c.id)).scalars())
        asked = select(finding).order_by(finding.c.id).execution_options(yield_per=2000)
        told: set[str] = set()
        last = ""
        for row in self._connection.execute(asked):
            fits = _fits(row)
            if row.run != last:  # a run's rows are written at once, so they stand together
                fits = fits and row.run in runs and row.run not in told
                told.add(row.run)
                last = row.run
            if not fits:
                self.bad_findings[row.id] = str(row.ref)
            self._digests[row.id] = row.digest

    def lacks(self, sha: str) -> bool:
        return sha not in self._blobs or sha in self.bad_blobs

    def digests(self, listed: str) -> list[str]:
        """As `omlib.records.findings.digests`, without asking row by row."""
        return [self._digests[number] for number in self.rows(listed)]

    def rows(self, listed: str) -> list[int]:
        asked = select(blob.c.body).where(blob.c.sha256 == listed)
        rows: list[int] = read(zlib.decompress(self._connection.execute(asked).scalar_one()))
        return rows

    def has(self, number: int, digest: str) -> bool:
        """Whether there is a finding of this number and digest."""
        return self._digests.get(number) == digest


def _fits(row: Row[Any]) -> bool:
    try:
        body = row.body.encode("utf-8")
        told = read(body)
        return hashlib.sha256(body).hexdigest() == row.digest and (
            (row.ref, row.status, row.reason, row.department)
            == (told["ref"], told["status"], told.get("reason", ""), told.get("department", ""))
        )
    except SPOILT:
        return False
