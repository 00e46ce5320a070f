"""Bring a lab up, take it down, tell how it stands.

`up` is idempotent: it starts what is not running. `down` finds what is there by labels, marks and
names, never by a record of what `up` did, so it also clears what a killed `up` left half made.
"""

import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from omlib.lab import hosts, network, processes
from omlib.lab import podman as engine
from omlib.lab.cloud.control import has_cloud, prepare_cloud, start_cloud
from omlib.lab.cloud.venv import clear_killed_install
from omlib.lab.errors import LabBusyError, LabError
from omlib.lab.files import write_files
from omlib.lab.image import clear_killed_build, make_images
from omlib.lab.layout import RUN, SERVICES, LabLayout
from omlib.lab.locks import locked
from omlib.lab.podman import podman
from omlib.lab.progress import Progress, silent, step
from omlib.lab.repo import ROLE as REPOSITORY
from omlib.lab.repo import serve_repository
from omlib.lab.spec import LabSpec

BUSY_S = 600.0  # an `up` on a cold machine takes minutes
STRAY_S = 15.0


@dataclass(frozen=True, slots=True)
class HostStatus:
    name: str
    kind: str
    addresses: tuple[str, ...]
    state: engine.State


@dataclass(frozen=True, slots=True, kw_only=True)
class LabStatus:
    """*services* maps each service of the cloud to whether its process runs."""

    id: int
    prefix: str
    hosts: tuple[HostStatus, ...]
    services: dict[str, bool]

    @property
    def stands(self) -> bool:
        return bool(self.hosts) or any(self.services.values())


@dataclass(frozen=True, slots=True)
class ExecResult:
    code: int
    stdout: str
    stderr: str


def up(layout: LabLayout, spec: LabSpec, progress: Progress = silent) -> LabStatus:
    """Start what *spec* asks for and does not run yet; what else stands is left alone."""
    engine.prepare(layout)
    with locked(_lock(layout), wait_s=BUSY_S):
        _claim(layout)
        network.refuse_overlap(layout)
        _settle(layout, orphans_only=True)
        work: list[Callable[[], None]] = [lambda: _bring_hosts(layout, spec, progress)]
        if spec.cloud:
            work.append(lambda: prepare_cloud(layout, progress))
        with ThreadPoolExecutor(len(work)) as pool:
            for job in [pool.submit(each) for each in work]:
                job.result()
        if spec.cloud:
            start_cloud(layout, progress)
        write_files(layout, hosts.standing_hosts(layout), cloud=has_cloud(layout))
    return status(layout)


def down(layout: LabLayout, *, all: bool = False, progress: Progress = silent) -> None:  # noqa: A002
    """Remove the lab whatever its condition. *all*: the home with images and caches goes too."""
    engine.prepare(layout)
    with locked(_lock(layout), wait_s=BUSY_S):
        _refuse_other_home(layout)
        with step(progress, "processes"):
            _stop_processes(layout)
        with step(progress, "hosts"):
            engine.remove(layout, [c["Names"][0] for c in engine.containers(layout)])
        with step(progress, "networks"):
            network.remove_networks(layout)
        shutil.rmtree(layout.state, ignore_errors=True)
        shutil.rmtree(layout.run, ignore_errors=True)
    with locked(RUN / "lock", wait_s=30):
        if not any(entry.name.isdecimal() for entry in RUN.iterdir()):
            network.restore_sysctls()
            network.forget_addresses()
        last_of_home = not engine.containers(layout, any_lab=True)
        if last_of_home:
            engine.release(layout)
    if all and not last_of_home:
        raise LabError(f"another lab of {layout.home} stands; its caches stay", "end it first")
    if all:  # it takes long: not under the lock that every lab needs
        with step(progress, "caches"):
            shutil.rmtree(layout.home)


