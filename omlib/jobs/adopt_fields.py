"""Where in the books a live id goes, and where a live value that is accepted. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from omlib.inventory.amend import By, Field
from omlib.model.estate import Cloud, CloudNetwork, Estate, Router, ServerGroup
from omlib.model.item import Value
from omlib.model.ref import Ref

_SERVER = {"name": "name", "vcpu": "vcpu", "ram_mib": "ram_mib", "image": "image"}
_SERVER |= {"flavor": "flavor"}
_OF_CLOUD = {"network": "networks", "router": "routers", "server_group": "server_groups"}


class _Bindable(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def bound_id(self) -> str: ...


def bound_field(estate: Estate, ref: Ref, live_id: str) -> Field | None:
    """The live id in the record of *ref*; None where it has no room for one, or has it."""
    match ref.kind:
        case "server":
            known = estate.vms[ref.owner].bound_id
            field = Field("vms", ref.owner, ("bound_id",), live_id)
        case "volume":
            vm, known = _volume(estate, ref.owner)
            field = Field("vms", vm, ("volumes", By(ref.owner), "bound_id"), live_id)
        case "security_group":
            known = estate.security_groups[ref.owner].bound_id
            field = Field("security_groups", ref.owner, ("bound_id",), live_id)
        case "network" | "router" | "server_group":
            cloud, known = _part(estate, ref)
            path = (_OF_CLOUD[ref.kind], By(ref.owner), "bound_id")
            field = Field("clouds", cloud.id, path, live_id)
        case _:
            return None
    return field if known != live_id else None


def record_of(estate: Estate, ref: Ref) -> tuple[str, str]:
    """Collection and id of the record in which *ref* is declared."""
    match ref.kind:
        case "server" | "floating_ip":
            return "vms", ref.owner
        case "volume":
            return "vms", _volume(estate, ref.owner)[0]
        case "security_group":
            return "security_groups", ref.owner
    return "clouds", _part(estate, ref)[0].id if ref.kind in _OF_CLOUD else ""


def live_field(estate: Estate, ref: Ref, path: str, value: Value) -> Field | None:
    """The field that says *path* of *ref*, with the live *value*; None where none can say it."""
    if ref.kind == "server":
        return _server_field(estate, ref.owner, path, value)
    if ref.kind == "volume" and path == "size_gib":
        vm, _ = _volume(estate, ref.owner)
        return Field("vms", vm, ("volumes", By(ref.owner), path), value)
    if ref.kind == "security_group" and path in ("name", "rules"):
        return Field("security_groups", ref.owner, (path,), _plain(value))
    if ref.kind in _OF_CLOUD:
        names = {"name": "name", "gateway": "gateway", "dhcp": "dhcp", "policy": "policy"}
        names |= {"external_network": "external"} if ref.kind == "router" else {}
        if path in names and value not in ("", None):
            cloud, _ = _part(estate, ref)
            return Field(
                "clouds", cloud.id, (_OF_CLOUD[ref.kind], By(ref.owner), names[path]), value
            )
    return None


def _server_field(estate: Estate, vm_id: str, path: str, value: Value) -> Field | None:
    vm = estate.vms[vm_id]
    if path in _SERVER and value not in ("", None):
        return Field("vms", vm_id, (_SERVER[path],), value)
    if path == "power" and value in ("on", "off"):
        return Field("vms", vm_id, (path,), value)
    if path == "metadata" and isinstance(value, tuple):
        told = (str(one).partition("=") for one in value)
        return Field("vms", vm_id, (path,), {name: text for name, _, text in told})
    if path == "addresses" and isinstance(value, tuple) and len(value) == len(vm.interfaces) == 1:
        return Field("vms", vm_id, ("interfaces", 0, "address"), value[0])
    if path == "security_groups" and isinstance(value, tuple):
        ids = named_groups(estate)
        cloud = estate.clouds[vm.cloud]
        where = f"{vm.cloud}:{cloud.region}:{vm.project}"
        groups = [ids.get((where, str(name))) for name in value]
        if groups and None not in groups:
            return Field("vms", vm_id, (path,), groups)
    return None


def named_groups(estate: Estate) -> Mapping[tuple[str, str], str]:
    """Inventory ids of security groups by place and name in the cloud."""
    return {
        (f"{one.cloud}:{estate.clouds[one.cloud].region}:{one.project}", one.name): one.id
        for one in estate.security_groups.values()
    }


def _volume(estate: Estate, own_id: str) -> tuple[str, str]:
    """Its VM, and the live id that the books have."""
    return next(
        (vm.id, one.bound_id)
        for vm in estate.vms.values()
        for one in vm.volumes
        if one.id == own_id
    )


def _part(estate: Estate, ref: Ref) -> tuple[Cloud, str]:
    """Its cloud, and the live id that the books have."""
    return next(
        (cloud, one.bound_id)
        for cloud in estate.clouds.values()
        for kind, parts in (
            ("network", cloud.networks),
            ("router", cloud.routers),
            ("server_group", cloud.server_groups),
        )
        for one in _bindable(parts)
        if kind == ref.kind and one.id == ref.owner
    )


def _bindable(parts: Iterable[CloudNetwork | Router | ServerGroup]) -> Iterator[_Bindable]:
    yield from parts


def _plain(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value
