"""What can be wrong with an inventory, as codes and facts. The words are in `omlib.report`."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from omlib.errors import OmlibError

SHOWN_CHARS = 80  # a fact quotes so much of what was written


class Code(StrEnum):
    """One per kind of problem; the comment names its facts."""

    SYNTAX = "syntax"  # said
    NOT_UTF8 = "not_utf8"  # byte
    NOT_TEXT = "not_text"  # byte
    TOO_BIG = "too_big"  # bytes, limit
    TOO_DEEP = "too_deep"  # limit
    ALIAS_BOMB = "alias_bomb"  # limit
    ALIAS_LOOP = "alias_loop"
    TAG = "tag"  # tag
    SEVERAL_DOCUMENTS = "several_documents"
    DUPLICATE_KEY = "duplicate_key"  # key, first
    BAD_KEY = "bad_key"
    BAD_MERGE = "bad_merge"
    UNREADABLE = "unreadable"  # said
    NOT_A_FILE = "not_a_file"
    PATH_OUTSIDE = "path_outside"  # path
    UNKNOWN_FILE = "unknown_file"  # nearest, known
    NO_ROOT_FILE = "no_root_file"
    UNKNOWN_SCHEMA = "unknown_schema"  # given, known
    CSV_CELLS = "csv_cells"  # given, wanted
    CSV_COLUMN = "csv_column"  # column
    UNKNOWN_KEY = "unknown_key"  # key, nearest, known
    MISSING_FIELD = "missing_field"  # field
    WRONG_TYPE = "wrong_type"  # field, wanted, given
    NOT_AN_INTEGER = "not_an_integer"  # field, given
    OUT_OF_RANGE = "out_of_range"  # field, given, limit
    UNKNOWN_WORD = "unknown_word"  # field, given, nearest, known
    BAD_VALUE = "bad_value"  # field, given, wanted
    SECRET_VALUE = "secret_value"  # noqa: S105 - field
    EITHER_OR = "either_or"  # one, other
    BAD_REF = "bad_ref"  # given, reason
    BAD_LIFECYCLE = "bad_lifecycle"  # stage, status, known
    UNKNOWN_TIMEZONE = "unknown_timezone"  # given, nearest
    DUPLICATE_ID = "duplicate_id"  # id, first
    SAME_REF = "same_ref"  # given, other
    UNKNOWN_REFERENCE = "unknown_reference"  # field, given, collection, nearest
    DEPARTMENT_CYCLE = "department_cycle"  # path
    DEPENDENCY_CYCLE = "dependency_cycle"  # path
    RETIRED_WANTS = "retired_wants"  # system, field
    RETIRED_USED = "retired_used"  # system, field
    NOT_RETIRED = "not_retired"  # system, status
    RETIRED_DECLARED = "retired_declared"  # ref, first
    ADDRESS_TWICE = "address_twice"  # address, first
    ADDRESS_OUTSIDE = "address_outside"  # address, network, cidr
    NO_ADDRESS = "no_address"
    VM_TAKEN = "vm_taken"  # vm, first
    WAIVER_TOO_LONG = "waiver_too_long"  # days, limit, latest
    ENDS_BEFORE = "ends_before"  # first, last
    TEMPLATE_FAILED = "template_failed"  # template, host, said


@dataclass(frozen=True, slots=True)
class Problem:
    """*file* is relative to the inventory's root; *line* and *column* count from 1."""

    file: str
    line: int
    column: int
    code: Code
    facts: Mapping[str, str | int]

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """By place, so that two runs print the same."""
        return self.file, self.line, self.column, self.code, str(sorted(self.facts.items()))


class InvalidInventoryError(OmlibError):
    """The inventory has problems, so there is no estate. Facts: root, count, first."""

    code = "invalid_inventory"


class NoInventoryError(OmlibError):
    """No `estate.yml` was found. Facts: looked (the paths)."""

    code = "no_inventory"


class UnknownCollectionError(OmlibError):
    """There is no such collection. Facts: given, nearest."""

    code = "unknown_collection"


class NoSuchRecordError(OmlibError):
    """No record has this id. Facts: given, nearest."""

    code = "no_such_record"


def shown(value: object) -> str:
    """*value* as a fact quotes it: one line, cut."""
    text = " ".join(str(value).split())
    return text if len(text) <= SHOWN_CHARS else f"{text[: SHOWN_CHARS - 1]}…"


def nearest(word: str, known: list[str]) -> str:
    """The known word that was most likely meant; "" if none is like it."""
    near = get_close_matches(word, known, 1, 0.6) or get_close_matches(
        word.casefold().replace("-", "_"), known, 1, 0.6
    )
    return near[0] if near else ""


def type_word(value: object) -> str:
    """What a value is, in YAML's words."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "text"
        case list():
            return "list"
    return "mapping"
