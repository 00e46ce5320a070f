"""Make this clone ready: Debian packages, a virtual environment, the locked Python packages.

Runs on the machine's own Python (3.11 or newer) with nothing but its standard library. Each step
is skipped when its inputs are unchanged. Without root the exact command for what is missing is
printed, and what can be done is done: without podman the lab cannot run, but the simulation and
most tests can.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "tools" / "requirements-dev.txt"
STAMP = VENV / ".omlib-setup"
OLDEST_PYTHON = (3, 11)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-packages", action="store_true", help="leave Debian packages alone")
    args = parser.parse_args()
    if sys.version_info < OLDEST_PYTHON:
        have = ".".join(map(str, sys.version_info[:3]))
        sys.exit(f"omlib needs Python 3.11 or newer; this is {have}. Try: make PYTHON=python3.11")
    if not args.no_packages:
        debian_packages()
    python_packages()


def step(what: str, work: Callable[[], None]) -> None:
    print(f"[setup] {what} ...", flush=True)
    began = time.monotonic()
    work()
    print(f"[setup] {what}: {time.monotonic() - began:.1f} s", flush=True)


def debian_packages() -> None:
    wanted = [
        line.split("#")[0].strip()
        for name in ("apt.txt", "apt-lab.txt")
        for line in (ROOT / "tools" / name).read_text(encoding="utf-8").splitlines()
    ]
    if not shutil.which("dpkg-query"):
        print("[setup] not a Debian system: install the likes of", ", ".join(filter(None, wanted)))
        return
    missing = [name for name in wanted if name and not is_installed(name)]
    if not missing:
        return
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if os.geteuid() != 0:
        print("[setup] missing Debian packages; the lab cannot run without them. As root:")
        print("          apt-get update &&", " ".join(install), flush=True)
        return
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}

    def install_them() -> None:
        for command in (["apt-get", "update", "-qq"], [*install, "-qq"]):
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=env)

    step(f"Debian packages: {' '.join(missing)}", install_them)


def is_installed(package: str) -> bool:
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status}", package],
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout == "installed"


def python_packages() -> None:
    inputs = hashlib.sha256(sys.version.encode())
    for path in (LOCK, ROOT / "pyproject.toml"):
        inputs.update(path.read_bytes())
    digest = f"{inputs.hexdigest()} {ROOT}"
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == digest:
        return
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input"]
    pip.append("--disable-pip-version-check")

    def make() -> None:
        shutil.rmtree(VENV, ignore_errors=True)
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False)
        if made.returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            sys.exit("[setup] no virtual environment. As root: apt-get install python3-venv")

    step("virtual environment", make)
    locked = [*pip, "--no-deps", "-r", str(LOCK)]
    step("Python packages", lambda: pip_runs(locked))
    own = [*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    step("omlib itself", lambda: pip_runs(own))
    STAMP.write_text(digest, encoding="utf-8")


def pip_runs(command: list[str]) -> None:
    if subprocess.run(command, check=False).returncode:
        sys.exit("[setup] pip failed (its words are above); run the command again when mended")


if __name__ == "__main__":
    main()
