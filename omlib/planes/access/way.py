"""How a host is reached: its address, the login, whom to trust, and the bounds of a look.

Taken from the inventory's site and access. `key` and `known_hosts` name a file: `file:PATH` is the
path itself, `env:NAME` a variable that holds an absolute one, any other text a path. `password` is
a reference to a secret. What the inventory leaves open may stand in the site's `ssh_config`.
Nothing is taken from a user's own ssh_config; from an agent only where the site says so.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from omlib.errors import OmlibError
from omlib.log import Secret
from omlib.model.estate import Access, Site
from omlib.planes.access.faults import AccessError, Fault
from omlib.planes.access.ssh_config import SYSTEM_WIDE, SshConfig, read_ssh_config
from omlib.ports import Secrets

SSH_PORT = 22
TRUSTED = (Path("~/.ssh/known_hosts"), SYSTEM_WIDE)
MOST_HOPS = 8
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

    Offered are the keys of *key_files* in order, then those of an ssh-agent, then the password.
    *jump* is the host that this one is reached through, which may have one before it.

    *sha1* allows key exchange and host keys on SHA-1, which old network gear has no way around.
    """

    address: str
    port: int = SSH_PORT
    user: str
    key_files: tuple[Path, ...] = ()
    agent: bool = False
    password: Secret | None = None
    sudo_password: Secret | None = None
    known_hosts: tuple[Path, ...]
    jump: "Way | None" = None
    connect_s: float
    deadline_s: float
    output_bytes: int
    sha1: bool = False


def way_to(access: Access, site: Site, secrets: Secrets) -> Way:
    """Resolve references; raises AccessError: no_credential, no_way."""
    config = read_ssh_config(site.ssh_config)
    told = config.of(access.address)
    user = access.user or site.user or told.user
    if not user:
        raise AccessError(fault=Fault.NO_CREDENTIAL, detail=f"site {site.id} names no user")
    try:
        own_keys = (_path(site.key, secrets),) if site.key else ()
        way = Way(
            address=told.address,
            port=access.port if access.port != SSH_PORT else told.port or SSH_PORT,
            user=user,
            key_files=(*own_keys, *told.key_files),
            agent=site.agent,
            password=secrets.resolve(site.password) if site.password else None,
            sudo_password=secrets.resolve(site.sudo_password) if site.sudo_password else None,
            known_hosts=(_path(site.known_hosts, secrets),) if site.known_hosts else (),
            connect_s=site.connect_s,
            deadline_s=site.deadline_s,
            output_bytes=site.output_mib * MIB,
        )
    except AccessError:
        raise
    except OmlibError as error:
        raise AccessError(fault=Fault.NO_CREDENTIAL, detail=_why(error)) from error
    hop = replace(way, key_files=own_keys, sudo_password=None)
    way = replace(way, known_hosts=way.known_hosts or told.known_hosts or _trusted())
    if site.jump:
        way = replace(way, jump=_through(site.jump, hop, config, user=site.user))
    elif told.jump and not _leads_to(told.jump, access.address):
        way = replace(way, jump=_through(told.jump, hop, config))
    _check_credentials(way, site)
    return way


def _through(text: str, like: Way, config: SshConfig, *, user: str = "", depth: int = 0) -> Way:
    """The last hop of *text*, a chain as ProxyJump writes it: `a,[user@]b[:port]`, nearest first.

    A hop has the site's credentials; *user* goes before what *config* says of it. How the nearest
    is reached may stand in *config*, too.
    """
    nearer, _, hop = text.rpartition(",")
    named, address, port = _parsed(hop)
    told = config.of(address)
    nearer = nearer or ("" if _leads_to(told.jump, address) else told.jump)
    if nearer and depth >= MOST_HOPS:
        raise AccessError(fault=Fault.NO_WAY, detail=f"more than {MOST_HOPS} jump hosts: {text}")
    own = user if text.rpartition(",")[0] else ""  # what stands in *config* is its own
    return replace(
        like,
        address=told.address,
        port=port or told.port or SSH_PORT,
        user=named or user or told.user or like.user,
        key_files=(*like.key_files, *told.key_files),
        known_hosts=like.known_hosts or told.known_hosts or _trusted(),
        jump=_through(nearer, like, config, user=own, depth=depth + 1) if nearer else None,
    )


def _parsed(hop: str) -> tuple[str, str, int]:
    """User, address and port of `[user@]address[:port]`; "" and 0 where it names none."""
    match = _JUMP.fullmatch(hop.strip())
    if not match or int(match[4] or SSH_PORT) > 65535:
        detail = f"a jump host is [user@]address[:port], not {hop.strip()}"
        raise AccessError(fault=Fault.NO_WAY, detail=detail)
    return match[1] or "", match[2] or match[3], int(match[4] or 0)


def _leads_to(jump: str, address: str) -> bool:
    """`Host *` with a ProxyJump is meant for all but the jump host itself, as ssh takes it."""
    return bool(jump) and _parsed(jump.partition(",")[0])[1].lower() == address.lower()


def _check_credentials(way: Way, site: Site) -> None:
    step: Way | None = way
    while step:
        if not (step.key_files or step.agent or step.password):
            detail = f"site {site.id} names no credential"
            raise AccessError(fault=Fault.NO_CREDENTIAL, detail=detail)
        step = step.jump


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
