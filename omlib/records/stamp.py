"""Times as the records' columns hold them: UTC, one length, so that text order is time order."""

from datetime import UTC, datetime


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
