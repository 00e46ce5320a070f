"""The hosts of a lab together: made in parallel, waited for until they answer, listed."""

import json
import socket
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address
from typing import Any

from omlib.lab import host
from omlib.lab import podman as engine
from omlib.lab.errors import LabError
from omlib.lab.files import HostAccess, access
from omlib.lab.host import HostRequest
from omlib.lab.layout import SEGMENTS, ContainerName, LabLayout
from omlib.lab.podman import podman
from omlib.lab.spec import LabSpec

AT_ONCE = 4
ANSWER_S = 60.0


def requests(layout: LabLayout, spec: LabSpec) -> list[HostRequest]:
    """Routers first: servers can reach the other segment as soon as they are up."""
    routers = [
        HostRequest(
            name=router.name,
            kind="router",
            addresses={
                segment: layout.address(segment, router.numbers[segment])
                for segment in SEGMENTS
                if segment in router.numbers
            },
        )
        for router in spec.routers
    ]
    servers = [
        HostRequest(
            name=server.name,
            kind="server",
            addresses={server.segment: layout.address(server.segment, server.number)},
        )
        for server in spec.servers
    ]
    return routers + servers


def start_hosts(layout: LabLayout, wanted: Iterable[HostRequest]) -> None:
    """Start what is not running; a host whose request has changed is made anew."""
    standing = {c["Labels"]["omlib.name"]: c for c in engine.containers(layout)}

    def ensure(request: HostRequest) -> None:
        told = json.dumps({segment: str(a) for segment, a in request.addresses.items()})
        seen = standing.get(request.name)
        if seen and seen["Labels"].get("omlib.addresses") == told:
            state = engine.state_of(seen["State"])
            if state == "stopped":
                host.start(layout, request.name)
            elif state == "paused":
                host.unpause(layout, request.name)
            return
        if seen:
            host.remove(layout, request.name)
        host.make(layout, request)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ensure, wanted))


def wait_for_hosts(layout: LabLayout, wanted: Iterable[HostRequest]) -> None:
    """Return when every host has sent its SSH banner, and every router takes commands."""
    asked = list(wanted)

    def wait(request: HostRequest) -> None:
        address = next(iter(request.addresses.values()))
        end = time.monotonic() + ANSWER_S
        _until(end, f"{request.name} ({address}) sends no SSH banner", lambda: _banner(address))
        if request.kind == "router":  # its sshd answers before zebra does
            container = layout.container(request.name)
            what = f"{request.name}: vtysh does not answer"
            _until(end, what, lambda: _takes_commands(layout, container))

    with ThreadPoolExecutor(max(1, len(asked))) as pool:
        list(pool.map(wait, asked))


def standing_hosts(layout: LabLayout) -> list[HostAccess]:
    """Servers and routers of the lab, running or not; what nova made is the cloud's to tell."""
    found = []
    for container in engine.containers(layout):
        labels = container["Labels"]
        if labels["omlib.kind"] != "cloud":
            found.append(
                access(
                    layout,
                    name=labels["omlib.name"],
                    kind=labels["omlib.kind"],
                    addresses=json.loads(labels["omlib.addresses"]),
                    container=layout.container(labels["omlib.name"]),
                )
            )
    return sorted(found, key=lambda host: host.name)


def addresses_of(container: dict[str, Any]) -> tuple[str, ...]:
    return tuple(json.loads(container["Labels"]["omlib.addresses"]).values())


def _until(end: float, what: str, answers: Callable[[], bool]) -> None:
    while not answers():
        if time.monotonic() > end:
            raise LabError(f"{what} within {ANSWER_S:.0f} s", "look at `omlib lab logs NAME`")
        time.sleep(0.1)


def _banner(address: IPv4Address) -> bool:
    try:
        with socket.create_connection((str(address), 22), 0.5) as connection:
            connection.settimeout(2)
            return connection.recv(7).startswith(b"SSH-2.0")
    except OSError:
        return False


def _takes_commands(layout: LabLayout, container: ContainerName) -> bool:
    asked = podman(layout, "exec", container, "vtysh", "-c", "show version", check=False)
    return asked.returncode == 0
