"""How each kind of a host is read: the module of `omlib.planes.server.host` that does.

In the order in which they are asked for: what may hang (a dead file system) comes last.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from omlib.model.kind import SERVER_KINDS

_READERS: Mapping[str, str] = MappingProxyType(
    {
        "user": "accounts",
        "listener": "sockets",
        "service": "units",
        "package": "packages",
        "file": "files",
    }
)
# modules that a module imports, beside `base`
_NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType({})
# read only where it is declared: it costs the host more than all else of its item
AT_A_PRICE: Mapping[str, str] = MappingProxyType({"file": "sha256", "listener": "process"})

COLLECTION: Mapping[str, str] = MappingProxyType(
    {kind.name: kind.collection for kind in SERVER_KINDS}
)


def in_order(kinds: Iterable[str]) -> list[str]:
    """*kinds* in the order in which a host is asked; those that nobody reads are left out."""
    wanted = set(kinds)
    return [kind for kind in _READERS if kind in wanted]


def module_of(kind: str) -> str:
    return _READERS[kind]


def modules_for(kinds: Iterable[str]) -> tuple[str, ...]:
    """The modules that a look at *kinds* sends, each after those that it needs."""
    own = [_READERS[kind] for kind in in_order(kinds)]
    needed = [name for module in own for name in (*_NEEDS.get(module, ()), module)]
    return ("base", *dict.fromkeys(needed), "answer")
