"""Make the declared estate real in the lab: what runs on hosts and routers."""

import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from omlib.demo.hosts import script
from omlib.demo.legacy import BuildError
from omlib.lab.break_hosts import host_name
from omlib.lab.layout import LabLayout
from omlib.lab.lifecycle import exec_
from omlib.model.estate import Device, Estate, Server

SSH_S = 60.0
WORKERS = 4
_SETTLED = ["sh", "-c", "systemctl is-system-running --wait >/dev/null; true"]


def build_hosts(estate: Estate, layout: LabLayout, advance: Callable[[str], None]) -> None:
    """Bring every server to its declared state, several at once."""

    def one(server: Server) -> None:
        name = lab_name(estate, server, layout)
        exec_(layout, name, _SETTLED)
        done = exec_(layout, name, ["sh", "-s"], stdin=script(server, layout.repository_url))
        if done.code:
            raise BuildError(what=server.id, why=(done.stderr or done.stdout).strip()[-300:])
        advance(server.id)

    with ThreadPoolExecutor(WORKERS) as pool:
        for done in [pool.submit(one, server) for server in estate.servers.values()]:
            done.result()
    wait_for_ssh([server.access.address for server in estate.servers.values()])


def build_devices(
    devices: Sequence[Device],
    intended: Callable[[Device], str],
    layout: LabLayout,
    advance: Callable[[str], None],
) -> None:
    """Load every router's intended text, as a person pastes it, and save it."""
    for device in devices:
        load = ["sh", "-c", "cat > /tmp/intended && vtysh -f /tmp/intended && rm /tmp/intended"]
        done = exec_(layout, device.id, load, stdin=intended(device))
        if done.code:
            raise BuildError(what=device.id, why=(done.stderr or done.stdout).strip()[-300:])
        exec_(layout, device.id, ["vtysh", "-c", "write memory"])
        advance(device.id)


def lab_name(estate: Estate, server: Server, layout: LabLayout) -> str:
    """What the lab calls the host: its own name, or the one the cloud made for its VM."""
    if not server.vm:
        return server.id
    vm = estate.vms[server.vm]
    return host_name(layout, f"{vm.project}/{vm.name}")


def wait_for_ssh(addresses: Sequence[str]) -> None:
    """Until each has sent its banner; raises BuildError with the first that stays silent."""
    end = time.monotonic() + SSH_S
    for address in addresses:
        while not _greets(address):
            if time.monotonic() > end:
                raise BuildError(what=address, why=f"no SSH within {SSH_S:g} s")
            time.sleep(0.1)


def _greets(address: str) -> bool:
    try:
        with socket.create_connection((address, 22), 1) as peer:
            peer.settimeout(2)
            return peer.recv(4) == b"SSH-"
    except OSError:
        return False
