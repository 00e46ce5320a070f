"""Where log events go: nowhere, or to standard error as JSON lines when OMLIB_LOG names a level."""

import json
import logging
import os
import sys
from datetime import UTC, datetime


class JsonLines(logging.Formatter):
    """One object a line: `at`, `level`, `logger`, `event`, and the event's facts."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            told["fault"] = self.formatException(record.exc_info)
        return json.dumps(told, default=str)  # ASCII: nothing in it can drive a terminal


def configure() -> None:
    """Libraries must not write on the screen: openstacksdk warns of clouds that do not answer."""
    level = os.environ.get("OMLIB_LOG", "").upper()
    root = logging.getLogger()
    if level not in logging.getLevelNamesMapping():
        root.addHandler(logging.NullHandler())
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root.addHandler(handler)
    logging.getLogger("omlib").setLevel(level)
