"""From what a look read to an observation: items, and for every scope how far it was seen. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from omlib.model.estate import Cloud, Estate
from omlib.model.item import Actual, Scope
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, Ref, make_ref
from omlib.model.status import UnknownReason
from omlib.planes.access.text import clean
from omlib.planes.cloud.around import SHAPE_FAULTS, Around
from omlib.planes.cloud.declared import KINDS, kinds_at, where_of
from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.normal import mark_of, root_images, server, volume
from omlib.planes.cloud.normal_access import groups_of_servers, key_pair, server_group
from omlib.planes.cloud.normal_net import (
    floating_ip,
    links_of,
    network,
    port,
    router,
    security_group,
    subnets_of,
    vip_users,
)
from omlib.planes.cloud.place import Place
from omlib.planes.cloud.reader import Json

_T = TypeVar("_T")
NORMAL: Mapping[str, Callable[[Json, Around], Actual | None]] = {
    "server": server,
    "volume": volume,
    "port": port,
    "floating_ip": floating_ip,
    "security_group": security_group,
    "network": network,
    "router": router,
    "key_pair": key_pair,
    "server_group": server_group,
}


def assemble(
    estate: Estate, cloud: Cloud, places: Sequence[Place], by: str, at: datetime
) -> Observation:
    """*at* stands for scopes that were never asked."""
    owners = _owners(estate, cloud, places)
    floating = _floating(estate, cloud)
    routers = frozenset(str(told["id"]) for place in places for told in place.items("router"))
    sights: dict[Scope, Sight] = {}
    actual: list[Actual] = []
    for place in places:
        around = _around(estate, cloud, place, owners, floating, routers)
        for kind in kinds_at(cloud, place.id):
            fault = place.fault_of(kind)
            seen, odd = _normal(place, kind, around)
            actual += seen
            fault = fault or odd
            if kind == "key_pair":
                fault = fault or _not_ours(cloud, around, seen)
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


def _not_ours(cloud: Cloud, around: Around, seen: Iterable[Actual]) -> CloudFaultError | None:
    """Nova tells an account its own key pairs alone: one that another account made is not absent
    because this one does not have it."""
    absent = around.key_pairs.keys() - {item.label for item in seen}
    if not absent or cloud.change_profile == cloud.profile:
        return None
    return CloudFaultError(condition=Condition.OTHER_ACCOUNT, detail=", ".join(sorted(absent)))


def _around(
    estate: Estate,
    cloud: Cloud,
    place: Place,
    owners: Mapping[str, str],
    floating: Mapping[str, Ref],
    routers: frozenset[str],
) -> Around:
    default_group = next(
        (
            make_ref(Plane.CLOUD, "security_group", group.id)
            for group in estate.security_groups.values()
            if (group.cloud, group.project, group.name) == (cloud.id, place.id, "default")
        ),
        None,
    )
    unseen = {kind: reason for kind in (*KINDS, "subnet") if (reason := place.unseen(kind))}

    def made(kind: str, make: Callable[[Sequence[Json]], _T], otherwise: _T) -> _T:
        """What *make* gives of a listing. One of an odd shape is told where it is read itself."""
        try:
            return make(place.items(kind))
        except SHAPE_FAULTS:
            unseen.setdefault(kind, UnknownReason.ERROR)
            return otherwise

    return Around(
        where=where_of(estate, cloud.id, place.id),
        project=place.id,
        live_project=place.live.id if place.live else "",
        owners=owners,
        groups=_names(place.items("security_group")),
        images=place.images,
        flavors=place.flavors,
        root_images=made("volume", root_images, {}),
        diskless=frozenset(
            str(told["id"]) for told in place.items("server") if not told.get("image")
        ),
        floating=floating,
        floating_addresses=frozenset(
            str(told.get("floating_ip_address")) for told in place.items("floating_ip")
        ),
        default_group=default_group,
        key_pairs={
            pair.name: make_ref(Plane.CLOUD, "key_pair", pair.id)
            for pair in cloud.key_pairs
            if pair.project == place.id
        },
        server_groups=made("server_group", groups_of_servers, {}),
        networks=_names(place.items("network")),
        subnets=made("subnet", subnets_of, {}),
        links=made("port", links_of, {}),
        routers=routers,
        vip_users=made("port", vip_users, {}),
        unseen=unseen,
    )


def _names(things: Iterable[Json]) -> dict[str, str]:
    return {str(told["id"]): str(told.get("name") or told["id"]) for told in things}


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
