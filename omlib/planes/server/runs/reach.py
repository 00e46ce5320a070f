"""How Ansible reaches a host, as its own variables. Pure.

The same way as the probe's (`omlib.planes.access.way`): the site's key, known hosts and jump hosts,
host keys always checked, and nothing of the user's own ssh_config or agent unless the site says so.
"""

import re
from collections.abc import Callable, Iterator
from shlex import join

from omlib.model.estate import Access, Site
from omlib.planes.access.way import SSH_PORT

PathOf = Callable[[str], str]  # the path that a reference names, "" where it leads nowhere

_HOP = re.compile(
    r"(?:(?P<user>[^@]+)@)?(?:\[(?P<v6>[^\]]+)\]|(?P<name>[^@:]+))(?::(?P<port>[0-9]+))?"
)


def site_vars(site: Site, path_of: PathOf) -> dict[str, object]:
    """What all hosts of *site* share."""
    told: dict[str, object] = {
        # given, it would go before what the ssh_config says
        **({} if site.ssh_config else {"ansible_port": SSH_PORT}),
        **_login(site.user),
        "ansible_ssh_common_args": join(_options(site, path_of)),
    }
    if key := site.key and path_of(site.key):
        told["ansible_ssh_private_key_file"] = key
    return told


def own_vars(access: Access) -> dict[str, object]:
    """What a host has for itself beside its site's."""
    told: dict[str, object] = {"ansible_host": access.address}
    if access.port != SSH_PORT:
        told["ansible_port"] = access.port
    if access.user:
        told |= _login(access.user)
    if access.python:
        told["ansible_python_interpreter"] = access.python
    return told


def _login(user: str) -> dict[str, object]:
    """Who logs in becomes root, unless it is root: such hosts may have no sudo."""
    return {"ansible_user": user, "ansible_become": user != "root"} if user else {}


def _options(site: Site, path_of: PathOf) -> list[str]:
    trusted = list(_trust(site, path_of))
    hops = [hop.strip() for hop in site.jump.split(",") if hop.strip()]
    return [*trusted, "-o", f"ProxyCommand={_through(hops, site, path_of)}"] if hops else trusted


def _trust(site: Site, path_of: PathOf) -> Iterator[str]:
    config = site.ssh_config and path_of(site.ssh_config)
    yield from ("-F", config or "/dev/null")
    yield from ("-o", "StrictHostKeyChecking=yes", "-o", f"ConnectTimeout={site.connect_s}")
    if known := site.known_hosts and path_of(site.known_hosts):
        # ssh_config(5) takes a list of files there, so a path with a blank wants quotes
        yield from ("-o", f'UserKnownHostsFile="{known}"', "-o", "GlobalKnownHostsFile=/dev/null")
    if not site.agent:
        yield from ("-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none")


def _through(hops: list[str], site: Site, path_of: PathOf) -> str:
    """A ProxyCommand over *hops*, the nearest first.

    Not ProxyJump: the ssh that it starts is given neither the key nor the known hosts.
    """
    found = _HOP.fullmatch(hops[-1])
    if found is None:  # no host: ssh says so, and a shell is never given it as it stands
        return join(["ssh", "--", hops[-1]])
    user = found["user"] or site.user
    words = ["ssh", *_trust(site, path_of), "-W", "[%h]:%p"]
    if port := found["port"] or ("" if site.ssh_config else str(SSH_PORT)):
        words += ["-p", port]
    if key := site.key and path_of(site.key):
        words += ["-i", key]
    if hops[:-1]:
        # what a percent sign means is the inner ssh's matter
        words += ["-o", "ProxyCommand=" + _through(hops[:-1], site, path_of).replace("%", "%%")]
    return join([*words, *(("-l", user) if user else ()), "--", found["v6"] or found["name"]])
