"""Where a run came from: who ran it, and from which revision of the inventory."""

import getpass
import os
import socket
import subprocess
from pathlib import Path

from omlib.records.run import Revision


def actor() -> str:
    """`user@host` of whoever runs this."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user id without an account, as in containers
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"


def revision(root: Path) -> Revision:
    """The Git revision of the tree at *root*; *clean* looks at *root* alone."""
    commit = _git(root, "rev-parse", "HEAD")
    if not commit:
        return Revision()
    # optional locks: a look must not write, not even Git's index
    changed = _git(root, "--no-optional-locks", "status", "--porcelain", "--", ".")
    return Revision(commit=commit.strip(), clean=None if changed is None else not changed)


def _git(root: Path, *arguments: str) -> str | None:
    try:
        told = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return told.stdout
