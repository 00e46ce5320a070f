"""One kind's answer of a host, checked value by value. Pure; believes nothing."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from omlib.model.finding import PRESENCE
from omlib.model.item import Attributes, Value
from omlib.model.status import UnknownReason
from omlib.planes.access.faults import REASONS, Fault
from omlib.planes.access.text import clean, decode, visible

_STATUSES = MappingProxyType(
    {
        "ok": None,
        "denied": UnknownReason.DENIED,
        "unsupported": UnknownReason.UNSUPPORTED,
        "incomplete": UnknownReason.INCOMPLETE,
        "error": UnknownReason.ERROR,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """*reason* is None when the kind was read to its end."""

    items: Mapping[str, Attributes] = field(default_factory=dict)
    unseen: Mapping[str, Mapping[str, UnknownReason]] = field(default_factory=dict)
    reason: UnknownReason | None
    detail: str = ""


class _NonsenseError(Exception):
    pass


def failed(fault: Fault, words: str | bytes = "") -> Reply:
    told = clean(words)
    return Reply(reason=REASONS[fault], detail=clean(f"{fault}: {told}" if told else str(fault)))


def read_reply(body: Mapping[str, object], asked: Container[str]) -> Reply:
    """A body of which one value is not of the probe's form is an error as a whole.

    Names that were *asked* for come back as they are, any other with nothing in it that acts.
    """
    try:
        status = body["status"]
        if not isinstance(status, str):
            raise _NonsenseError("status")
        return Reply(
            items={
                _name(name, asked): {
                    _attribute(key): _value(key, value) for key, value in told.items()
                }
                for name, told in _mapping_of_mappings(body["items"]).items()
            },
            unseen={
                _name(name, asked): {
                    _unseen(key): UnknownReason(str(value)) for key, value in told.items()
                }
                for name, told in _mapping_of_mappings(body["unseen"]).items()
            },
            reason=_STATUSES[status],
            detail=clean(_bytes(body["detail"])),
        )
    except (_NonsenseError, KeyError, ValueError) as error:
        return failed(Fault.NONSENSE, f"{type(error).__name__}: {error}")


def _mapping_of_mappings(told: object) -> Mapping[str, Mapping[str, object]]:
    if not isinstance(told, dict) or not all(isinstance(inner, dict) for inner in told.values()):
        raise _NonsenseError("items are not a mapping")
    return told


def _bytes(told: object) -> bytes:
    """As they were on the host, which hands over what is not UTF-8 as surrogates."""
    if not isinstance(told, str):
        raise _NonsenseError("a text was expected")
    return told.encode("utf-8", "surrogateescape")


def _text(told: object) -> str:
    return visible(decode(_bytes(told)))


def _name(told: str, asked: Container[str]) -> str:
    return told if told in asked else _text(told)


def _flag(told: object) -> Value:
    if not isinstance(told, bool):
        raise _NonsenseError("true or false was expected")
    return told


def _number(told: object) -> Value:
    if not isinstance(told, int) or isinstance(told, bool):
        raise _NonsenseError("a whole number was expected")
    return told


def _text_or_none(told: object) -> Value:
    return None if told is None else _text(told)


def _texts(told: object) -> Value:
    if not isinstance(told, list):
        raise _NonsenseError("a list was expected")
    return tuple(_text(part) for part in told)


def _text_or_texts(told: object) -> Value:
    return _texts(told) if isinstance(told, list) else _text(told)


_READERS: Mapping[str, Callable[[object], Value]] = MappingProxyType(
    {
        "present": _flag,
        "version": _text_or_texts,  # several of a kernel
        "running": _flag,
        "enabled": _flag,
        "sha256": _text_or_none,  # None: it is there and has no content, a directory
        "owner": _text,
        "group": _text,
        "mode": _text,
        "uid": _number,
        "shell": _text,
        "home": _text,
        "groups": _texts,
        "locked": _flag,
        "gid": _number,
        "members": _texts,
        "keys": _texts,
        "capabilities": _text,
        "process": _text_or_texts,  # several that serve one port
        "calendar": _texts,
        "jobs": _texts,
        "mounted": _flag,
        "source": _text,
        "fstype": _text,
        "options": _texts,
        "at_boot": _flag,
        "boot_options": _texts,
        "runtime": _text,
        "persistent": _text_or_none,  # None: nothing sets it at boot
        "loaded": _flag,
        "blocked": _flag,
        "policy": _text_or_none,  # None: a chain that no hook calls
        "rules": _texts,
        "servers": _texts,
        "synchronised": _flag,
    }
)


def _attribute(key: str) -> str:
    if key not in _READERS:
        raise _NonsenseError("an attribute that nobody asked for")
    return key


def _unseen(key: str) -> str:
    return key if key == PRESENCE else _attribute(key)


def _value(key: str, told: object) -> Value:
    return _READERS[_attribute(key)](told)
