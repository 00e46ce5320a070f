"""What would take omlib's own way into a host: nobody could mend it from here afterwards. Pure.

Such a change is left to a person on the spot. Seen are the things that the way stands on by name:
the account that logs in, its keys, sshd and sudo, and the files that hold accounts and rules. What
a rule of sudo or of the firewall takes away the modules that set them see, on the host.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from omlib.model.item import Attributes, Value

_SERVES = frozenset({"ssh", "sshd", "ssh.service", "sshd.service"})
_PACKAGES = frozenset({"openssh-server", "openssh"})
_LETS_BECOME_ROOT = frozenset({"sudo", "wheel"})
# as a whole file none of them is compared with what the way needs of it: other kinds do that
_HOLDS_THE_WAY = frozenset(
    f"/etc/{name}" for name in ("passwd", "shadow", "group", "gshadow", "sudoers", "sudoers.d")
)
_NO_LOGIN = frozenset({"nologin", "false", "sync", "shutdown", "halt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWay:
    """*login* is the account, "" where that is not known. *key* is the public half of the key that
    opens it, "" where that is not known, None where none is used.
    """

    login: str = ""
    key: str | None = ""


UNKNOWN_WAY = OwnWay()


def cuts_off(
    kind: str, name: str, after: Attributes, seen: Mapping[str, Value], way: OwnWay
) -> bool:
    """Whether the item would, as it is to be, shut out who makes it so.

    *seen* are the values of now that differ from *after*.
    """
    away = after.get("present") is False
    match kind:
        case "user" if name == way.login:
            return away or _locks_out(after, seen, way)
        case "group" if name in _LETS_BECOME_ROOT and way.login != "root":
            return away or way.login in _lost("members", after, seen)
        case "authorized_keys" if name == way.login and way.key is not None:
            lost = _lost("keys", after, seen)
            return bool(lost) and (not way.key or way.key in lost)
        case "package":
            return away and (name in _PACKAGES or (name == "sudo" and way.login != "root"))
        case "service" if name in _SERVES:
            return any(seen.get(path) is True for path in after)
        case "file":
            return name in _HOLDS_THE_WAY or name.startswith("/etc/sudoers.d/")
    return False


def _locks_out(after: Attributes, seen: Mapping[str, Value], way: OwnWay) -> bool:
    shell = str(after.get("shell", ""))
    return (
        ("shell" in seen and PurePosixPath(shell).name in _NO_LOGIN)
        or ("home" in seen and way.key is not None)  # the keys stay in the old one
        or ("locked" in seen and after.get("locked") is True and way.key is None)
        or bool(_LETS_BECOME_ROOT & _lost("groups", after, seen))
    )


def _lost(path: str, after: Attributes, seen: Mapping[str, Value]) -> set[str]:
    """What of a list is there now and is not to be."""
    if path not in after or path not in seen:
        return set()
    return _texts(seen[path]) - _texts(after[path])


def _texts(value: Value) -> set[str]:
    return {str(one) for one in value} if isinstance(value, tuple) else set()
