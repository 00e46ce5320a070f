"""From checked records to the frozen `Estate`. Nothing can be wrong any more."""

from collections.abc import Iterator
from operator import attrgetter
from typing import Any, TypeVar

from omlib.inventory.build_server import Around, build_role, build_server, systems_of
from omlib.inventory.build_system import build_system, build_tombstone, build_waiver
from omlib.inventory.contents import Contents
from omlib.inventory.rendered import Rendered
from omlib.inventory.schema.base import Record
from omlib.inventory.schema.cloud import CloudRecord, SecurityGroupRecord, VmRecord
from omlib.inventory.schema.facilities import (
    CircuitRecord,
    ContractRecord,
    RoomRecord,
    WindowRecord,
)
from omlib.inventory.schema.network import DeviceRecord
from omlib.inventory.schema.organisation import DepartmentRecord, EstateRecord, SiteRecord
from omlib.inventory.schema.server import RoleRecord, ServerRecord
from omlib.inventory.schema.system import SystemRecord, TombstoneRecord, WaiverRecord
from omlib.model.estate import (
    Access,
    Circuit,
    Cloud,
    CloudNetwork,
    Contract,
    Department,
    Device,
    Estate,
    Interface,
    KeyPair,
    Policy,
    Project,
    Room,
    Router,
    SecurityGroup,
    ServerGroup,
    Site,
    Vm,
    Volume,
    Window,
)
from omlib.model.item import Source

R = TypeVar("R", bound=Record)
Located = tuple[Record, Source]


def build_estate(
    root: EstateRecord, records: list[Located], contents: Contents, rendered: Rendered
) -> Estate:
    """Records in any order; the estate is the same for each, by id.

    A template that fails leaves its mark in *rendered*, and the estate is not to be used.
    """

    def of(model: type[R]) -> Iterator[tuple[R, Source]]:
        return ((record, source) for record, source in records if isinstance(record, model))

    roles = {r.id: build_role(r, source, contents) for r, source in sorted(of(RoleRecord), key=_id)}
    vms = {r.id: _vm(r, source) for r, source in sorted(of(VmRecord), key=_id)}
    servers = sorted(of(ServerRecord), key=_id)
    systems = {r.id: build_system(r, s) for r, s in sorted(of(SystemRecord), key=_id)}
    around = Around(
        roles=roles,
        role_records={record.id: record for record, _ in of(RoleRecord)},
        vms=vms,
        systems=systems,
        contents=contents,
        rendered=rendered,
    )
    contracts = (_contract(r, source) for r, source in of(ContractRecord))
    waivers = (build_waiver(r, source) for r, source in of(WaiverRecord))
    return Estate(
        name=root.name,
        timezone=root.timezone,
        policy=Policy(
            waiver_max_days=root.policy.waiver_max_days,
            log_servers=tuple(root.policy.log_servers),
            antivirus_roles=tuple(root.policy.antivirus_roles),
        ),
        departments={r.id: _department(r, s) for r, s in sorted(of(DepartmentRecord), key=_id)},
        sites={r.id: _site(r, s) for r, s in sorted(of(SiteRecord), key=_id)},
        clouds={r.id: _cloud(r, s) for r, s in sorted(of(CloudRecord), key=_id)},
        systems=systems,
        vms=vms,
        security_groups={
            r.id: _security_group(r, s) for r, s in sorted(of(SecurityGroupRecord), key=_id)
        },
        roles=roles,
        servers={r.id: build_server(r, s, around) for r, s in servers},
        devices={r.id: _device(r, s) for r, s in sorted(of(DeviceRecord), key=_id)},
        rooms={r.id: _room(r, s) for r, s in sorted(of(RoomRecord), key=_id)},
        circuits={r.id: _circuit(r, s) for r, s in sorted(of(CircuitRecord), key=_id)},
        contracts=tuple(sorted(contracts, key=attrgetter("id", "year", "system", "package"))),
        windows={r.id: _window(r, s) for r, s in sorted(of(WindowRecord), key=_id)},
        tombstones={
            r.system: build_tombstone(r, s)
            for r, s in sorted(of(TombstoneRecord), key=lambda found: found[0].system)
        },
        waivers=tuple(sorted(waivers, key=attrgetter("ref", "path", "until", "ticket"))),
    )


