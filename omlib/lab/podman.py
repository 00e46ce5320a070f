"""A podman of the lab's own: its storage, networks, locks and run files touch no other podman's.

The settings were each forced by a machine: crun refuses a hybrid cgroup layout and machines without
CAP_SYS_RESOURCE, where limits can only be lowered; so runc, and limits below every default.
"""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from omlib.lab import processes
from omlib.lab.layout import RUN, ContainerName, LabLayout
from omlib.lab.locks import locked
from omlib.lab.machine import require_machine

State = Literal["running", "stopped", "paused", "absent"]

CONTAINERS_CONF = """\
[containers]
default_ulimits = ["nofile=10000:10000", "nproc=30000:30000"]
default_sysctls = ["net.ipv4.ping_group_range=0 2147483647"]
log_driver = "k8s-file"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
tmp_dir = "{run}/libpod"
[network]
network_backend = "netavark"
network_config_dir = "{home}/podman/networks"
"""
STORAGE_CONF = """\
[storage]
driver = "overlay"
graphroot = "{home}/podman/graph"
runroot = "{run}/storage"
"""


def prepare(layout: LabLayout) -> None:
    """Check the machine, write podman's settings, forget run files of an earlier boot."""
    require_machine()
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
    with locked(RUN / "lock", wait_s=30):
        seen = RUN / "boot_id"
        if seen.exists() and seen.read_text(encoding="ascii") != boot:
            # /run is a disk on some machines: podman would take its stale run files for live ones
            for entry in RUN.iterdir():
                if entry.name != "lock":
                    shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        seen.write_text(boot, encoding="ascii")
        folder = layout.home / "podman"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (("containers.conf", CONTAINERS_CONF), ("storage.conf", STORAGE_CONF)):
            wanted = text.format(home=layout.home, run=layout.podman_run)
            path = folder / name
            if not path.exists() or path.read_text(encoding="utf-8") != wanted:
                path.write_text(wanted, encoding="utf-8")


def environment(layout: LabLayout) -> dict[str, str]:
    folder = layout.home / "podman"
    return {
        "CONTAINERS_CONF": f"{folder}/containers.conf",
        "CONTAINERS_STORAGE_CONF": f"{folder}/storage.conf",
    }


def podman(
    layout: LabLayout, *arguments: str, stdin: str = "", timeout_s: float = 120, check: bool = True
) -> subprocess.CompletedProcess[str]:
    return processes.run(
        layout,
        ["podman", *arguments],
        environment=environment(layout),
        stdin=stdin,
        timeout_s=timeout_s,
        check=check,
    )


def containers(layout: LabLayout, *, any_lab: bool = False) -> list[dict[str, Any]]:
    """What `podman ps` tells of this lab's containers, or of every lab's of this home."""
    label = "omlib.lab" if any_lab else layout.label
    listed = podman(layout, "ps", "--all", "--filter", f"label={label}", "--format", "json")
    found: list[dict[str, Any]] = json.loads(listed.stdout or "[]")
    return found


def state_of(status: str) -> State:
    if status in ("running", "paused"):
        return "running" if status == "running" else "paused"
    return "stopped"


def state(layout: LabLayout, container: ContainerName) -> State:
    shown = podman(
        layout, "container", "inspect", "-f", "{{.State.Status}}", container, check=False
    )
    return "absent" if shown.returncode else state_of(shown.stdout.strip())


def remove(layout: LabLayout, names: Sequence[str]) -> None:
    """Remove containers, running or not. A second try helps where a stop raced with a removal."""
    if not names:
        return
    again = podman(layout, "rm", "--force", "--time", "0", *names, check=False)
    if again.returncode:
        podman(layout, "rm", "--force", "--ignore", "--time", "0", *names)


def release(layout: LabLayout) -> None:
    """Once no container of this home is left: its mount and its run files go too."""
    overlay = layout.home / "podman" / "graph" / "overlay"
    if f" {overlay} " in Path("/proc/self/mounts").read_text(encoding="utf-8"):
        processes.run(layout, ["umount", str(overlay)], check=False)
    shutil.rmtree(layout.podman_run, ignore_errors=True)
