"""What changed between two comparisons, finding by finding.

A finding is open when its item is not in sync. Texts that vary from look to look (what a host said,
on which line it is declared) are no change.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from omlib.model.finding import Coverage, Finding
from omlib.model.item import Scope
from omlib.model.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """*unchanged* counts the current findings that are neither new, nor changed, nor closed now.

    *gone*, as they were: open before, in sync now or no longer there. *lost*: open before, and no
    longer there, but their listing has a gap now: whether they are gone, nobody knows. *since* is
    the id of the earlier run.
    """

    new: tuple[Finding, ...]
    changed: tuple[tuple[Finding, Finding], ...]
    gone: tuple[Finding, ...]
    lost: tuple[Finding, ...]
    unchanged: int
    since: str = ""


def changes(
    previous: Sequence[Finding],
    current: Sequence[Finding],
    *,
    gaps: Collection[Scope] = (),
    since: str = "",
) -> Changes:
    """Each list in the order of its findings. *gaps*: the listings that broke off this time."""
    before = {key_of(finding): finding for finding in previous}
    now = {key_of(finding) for finding in current}
    new: list[Finding] = []
    changed: list[tuple[Finding, Finding]] = []
    closed: set[tuple[str, str]] = set()
    unchanged = 0
    for finding in current:
        old = before.get(key_of(finding))
        was_open = old is not None and _open(old)
        if _open(finding) and not was_open:
            new.append(finding)
        elif old is not None and was_open and not _open(finding):
            closed.add(key_of(finding))
        elif old is not None and _substance(old) != _substance(finding):
            changed.append((old, finding))
        else:
            unchanged += 1
    left = [one for one in previous if _open(one) and key_of(one) not in now]
    blind = {key_of(one) for one in left if one.scope in gaps}
    closed |= {key_of(one) for one in left} - blind
    return Changes(
        new=tuple(new),
        changed=tuple(changed),
        gone=tuple(one for one in previous if key_of(one) in closed),
        lost=tuple(one for one in left if key_of(one) in blind),
        unchanged=unchanged,
        since=since,
    )


def gaps_of(coverage: Iterable[Coverage]) -> frozenset[Scope]:
    """The listings that were not read to their end."""
    return frozenset(scope for row in coverage for scope, _, _ in row.gaps)


def key_of(finding: Finding) -> tuple[str, str]:
    """Names one finding from run to run: the ref, and for an undeclared thing its live id too."""
    return str(finding.ref), "" if finding.ref.declared else finding.live


def _open(finding: Finding) -> bool:
    return finding.status is not Status.IN_SYNC


def _substance(finding: Finding) -> tuple[object, ...]:
    return (
        finding.status,
        finding.reason,
        finding.unmanaged,
        finding.differences,
        sorted(finding.unseen.items()),
        finding.contested,
        finding.stacks,
    )
