"""Which `pulumi` program serves: one of exactly the pinned version, or none.

The SDK and the engine speak one protocol, and what omlib knows of crashes and locks was measured
with this version. So another one is refused where it is named, and passed over where it is merely
on PATH.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from omlib.planes.cloud.engine.build import build_engine
from omlib.planes.cloud.engine.cache import built_engine
from omlib.planes.cloud.engine.errors import EngineVersionError
from omlib.planes.cloud.engine.version import VERSION, version_of
from omlib.ports import Progress

NAMED_BY = "OMLIB_PULUMI"


class Origin(StrEnum):
    NAMED = "named"  # by OMLIB_PULUMI
    ON_PATH = "on_path"
    BUILT = "built"  # by us, in the cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A pulumi program that is there. *version* is "" where it does not run."""

    path: Path
    origin: Origin
    version: str

    @property
    def fits(self) -> bool:
        return self.version == VERSION


def find_pulumi(progress: Progress) -> Path:
    """The program to run; built first (some minutes, told to *progress*) if there is none.

    Raises EngineVersionError if the one named by OMLIB_PULUMI does not fit, EngineBuildError.
    """
    for candidate in candidates():
        if candidate.fits:
            return candidate.path
        if candidate.origin is Origin.NAMED:
            raise EngineVersionError(
                path=str(candidate.path), found=candidate.version, needed=VERSION
            )
    return build_engine(progress)


def candidates() -> Iterator[Candidate]:
    """Every pulumi that could serve, the preferred one first; fitting or not. Builds nothing."""
    if named := os.environ.get(NAMED_BY):
        yield _candidate(Path(named).expanduser().absolute(), Origin.NAMED)
        return
    if on_path := shutil.which("pulumi"):
        yield _candidate(Path(on_path).absolute(), Origin.ON_PATH)
    if os.access(built_engine(), os.X_OK):
        # it said its version before it was moved there
        yield Candidate(path=built_engine(), origin=Origin.BUILT, version=VERSION)


def _candidate(path: Path, origin: Origin) -> Candidate:
    return Candidate(path=path, origin=origin, version=version_of(path))
