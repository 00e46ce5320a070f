"""What a file of ssh_config(5) says of an address: how it is reached where the inventory is silent.

Read are HostName, Port, User, IdentityFile, UserKnownHostsFile and ProxyJump. What would take or
run something else on the way (Include, ProxyCommand, `Match exec`, CanonicalizeHostname) is
refused, not passed over: another host would be looked at than the one that the file means.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import split

import paramiko

from omlib.planes.access.faults import AccessError, Fault

SYSTEM_WIDE = Path("/etc/ssh/ssh_known_hosts")
_REFUSED = re.compile(
    r"^[ \t]*(include|proxycommand(?![ \t=]+\"?none\b)|canonicalizehostname(?![ \t=]+no\b)"
    r"|match\b[^\n]*\bexec)\b",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the file says of one address; "", () and None where it says nothing."""

    address: str = ""
    port: int | None = None
    user: str = ""
    key_files: tuple[Path, ...] = ()
    known_hosts: tuple[Path, ...] = ()
    jump: str = ""


class SshConfig:
    """Raises AccessError(no_way) for a text that cannot be followed."""

    def __init__(self, text: str, name: str = "ssh_config") -> None:
        self._name = name
        if refused := _REFUSED.search(text):
            raise self._lost(f"{' '.join(refused[0].split())} is not followed")
        try:
            self._config = paramiko.SSHConfig.from_text(text)
        except paramiko.SSHException as error:
            raise self._lost(str(error)) from error

    def of(self, address: str) -> Told:
        try:
            told = self._config.lookup(address)
            return self._told(told)
        except Exception as error:  # a port or a token that is none, quotes without their end
            raise self._lost(f"{address}: {error}") from error

    def _told(self, told: Mapping[str, object]) -> Told:
        keys, trusted = told.get("identityfile", []), str(told.get("userknownhostsfile", ""))
        known = _paths(split(trusted))
        jump = str(told.get("proxyjump") or "")
        return Told(
            address=str(told["hostname"]),
            port=int(str(told["port"])) if "port" in told else None,
            user=str(told.get("user", "")),
            # as ssh does: a key that is not there is not offered
            key_files=tuple(path for path in _paths(keys) if path.exists()),
            known_hosts=(*known, SYSTEM_WIDE) if known else (),
            jump="" if jump.lower() == "none" else jump,
        )

    def _lost(self, why: str) -> AccessError:
        return AccessError(fault=Fault.NO_WAY, detail=f"{self._name}: {why}")


def _paths(names: object) -> tuple[Path, ...]:
    several = names if isinstance(names, list) else []
    return tuple(Path(name).expanduser() for name in several if name.lower() != "none")


def read_ssh_config(reference: str) -> SshConfig:
    """That of `file:PATH`; without one an empty one. Never a user's own, unless it is named."""
    if not reference:
        return SshConfig("")
    if not reference.startswith("file:"):  # what it holds may be a secret, put there by mistake
        raise AccessError(fault=Fault.NO_WAY, detail="ssh_config is file:PATH")
    path = Path(reference.removeprefix("file:")).expanduser()
    try:
        return SshConfig(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror or "").lower() if isinstance(error, OSError) else "not a text file"
        raise AccessError(fault=Fault.NO_WAY, detail=f"{path}: {why}") from error
