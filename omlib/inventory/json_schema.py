"""JSON Schema of each collection's files, for editors and other programs.

It says what one record may hold. References and the other rules of the whole tree only
`omlib validate` checks.
"""

from typing import Any

from omlib.inventory.catalogue import COLLECTIONS, ONE_PER_FILE, ROOT, model_of
from omlib.inventory.problem import UnknownCollectionError, nearest

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def collection_names() -> list[str]:
    """Every name that has a schema; `estate` is the root file."""
    return [ROOT, *COLLECTIONS]


def json_schema(collection: str) -> dict[str, Any]:
    """The schema of a file of *collection*; raises UnknownCollectionError."""
    if collection not in collection_names():
        near = nearest(collection, collection_names())
        raise UnknownCollectionError(given=collection, nearest=near)
    record = model_of(collection).model_json_schema(by_alias=True)
    definitions = record.pop("$defs", {})
    if collection == ROOT:
        return {"$schema": _DIALECT, **record, "$defs": definitions}
    definitions["record"] = record
    listed: dict[str, Any] = {
        "type": "object",
        "properties": {
            collection: {"type": "array", "items": {"$ref": "#/$defs/record"}},
        },
        "required": [collection],
        "additionalProperties": False,
    }
    if collection in ONE_PER_FILE:
        # told apart by the collection's key, so that an editor's complaint is about the right one
        shape: dict[str, Any] = {
            "if": {"required": [collection]},
            "then": listed,
            "else": {"$ref": "#/$defs/record"},
        }
    else:
        shape = listed
    return {"$schema": _DIALECT, "title": collection, **shape, "$defs": definitions}
