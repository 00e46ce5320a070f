"""What a fresh cloud holds: accounts, catalog, flavors, an image; and per lab, its networks.

All idempotent. Accounts to resources go into the template; networks carry the lab's addresses.
"""

from typing import Any

from omlib.lab.cloud.access import ACCOUNTS, connect
from omlib.lab.cloud.config import REGION, SERVICE_USER, CloudState
from omlib.lab.layout import CLOUD_POOL, ROUTER, LabLayout
from omlib.lab.passwords import SecretName, secret

HOSTS_NETWORK = "lab-hosts"  # a server with a port here is a real host
RECORDS_NETWORK = "gov-net"
EXTERNAL_NETWORK = "ext-net"
IMAGE = "lab-linux"
CATALOG = (
    ("compute", "nova", "/v2.1"),
    ("placement", "placement", ""),
    ("image", "glance", ""),
    ("network", "neutron", ""),
    ("block-storage", "cinder", "/v3"),
)
FLAVORS = (  # name, vCPU, RAM in MiB, disk in GiB
    ("m1.tiny", 1, 512, 1),
    ("m1.small", 2, 4096, 20),
    ("m1.medium", 4, 8192, 40),
    ("m1.large", 8, 16384, 80),
)


def seed_catalog(cloud: CloudState) -> None:
    """Needs keystone only: the other services look each other up here when they start."""
    identity = connect(cloud.layout).identity
    project = identity.find_project("service") or identity.create_project(
        name="service", domain_id="default"
    )
    accounts: tuple[tuple[str, SecretName], ...] = (
        (SERVICE_USER, "cloud-service"),
        *(account for name, account in ACCOUNTS.items() if name != "lab-admin"),
    )
    users = {
        name: identity.find_user(name)
        or identity.create_user(
            name=name, password=secret(cloud.layout, which), domain_id="default"
        )
        for name, which in accounts
    }
    for role in ("admin", "service"):
        identity.assign_project_role_to_user(project, users[SERVICE_USER], identity.find_role(role))
    known = {service.type: service for service in identity.services()}
    for kind, name, path in CATALOG:
        service = known.get(kind) or identity.create_service(name=name, type=kind)
        have = {endpoint.interface for endpoint in identity.endpoints(service_id=service.id)}
        for interface in {"public", "internal", "admin"} - have:
            identity.create_endpoint(
                service_id=service.id,
                interface=interface,
                url=cloud.url(name) + path,
                region_id=REGION,
            )


def seed_resources(layout: LabLayout) -> None:
    admin = connect(layout)
    for name, vcpus, ram, disk in FLAVORS:
        if not admin.compute.find_flavor(name):
            admin.compute.create_flavor(name=name, vcpus=vcpus, ram=ram, disk=disk)
    if not admin.image.find_image(IMAGE):
        admin.image.create_image(
            name=IMAGE,
            disk_format="raw",
            container_format="bare",
            data=b"\0" * 1024,
            visibility="public",
        )
    _seed_group_rules(admin.network)


def _seed_group_rules(network: Any) -> None:
    """What neutron puts into every new group. Its migrations write these rows, and here its tables
    come from its models: without them a new group would let nothing out."""
    path = "/default-security-group-rules"
    if network.get(path).json()["default_security_group_rules"]:
        return
    for ethertype in ("IPv4", "IPv6"):
        for told in (
            {"direction": "egress", "used_in_non_default_sg": True},
            {"direction": "ingress", "remote_group_id": "PARENT", "used_in_non_default_sg": False},
        ):
            rule = {**told, "ethertype": ethertype, "used_in_default_sg": True}
            answer = network.post(path, json={"default_security_group_rule": rule})
            answer.raise_for_status()


def seed_networks(layout: LabLayout) -> None:
    network = connect(layout).network
    gov = layout.network("gov")
    first, last = CLOUD_POOL
    hosts = {"gateway_ip": str(gov[ROUTER]), "cidr": str(gov)}
    pool = {"start": str(gov[first]), "end": str(gov[last])}  # the rest is for `up` to give
    _ensure_network(network, HOSTS_NETWORK, {"shared": True}, {**hosts, "allocation_pools": [pool]})
    records = {"cidr": str(layout.records_network)}
    inner = _ensure_network(network, RECORDS_NETWORK, {"shared": True}, records)
    outer = {
        "is_router_external": True,
        "provider_network_type": "flat",
        "provider_physical_network": "physext",
    }
    _ensure_network(network, EXTERNAL_NETWORK, outer, {"cidr": str(layout.external_network)})
    if not network.find_router("gov-router"):
        outside = network.find_network(EXTERNAL_NETWORK)
        router = network.create_router(
            name="gov-router", external_gateway_info={"network_id": outside.id}
        )
        network.add_interface_to_router(router, subnet=inner)


def _ensure_network(network: Any, name: str, kind: dict[str, Any], subnet: dict[str, Any]) -> str:
    """The id of the network's only subnet, which has the network's name."""
    found = network.find_subnet(name)
    if found is None:
        parent = network.find_network(name) or network.create_network(name=name, **kind)
        found = network.create_subnet(
            network_id=parent.id, name=name, ip_version=4, enable_dhcp=False, **subnet
        )
    return str(found.id)
