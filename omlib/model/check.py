"""A check of a rule: yes, no, or unknown with the reason; and what the answer stands on.

A check whose source was not seen is unknown, never passed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from omlib.model.item import Scalar
from omlib.model.ref import Plane
from omlib.model.status import UnknownReason


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Evidence(NamedTuple):
    """One line of what was seen, as a code with facts; words are made in `omlib.report`."""

    code: str
    facts: Mapping[str, Scalar] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What one row of a rule book says of one subject.

    *row* is its number in the book, *clause* that of the standard; *subject* the inventory id of
    what was checked, *systems* whose it is. *reason* is set exactly where the answer is unknown.
    *remediation* is the code of what to do, "" where there is nothing to do.
    """

    row: int
    clause: str
    plane: Plane
    subject: str
    systems: tuple[str, ...]
    answer: Answer
    reason: UnknownReason | None = None
    evidence: tuple[Evidence, ...] = ()
    remediation: str = ""

    def __post_init__(self) -> None:
        if (self.answer is Answer.UNKNOWN) != (self.reason is not None):
            raise ValueError("a reason is given exactly where the answer is unknown")
