"""What is seen of a host for checks alone is no finding, and no part of what was to be seen."""

from datetime import UTC, date, datetime

import pytest

from omlib.model.item import Actual, Declared, Scope, Source
from omlib.model.kind import SERVER_KINDS, Kind
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status, UnknownReason
from omlib.reconcile.compare import reconcile
from omlib.reconcile.coverage import coverage

EVIDENCE = [kind for kind in SERVER_KINDS if kind.evidence]
DAY = date(2026, 11, 20)
PACKAGES = Scope(Plane.SERVER, "package", "oa-01")
NGINX = Declared(
    ref=make_ref(Plane.SERVER, "package", "oa-01", "nginx"),
    scope=PACKAGES,
    attributes={"present": True},
    source=Source("servers.yml", 1),
)


def sight(reason: UnknownReason | None = None) -> Sight:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    return Sight(complete=reason is None, reason=reason, at=at, by="ops", via="ssh")


def seen(kind: str, name: str) -> Actual:
    scope = Scope(Plane.SERVER, kind, "oa-01")
    ref = make_ref(Plane.SERVER, kind, "oa-01", name)
    return Actual(ref=ref, scope=scope, attributes={"present": True})


def look(kind: Kind, reason: UnknownReason | None = None) -> Observation:
    evidence = Scope(Plane.SERVER, kind.name, "oa-01")
    return Observation(
        sights={PACKAGES: sight(), evidence: sight(reason)},
        actual=(seen("package", "nginx"), seen("package", "telnet"), seen(kind.name, "sshd")),
    )


@pytest.mark.parametrize("kind", EVIDENCE)
def test_evidence_is_never_a_finding(kind: Kind) -> None:
    findings = reconcile([NGINX], look(kind), today=DAY)
    assert [(finding.ref.part, finding.status) for finding in findings] == [
        ("nginx", Status.IN_SYNC),
        ("telnet", Status.UNMANAGED),
    ]


@pytest.mark.parametrize("kind", EVIDENCE)
@pytest.mark.parametrize("reason", [None, UnknownReason.UNSUPPORTED])
def test_evidence_is_no_part_of_what_was_to_be_seen(
    kind: Kind, reason: UnknownReason | None
) -> None:
    (row,) = coverage([NGINX], look(kind, reason))
    assert (row.scopes, row.complete, row.items, row.seen, row.gaps) == (1, 1, 1, 1, ())


def test_there_is_evidence_to_be_tested_with() -> None:
    assert EVIDENCE
