"""Check every dependency, version and right that omlib needs, each with the next step."""

import os
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from omlib.errors import OmlibError
from omlib.jobs.wiring import engines
from omlib.model.check import Answer
from omlib.report.doctor_screen import Check

OLDEST_PYTHON = (3, 11)
FREE_GIB = 3.0  # images, the cloud's programs and its template take 1.3 GiB
NEEDED = ("openstacksdk", "paramiko", "netmiko", "SQLAlchemy", "alembic", "pydantic", "jinja2")


def checks(inventory: Path | None) -> Iterator[Check]:
    """All checks; none of them changes anything or asks the network."""
    have = sys.version_info[:3]
    yield Check(
        name="python",
        answer=_answer(have >= OLDEST_PYTHON),
        found=".".join(map(str, have)),
        needed="3.11",
        next="make PYTHON=python3.11 setup",
    )
    for package in NEEDED:
        yield _package(package)
    git = shutil.which("git")
    yield Check(name="git", answer=_answer(bool(git)), found=git or "", next="apt-get install git")
    encoding = (sys.stdout.encoding or "").lower()
    yield Check(
        name="encoding",
        answer=_answer("utf" in encoding),
        found=encoding,
        needed="utf-8",
        next="export LANG=C.UTF-8",
    )
    yield _inventory(inventory)
    yield _clouds()
    yield _engine()
    yield from _lab()


def _answer(good: bool) -> Answer:
    return Answer.YES if good else Answer.NO


def _package(name: str) -> Check:
    try:
        found = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Check(name=name, answer=Answer.NO, next="make setup")
    # paramiko 5 dropped SHA-1: old gear then ends with "Incompatible ssh peer"
    good = name != "paramiko" or found.startswith("4.")
    needed = "4.x" if name == "paramiko" else ""
    return Check(
        name=name,
        answer=_answer(good),
        found=found,
        needed=needed,
        next="pip install 'netmiko[par4]'",
    )


def _inventory(inventory: Path | None) -> Check:
    from omlib.inventory.load import find_root, load

    try:
        root = find_root(inventory)
        loaded = load(root)
    except OmlibError as fault:
        return Check(
            name="inventory", answer=Answer.NO, found=fault.code, next="omlib validate -i DIRECTORY"
        )
    told = f"{root}: {len(loaded.problems)}" if loaded.problems else str(root)
    return Check(
        name="inventory", answer=_answer(not loaded.problems), found=told, next="omlib validate"
    )


def _clouds() -> Check:
    # expanduser as text: an account without a home directory has no such place, and no error
    own = os.path.expanduser("~/.config/openstack/clouds.yaml")  # noqa: PTH111
    places = [Path("clouds.yaml"), Path(own), Path("/etc/openstack/clouds.yaml")]
    if named := os.environ.get("OS_CLIENT_CONFIG_FILE"):
        places = [Path(named)]
    found = next((place for place in places if place.exists()), None)
    return Check(
        name="clouds",
        answer=_answer(found is not None),
        found=str(found or ""),
        next="export OS_CLIENT_CONFIG_FILE=...; the lab's: . /run/omlib-lab/0/env",
    )


def _engine() -> Check:
    """Which pulumi would be used; one that is named or on PATH and does not fit is told as well."""
    found = engines()
    good = next((path for path, _, fits in found if fits), "")
    told = good or ", ".join(f"{path} {version}".strip() for path, version, _ in found)
    named = os.environ.get("OMLIB_PULUMI") and not good
    return Check(
        name="pulumi",
        answer=_answer(bool(good)),
        found=told,
        needed="3.259.0",
        next="unset OMLIB_PULUMI" if named else "make engine",
    )


def _lab() -> Iterator[Check]:
    root = os.geteuid() == 0
    yield Check(
        name="root", answer=_answer(root), found=str(os.geteuid()), next="sudo -E make demo"
    )
    podman = shutil.which("podman")
    yield Check(
        name="podman", answer=_answer(bool(podman)), found=podman or "", next="make setup (as root)"
    )
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where there is none
    free = shutil.disk_usage(home if Path(home).is_dir() else "/").free / 2**30
    yield Check(
        name="disk",
        answer=_answer(free >= FREE_GIB),
        found=f"{free:.1f} GiB",
        needed=f"{FREE_GIB:g} GiB",
    )
