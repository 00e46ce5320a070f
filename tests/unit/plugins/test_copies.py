"""Modules of Ansible judge by the very functions of the probe, which they copied."""

import ast
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COPIER = runpy.run_path(str(ROOT / "tools" / "copy_readers.py"))
COPYING = sorted(
    path for path in COPIER["MODULES"].glob("omlib_*.py") if "# copied: " in path.read_text()
)


@pytest.mark.parametrize("path", COPYING, ids=lambda path: path.stem)
def test_what_a_module_copied_is_what_the_probe_has(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert COPIER["renewed"](text) == text, "run: python tools/copy_readers.py"


@pytest.mark.parametrize("path", COPYING, ids=lambda path: path.stem)
def test_a_module_runs_on_python_3_8(path: Path) -> None:
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
