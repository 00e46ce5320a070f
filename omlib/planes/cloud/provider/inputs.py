"""What a program says of a resource, brought into the one shape that is compared. Pure.

This is all that Check does, and Read gives what is live in the same shape: else every run would
show a drift that is none.
"""

from collections.abc import Mapping
from typing import Any

from omlib.planes.cloud.provider.kind import (
    Failure,
    Inputs,
    Property,
    PropertyValue,
    ResourceKind,
    Type,
)
from omlib.planes.cloud.provider.values import unknown

_EXPECTED = {
    Type.STRING: "a text",
    Type.INTEGER: "a whole number",
    Type.BOOLEAN: "true or false",
    Type.STRINGS: "a list of texts",
    Type.STRING_MAP: "a map of texts",
}


def checked(kind: ResourceKind, told: Inputs) -> tuple[dict[str, Any], list[Failure]]:
    """The inputs in their shape, with defaults; and what is wrong with them."""
    known = {prop.name: prop for prop in kind.properties}
    wrong = [Failure(name, _stray(known.get(name))) for name in told if not _is_input(known, name)]
    shaped: dict[str, Any] = {}
    for prop in kind.properties:
        value = told.get(prop.name, prop.default)
        if prop.computed or value is None:
            if prop.required:
                wrong.append(Failure(prop.name, "is required"))
        elif unknown(value):
            shaped[prop.name] = value
        elif not _fits(prop.type, value):
            wrong.append(Failure(prop.name, f"must be {_EXPECTED[prop.type]}"))
        elif prop.required and value == "":
            wrong.append(Failure(prop.name, "must not be empty"))
        else:
            shaped[prop.name] = spelled(prop, value)
    if not wrong:
        wrong.extend(kind.check(shaped))
    return shaped, wrong


def spelled(prop: Property, value: Any) -> PropertyValue:
    """A known value in its one spelling. A list keeps its order, even where that means nothing to
    a comparison: a server's ports are plugged in in the order in which they are declared.

    >>> spelled(Property(name="ports", type=Type.STRINGS, what="", unordered=True), ["b", "a", "b"])
    ('b', 'a')
    """
    if prop.spell:
        value = prop.spell(value)
    if prop.type is Type.STRINGS:
        return tuple(dict.fromkeys(value)) if prop.unordered else tuple(value)
    if prop.type is Type.STRING_MAP:
        return {name: value[name] for name in sorted(value)}
    same: PropertyValue = value
    return same


def comparable(prop: Property, value: Any) -> PropertyValue:
    """A known value as it is compared.

    >>> ports = Property(name="ports", type=Type.STRINGS, what="", unordered=True)
    >>> comparable(ports, ["b", "a", "b"])
    ('a', 'b')
    """
    told = spelled(prop, value)
    return tuple(sorted(told)) if prop.unordered and isinstance(told, tuple) else told


def shape(kind: ResourceKind, attributes: Inputs) -> dict[str, PropertyValue]:
    """Live attributes in the shape of inputs, in the order of the kind's properties."""
    return {
        prop.name: spelled(prop, attributes[prop.name])
        for prop in kind.properties
        if attributes.get(prop.name) is not None
    }


def _is_input(known: Mapping[str, Property], name: str) -> bool:
    return name in known and not known[name].computed


def _stray(prop: Property | None) -> str:
    return "only the cloud says this" if prop else "there is no such property"


def _fits(kind: Type, value: Any) -> bool:
    match kind:
        case Type.STRING:
            return isinstance(value, str)
        case Type.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool)
        case Type.BOOLEAN:
            return isinstance(value, bool)
        case Type.STRINGS:
            return isinstance(value, (tuple, list)) and all(isinstance(v, str) for v in value)
        case Type.STRING_MAP:
            return isinstance(value, Mapping) and all(isinstance(v, str) for v in value.values())
