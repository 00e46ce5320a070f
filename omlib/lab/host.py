"""One lab host: made, started, stopped, resized, removed. Whatever does so comes through here.

Also a program, `python -m omlib.lab.host VERB ...`, by which the cloud's nova makes a server a real
host; so this module imports little and starts quickly. Its verbs: `make` (a request as JSON on
standard input), `start|stop|kill|pause|unpause|remove NAME`, `size NAME VCPU RAM_MIB`, `list`; and
of its neutron: `filters` (what every host's security groups let through, as JSON).
"""

import json
import shutil
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Literal

from omlib.lab import firewall
from omlib.lab import podman as engine
from omlib.lab.errors import LabError
from omlib.lab.image import router_image, server_image
from omlib.lab.layout import ROUTER, SEGMENTS, UNUSED, LabLayout, Segment
from omlib.lab.locks import locked
from omlib.lab.podman import podman

Kind = Literal["server", "router", "cloud"]  # cloud: a server that nova made
SHUTDOWN_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRequest:
    """*keys* are further public keys of user `ops`; *size* is (vCPU, RAM in MiB) to pretend."""

    name: str
    kind: Kind
    addresses: Mapping[Segment, IPv4Address]
    hostname: str = ""
    mac: str = ""  # of the only interface; derived from the address when empty
    uuid: str = ""
    keys: tuple[str, ...] = ()
    size: tuple[int, int] | None = None


def make(layout: LabLayout, request: HostRequest) -> None:
    """Create and start a host. Its SSH answers within a second."""
    container = layout.container(request.name)
    hostname = request.hostname or request.name
    image = router_image(layout) if request.kind == "router" else server_image(layout)
    options = ["--name", container, "--hostname", hostname, "--label", layout.label]
    addresses = json.dumps({segment: str(a) for segment, a in request.addresses.items()})
    labels = {"kind": request.kind, "name": request.name, "addresses": addresses}
    for word, value in labels.items():
        options += ["--label", f"omlib.{word}={value}"]
    # systemd makes it /etc/machine-id, as in a KVM guest: a key that joins server and cloud
    machine = request.uuid or str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{request.name}.{layout.name}"))
    options += ["--env", f"container_uuid={machine}", "--cap-add", "NET_ADMIN,NET_RAW"]
    if request.kind == "router":
        options += ["--cap-add", "SYS_ADMIN", "--sysctl", "net.ipv4.ip_forward=1"]
    for number, segment in enumerate(s for s in SEGMENTS if s in request.addresses):
        address = request.addresses[segment]
        mac = request.mac or mac_of(address)
        how = f"{layout.bridge(segment)}:ip={address},mac={mac},interface_name=eth{number}"
        options += ["--network", how]
    if request.size:
        folder = _pretend(layout, request.name, *request.size)
        for name in ("meminfo", "cpuinfo"):
            options += ["--volume", f"{folder}/{name}:/proc/{name}:ro"]
    # without these two podman's hosts and resolv.conf are bind mounts: nothing can replace them,
    # and they carry this machine's names. Reboot ends with a failure's code and comes back.
    options += ["--dns", "none", "--no-hosts", "--systemd=always", "--restart=on-failure:100"]
    _trust(layout, request)
    podman(layout, "create", "--quiet", *options, image)
    _write_files(layout, request, hostname)
    if request.kind == "cloud":
        firewall.fence(layout, request.name)
    podman(layout, "start", container)


def mac_of(address: IPv4Address) -> str:
    """By address, so a host made anew comes back with the MAC its peers remember.

    >>> mac_of(IPv4Address("198.18.0.11"))
    '02:4f:4c:12:00:0b'
    """
    return "02:4f:4c:" + ":".join(f"{octet:02x}" for octet in address.packed[1:])


def start(layout: LabLayout, name: str) -> None:
    podman(layout, "start", layout.container(name))


def stop(layout: LabLayout, name: str) -> None:
    """Its systemd shuts down."""
    podman(layout, "stop", "--time", str(SHUTDOWN_S), layout.container(name))


def kill(layout: LabLayout, name: str) -> None:
    """The plug is pulled."""
    podman(layout, "stop", "--time", "0", layout.container(name))


def pause(layout: LabLayout, name: str) -> None:
    """It takes connections and never answers: what a hung server looks like."""
    podman(layout, "pause", layout.container(name))


def unpause(layout: LabLayout, name: str) -> None:
    podman(layout, "unpause", layout.container(name))


def remove(layout: LabLayout, name: str) -> None:
    engine.remove(layout, [layout.container(name)])
    shutil.rmtree(layout.state / "hosts" / name, ignore_errors=True)


def state(layout: LabLayout, name: str) -> engine.State:
    return engine.state(layout, layout.container(name))


def known_hosts_line(layout: LabLayout, address: IPv4Address) -> str:
    kind, key = layout.host_public_key.read_text(encoding="ascii").split()[:2]
    return f"{address} {kind} {key}\n"