def _id(located: tuple[Record, Source]) -> str:
    return str(getattr(located[0], "id"))  # noqa: B009 - every record sorted here has one


def _department(record: DepartmentRecord, source: Source) -> Department:
    return Department(id=record.id, name=record.name, parent=record.parent, source=source)


def _site(record: SiteRecord, source: Source) -> Site:
    return Site(**record.model_dump(), source=source)


def _cloud(record: CloudRecord, source: Source) -> Cloud:
    return Cloud(
        id=record.id,
        name=record.name,
        site=record.site,
        profile=record.profile,
        region=record.region,
        projects=tuple(Project(**project.model_dump()) for project in record.projects),
        networks=tuple(CloudNetwork(**_named(network)) for network in record.networks),
        change_profile=record.change_profile,
        routers=tuple(
            Router(**_named(router) | {"networks": tuple(router.networks)})
            for router in record.routers
        ),
        key_pairs=tuple(KeyPair(**_named(pair)) for pair in record.key_pairs),
        server_groups=tuple(ServerGroup(**_named(group)) for group in record.server_groups),
        source=source,
    )


def _named(record: Record) -> dict[str, Any]:
    """The fields, with the id as the name where none is given."""
    fields = record.model_dump()
    return {**fields, "name": fields["name"] or fields["id"]}


def _vm(record: VmRecord, source: Source) -> Vm:
    return Vm(
        id=record.id,
        name=record.name or record.id,
        cloud=record.cloud,
        project=record.project,
        systems=systems_of(record.system, record.systems),
        vcpu=record.vcpu,
        ram_mib=record.ram_mib,
        image=record.image,
        flavor=record.flavor,
        shard=record.shard,
        key_pair=record.key_pair,
        server_group=record.server_group,
        metadata=record.metadata,
        power=record.power,
        interfaces=tuple(
            Interface(network=i.network, address=i.address) for i in record.interfaces
        ),
        security_groups=tuple(record.security_groups),
        volumes=tuple(
            Volume(id=v.id, size_gib=v.size_gib, bound_id=v.bound_id) for v in record.volumes
        ),
        floating_ip=record.floating_ip,
        bound_id=record.bound_id,
        source=source,
    )


def _security_group(record: SecurityGroupRecord, source: Source) -> SecurityGroup:
    return SecurityGroup(
        id=record.id,
        name=record.name or record.id,
        cloud=record.cloud,
        project=record.project,
        rules=tuple(record.rules),
        bound_id=record.bound_id,
        source=source,
    )


def _device(record: DeviceRecord, source: Source) -> Device:
    return Device(
        id=record.id,
        platform=record.platform,
        access=Access(**record.access.model_dump()),
        template=record.template,
        vars=record.vars,
        ownership=record.ownership,
        room=record.room,
        department=record.department,
        systems=systems_of(record.system, record.systems),
        source=source,
    )


def _room(record: RoomRecord, source: Source) -> Room:
    return Room(**record.model_dump(), source=source)


def _circuit(record: CircuitRecord, source: Source) -> Circuit:
    return Circuit(**record.model_dump(), source=source)


def _contract(record: ContractRecord, source: Source) -> Contract:
    return Contract(
        id=record.id,
        system=record.system,
        package=record.package,
        supplier=record.supplier,
        kind=record.kind,
        year=record.year,
        amount_cents=record.amount_yuan,
        allocation_pct=record.allocation_pct,
        source=source,
    )


def _window(record: WindowRecord, source: Source) -> Window:
    return Window(
        id=record.id,
        kind=record.kind,
        days=tuple(record.days),
        start=record.start,
        end=record.end,
        first_day=record.first_day,
        last_day=record.last_day,
        source=source,
    )
