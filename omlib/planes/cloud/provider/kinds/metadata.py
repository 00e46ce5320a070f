"""The metadata of servers and volumes: compared whole, but for what is not the inventory's.

Keys `omlib_*` are our marks. Cinder shows an admin two keys of its own among a volume's.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from omlib.planes.cloud.provider.kind import Api, Failure, Inputs
from omlib.planes.cloud.reader import Json

_CINDERS = frozenset({"readonly", "attached_mode"})
_KEY = re.compile(r"[a-zA-Z0-9\-_:. ]*")  # Chinese text goes into values, not into keys
_MOST = 255  # characters of a key or a value, everywhere


def seen(told: Json) -> dict[str, str]:
    """What there is to compare."""
    have = {str(key): str(value) for key, value in (told.get("metadata") or {}).items()}
    return {key: have[key] for key in sorted(have) if not _is_foreign(key)}


def check(inputs: Inputs) -> Iterator[Failure]:
    told = inputs.get("metadata")
    for key, value in told.items() if isinstance(told, Mapping) else ():
        if _is_foreign(key):
            yield Failure("metadata", f"the key {key} is not for a declaration to set")
        elif not _KEY.fullmatch(key):
            yield Failure(
                "metadata", f"{key}: a key has only letters a-z, digits and -_:. and blanks"
            )
        elif not 0 < len(key) <= _MOST or len(str(value)) > _MOST:
            yield Failure("metadata", f"{key[:40]}: a key or value has at most {_MOST} characters")


def write(
    api: Api, service: str, path: str, have: Mapping[str, str], want: Mapping[str, str]
) -> None:
    """Only what differs is sent: setting the whole map would drop the marks."""
    if changed := {key: value for key, value in want.items() if have.get(key) != value}:
        api.post(service, f"{path}/metadata", {"metadata": changed})
    for key in sorted(have.keys() - want.keys()):
        api.delete(service, f"{path}/metadata/{quote(key, safe='')}")


def _is_foreign(key: str) -> bool:
    return key.startswith("omlib_") or key in _CINDERS
