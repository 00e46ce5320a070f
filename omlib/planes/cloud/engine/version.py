"""The one version of the engine that omlib was made and measured with."""

import os
import subprocess
from pathlib import Path

VERSION = "v3.259.0"  # the Python SDK in pyproject.toml is the same, without the v
_ANSWER_S = 30.0


def version_of(program: Path) -> str:
    """What `pulumi version` says; "" where it does not run."""
    try:
        asked = subprocess.run(
            [str(program), "version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_ANSWER_S,
            check=False,
            env=os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""
