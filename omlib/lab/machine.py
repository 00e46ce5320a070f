"""What a machine must offer before it can hold a lab, and what to do where it does not."""

import os
import subprocess
from pathlib import Path

import omlib
from omlib.lab.errors import LabError, LabUnsupportedError

CLONE = Path(omlib.__file__).parent.parent
PACKAGE_LIST = CLONE / "tools" / "apt-lab.txt"


def missing_packages() -> list[str]:
    """Names in `tools/apt-lab.txt` that dpkg does not hold; all of them where there is no dpkg."""
    listed = clone_file(PACKAGE_LIST).read_text(encoding="utf-8").splitlines()
    wanted = [name for line in listed if (name := line.partition("#")[0].strip())]
    if not Path("/usr/bin/dpkg-query").exists():
        return wanted
    shown = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *wanted],
        capture_output=True,
        text=True,
        check=False,  # unknown names give 1 and the others are still printed
    )
    lines = [line.split() for line in shown.stdout.splitlines()]
    installed = {name for name, status in lines if status == "installed"}
    return [name for name in wanted if name not in installed]


def require_machine() -> None:
    """Raise with the remedy when a right, a program or a kernel feature is missing."""
    if os.geteuid() != 0:
        raise LabUnsupportedError("a lab needs root", "run it as root, or with sudo -E")
    if missing := missing_packages():
        command = f"apt-get install --no-install-recommends {' '.join(missing)}"
        raise LabUnsupportedError(f"Debian packages are missing: {' '.join(missing)}", command)
    if "overlay" not in Path("/proc/filesystems").read_text(encoding="ascii"):
        loaded = subprocess.run(["modprobe", "overlay"], capture_output=True, check=False)
        if loaded.returncode:
            raise LabUnsupportedError("the kernel has no overlay file system", "load or enable it")
    spaces = ["unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "true"]
    done = subprocess.run(spaces, capture_output=True, text=True, check=False)
    if done.returncode:
        what = f"this machine lets nobody make namespaces: {done.stderr.strip()}"
        raise LabUnsupportedError(what, "give the container or account CAP_SYS_ADMIN")


def unsupported() -> str | None:
    """Why no lab can be held here, for the skip reason of a test; None where one can."""
    try:
        require_machine()
    except LabError as error:
        return str(error)
    return None


def clone_file(path: Path) -> Path:
    if not path.exists():
        raise LabError(f"{path} is missing: a lab needs a clone of omlib", "run it from a clone")
    return path
