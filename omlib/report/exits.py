"""The exit codes, a contract: docs/glossary.md repeats them, tests hold it.

Alone: 0 in sync, 1 the run failed, 64 bad command line, 130 interrupted. Otherwise the sum of 2
(drift), 4 (incomplete: something is unknown) and 8 (refused).
"""

from collections.abc import Iterable, Set

from omlib.model.finding import Coverage, Finding
from omlib.model.status import DRIFT, Status

IN_SYNC = 0
FAILED = 1
DRIFTED = 2
INCOMPLETE = 4
REFUSED = 8
USAGE = 64
INTERRUPTED = 130


def exit_code(
    findings: Iterable[Finding],
    coverage: Iterable[Coverage] = (),
    *,
    fail_on: Set[Status] = DRIFT,
    refused: bool = False,
) -> int:
    """The mask for a finished run.

    *fail_on* narrows which drifts count; a status that is no drift (waived, in_sync, unknown) never
    sets bit 2. Bit 4 cannot be switched off: it stands when an item is unknown, when an attribute
    could not be read, and when a listing has a gap, for undeclared things may hide in it.
    """
    code = REFUSED if refused else IN_SYNC
    for finding in findings:
        if finding.status in DRIFT and finding.status in fail_on:
            code |= DRIFTED
        if finding.status is Status.UNKNOWN or finding.unseen:
            code |= INCOMPLETE
    if any(row.gaps for row in coverage):
        code |= INCOMPLETE
    return code
