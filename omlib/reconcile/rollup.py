"""From items to systems and departments: worst-of, the counts beside it, never rounded away."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from omlib.model.estate import Department, Estate
from omlib.model.finding import Finding, Verdict
from omlib.model.status import WORST_FIRST, Status, UnknownReason, worst


@dataclass(frozen=True, slots=True)
class Verdicts:
    """By id, in id order. A department counts what its sub-departments hold, each item once."""

    systems: Mapping[str, Verdict]
    departments: Mapping[str, Verdict]


def verdict(subject: str, findings: Iterable[Finding]) -> Verdict:
    """The worst of *findings*; none at all is unknown(not_checked)."""
    seen = list(findings)
    counts = Counter(finding.status for finding in seen)
    if not counts:
        reason = UnknownReason.NOT_CHECKED
        return Verdict(subject=subject, status=Status.UNKNOWN, counts={}, reason=reason)
    status = reduce(worst, counts)
    reasons = (f.reason for f in seen if f.status is Status.UNKNOWN and f.reason)
    return Verdict(
        subject=subject,
        status=status,
        counts={one: counts[one] for one in WORST_FIRST if counts[one]},
        reason=min(reasons, default=None) if status is Status.UNKNOWN else None,
    )


def roll_up(findings: Sequence[Finding], estate: Estate) -> Verdicts:
    by_system: dict[str, list[Finding]] = {system: [] for system in sorted(estate.systems)}
    by_department: dict[str, dict[int, Finding]] = {d: {} for d in sorted(estate.departments)}
    lines = {unit: tuple(_line(unit, estate.departments)) for unit in estate.departments}
    for finding in findings:
        homes = {finding.department} if finding.department else set()
        for system in finding.systems:
            if system in by_system:
                by_system[system].append(finding)
                homes.add(estate.systems[system].department)
        for department in {above for home in homes for above in lines.get(home, ())}:
            by_department[department][id(finding)] = finding
    return Verdicts(
        systems={system: verdict(system, held) for system, held in by_system.items()},
        departments={d: verdict(d, held.values()) for d, held in by_department.items()},
    )


def _line(department: str, departments: Mapping[str, Department]) -> Iterable[str]:
    """The department and all above it; a cycle, which the inventory refuses, would end here."""
    seen: set[str] = set()
    while department and department not in seen:
        seen.add(department)
        yield department
        department = departments[department].parent if department in departments else ""
