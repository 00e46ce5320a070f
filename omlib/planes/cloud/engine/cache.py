"""Where omlib keeps what it builds for the engine: outside every clone, keyed by version."""

import os
from pathlib import Path

from omlib.planes.cloud.engine.version import VERSION


def cache_root() -> Path:
    """`~/.cache/omlib`, or where XDG_CACHE_HOME says (a relative path there does not count)."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where there is none
    return Path(named if named.startswith("/") else f"{home}/.cache") / "omlib"


def engines() -> Path:
    return cache_root() / "pulumi"


def built_engine() -> Path:
    """Where our own build is, or would be."""
    return engines() / VERSION / "bin" / "pulumi"
