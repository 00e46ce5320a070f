"""The six services as processes: started together, waited for, stopped."""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from subprocess import Popen

from omlib.lab import processes
from omlib.lab.cloud.config import CloudState
from omlib.lab.errors import LabError
from omlib.lab.layout import SERVICES
from omlib.lab.machine import CLONE

INSIDE = Path(__file__).parent / "inside"
READY_S = 240.0  # twenty times what a quiet machine takes


def running(cloud: CloudState) -> set[str]:
    """Services that can be used: the process lives and said it is ready."""
    roles = {process.role for process in processes.find(cloud.layout)}
    return {name for name in SERVICES if name in roles and (cloud.ready / name).exists()}


def start_services(cloud: CloudState, names: Sequence[str] = SERVICES) -> None:
    """Start those that cannot be used, and return when all can."""
    usable = running(cloud)
    wanted = [name for name in names if name not in usable]
    stop_services(cloud, wanted)  # one that hangs half started
    cloud.ready.mkdir(exist_ok=True)
    started = {name: _start(cloud, name) for name in wanted}
    end = time.monotonic() + READY_S
    while started:
        for name, process in list(started.items()):
            if (cloud.ready / name).exists():
                del started[name]
            elif process.poll() is not None:
                raise LabError(f"{name} ended with {process.returncode}: {_last(cloud, name)}")
        if time.monotonic() > end:
            waiting = ", ".join(started)
            told = _last(cloud, next(iter(started)))
            raise LabError(f"{waiting} not ready after {READY_S:.0f} s: {told}")
        time.sleep(0.05)


def stop_services(cloud: CloudState, names: Sequence[str] = SERVICES) -> None:
    """End the services. Hosts that nova made go on: they belong to no service."""
    processes.stop([p for p in processes.find(cloud.layout) if p.role in names], grace_s=5)
    for name in names:
        (cloud.ready / name).unlink(missing_ok=True)


def _start(cloud: CloudState, name: str) -> "Popen[bytes]":
    layout = cloud.layout
    ports = [layout.port("keystone"), layout.port("placement")]
    environment = {
        "OS_NOVA_DISABLE_EVENTLET_PATCHING": "1",
        "PYTHONWARNINGS": "ignore",
        "SPT_NOENV": "1",  # neutron sets its title over its environment, and our mark with it
        "LAB_WAIT_PORTS": " ".join(str(port) for port in ports),
        "LAB_HOST_COMMAND": json.dumps([sys.executable, "-m", "omlib.lab.host"]),
        "LAB_HOST_DIRECTORY": str(CLONE),
    }
    python = str(layout.cloud_venv / "bin" / "python")
    what = [name, str(layout.port(name)), str(cloud.etc), str(cloud.ready / name)]
    return processes.spawn(
        layout,
        name,
        [python, str(INSIDE / "service.py"), *what],
        log=layout.logs / f"{name}.log",
        environment=environment,
        directory=cloud.folder,
    )


def _last(cloud: CloudState, name: str) -> str:
    log = cloud.layout.logs / f"{name}.log"
    return log.read_text(errors="replace")[-600:].strip() if log.exists() else "no log"
