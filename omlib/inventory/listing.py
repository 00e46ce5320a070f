"""Look up declared records: all of a collection, or every one with a given id."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from omlib.inventory.catalogue import COLLECTIONS
from omlib.inventory.problem import NoSuchRecordError, UnknownCollectionError, nearest
from omlib.inventory.relations import Edge, relations
from omlib.model.estate import Estate
from omlib.model.item import Source

# where the estate's word differs from the file's
_FIELD = {"network": "devices"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One record, and the relations that name it."""

    collection: str
    id: str
    record: Any
    source: Source
    used_by: tuple[Edge, ...]


def list_records(estate: Estate, collection: str) -> tuple[Any, ...]:
    """The records as the estate holds them, by id; raises UnknownCollectionError."""
    if collection not in COLLECTIONS:
        near = nearest(collection, list(COLLECTIONS))
        raise UnknownCollectionError(given=collection, nearest=near)
    held = getattr(estate, _FIELD.get(collection, collection))
    return tuple(held.values()) if isinstance(held, Mapping) else tuple(held)


def find_records(estate: Estate, wanted: str) -> tuple[Found, ...]:
    """Every record named *wanted*: a VM and the server in it may share a name.

    Raises NoSuchRecordError with the nearest id.
    """
    edges = tuple(relations(estate))
    found = tuple(
        Found(
            collection=collection,
            id=wanted,
            record=record,
            source=record.source,
            used_by=tuple(e for e in edges if e.target == (collection, wanted)),
        )
        for collection, name, record in _named(estate)
        if name == wanted
    )
    if not found:
        names = sorted({name for _, name, _ in _named(estate)})
        raise NoSuchRecordError(given=wanted, nearest=nearest(wanted, names))
    return found


def _named(estate: Estate) -> Iterator[tuple[str, str, Any]]:
    for collection in COLLECTIONS:
        if collection == "waivers":
            continue  # a waiver is named by its item and path
        for record in list_records(estate, collection):
            yield collection, getattr(record, "id", "") or record.system, record
