"""Read a table of records. The header names the fields, `owner.business` one inside another.

Tables come from spreadsheets: UTF-8 (with or without a byte order mark) or GB18030, and every cell
is text, so the model says what a cell means. Several values in one cell are parted by `;`.
"""

import csv
import io
from collections.abc import Iterator
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from omlib.inventory.entry import Entry
from omlib.inventory.problem import Code, Problem, nearest, shown
from omlib.inventory.scalars import value_of
from omlib.inventory.schema.base import Record

_LIST_MARK = ";"
MAX_CELL_CHARS = 100_000


def decode_table(data: bytes) -> str:
    """Raises UnicodeDecodeError, of the UTF-8 attempt, when it is neither encoding."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            raise error from None


def read_csv(
    text: str, file: str, collection: str, model: type[Record]
) -> Iterator[Entry | Problem]:
    csv.field_size_limit(MAX_CELL_CHARS)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    line = 1
    try:
        for row in rows:
            first, line = line, rows.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if not header:
                header = [cell.strip() for cell in row]
                yield from _header_problems(header, model, file, first)
            elif len(row) != len(header):
                facts: dict[str, str | int] = {"given": len(row), "wanted": len(header)}
                yield Problem(file, first, 1, Code.CSV_CELLS, facts)
            else:
                value = _record(header, row, model)
                yield Entry(collection=collection, value=value, file=file, line=first)
    except csv.Error as error:
        yield Problem(file, rows.line_num or 1, 1, Code.SYNTAX, {"said": shown(error)})


def _header_problems(
    header: list[str], model: type[Record], file: str, line: int
) -> Iterator[Problem]:
    known = list(model.model_fields)
    for index, column in enumerate(header):
        if column in header[:index]:
            yield Problem(file, line, 1, Code.DUPLICATE_KEY, {"key": shown(column), "first": line})
        elif not column:
            yield Problem(file, line, 1, Code.CSV_COLUMN, {"column": index + 1})
        elif not _wanted(model, tuple(column.split("."))):
            key, near = shown(column), nearest(column, known)
            facts: dict[str, str | int] = {"key": key, "nearest": near, "known": " ".join(known)}
            yield Problem(file, line, 1, Code.UNKNOWN_KEY, facts)


def _record(header: list[str], row: list[str], model: type[Record]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for column, cell in zip(header, row, strict=True):
        *above, last = column.split(".")
        wanted = _wanted(model, (*above, last))
        if not cell.strip() or not wanted:
            continue  # an empty cell is a field that is not given; the header told of unknown ones
        holder = record
        for part in above:
            holder = holder.setdefault(part, {})
            if not isinstance(holder, dict):  # `mlps` and `mlps.level` both have a column
                break
        else:
            holder[last] = _value(cell.strip(), wanted)
    return record


def _value(cell: str, wanted: set[object]) -> object:
    if list in wanted:
        return [part.strip() for part in cell.split(_LIST_MARK) if part.strip()]
    if str not in wanted and wanted & {int, bool}:
        return value_of(cell)
    return cell


@lru_cache(maxsize=1024)
def _wanted(annotation: Any, path: tuple[str, ...]) -> set[object]:
    """The plain types that the field at *path* may have; empty for an unknown field."""
    for part in path:
        models = [m for m in _plain(annotation) if isinstance(m, type) and issubclass(m, Record)]
        fields = models[0].model_fields if models else {}
        if part not in fields:
            return set()
        annotation = fields[part].annotation
    return _plain(annotation)


def _plain(annotation: Any) -> set[object]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _plain(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return set().union(*(_plain(one) for one in get_args(annotation)))
    return {origin or annotation}
