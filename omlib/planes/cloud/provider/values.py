"""Property values on the wire: protobuf structs from and to plain Python.

Numbers come as doubles and whole ones are made ints again, before a cloud or a comparison gets
8.0 for 8. Lists become tuples, secrets are unwrapped, an unknown value is `UNKNOWN`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # as the engine writes a value not known yet
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - how the engine tags one


def plain(struct: Struct) -> dict[str, Any]:
    """The properties; those that are null are left out."""
    told = {name: _plain(value) for name, value in struct.fields.items()}
    return {name: value for name, value in told.items() if value is not None}


def _plain(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "list_value":
            return tuple(_plain(entry) for entry in value.list_value.values)
        case "struct_value":
            fields = value.struct_value.fields
            if _SIGNATURE in fields and fields[_SIGNATURE].string_value == _SECRET:
                return _plain(fields["value"])
            return plain(value.struct_value)
        case _:
            return None


def struct(properties: Mapping[str, Any]) -> Struct:
    """As the engine takes it. What is None is left out."""
    told = Struct()
    for name, value in properties.items():
        if value is not None:
            told.fields[name].CopyFrom(_value(value))
    return told


def _value(value: Any) -> Value:
    if isinstance(value, bool):  # before int: a bool is one
        return Value(bool_value=value)
    if isinstance(value, (int, float)):
        return Value(number_value=value)
    if isinstance(value, str):
        return Value(string_value=value)
    told = Value()
    if isinstance(value, Mapping):
        told.struct_value.CopyFrom(struct(value))
    elif isinstance(value, Sequence):
        told.list_value.SetInParent()
        for entry in value:
            told.list_value.values.append(_value(entry))
    else:
        raise TypeError(f"a property cannot be {type(value).__name__}")
    return told


def unknown(value: Any) -> bool:
    """Whether a value is, or holds, one that is not known yet."""
    if isinstance(value, Mapping):
        return any(unknown(part) for part in value.values())
    if isinstance(value, (tuple, list)):
        return any(unknown(part) for part in value)
    return bool(value == UNKNOWN)
