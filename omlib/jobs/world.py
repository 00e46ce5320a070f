"""The real clock, and secrets behind references."""

import os
from datetime import UTC, datetime
from pathlib import Path

from omlib.errors import OmlibError
from omlib.log import Secret


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class NoSecretError(OmlibError):
    """A reference leads to no value. The value is never part of this. Facts: reference, why."""

    code = "no_secret"


class ReferencedSecrets:
    """`env:NAME` is an environment variable, `file:PATH` the first line of a file."""

    def resolve(self, reference: str) -> Secret:
        way, _, where = reference.partition(":")
        if way == "env":
            value = os.environ.get(where)
            if not value:
                raise NoSecretError(reference=reference, why="unset")
            return Secret(value)
        if way == "file":
            try:
                text = Path(where).expanduser().read_text(encoding="utf-8")
            except (OSError, UnicodeError) as fault:
                raise NoSecretError(reference=reference, why=type(fault).__name__) from None
            return Secret(text.splitlines()[0] if text else "")
        raise NoSecretError(reference=reference, why="scheme")
