"""Systems, tombstones and waivers as the estate holds them."""

from omlib.inventory.schema.system import (
    DataRecord,
    IdentityRecord,
    SystemRecord,
    TombstoneRecord,
    UsageRecord,
    WaiverRecord,
    XinchuangRecord,
)
from omlib.model.estate import (
    DataCare,
    Dependency,
    Endpoint,
    Identity,
    System,
    Tombstone,
    Usage,
    Xinchuang,
)
from omlib.model.item import Key, Source
from omlib.model.kind import key_value
from omlib.model.lifecycle import Decision, Lifecycle
from omlib.model.ref import parse_ref
from omlib.model.waiver import Waiver


def build_system(record: SystemRecord, source: Source) -> System:
    decision, life = record.decision, record.lifecycle
    care = _data(record.data or DataRecord())
    return System(
        id=record.id,
        name=record.name,
        department=record.department,
        owner_business=record.owner.business,
        owner_technical=record.owner.technical,
        function=tuple(record.function),
        zone=record.zone,
        mlps_level=record.mlps.level,
        mlps_filing_no=record.mlps.filing_no,
        mlps_filed=record.mlps.filed,
        replaces_vertical=record.replaces_vertical,
        lifecycle=Lifecycle(stage=life.stage, status=life.status, since=life.since),
        decision=None
        if decision is None
        else Decision(
            outcome=decision.outcome,
            into=decision.into,
            memo=decision.memo,
            sha256=decision.sha256,
            reject_until=decision.reject_until,
        ),
        depends_on=tuple(Dependency(system=d.system, port=d.port) for d in record.depends_on),
        provides=tuple(Endpoint(name=p.name, port=p.port, fqdn=p.fqdn) for p in record.provides),
        retention_until=care.retention_until,
        data=care,
        usage=_usage(record.users or UsageRecord()),
        xinchuang=_xinchuang(record.xinchuang or XinchuangRecord()),
        retired=_identities(record.retired.identities if record.retired else []),
        source=source,
    )


def _data(record: DataRecord) -> DataCare:
    return DataCare(
        classes=tuple(record.classes),
        retention_until=record.retention_until,
        archive_to=record.archive_to,
        rpo_h=record.rpo_h,
        rto_h=record.rto_h,
    )


def _usage(record: UsageRecord) -> Usage:
    return Usage(
        registered=record.registered,
        expected_monthly=record.expected_monthly,
        calendar=tuple(record.calendar),
    )


def _xinchuang(record: XinchuangRecord) -> Xinchuang:
    return Xinchuang(
        os=record.os,
        db=record.db,
        middleware=record.middleware,
        cpu=record.cpu,
        grade=record.grade,
        valid_to=record.valid_to,
    )


def build_tombstone(record: TombstoneRecord, source: Source) -> Tombstone:
    return Tombstone(
        system=record.system,
        name=record.name,
        department=record.department,
        closed=record.closed,
        quarantine_until=record.quarantine_until,
        identities=_identities(record.identities),
        source=source,
    )


def _identities(records: list[IdentityRecord]) -> tuple[Identity, ...]:
    identities = []
    for record in records:
        ref = parse_ref(record.ref)
        keys = tuple(
            Key(space, key_value(space, value))
            for space, held in record.keys.items()
            for value in held
        )
        identities.append(Identity(ref=ref, where=record.where or ref.owner, keys=keys))
    return tuple(identities)


def build_waiver(record: WaiverRecord, source: Source) -> Waiver:
    accepts = record.accepts
    return Waiver(
        ref=parse_ref(record.item),
        path=record.path,
        accepts=tuple(accepts) if isinstance(accepts, list) else accepts,
        reason=record.reason,
        owner=record.owner,
        ticket=record.ticket,
        since=record.since,
        until=record.until,
        source=source,
    )
