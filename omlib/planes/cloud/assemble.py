"""From what a look read to an observation: items, and for every scope how far it was seen. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from omlib.model.estate import Cloud, Estate
from omlib.model.item import Actual, Scope
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, Ref, make_ref
from omlib.planes.access.text import clean
from omlib.planes.cloud.declared import KINDS, where_of
from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.normal import NORMAL, SHAPE_FAULTS, Around, mark_of, root_images
from omlib.planes.cloud.place import Place


def assemble(
    estate: Estate, cloud: Cloud, places: Sequence[Place], by: str, at: datetime
) -> Observation:
    """*at* stands for scopes that were never asked."""
    owners = _owners(estate, cloud, places)
    floating = _floating(estate, cloud)
    sights: dict[Scope, Sight] = {}
    actual: list[Actual] = []
    for place in places:
        around = _around(estate, cloud, place, owners, floating)
        for kind in KINDS:
            fault = place.fault_of(kind)
            seen, odd = _normal(place, kind, around)
            actual += seen
            fault = fault or odd
            sights[around.scope(kind)] = Sight(
                complete=fault is None,
                reason=fault.fault.reason if fault else None,
                at=place.asked_at.get(kind, at),
                by=by or f"profile {cloud.profile}",
                via=place.via.get(kind, f"clouds.yaml, profile {cloud.profile}"),
                detail=clean(f"{fault.condition}: {fault.detail}".rstrip(": ")) if fault else "",
                took_s=round(place.took_s.get(kind, 0.0), 3),
            )
    actual.sort(key=lambda item: (item.ref, item.keys))
    return Observation(sights=sights, actual=tuple(actual))


def _normal(place: Place, kind: str, around: Around) -> tuple[list[Actual], CloudFaultError | None]:
    seen: list[Actual] = []
    fault = None
    for told in place.items(kind):
        try:
            item = NORMAL[kind](told, around)
        except SHAPE_FAULTS as error:  # this one is unreadable; the others are as good as before
            detail = f"{kind} {told.get('id')}: {type(error).__name__}: {error}"
            fault = fault or CloudFaultError(condition=Condition.BAD_ANSWER, detail=detail)
            continue
        if item is not None:
            seen.append(item)
    return seen, fault


def _around(
    estate: Estate,
    cloud: Cloud,
    place: Place,
    owners: Mapping[str, str],
    floating: Mapping[str, Ref],
) -> Around:
    default_group = next(
        (
            make_ref(Plane.CLOUD, "security_group", group.id)
            for group in estate.security_groups.values()
            if (group.cloud, group.project, group.name) == (cloud.id, place.id, "default")
        ),
        None,
    )
    try:
        booted_from = root_images(place.items("volume"))
    except SHAPE_FAULTS:  # told where that volume itself is read
        booted_from = {}
    return Around(
        where=where_of(estate, cloud.id, place.id),
        project=place.id,
        owners=owners,
        groups={
            str(group["id"]): str(group.get("name", group["id"]))
            for group in place.items("security_group")
        },
        images=place.images,
        flavors=place.flavors,
        root_images=booted_from,
        floating=floating,
        default_group=default_group,
        servers_unseen=place.unseen("server"),
        volumes_unseen=place.unseen("volume"),
    )


def _owners(estate: Estate, cloud: Cloud, places: Sequence[Place]) -> Mapping[str, str]:
    """Which inventory id a live server has: the bound one, else the one it carries."""
    bound = {vm.bound_id: vm.id for vm in estate.vms.values() if vm.cloud == cloud.id}
    settled = {own_id for live_id, own_id in bound.items() if live_id}
    owners = {}
    for place in places:
        for told in place.items("server"):
            try:
                mark = mark_of(told)
            except SHAPE_FAULTS:  # told where that server itself is read
                continue
            if mark and mark not in settled:  # else a copy, which took the mark along
                owners[str(told["id"])] = mark
    return owners | {live_id: own_id for live_id, own_id in bound.items() if live_id}


def _floating(estate: Estate, cloud: Cloud) -> Mapping[str, Ref]:
    return {
        vm.floating_ip: make_ref(Plane.CLOUD, "floating_ip", vm.id)
        for vm in estate.vms.values()
        if vm.cloud == cloud.id and vm.floating_ip
    }
