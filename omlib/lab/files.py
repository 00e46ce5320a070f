"""The files by which a lab is used: tests, demonstrations and people read these and nothing else.

In `layout.run`: `lab.json` (every standing host and how to reach it), `ssh_config`, `known_hosts`,
`env` (lines to source), and the cloud's `clouds.yaml` and `secure.yaml`.
"""

import json
import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from omlib.lab.layout import SEGMENTS, LabLayout
from omlib.lab.passwords import secret_file


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAccess:
    """How to log in to a host. *addresses* holds every address; *address* the one to dial."""

    name: str
    address: str
    addresses: dict[str, str]
    port: int
    user: str
    key_file: str
    known_hosts: str
    kind: str  # server, router
    device_type: str  # netmiko's name of the device; empty for a server
    container: str


def access(
    layout: LabLayout, *, name: str, kind: str, addresses: dict[str, str], container: str
) -> HostAccess:
    router = kind == "router"
    return HostAccess(
        name=name,
        address=next(iter(addresses.values())),
        addresses=addresses,
        port=22,
        user="netadmin" if router else "ops",
        key_file=str(layout.key),
        known_hosts=str(layout.run / "known_hosts"),
        kind=kind,
        device_type="cisco_ios" if router else "",
        container=container,
    )


def write_files(layout: LabLayout, hosts: Sequence[HostAccess], *, cloud: bool) -> None:
    told = {
        "id": layout.id,
        "prefix": str(layout.prefix),
        "segments": {segment: str(layout.network(segment)) for segment in SEGMENTS},
        "repository_url": layout.repository_url,
        "netadmin_password_file": str(secret_file(layout, "netadmin")),
        "clouds_yaml": str(layout.run / "clouds.yaml") if cloud else None,
        "secure_yaml": str(layout.run / "secure.yaml") if cloud else None,
        "hosts": [asdict(host) for host in hosts],
    }
    _replace(layout.run / "lab.json", json.dumps(told, indent=2) + "\n")
    _replace(layout.run / "ssh_config", ssh_config(layout, hosts))
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in variables(layout).items()]
    _replace(layout.run / "env", "".join(lines))


def variables(layout: LabLayout) -> dict[str, str]:
    return {
        "OMLIB_LAB_ID": str(layout.id),
        "OMLIB_LAB_HOME": str(layout.home),
        "OMLIB_LAB_JSON": str(layout.run / "lab.json"),
        "OMLIB_LAB_KEY": str(layout.key),
        "OMLIB_LAB_KNOWN_HOSTS": str(layout.run / "known_hosts"),
        "OMLIB_LAB_SSH_CONFIG": str(layout.run / "ssh_config"),
        "OMLIB_LAB_NETADMIN_PASSWORD_FILE": str(secret_file(layout, "netadmin")),
        "OS_CLIENT_CONFIG_FILE": str(layout.run / "clouds.yaml"),
        "OS_CLIENT_SECURE_FILE": str(layout.run / "secure.yaml"),
    }


def ssh_config(layout: LabLayout, hosts: Sequence[HostAccess]) -> str:
    """For ssh and testinfra. Sharing connections makes testinfra fifteen times quicker."""
    text = "".join(
        f"Host {host.name}\n  HostName {host.address}\n  User {host.user}\n" for host in hosts
    )
    patterns = [host.name for host in hosts]
    networks = [layout.network(segment).network_address for segment in SEGMENTS]
    patterns += [str(network).removesuffix("0") + "*" for network in networks]
    settings = {
        "User": "ops",
        "IdentityFile": layout.key,
        "IdentitiesOnly": "yes",
        "UserKnownHostsFile": layout.run / "known_hosts",
        "GlobalKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "yes",
        "KexAlgorithms": "curve25519-sha256",
        "ControlMaster": "auto",
        "ControlPersist": "60s",
        "ControlPath": layout.run / "cm-%C",  # %C: one socket a host
    }
    lines = [f"  {word} {value}\n" for word, value in settings.items()]
    return text + f"Host {' '.join(patterns)}\n" + "".join(lines)


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.rename(path)
