"""Publish the file format: JSON Schemas for editors, and the tables of fields in the manual.

`python -m omlib.inventory.published` writes both under `docs/`; a test proves them up to date.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from omlib.inventory.json_schema import collection_names, json_schema

MARK = "<!-- made by python -m omlib.inventory.published: do not edit below -->"
MANUAL = Path("inventory.md")
Schema = Mapping[str, Any]


def publish(docs: Path) -> None:
    for path, text in published((docs / MANUAL).read_text(encoding="utf-8")).items():
        (docs / path).parent.mkdir(exist_ok=True)
        (docs / path).write_text(text, encoding="utf-8")


def published(manual: str) -> dict[Path, str]:
    """Each published file, relative to `docs/`, with the text it should have."""
    files = {
        Path("schema", f"{name}.json"): _json(json_schema(name)) for name in collection_names()
    }
    head, _, _ = manual.partition(MARK)
    files[MANUAL] = head + MARK + "\n" + "".join(_section(name) for name in collection_names())
    return files


def _json(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _section(collection: str) -> str:
    schema = json_schema(collection)
    definitions = schema["$defs"]
    record = definitions.get("record", schema)
    lines = [f"\n### {collection}\n", _paragraph(record.get("description", ""))]
    lines += ["| field | type | default | meaning |", "|---|---|---|---|"]
    for name, shape, default in _fields(record, definitions, ""):
        meaning = shape.get("description", "").replace("|", "\\|")
        lines.append(f"| `{name}` | {_type(shape, definitions)} | {default} | {meaning} |")
    return "\n".join(lines) + "\n"


def _paragraph(text: str) -> str:
    return " ".join(text.split()) + "\n" if text else ""


def _fields(record: Schema, definitions: Schema, prefix: str) -> Iterator[tuple[str, Schema, str]]:
    required = record.get("required", ())
    for name, shape in record.get("properties", {}).items():
        default = "required" if name in required else _default(shape.get("default"))
        yield prefix + name, shape, default
        for below, step in _inner(shape, definitions):
            yield from _fields(below, definitions, f"{prefix}{name}{step}.")


def _default(value: object) -> str:
    if value in ("", None, []) or isinstance(value, Mapping):
        return ""  # a mapping's own fields follow, with their defaults
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _inner(shape: Schema, definitions: Schema) -> Iterator[tuple[Schema, str]]:
    """The records inside a field, with what stands between its name and theirs."""
    for one in shape.get("anyOf", shape.get("allOf", (shape,))):
        for holder, step in ((one, ""), (one.get("items"), "[]"), (_values(one), ".*")):
            if isinstance(holder, Mapping):
                for choice in holder.get("anyOf", (holder,)):
                    found = _resolved(choice, definitions)
                    if "properties" in found and found is not one:
                        yield found, step


def _values(shape: Schema) -> Schema | None:
    by_pattern = list(shape.get("patternProperties", {}).values())
    held = by_pattern[0] if by_pattern else shape.get("additionalProperties")
    return held if isinstance(held, Mapping) else None


def _resolved(shape: Schema, definitions: Schema) -> Schema:
    name = shape.get("$ref", "").rpartition("/")[2]
    found: Schema = definitions[name] if name else shape
    return found


def _type(shape: Schema, definitions: Schema) -> str:
    shape = {**_resolved(shape, definitions), **shape}
    if "anyOf" in shape:
        words = (_type(one, definitions) for one in shape["anyOf"] if one.get("type") != "null")
        return " or ".join(dict.fromkeys(words))
    if "enum" in shape or "const" in shape:
        words = (f"`{word}`" for word in shape.get("enum", [shape.get("const")]) if word != "")
        return ", ".join(words)
    match shape.get("type"):
        case "array":
            return f"list of {_type(shape['items'], definitions)}"
        case "object":
            return "mapping"
        case "integer":
            return "whole number"
        case "boolean":
            return "true, false"
        case "string":
            return "day" if shape.get("format") == "date" else "text"
        case list(several):
            return " or ".join(_type({"type": one}, definitions) for one in several)
        case "number":
            return "number"
    return "any"


if __name__ == "__main__":
    publish(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
