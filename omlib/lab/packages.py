"""The Debian packages a lab needs, and the command that installs what is missing."""

import subprocess
from pathlib import Path

from omlib.lab.errors import LabUnsupportedError

# iptables: netavark looks for the program, also for networks that need no rule
PACKAGES = ("podman", "runc", "netavark", "iptables", "debootstrap", "openssh-client", "iproute2")


def missing_packages() -> list[str]:
    """Names of PACKAGES that are not installed; all of them where dpkg does not exist."""
    if not Path("/usr/bin/dpkg-query").exists():
        return list(PACKAGES)
    shown = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *PACKAGES],
        capture_output=True,
        text=True,
        check=False,  # unknown names give 1 and the others are still printed
    )
    installed = {
        line.split()[0] for line in shown.stdout.splitlines() if line.endswith(" installed")
    }
    return [name for name in PACKAGES if name not in installed]


def require_packages() -> None:
    if missing := missing_packages():
        command = f"apt-get install --no-install-recommends {' '.join(missing)}"
        raise LabUnsupportedError(f"Debian packages are missing: {' '.join(missing)}", command)
