"""Where things lie that Ansible needs: omlib's playbooks and plugins, and the files of a site."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from omlib.errors import OmlibError
from omlib.model.estate import Access, Site
from omlib.planes.server.runs.own_way import OwnWay

SITE = "playbooks/site.yml"
_CLONE = Path(__file__).parents[4]


class NoPlaybooksError(OmlibError):
    """This omlib came without its playbooks. Facts: path."""

    code = "no_playbooks"


def shipped(name: str) -> Path:
    """`playbooks/site.yml`, `plugins`: of the clone, else as pip installed it with omlib."""
    here = _CLONE / name
    if here.exists():
        return here
    try:
        told = files("omlib") or []
    except PackageNotFoundError:
        told = []
    inside = f"share/omlib/{name}"
    for file in told:
        path = file.as_posix()
        if path.endswith(inside):
            return Path(str(file.locate())).resolve()
        if f"{inside}/" in path:
            return Path(str(file.locate()).partition(f"{inside}/")[0], inside).resolve()
    raise NoPlaybooksError(path=name)


def cache_root(env: Mapping[str, str] = os.environ) -> Path:
    """`~/.cache/omlib`, or where XDG_CACHE_HOME says (a relative path there does not count)."""
    named = env.get("XDG_CACHE_HOME", "")
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where there is none
    return Path(named if named.startswith("/") else f"{home}/.cache") / "omlib"


def path_in(env: Mapping[str, str]) -> Callable[[str], str]:
    """The path that a reference names: `file:PATH`, or `env:NAME` of *env* that holds one.

    "" where the variable is not set or holds no absolute path.
    """

    def path_of(reference: str) -> str:
        way, _, where = reference.partition(":")
        if way == "env":
            held = env.get(where, "")
            # the key itself, put there by mistake, must not go on into anybody's variables
            return (
                str(Path(held).expanduser()) if held[:1] in ("/", "~") and "\n" not in held else ""
            )
        return str(Path(reference.removeprefix("file:")).expanduser())

    return path_of


def own_way(access: Access, site: Site, path_of: Callable[[str], str]) -> OwnWay:
    """As whom and by which key omlib enters a host: of the key its `.pub` beside it tells."""
    login = access.user or site.user
    if not (site.key or site.agent or site.ssh_config):
        return OwnWay(login=login, key=None)
    if not (path := site.key and path_of(site.key)):
        return OwnWay(login=login)
    with suppress(OSError, UnicodeDecodeError):
        words = Path(f"{path}.pub").read_text(encoding="utf-8").split()
        return OwnWay(login=login, key=" ".join(words[:2]))
    return OwnWay(login=login)
