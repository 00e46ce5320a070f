"""Which hosts and routers the lab must hold for a declared estate to be real."""

from ipaddress import IPv4Address

from omlib.errors import OmlibError
from omlib.lab.layout import LabLayout, Segment
from omlib.lab.spec import LabSpec, Router, Server
from omlib.model.estate import Device, Estate


class NotForTheLabError(OmlibError):
    """The inventory cannot be built in this lab. Nothing was built. Facts: what, why."""

    code = "not_for_the_lab"


def spec_of(estate: Estate, layout: LabLayout) -> LabSpec:
    """Servers outside the cloud and every device stand in the lab; VMs are made by the cloud.

    A device stands on the segments of its `addresses` variable, or of its access address.
    """
    servers = tuple(
        Server(server.id, *_place(server.access.address, server.id, layout))
        for server in estate.servers.values()
        if not server.vm
    )
    routers = tuple(
        Router(device.id, dict(_place(text, device.id, layout) for text in _addresses(device)))
        for device in estate.devices.values()
    )
    return LabSpec(servers=servers, routers=routers, cloud=bool(estate.vms))


def _addresses(device: Device) -> list[str]:
    listed = device.vars.get("addresses")
    return (
        [str(one) for one in listed]
        if isinstance(listed, list | tuple)
        else [device.access.address]
    )


def _place(text: str, name: str, layout: LabLayout) -> tuple[Segment, int]:
    address = IPv4Address(text)
    if address not in layout.prefix:
        raise NotForTheLabError(what=name, why=f"{text} is not in {layout.prefix}")
    return layout.segment_of(address), int(address) & 0xFF
