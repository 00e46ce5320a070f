"""The published schema: what programs and tools know of the provider, made from its properties."""

import json
from collections.abc import Iterable
from typing import Any

from omlib import VERSION
from omlib.planes.cloud.provider.functions import FUNCTIONS
from omlib.planes.cloud.provider.kind import Property, Type
from omlib.planes.cloud.provider.kinds import KINDS

_TYPES: dict[Type, dict[str, Any]] = {
    Type.STRING: {"type": "string"},
    Type.INTEGER: {"type": "integer"},
    Type.BOOLEAN: {"type": "boolean"},
    Type.STRINGS: {"type": "array", "items": {"type": "string"}},
    Type.STRING_MAP: {"type": "object", "additionalProperties": {"type": "string"}},
}


def schema() -> dict[str, Any]:
    """As Pulumi's package schema has it."""
    return {
        "name": "omcloud",
        "version": VERSION,
        "description": "Resources of OpenStack clouds, as omlib declares them.",
        "resources": {token: _resource(kind.properties) for token, kind in KINDS.items()},
        "functions": {
            token: {
                "description": function.what,
                "inputs": _object(function.arguments),
                "outputs": _object((*function.arguments, *function.results)),
            }
            for token, function in FUNCTIONS.items()
        },
    }


def schema_text() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _resource(properties: tuple[Property, ...]) -> dict[str, Any]:
    inputs = _object(prop for prop in properties if not prop.computed)
    outputs = _object(properties)
    return {
        "properties": outputs["properties"],
        "required": outputs["required"],
        "inputProperties": inputs["properties"],
        "requiredInputs": inputs["required"],
    }


def _object(properties: Iterable[Property]) -> dict[str, Any]:
    named = {prop.name: prop for prop in properties}
    return {
        "type": "object",
        "properties": {name: _property(prop) for name, prop in named.items()},
        "required": [name for name, prop in named.items() if prop.required],
    }


def _property(prop: Property) -> dict[str, Any]:
    told = {**_TYPES[prop.type], "description": prop.what}
    if prop.default is not None:
        told["default"] = prop.default
    if prop.replaces:
        told["willReplaceOnChanges"] = True
    return told
