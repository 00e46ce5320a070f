"""The cloud's programs: OpenStack from PyPI, at proven versions, in an environment of its own.

Apart from omlib's own environment, whose libraries the pinned ones contradict.
"""

import hashlib
import shutil
import sys
from contextlib import suppress

from omlib.lab import processes
from omlib.lab.errors import LabBusyError
from omlib.lab.layout import LabLayout
from omlib.lab.locks import locked
from omlib.lab.machine import CLONE, clone_file
from omlib.lab.progress import Progress, step

CONSTRAINTS = CLONE / "tools" / "lab-constraints.txt"
PACKAGES = ("keystone", "glance", "openstack-placement", "nova", "neutron", "cinder", "waitress")
INSTALL_S = 1500.0


def venv_digest() -> str:
    constraints = clone_file(CONSTRAINTS).read_text(encoding="ascii")
    parts = (constraints, *PACKAGES, sys.version)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def make_venv(layout: LabLayout, progress: Progress) -> None:
    """Install the services, or install them anew when the versions asked for have changed."""
    made = layout.cloud_venv.with_name("venv.digest")
    with locked(layout.home / "cloud.lock", wait_s=INSTALL_S):
        if made.exists() and made.read_text(encoding="ascii") == venv_digest():
            return
        _end_orphans(layout)
        with step(progress, "OpenStack from PyPI"):
            made.unlink(missing_ok=True)
            shutil.rmtree(layout.cloud_venv, ignore_errors=True)
            base = f"{sys.base_prefix}/bin/python3"
            create = [base, "-m", "venv", str(layout.cloud_venv)]
            processes.run(layout, create, role="venv")
            install = [f"{layout.cloud_venv}/bin/pip", "install", "--quiet"]
            install += ["--disable-pip-version-check", "--constraint", str(CONSTRAINTS), *PACKAGES]
            processes.run(layout, install, role="venv", timeout_s=INSTALL_S)
            made.write_text(venv_digest(), encoding="ascii")


def clear_killed_install(layout: LabLayout) -> None:
    """End an installation whose `up` was killed; leave one that goes on alone."""
    with suppress(LabBusyError), locked(layout.home / "cloud.lock", wait_s=0):
        _end_orphans(layout)


def _end_orphans(layout: LabLayout) -> None:
    """The caller holds the lock of installations, so what still installs is an orphan."""
    orphans = [p for p in processes.find(layout, any_lab=True) if p.role == "venv"]
    processes.stop(orphans, grace_s=2)