def _trust(layout: LabLayout, request: HostRequest) -> None:
    """One line an address: paramiko knows no wildcards in known_hosts."""
    path = layout.run / "known_hosts"
    with locked(layout.run / "known_hosts.lock", wait_s=10):
        known = path.read_text(encoding="ascii") if path.exists() else ""
        for address in request.addresses.values():
            line = known_hosts_line(layout, address)
            known += "" if line in known else line
        path.write_text(known, encoding="ascii")


def _write_files(layout: LabLayout, request: HostRequest, hostname: str) -> None:
    container = layout.container(request.name)
    root = Path(podman(layout, "mount", container).stdout.strip())
    try:
        boot = [f"announce {layout.address(segment, UNUSED)}" for segment in request.addresses]
        if request.kind != "router":
            (segment,) = request.addresses
            boot.insert(0, f"default {layout.address(segment, ROUTER)}")
        (root / "etc/lab-network").write_text("\n".join(boot) + "\n", encoding="utf-8")
        names = [f"{address} {hostname}" for address in request.addresses.values()]
        hosts = "\n".join(["127.0.0.1 localhost", *names]) + "\n"
        (root / "etc/hosts").write_text(hosts, encoding="utf-8")
        with (root / "home/ops/.ssh/authorized_keys").open("a", encoding="utf-8") as keys:
            keys.writelines(f"{key.strip()}\n" for key in request.keys if key.strip())
    finally:
        podman(layout, "umount", container)


def _pretend(layout: LabLayout, name: str, vcpu: int, ram_mib: int) -> Path:
    """Write what a host's /proc/meminfo and cpuinfo shall say; in place, as they are mounted."""
    folder = layout.state / "hosts" / name
    folder.mkdir(parents=True, exist_ok=True)
    kib = ram_mib * 1024
    memory = {"MemTotal": kib, "MemFree": kib * 8 // 10, "MemAvailable": kib * 9 // 10}
    memory |= {"Buffers": 0, "Cached": kib // 10}
    for word in ("SwapCached", "SwapTotal", "SwapFree", "Shmem", "SReclaimable", "Slab"):
        memory[word] = 0
    lines = [f"{word + ':':15} {value:8d} kB\n" for word, value in memory.items()]
    (folder / "meminfo").write_text("".join(lines), encoding="ascii")
    first = Path("/proc/cpuinfo").read_text(encoding="ascii").split("\n\n")[0].splitlines()
    (folder / "cpuinfo").write_text(
        "".join(_processor(first, number, vcpu) for number in range(vcpu)), encoding="ascii"
    )
    return folder


def _processor(template: list[str], number: int, vcpu: int) -> str:
    says = {"processor": number, "core id": number, "apicid": number, "initial apicid": number}
    says |= {"cpu cores": vcpu, "siblings": vcpu, "physical id": 0}
    lines = []
    for line in template:
        word = line.split("\t")[0].split(":")[0].strip()
        lines.append(f"{line.partition(':')[0]}: {says[word]}" if word in says else line)
    return "\n".join(lines) + "\n\n"


def resize(layout: LabLayout, name: str, vcpu: int, ram_mib: int) -> None:
    _pretend(layout, name, vcpu, ram_mib)


def _make_for_cloud(layout: LabLayout, text: str) -> None:
    wanted = json.loads(text)
    address = IPv4Address(wanted["address"])
    make(
        layout,
        HostRequest(
            name=wanted["name"],
            kind="cloud",
            addresses={layout.segment_of(address): address},
            hostname=wanted["hostname"],
            mac=wanted["mac"],
            uuid=wanted["uuid"],
            keys=tuple(wanted["keys"]),
            size=(wanted["vcpu"], wanted["ram_mib"]),
        ),
    )


def _listed(layout: LabLayout) -> str:
    """Name and state of the hosts that nova made, a line each."""
    return "".join(
        f"{c['Labels']['omlib.name']} {engine.state_of(c['State'])}\n"
        for c in engine.containers(layout)
        if c["Labels"]["omlib.kind"] == "cloud"
    )


def _start_for_cloud(layout: LabLayout, name: str) -> None:
    """A host that is stopped has no network: its filter is set before it starts again."""
    if state(layout, name) == "stopped":
        firewall.fence(layout, name)
    start(layout, name)


VERBS = {"start": _start_for_cloud, "stop": stop, "kill": kill, "pause": pause, "unpause": unpause}
VERBS |= {"remove": remove}


def main(arguments: list[str]) -> int:
    layout = LabLayout.from_environment()
    try:
        match arguments:
            case ["make"]:
                _make_for_cloud(layout, sys.stdin.read())
            case ["size", name, vcpu, ram_mib]:
                resize(layout, name, int(vcpu), int(ram_mib))
            case ["filters"]:
                changed = firewall.keep(layout, firewall.filters_from(sys.stdin.read()))
                sys.stdout.writelines(f"{name}\n" for name in changed)
            case ["list"]:
                sys.stdout.write(_listed(layout))
            case [verb, name] if verb in VERBS:
                VERBS[verb](layout, name)
            case _:
                sys.stderr.write(f"{__doc__}\n")
                return 64
    except LabError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
