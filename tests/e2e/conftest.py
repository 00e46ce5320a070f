"""The program as a user runs it: a process of its own, and inventories that may be spoilt."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

CLONE = Path(__file__).parents[2]
OMLIB = Path(sys.executable).with_name("omlib")
DEMO_LAB = 1  # lab 0 may hold somebody's demonstration
_LAB_0 = re.compile(r"198\.18\.(\d{1,2})\.")

Omlib = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def omlib(tmp_path: Path) -> Omlib:
    """Run omlib with these arguments; its environment has no terminal, locale or inventory."""

    def run(
        *arguments: str, cwd: Path = tmp_path, timeout_s: float = 60, **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [OMLIB, *arguments],
            cwd=cwd,
            env=_environment(variables),
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    return run


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", **variables}


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A copy of the demonstration inventory, moved to the addresses of lab 1."""
    shutil.copytree(CLONE / "inventory", tmp_path / "inventory", ignore=_no_records)
    shutil.copytree(CLONE / "templates", tmp_path / "templates")
    for path in (tmp_path / "inventory").rglob("*"):
        if path.suffix in (".yml", ".csv"):
            text = path.read_text(encoding="utf-8")
            path.write_text(_LAB_0.sub(_moved, text), encoding="utf-8")
    return tmp_path / "inventory"


def _moved(found: "re.Match[str]") -> str:
    return f"198.18.{int(found[1]) + 16 * DEMO_LAB}."


def _no_records(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == ".omlib"]
