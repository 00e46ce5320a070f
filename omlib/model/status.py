"""The verdict words. Exactly one status per item; roll-up is worst-of in one printed order.

The wording and the order are a contract with reports, waivers and exit codes; see docs/glossary.md.
"""

from enum import StrEnum


class Status(StrEnum):
    IN_SYNC = "in_sync"  # declared, found, and alike; or declared retired, and proven gone
    WAIVED = "waived"  # a drift accepted with reason, owner, ticket and expiry
    UNKNOWN = "unknown"  # could not be seen: not a drift, and never acted on
    UNMANAGED = "unmanaged"  # found, not declared
    DIVERGED = "diverged"  # declared and found, and they differ
    MISSING = "missing"  # declared, and a complete listing of its scope does not hold it
    RESIDUE = "residue"  # found, and it belongs to something declared retired

    @property
    def is_drift(self) -> bool:
        return self in DRIFT


WORST_FIRST: tuple[Status, ...] = (
    Status.RESIDUE,
    Status.MISSING,
    Status.DIVERGED,
    Status.UNMANAGED,
    Status.UNKNOWN,
    Status.WAIVED,
    Status.IN_SYNC,
)
DRIFT = frozenset({Status.DIVERGED, Status.MISSING, Status.UNMANAGED, Status.RESIDUE})
SEVERITY = {status: rank for rank, status in enumerate(reversed(WORST_FIRST))}


def worst(one: Status, other: Status) -> Status:
    """The worse of two, associative and commutative.

    >>> worst(Status.UNKNOWN, Status.MISSING)
    <Status.MISSING: 'missing'>
    """
    return one if SEVERITY[one] >= SEVERITY[other] else other


class UnknownReason(StrEnum):
    """Why a thing could not be seen; docs/faults.md maps each fault to one of these."""

    UNREACHABLE = "unreachable"  # no answer: refused, timed out, no route, name not resolved
    DENIED = "denied"  # it answered and would not let us: key, password, role, changed host key
    UNSUPPORTED = "unsupported"  # this platform or service cannot answer the question
    NOT_CHECKED = "not_checked"  # nobody looked: outside the run's scope, or no observation at all
    IN_TRANSITION = "in_transition"  # it is being changed right now
    INCOMPLETE = "incomplete"  # the answer broke off, was cut, or was only a part
    ERROR = "error"  # it answered with something that cannot be right


class UnmanagedClass(StrEnum):
    KNOWN_OWNER = "known_owner"  # a stack has it, it names a system, or lies in its own project
    UNKNOWN_OWNER = "unknown_owner"
    IN_TWO_STACKS = "in_two_stacks"  # two declared items claim it, or the states of two stacks
    ORPHAN_OF_A_CRASH = "orphan_of_a_crash"  # its creation never ended: no state has it
    CHILD = "child"  # made by and folded under its parent
