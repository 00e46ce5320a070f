"""What one run of Ansible says about one task on one host, or about one item of its loop.

Pure. `omlib.planes.server.runs.verdict` concludes it; reports and the hand that changes read it.
"""

from dataclasses import dataclass
from enum import StrEnum

from omlib.model.status import Status, UnknownReason


class Why(StrEnum):
    """What stood behind an unknown, or hid a difference: the reports word it."""

    NO_CHECK_MODE = "no_check_mode"  # the module cannot tell what it would do
    CHECK_MODE_OFF = "check_mode_off"  # `check_mode: false`: it would really have run
    CASCADE = "cascade"  # it leans on the result of a task that was not carried out
    FAILED = "failed"  # it failed, under check mode perhaps for want of what an earlier task makes
    AFTER_FAILURE = "after_failure"  # an earlier task failed, and the run went no further
    UNREACHABLE = "unreachable"
    BROKEN_OFF = "broken_off"  # the run ended before this task: deadline, or a fault
    SKIPPED_ITSELF = "skipped_itself"  # the module did, for a reason of its own
    HIDDEN = "hidden"  # it differs, and `no_log` or a vault keeps what
    CONTESTED = "contested"  # another task declares the same file otherwise: a drift for ever
    TIMES_ONLY = "times_only"  # `state: touch` changes times at each run, and nothing else


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """*task* is "role : name" or the name; *path* where it stands, as path:line.

    *item* is the label of a loop's item, a ref where omlib's own roles set one; "" without a loop.
    *detail* is Ansible's own word on it, cleaned; *diff* a unified diff with secrets replaced.
    *reason* is set exactly when the status is unknown. *status* is that of a check; after a real
    run IN_SYNC means that nothing had to be done or that it was done (*changed*).
    """

    host: str
    task: str
    item: str
    status: Status
    reason: UnknownReason | None
    detail: str
    diff: str
    path: str
    changed: bool
    failed: bool
    why: Why | None = None
