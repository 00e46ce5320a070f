"""What `omlib adopt` tells: of each declared item what becomes of it, and of what is not declared.

Data only: made by the job, drawn by `omlib.report.adopt_screen` and `adopt_json`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from omlib.model.finding import Difference
from omlib.model.item import Scope
from omlib.model.ref import Ref
from omlib.model.status import UnknownReason
from omlib.reconcile.adoption import Candidate
from omlib.report import exits
from omlib.report.reconciliation import RunFacts


class Fate(StrEnum):
    DONE = "done"  # its stack has it
    ADOPT = "adopt"  # found, and proved to come in without a change
    DIFFERS = "differs"  # found, and the books say something else
    AMBIGUOUS = "ambiguous"
    WEAK = "weak"
    BLOCKED = "blocked"
    UNSEEN = "unseen"
    PART = "part"  # found, and a part that it cannot do without is not
    UNWRITTEN = "unwritten"  # its record cannot take the change
    ABSENT = "absent"  # declared, and nothing live is like it: not a matter of adoption


OPEN = frozenset({Fate.AMBIGUOUS, Fate.WEAK, Fate.BLOCKED, Fate.UNSEEN, Fate.PART})
REFUSED = frozenset({Fate.DIFFERS, Fate.UNWRITTEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One declared item. *candidates*: the best first; *differences* keep it out, *accepted* are
    live values that go into the books. *writes*: its record gets the live id. *why*: a code.
    """

    ref: Ref
    fate: Fate
    candidates: tuple[Candidate, ...] = ()
    differences: tuple[Difference, ...] = ()
    accepted: tuple[Difference, ...] = ()
    reason: UnknownReason | None = None
    why: str = ""
    writes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """A live thing outside the books. *id* is of the record proposed, "" for none."""

    live: Ref
    label: str
    id: str = ""
    file: str = ""
    needs: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """One command. *imports* are resources, by ref; *files* those that change or changed.

    *asked_new*: records were asked for. *settled*: after the import nothing was left to do; None
    where nothing was imported.
    """

    run: RunFacts
    estate: str
    rows: Sequence[Row]
    newcomers: Sequence[NewRow]
    imports: tuple[Ref, ...]
    files: tuple[str, ...]
    gaps: tuple[tuple[Scope, UnknownReason, str], ...] = ()
    asked_new: bool = False
    dry_run: bool = False
    carried_out: bool = False
    settled: bool | None = None

    @property
    def pending(self) -> bool:
        """Whether there is something to write or to import."""
        return bool(self.imports or self.files) and not self.carried_out

    @property
    def exit_code(self) -> int:
        code = exits.DRIFTED if self.pending else exits.IN_SYNC
        unasked = any(not row.id for row in self.newcomers) if self.asked_new else False
        if unasked or self.gaps or any(row.fate in OPEN for row in self.rows):
            code |= exits.INCOMPLETE
        if any(row.fate in REFUSED for row in self.rows) or self.settled is False:
            code |= exits.REFUSED
        if any(row.differences for row in self.newcomers):
            code |= exits.REFUSED
        return code
