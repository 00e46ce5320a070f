"""Check each record by itself against its model, and say what is wrong in our own codes."""

import re
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from omlib.inventory.catalogue import model_of
from omlib.inventory.entry import Entry
from omlib.inventory.problem import Code, Problem, nearest, shown, type_word
from omlib.inventory.schema.base import Record

_WRONG_TYPE = {
    "string_type": "text",
    "bool_type": "boolean",
    "list_type": "list",
    "dict_type": "mapping",
    "model_type": "mapping",
    "model_attributes_type": "mapping",
}
_LIMITS = {
    "greater_than_equal": "ge",
    "less_than_equal": "le",
    "string_too_long": "max_length",
}


def check_shape(entry: Entry) -> tuple[Record | None, list[Problem]]:
    """The record, or the problems it has."""
    try:
        return model_of(entry.collection).model_validate(entry.value), []
    except ValidationError as error:
        return None, [_problem(entry, detail) for detail in error.errors(include_url=False)]


def _problem(entry: Entry, detail: ErrorDetails) -> Problem:
    kind, context, given = detail["type"], detail.get("ctx", {}), detail["input"]
    path = tuple(part for part in detail["loc"] if part != "[key]")  # of a mapping's key
    field = ".".join(str(part) for part in path)
    match kind:
        case "extra_forbidden":
            known = sorted(_keys_at(model_of(entry.collection), path[:-1]))
            key = shown(path[-1])
            facts = {"key": key, "nearest": nearest(key, known), "known": " ".join(known)}
            return entry.key_problem(Code.UNKNOWN_KEY, path, **facts)
        case "missing":
            return entry.problem(Code.MISSING_FIELD, path[:-1], field=field)
        case "literal_error" | "enum":
            words = re.findall(r"[^', ]+", str(context["expected"]).replace(" or ", " "))
            return _unknown_word(entry, path, field, given, words)
        case "int_type" | "int_from_float" | "int_parsing":
            return entry.problem(Code.NOT_AN_INTEGER, path, field=field, given=shown(given))
        case _ if kind in _WRONG_TYPE:
            facts = {"field": field, "wanted": _WRONG_TYPE[kind], "given": type_word(given)}
            return entry.problem(Code.WRONG_TYPE, path, **facts)
        case _ if kind in _LIMITS:
            facts = {"field": field, "given": shown(given), "limit": str(context[_LIMITS[kind]])}
            return entry.problem(Code.OUT_OF_RANGE, path, **facts)
        case "bad_value":
            facts = {"field": field, "given": shown(given), "wanted": str(context["wanted"])}
            return entry.problem(Code.BAD_VALUE, path, **facts)
        case "secret_value":
            return entry.problem(Code.SECRET_VALUE, path, field=field)
        case "bad_ref":
            facts = {"given": shown(given), "reason": str(context["why"])}
            return entry.problem(Code.BAD_REF, path, **facts)
        case "path_outside":
            return entry.problem(Code.PATH_OUTSIDE, path, path=shown(given))
    facts = {"field": field, "wanted": "valid", "given": type_word(given)}
    return entry.problem(Code.WRONG_TYPE, path, **facts)


def _unknown_word(
    entry: Entry, path: tuple[str | int, ...], field: str, given: object, words: list[str]
) -> Problem:
    if entry.collection == "estate" and path == ("schema",):
        facts = {"given": shown(given), "known": " ".join(words)}
        return entry.problem(Code.UNKNOWN_SCHEMA, path, **facts)
    text = shown(given)
    facts = {"field": field, "given": text, "nearest": nearest(text, words)}
    return entry.problem(Code.UNKNOWN_WORD, path, **facts, known=" ".join(words))


def _keys_at(annotation: Any, path: tuple[str | int, ...]) -> Iterator[str]:
    """The keys that the mapping at *path* may have."""
    for part in path:
        annotation = _inside(annotation, part)
    for model in _models(annotation):
        for name, field in model.model_fields.items():
            yield field.alias or name


def _inside(annotation: Any, part: str | int) -> Any:
    for model in _models(annotation):
        if isinstance(part, str) and part in model.model_fields:
            return model.model_fields[part].annotation
    return next((args[-1] for args in _collections(annotation)), None)


def _models(annotation: Any) -> Iterator[type[Record]]:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        yield annotation
    elif get_origin(annotation) is Annotated:
        yield from _models(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for one in get_args(annotation):
            yield from _models(one)


def _collections(annotation: Any) -> Iterator[tuple[Any, ...]]:
    origin = get_origin(annotation)
    if origin in (list, dict):
        yield get_args(annotation)
    elif origin is Annotated:
        yield from _collections(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for one in get_args(annotation):
            yield from _collections(one)
