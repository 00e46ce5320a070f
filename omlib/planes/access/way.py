"""How a host is reached: its address, the login, whom to trust, and the bounds of a look.

Taken from the inventory's site and access. `key` and `known_hosts` name a file: `file:PATH` is the
path itself, `env:NAME` a variable that holds an absolute one, any other text a path. `password` is
a reference to a secret. Nothing is taken from a user's ssh_config or agent.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from omlib.errors import OmlibError
from omlib.log import Secret
from omlib.model.estate import Access, Site
from omlib.planes.access.faults import AccessError, Fault
from omlib.ports import Secrets

SSH_PORT = 22
TRUSTED = (Path("~/.ssh/known_hosts"), Path("/etc/ssh/ssh_known_hosts"))
MIB = 1024 * 1024
_JUMP = re.compile(r"(?:([^@]+)@)?(?:\[([^\]]+)\]|([^@:\[\]]+))(?::([0-9]{1,5}))?")
_WHYS = {
    "unset": "the variable is not set",
    "scheme": "it begins with neither env: nor file:",
    "FileNotFoundError": "no such file",
    "NotADirectoryError": "no such file",
    "IsADirectoryError": "a directory",
    "PermissionError": "the file cannot be read",
    "UnicodeDecodeError": "not a text file",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """*connect_s* bounds TCP and greeting, and the login once more; *deadline_s* the whole look.

    *sha1* allows key exchange and host keys on SHA-1, which old network gear has no way around.
    """

    address: str
    port: int = SSH_PORT
    user: str
    key_file: Path | None = None
    password: Secret | None = None
    sudo_password: Secret | None = None
    known_hosts: tuple[Path, ...]
    jump: "Way | None" = None
    connect_s: float
    deadline_s: float
    output_bytes: int
    sha1: bool = False


def way_to(access: Access, site: Site, secrets: Secrets) -> Way:
    """Resolve references; raises AccessError(no_credential) where one leads nowhere."""
    user = access.user or site.user
    if not user:
        raise AccessError(fault=Fault.NO_CREDENTIAL, detail=f"site {site.id} names no user")
    if not (site.key or site.password):
        raise AccessError(fault=Fault.NO_CREDENTIAL, detail=f"site {site.id} names no credential")
    try:
        way = Way(
            address=access.address,
            port=access.port,
            user=user,
            key_file=_path(site.key, secrets) if site.key else None,
            password=secrets.resolve(site.password) if site.password else None,
            sudo_password=secrets.resolve(site.sudo_password) if site.sudo_password else None,
            known_hosts=(_path(site.known_hosts, secrets),) if site.known_hosts else _trusted(),
            connect_s=site.connect_s,
            deadline_s=site.deadline_s,
            output_bytes=site.output_mib * MIB,
        )
        return replace(way, jump=_jump(site, way)) if site.jump else way
    except AccessError:
        raise
    except OmlibError as error:
        raise AccessError(fault=Fault.NO_CREDENTIAL, detail=_why(error)) from error


def _jump(site: Site, way: Way) -> Way:
    """`[user@]address[:port]`, by default the site's user; the site's credentials."""
    match = _JUMP.fullmatch(site.jump)
    if not match:
        detail = f"site {site.id}: jump is [user@]address[:port], not {site.jump}"
        raise AccessError(fault=Fault.NO_CREDENTIAL, detail=detail)
    user, bracketed, plain, port = match.groups()
    return replace(
        way,
        address=bracketed or plain,
        port=int(port or SSH_PORT),
        user=user or site.user or way.user,
    )


def _why(error: OmlibError) -> str:
    """`file:/keys/ops: no such file`; the value itself is in no error."""
    why = str(error.facts.get("why", ""))
    reference = error.facts.get("reference")
    return f"{reference}: {_WHYS.get(why, why)}" if reference and why else str(error)


def _trusted() -> tuple[Path, ...]:
    return tuple(path.expanduser() for path in TRUSTED)


def _path(reference: str, secrets: Secrets) -> Path:
    if reference.startswith("env:"):
        value = secrets.resolve(reference).reveal()
        if not value.startswith(("/", "~")) or "\n" in value:
            # the key itself, or a password, put there by mistake: errors would tell it
            detail = f"{reference} does not hold the absolute path of a file"
            raise AccessError(fault=Fault.NO_CREDENTIAL, detail=detail)
        return Path(value).expanduser()
    return Path(reference.removeprefix("file:")).expanduser()