def status(layout: LabLayout) -> LabStatus:
    engine.prepare(layout)
    found = [
        HostStatus(
            container["Labels"]["omlib.name"],
            container["Labels"]["omlib.kind"],
            hosts.addresses_of(container),
            engine.state_of(container["State"]),
        )
        for container in engine.containers(layout)
    ]
    roles = {process.role for process in processes.find(layout)}
    return LabStatus(
        id=layout.id,
        prefix=str(layout.prefix),
        hosts=tuple(sorted(found, key=lambda host: (host.kind, host.name))),
        services={service: service in roles for service in SERVICES},
    )


def exec_(layout: LabLayout, name: str, argv: list[str], *, stdin: str = "") -> ExecResult:
    """Run a program in a host as root, past its SSH and its firewall."""
    _require_running(layout, name)
    done = podman(
        layout, "exec", "--interactive", layout.container(name), *argv, stdin=stdin, check=False
    )
    return ExecResult(done.returncode, done.stdout, done.stderr)


def logs(layout: LabLayout, name: str, *, lines: int = 200) -> str:
    """The journal of a host, or the log of one of the cloud's services."""
    log = layout.logs / f"{name}.log"
    if log.exists():
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) + "\n"
    return exec_(layout, name, ["journalctl", "--no-pager", "--lines", str(lines)]).stdout


def _bring_hosts(layout: LabLayout, spec: LabSpec, progress: Progress) -> None:
    make_images(layout, progress)
    with step(progress, "networks"):
        network.make_networks(layout)
    wanted = hosts.requests(layout, spec)
    with step(progress, "hosts"):
        hosts.start_hosts(layout, wanted)
        hosts.wait_for_hosts(layout, wanted)
    if any("dc" in request.addresses for request in wanted):
        serve_repository(layout)


def _stop_processes(layout: LabLayout) -> None:
    """End the services, then let commands of a killed `up` finish: a podman killed half way leaves
    containers that no label finds."""
    mine = processes.find(layout)
    processes.stop([p for p in mine if p.role in (*SERVICES, REPOSITORY)], grace_s=2)
    _close_ssh(layout)
    clear_killed_build(layout)
    clear_killed_install(layout)
    _settle(layout, orphans_only=False)


def _settle(layout: LabLayout, *, orphans_only: bool) -> None:
    """Wait for commands that still run on the lab, those of a killed `up` above all."""
    end = time.monotonic() + STRAY_S
    while strays := [
        process
        for process in processes.find(layout)
        if process.role in ("command", "host") and (process.orphan or not orphans_only)
    ]:
        if time.monotonic() > end:
            processes.stop(strays, grace_s=2)
        time.sleep(0.05)


def _close_ssh(layout: LabLayout) -> None:
    """Shared ssh connections would outlive their hosts."""
    for socket in layout.run.glob("cm-*"):
        close = ["ssh", "-o", f"ControlPath={socket}", "-O", "exit", "lab"]
        processes.run(layout, close, check=False)


def _claim(layout: LabLayout) -> None:
    """The bridges of one id exist once on a machine, so one home at a time holds an id."""
    layout.run.mkdir(parents=True, exist_ok=True, mode=0o755)
    _refuse_other_home(layout)
    _holder(layout).write_text(str(layout.home), encoding="utf-8")


def _refuse_other_home(layout: LabLayout) -> None:
    holder = _holder(layout)
    if holder.exists() and (other := holder.read_text(encoding="utf-8")) != str(layout.home):
        what = f"lab {layout.id} is held by the home {other}"
        raise LabBusyError(what, "choose another OMLIB_LAB_ID, or take that lab down from there")


def _holder(layout: LabLayout) -> Path:
    return layout.run / "home"


def _lock(layout: LabLayout) -> Path:
    return RUN / f"{layout.id}.lock"


def _require_running(layout: LabLayout, name: str) -> None:
    state = engine.state(layout, layout.container(name))
    if state != "running":
        raise LabError(f"host {name} of lab {layout.id} is {state}", "see `omlib lab status`")
