"""Resources of `omcloud` for programs of one's own, typed.

    from omlib.planes.cloud.provider.classes import Network

    Network("dmz", cloud="gov-cloud", region="RegionOne", project="hrss", name="dmz")

Made from the kinds' properties by `python -m omlib.planes.cloud.provider.class_text`; not edited.
A property that is left out is not compared and never changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi


@dataclass(frozen=True, slots=True)
class FlavorFound:
    """The one flavor of a name, or of a size.

    id: Id.
    name: Name.
    vcpu: Processors.
    ram_mib: Memory in MiB.
    disk_gib: Root disk.
    """

    id: str
    name: str
    vcpu: int
    ram_mib: int
    disk_gib: int


def get_flavor(
    *,
    cloud: str,
    region: str,
    project: str,
    name: str | None = None,
    vcpu: int | None = None,
    ram_mib: int | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> FlavorFound:
    """The one flavor of a name, or of a size."""
    args: dict[str, Any] = {
        "cloud": cloud,
        "region": region,
        "project": project,
        "name": name,
        "vcpu": vcpu,
        "ram_mib": ram_mib,
    }
    told = pulumi.runtime.invoke("omcloud:index:getFlavor", args, opts).value
    return FlavorFound(
        id=told["id"],
        name=told["name"],
        vcpu=int(told["vcpu"]),
        ram_mib=int(told["ram_mib"]),
        disk_gib=int(told["disk_gib"]),
    )


@dataclass(frozen=True, slots=True)
class ImageFound:
    """The one active image of a name or id.

    id: Id.
    name: Name.
    min_disk_gib: Least disk.
    min_ram_mib: Least memory.
    """

    id: str
    name: str
    min_disk_gib: int
    min_ram_mib: int


def get_image(
    *,
    cloud: str,
    region: str,
    project: str,
    name: str,
    opts: pulumi.InvokeOptions | None = None,
) -> ImageFound:
    """The one active image of a name or id."""
    args: dict[str, Any] = {
        "cloud": cloud,
        "region": region,
        "project": project,
        "name": name,
    }
    told = pulumi.runtime.invoke("omcloud:index:getImage", args, opts).value
    return ImageFound(
        id=told["id"],
        name=told["name"],
        min_disk_gib=int(told["min_disk_gib"]),
        min_ram_mib=int(told["min_ram_mib"]),
    )


class FloatingIp(pulumi.CustomResource):
    """A floating IP of a cloud.

    cloud: The cloud, as the inventory calls it (a change replaces).
    region: Region (a change replaces).
    project: Name or id of the project (a change replaces).
    network: Name or id of the outer network (a change replaces).
    address: The address; left out, the cloud chooses one (a change replaces).
    port: Id of the port it leads to; "" for none.
    fixed_address: Which of the port's addresses it leads to.
    target: The fixed address it leads to (computed).
    """

    cloud: pulumi.Output[str]
    region: pulumi.Output[str]
    project: pulumi.Output[str]
    network: pulumi.Output[str]
    address: pulumi.Output[str]
    port: pulumi.Output[str]
    fixed_address: pulumi.Output[str]
    target: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        cloud: pulumi.Input[str],
        region: pulumi.Input[str],
        project: pulumi.Input[str],
        network: pulumi.Input[str],
        address: pulumi.Input[str] | None = None,
        port: pulumi.Input[str] | None = None,
        fixed_address: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties: dict[str, Any] = {
            "cloud": cloud,
            "region": region,
            "project": project,
            "network": network,
            "address": address,
            "port": port,
            "fixed_address": fixed_address,
            "target": None,
        }
        super().__init__("omcloud:index:FloatingIp", resource_name, properties, opts)


class KeyPair(pulumi.CustomResource):
    """A key pair of a cloud.

    cloud: The cloud, as the inventory calls it (a change replaces).
    region: Region (a change replaces).
    project: Name or id of the project (a change replaces).
    name: Name; it is the id (a change replaces).
    public_key: As in an authorized_keys file (a change replaces).
    fingerprint: Of the key (computed).
    """

    cloud: pulumi.Output[str]
    region: pulumi.Output[str]
    project: pulumi.Output[str]
    name: pulumi.Output[str]
    public_key: pulumi.Output[str]
    fingerprint: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        cloud: pulumi.Input[str],
        region: pulumi.Input[str],
        project: pulumi.Input[str],
        name: pulumi.Input[str],
        public_key: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties: dict[str, Any] = {
            "cloud": cloud,
            "region": region,
            "project": project,
            "name": name,
            "public_key": public_key,
            "fingerprint": None,
        }
        super().__init__("omcloud:index:KeyPair", resource_name, properties, opts)


class Network(pulumi.CustomResource):
    """A network of a cloud.

    cloud: The cloud, as the inventory calls it (a change replaces).
    region: Region (a change replaces).
    project: Name or id of the project (a change replaces).
    name: Name.
    external: Whether it leads out of the cloud (computed).
    shared: Whether every project may use it (computed).
    status: As neutron tells it (computed).
    """

    cloud: pulumi.Output[str]
    region: pulumi.Output[str]
    project: pulumi.Output[str]
    name: pulumi.Output[str]
    external: pulumi.Output[bool]
    shared: pulumi.Output[bool]
    status: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        cloud: pulumi.Input[str],
        region: pulumi.Input[str],
        project: pulumi.Input[str],
        name: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties: dict[str, Any] = {
            "cloud": cloud,
            "region": region,
            "project": project,
            "name": name,
            "external": None,
            "shared": None,
            "status": None,
        }
        super().__init__("omcloud:index:Network", resource_name, properties, opts)


class Port(pulumi.CustomResource):
    """A port of a cloud.

    cloud: The cloud, as the inventory calls it (a change replaces).
    region: Region (a change replaces).
    project: Name or id of the project (a change replaces).
    name: Name; without one it is made with its item's.
    network: Name or id of the network (a change replaces).
    addresses: Fixed addresses; left out, the cloud chooses one (a change replaces).
    security_groups: Names of its groups.
    allowed_addresses: Other addresses or prefixes it may send from, each with a MAC behind it if
        that is not the port's own.
    mac: MAC address (computed).
    device: Id of the server that has it (computed).
    """

    cloud: pulumi.Output[str]
    region: pulumi.Output[str]
    project: pulumi.Output[str]
    name: pulumi.Output[str]
    network: pulumi.Output[str]
    addresses: pulumi.Output[Sequence[str]]
    security_groups: pulumi.Output[Sequence[str]]
    allowed_addresses: pulumi.Output[Sequence[str]]
    mac: pulumi.Output[str]
    device: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        cloud: pulumi.Input[str],
        region: pulumi.Input[str],
        project: pulumi.Input[str],
        network: pulumi.Input[str],
        name: pulumi.Input[str] | None = None,
        addresses: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        security_groups: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        allowed_addresses: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties: dict[str, Any] = {
            "cloud": cloud,
            "region": region,
            "project": project,
            "name": name,
            "network": network,
            "addresses": addresses,
            "security_groups": security_groups,
            "allowed_addresses": allowed_addresses,
            "mac": None,
            "device": None,
        }
        super().__init__("omcloud:index:Port", resource_name, properties, opts)


class Router(pulumi.CustomResource):
    """A router of a cloud.

    cloud: The cloud, as the inventory calls it (a change replaces).
    region: Region (a change replaces).
    project: Name or id of the project (a change replaces).
    name: Name.
    external_network: Name or id of the network outside, "" for none.
    networks: Names or ids of the networks inside, with all their subnets.
    status: As neutron tells it (computed).
    """

    cloud: pulumi.Output[str]
    region: pulumi.Output[str]
    project: pulumi.Output[str]
    name: pulumi.Output[str]
    external_network: pulumi.Output[str]
    networks: pulumi.Output[Sequence[str]]
    status: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        cloud: pulumi.Input[str],
        region: pulumi.Input[str],
        project: pulumi.Input[str],
        name: pulumi.Input[str],
        external_network: pulumi.Input[str] | None = None,
        networks: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties: dict[str, Any] = {
            "cloud": cloud,
            "region": region,
            "project": project,
            "name": name,
            "external_network": external_network,
            "networks": networks,
            "status": None,
        }
        super().__init__("omcloud:index:Router", resource_name, properties, opts)


class SecurityGroup(pulumi.CustomResource):
    """A security group of a cloud.

    cloud: The cloud, as the inventory calls it (a change replaces).
    region: Region (a change replaces).
    project: Name or id of the project (a change replaces).
    name: Name.
    rules: Direction, protocol, ports, peer: `ingress tcp 443 198.18.0.0/24`.
    description: A text.
    """

    cloud: pulumi.Output[str]
    region: pulumi.Output[str]
    project: pulumi.Output[str]
    name: pulumi.Output[str]
    rules: pulumi.Output[Sequence[str]]
    description: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        cloud: pulumi.Input[str],
        region: pulumi.Input[str],
        project: pulumi.Input[str],
        name: pulumi.Input[str],
        rules: pulumi.Input[Sequence[pulumi.Input[str]]],
        description: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties: dict[str, Any] = {
            "cloud": cloud,
            "region": region,
            "project": project,
            "name": name,
            "rules": rules,
            "description": description,
        }
        super().__init__("omcloud:index:SecurityGroup", resource_name, properties, opts)


class Server(pulumi.CustomResource):
    """A server of a cloud.

    cloud: The cloud, as the inventory calls it (a change replaces).
    region: Region (a change replaces).
    project: Name or id of the project (a change replaces).
    name: Name.
    vcpu: Processors; with ram_mib it says the flavor.
    ram_mib: Memory in MiB.
    flavor: Name of the flavor, where several have the size.
    image: Name or id of the image it is made from (a change replaces).
    ports: Ids of its ports, and no others.
    power: on or off.
    metadata: The whole of it, but for keys omlib_*.
    key_pair: Name of the key pair (a change replaces).
    server_group: Name of the server group (a change replaces).
    availability_zone: Availability zone (a change replaces).
    addresses: Fixed addresses (computed).
    host_id: The host it stands on, as the cloud hides it (computed).
    locked: Whether it is locked (computed).
    status: As nova tells it (computed).
    security_groups: Names of the groups of its ports (computed).
    """

    cloud: pulumi.Output[str]
    region: pulumi.Output[str]
    project: pulumi.Output[str]
    name: pulumi.Output[str]
    vcpu: pulumi.Output[int]
    ram_mib: pulumi.Output[int]
    flavor: pulumi.Output[str]
    image: pulumi.Output[str]
    ports: pulumi.Output[Sequence[str]]
    power: pulumi.Output[str]
    metadata: pulumi.Output[Mapping[str, str]]
    key_pair: pulumi.Output[str]
    server_group: pulumi.Output[str]
    availability_zone: pulumi.Output[str]
    addresses: pulumi.Output[Sequence[str]]
    host_id: pulumi.Output[str]
    locked: pulumi.Output[bool]
    status: pulumi.Output[str]
    security_groups: pulumi.Output[Sequence[str]]

    def __init__(
        self,
        resource_name: str,
        *,
        cloud: pulumi.Input[str],
        region: pulumi.Input[str],
        project: pulumi.Input[str],
        name: pulumi.Input[str],
        vcpu: pulumi.Input[int],
        ram_mib: pulumi.Input[int],
        flavor: pulumi.Input[str] | None = None,
        image: pulumi.Input[str] | None = None,
        ports: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        power: pulumi.Input[str] | None = None,
        metadata: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        key_pair: pulumi.Input[str] | None = None,
        server_group: pulumi.Input[str] | None = None,
        availability_zone: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties: dict[str, Any] = {
            "cloud": cloud,
            "region": region,
            "project": project,
            "name": name,
            "vcpu": vcpu,
            "ram_mib": ram_mib,
            "flavor": flavor,
            "image": image,
            "ports": ports,
            "power": power,
            "metadata": metadata,
            "key_pair": key_pair,
            "server_group": server_group,
            "availability_zone": availability_zone,
            "addresses": None,
            "host_id": None,
            "locked": None,
            "status": None,
            "security_groups": None,
        }
        super().__init__("omcloud:index:Server", resource_name, properties, opts)


class ServerGroup(pulumi.CustomResource):
    """A server group of a cloud.

    cloud: The cloud, as the inventory calls it (a change replaces).
    region: Region (a change replaces).
    project: Name or id of the project (a change replaces).
    name: Name (a change replaces).
    policy: affinity, anti-affinity, soft-affinity, soft-anti-affinity (a change replaces).
    members: Ids of servers (computed).
    """

    cloud: pulumi.Output[str]
    region: pulumi.Output[str]
    project: pulumi.Output[str]
    name: pulumi.Output[str]
    policy: pulumi.Output[str]
    members: pulumi.Output[Sequence[str]]

    def __init__(
        self,
        resource_name: str,
        *,
        cloud: pulumi.Input[str],
        region: pulumi.Input[str],
        project: pulumi.Input[str],
        name: pulumi.Input[str],
        policy: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties: dict[str, Any] = {
            "cloud": cloud,
            "region": region,
            "project": project,
            "name": name,
            "policy": policy,
            "members": None,
        }
        super().__init__("omcloud:index:ServerGroup", resource_name, properties, opts)


class Subnet(pulumi.CustomResource):
    """A subnet of a cloud.

    cloud: The cloud, as the inventory calls it (a change replaces).
    region: Region (a change replaces).
    project: Name or id of the project (a change replaces).
    name: Name; without one it is made with its item's.
    network: Name or id of its network (a change replaces).
    cidr: Its prefix (a change replaces).
    gateway: Address of the gateway, "" for none.
    dhcp: Whether neutron answers DHCP on it.
    pools: Ranges that addresses are taken from, `first-last`.
    """

    cloud: pulumi.Output[str]
    region: pulumi.Output[str]
    project: pulumi.Output[str]
    name: pulumi.Output[str]
    network: pulumi.Output[str]
    cidr: pulumi.Output[str]
    gateway: pulumi.Output[str]
    dhcp: pulumi.Output[bool]
    pools: pulumi.Output[Sequence[str]]

    def __init__(
        self,
        resource_name: str,
        *,
        cloud: pulumi.Input[str],
        region: pulumi.Input[str],
        project: pulumi.Input[str],
        network: pulumi.Input[str],
        cidr: pulumi.Input[str],
        name: pulumi.Input[str] | None = None,
        gateway: pulumi.Input[str] | None = None,
        dhcp: pulumi.Input[bool] | None = None,
        pools: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties: dict[str, Any] = {
            "cloud": cloud,
            "region": region,
            "project": project,
            "name": name,
            "network": network,
            "cidr": cidr,
            "gateway": gateway,
            "dhcp": dhcp,
            "pools": pools,
        }
        super().__init__("omcloud:index:Subnet", resource_name, properties, opts)


class Volume(pulumi.CustomResource):
    """A volume of a cloud.

    cloud: The cloud, as the inventory calls it (a change replaces).
    region: Region (a change replaces).
    project: Name or id of the project (a change replaces).
    name: Name; without one it is made with its item's.
    size_gib: Size; it only grows.
    type: Volume type (a change replaces).
    metadata: The whole of it, but for keys omlib_*.
    status: As cinder tells it (computed).
    bootable: Whether it can be booted (computed).
    """

    cloud: pulumi.Output[str]
    region: pulumi.Output[str]
    project: pulumi.Output[str]
    name: pulumi.Output[str]
    size_gib: pulumi.Output[int]
    type: pulumi.Output[str]
    metadata: pulumi.Output[Mapping[str, str]]
    status: pulumi.Output[str]
    bootable: pulumi.Output[bool]

    def __init__(
        self,
        resource_name: str,
        *,
        cloud: pulumi.Input[str],
        region: pulumi.Input[str],
        project: pulumi.Input[str],
        size_gib: pulumi.Input[int],
        name: pulumi.Input[str] | None = None,
        type: pulumi.Input[str] | None = None,
        metadata: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties: dict[str, Any] = {
            "cloud": cloud,
            "region": region,
            "project": project,
            "name": name,
            "size_gib": size_gib,
            "type": type,
            "metadata": metadata,
            "status": None,
            "bootable": None,
        }
        super().__init__("omcloud:index:Volume", resource_name, properties, opts)


class VolumeAttachment(pulumi.CustomResource):
    """A volume attachment of a cloud.

    cloud: The cloud, as the inventory calls it (a change replaces).
    region: Region (a change replaces).
    project: Name or id of the project (a change replaces).
    server: Id of the server (a change replaces).
    volume: Id of the volume (a change replaces).
    """

    cloud: pulumi.Output[str]
    region: pulumi.Output[str]
    project: pulumi.Output[str]
    server: pulumi.Output[str]
    volume: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        cloud: pulumi.Input[str],
        region: pulumi.Input[str],
        project: pulumi.Input[str],
        server: pulumi.Input[str],
        volume: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties: dict[str, Any] = {
            "cloud": cloud,
            "region": region,
            "project": project,
            "server": server,
            "volume": volume,
        }
        super().__init__("omcloud:index:VolumeAttachment", resource_name, properties, opts)
