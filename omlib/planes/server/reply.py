"""One kind's answer of a host, checked value by value. Pure; believes nothing."""

from collections.abc import Container, ItemsView, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from omlib.model.finding import PRESENCE
from omlib.model.item import Attributes, Value
from omlib.model.kind import KINDS
from omlib.model.ref import Plane
from omlib.model.status import UnknownReason
from omlib.planes.access.faults import REASONS, Fault
from omlib.planes.access.text import clean, decode, visible

LARGEST = 2**63 - 1  # what a host counts in, and a database holds
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


def read_reply(
    kind: str, body: Mapping[str, object], asked: Container[str], *, full: bool = True
) -> Reply:
    """A body of which one value is not of the probe's form is an error as a whole.

    Names that were *asked* for come back as they are, any other with nothing in it that acts, and
    unless all of the kind was asked for, not at all.
    """
    try:
        status = body["status"]
        if not isinstance(status, str):
            raise _NonsenseError("status")
        return Reply(
            items={
                _name(name, asked): {
                    _attribute(kind, key): _value(value) for key, value in told.items()
                }
                for name, told in _mapping_of_mappings(body["items"])
                if full or name in asked
            },
            unseen={
                _name(name, asked): {
                    key if key == PRESENCE else _attribute(kind, key): UnknownReason(str(value))
                    for key, value in told.items()
                }
                for name, told in _mapping_of_mappings(body["unseen"])
                if full or name in asked
            },
            reason=_STATUSES[status],
            detail=clean(_bytes(body["detail"])),
        )
    except (_NonsenseError, KeyError, ValueError) as error:
        return failed(Fault.NONSENSE, f"{type(error).__name__}: {error}")


def _mapping_of_mappings(told: object) -> ItemsView[str, Mapping[str, object]]:
    if not isinstance(told, dict) or not all(isinstance(inner, dict) for inner in told.values()):
        raise _NonsenseError("items are not a mapping")
    return told.items()


def _bytes(told: object) -> bytes:
    """As they were on the host, which hands over what is not UTF-8 as surrogates."""
    if not isinstance(told, str):
        raise _NonsenseError("a text was expected")
    return told.encode("utf-8", "surrogateescape")


def _text(told: object) -> str:
    return visible(decode(_bytes(told)))


def _name(told: str, asked: Container[str]) -> str:
    return told if told in asked else _text(told)


def _attribute(kind: str, key: str) -> str:
    """An attribute of the kind; what is seen for checks alone is of any name."""
    known = KINDS[Plane.SERVER, kind]
    if known.evidence:
        return _text(key)
    if key not in known.attributes:
        raise _NonsenseError("an attribute that nobody asked for")
    return key


def _value(told: object) -> Value:
    """A text, a whole number, true or false, nothing, or texts."""
    if isinstance(told, list):
        return tuple(_text(part) for part in told)
    if told is None or isinstance(told, bool):
        return told
    if isinstance(told, int):
        if abs(told) > LARGEST:
            raise _NonsenseError("a number without measure")
        return told
    return _text(told)
