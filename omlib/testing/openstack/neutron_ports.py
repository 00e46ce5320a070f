"""Ports of the simulation: addresses out of subnets, who uses them, floating IPs on them."""

import ipaddress
import secrets

from omlib.testing.openstack.wire import ApiError, Json, Request
from omlib.testing.openstack.world import World, new_id, now


def as_made(project: str, told: Json, *, revision: int = 0) -> Json:
    """What neutron keeps of each thing, whatever its kind. Not all have a name."""
    return {
        "id": new_id(),
        "description": told.get("description") or "",
        "tenant_id": project,
        "project_id": project,
        "tags": [],
        "created_at": now(),
        "updated_at": now(),
        "revision_number": revision,
    }


def visible_network(world: World, request: Request, live_id: str) -> Json:
    network: Json | None = world.things["network"].get(live_id)
    if network is None or not sees(request, network):
        raise ApiError(404, f"Network {live_id} could not be found.", "NetworkNotFound")
    return network


def sees(request: Request, thing: Json) -> bool:
    return (
        request.admin
        or thing["tenant_id"] == request.project
        or bool(thing.get("shared") or thing.get("router:external"))
    )


def default_group(world: World, project: str) -> Json:
    """Made by neutron when a project first uses it."""
    for group in world.of("security_group", project):
        if group["name"] == "default":
            return group
    group = new_group(world, project, "default", "Default security group")
    for ethertype in ("IPv4", "IPv6"):
        add_rule(group, {"ethertype": ethertype, "remote_group_id": group["id"]})
    return group


def new_group(world: World, project: str, name: str, description: str) -> Json:
    group = world.add(
        "security_group",
        {
            **as_made(project, {"description": description}, revision=1),
            "name": name,
            "stateful": True,
            "shared": False,
            "security_group_rules": [],
        },
    )
    for ethertype in ("IPv4", "IPv6"):
        add_rule(group, {"direction": "egress", "ethertype": ethertype})
    return group


def add_rule(group: Json, told: Json) -> Json:
    rule = {
        **as_made(group["tenant_id"], told),
        "security_group_id": group["id"],
        "direction": told.get("direction", "ingress"),
        "ethertype": told.get("ethertype") or "IPv4",
        "protocol": told.get("protocol"),
        "port_range_min": told.get("port_range_min"),
        "port_range_max": told.get("port_range_max"),
        "remote_ip_prefix": told.get("remote_ip_prefix"),
        "remote_group_id": told.get("remote_group_id"),
        "remote_address_group_id": told.get("remote_address_group_id"),
        "normalized_cidr": told.get("remote_ip_prefix"),
        "belongs_to_default_sg": group["name"] == "default",
    }
    group["security_group_rules"].append(rule)
    return rule


def fixed_ips(world: World, network: Json, wanted: list[Json]) -> list[Json]:
    """The addresses asked for, or one of the network's first IPv4 subnet."""
    subnets = [s for s in world.things["subnet"].values() if s["network_id"] == network["id"]]
    if not wanted:
        return [{"subnet_id": s["id"], "ip_address": next_address(s)} for s in subnets[:1]]
    given = []
    for entry in wanted:
        address, subnet_id = entry.get("ip_address"), entry.get("subnet_id")
        fitting = [
            s
            for s in subnets
            if subnet_id in (None, s["id"])
            and (not address or ipaddress.ip_address(address) in ipaddress.ip_network(s["cidr"]))
        ]
        if not fitting:
            raise ApiError(
                400,
                f"Invalid input for operation: IP address {address} is not a valid IP for any of "
                "the subnets on the specified network.",
                "InvalidIpForNetwork",
            )
        subnet = fitting[0]
        if address and address in taken(subnet):
            raise ApiError(
                409,
                f"IP address {address} already allocated in subnet {subnet['id']}",
                "IpAddressAlreadyAllocated",
            )
        found = address or next_address(subnet)
        given.append({"subnet_id": subnet["id"], "ip_address": found})
    return given


def taken(subnet: Json) -> set[str]:
    used: set[str] = subnet["_used"]
    return used


def next_address(subnet: Json) -> str:
    used = taken(subnet)
    for pool in subnet["allocation_pools"]:
        first, last = (int(ipaddress.ip_address(pool[end])) for end in ("start", "end"))
        for number in range(max(first, subnet["_next"]), last + 1):
            if (text := str(ipaddress.ip_address(number))) not in used:
                subnet["_next"] = number + 1
                return text
    for pool in subnet["allocation_pools"]:
        first, last = (int(ipaddress.ip_address(pool[end])) for end in ("start", "end"))
        for number in range(first, last + 1):
            if (text := str(ipaddress.ip_address(number))) not in used:
                return text
    raise ApiError(
        409,
        f"No more IP addresses available on network {subnet['network_id']}.",
        "IpAddressGenerationFailure",
    )


def hold(world: World, port: Json) -> None:
    for ip in port["fixed_ips"]:
        world.things["subnet"][ip["subnet_id"]]["_used"].add(ip["ip_address"])


def release(world: World, port: Json) -> None:
    for ip in port["fixed_ips"]:
        if subnet := world.things["subnet"].get(ip["subnet_id"]):
            subnet["_used"].discard(ip["ip_address"])


def make_port(world: World, project: str, network: Json, told: Json) -> Json:
    if not world.check_quota("port", len(world.of("port", project))):
        raise ApiError(409, "Quota exceeded for resources: ['port'].", "OverQuota")
    groups = told.get("security_groups")
    if groups is None:
        groups = [default_group(world, project)["id"]]
    for group in groups:
        if group not in world.things["security_group"]:
            raise ApiError(404, f"Security group {group} does not exist", "SecurityGroupNotFound")
    given = fixed_ips(world, network, told.get("fixed_ips") or [])
    mac = told.get("mac_address") or "fa:16:3e:" + ":".join(
        f"{byte:02x}" for byte in secrets.token_bytes(3)
    )
    port = world.add(
        "port",
        {
            **as_made(project, told, revision=1),
            "name": told.get("name") or "",
            "network_id": network["id"],
            "admin_state_up": told.get("admin_state_up", True),
            "status": "DOWN",
            "mac_address": mac,
            "fixed_ips": given,
            "device_id": told.get("device_id") or "",
            "device_owner": told.get("device_owner") or "",
            "security_groups": list(groups),
            "allowed_address_pairs": [
                {"mac_address": pair.get("mac_address") or mac, "ip_address": pair["ip_address"]}
                for pair in told.get("allowed_address_pairs") or ()
            ],
            "extra_dhcp_opts": [],
            "port_security_enabled": told.get("port_security_enabled", True),
            "binding:vnic_type": "normal",
            "_floating": [],
            "_of_nova": False,
        },
    )
    hold(world, port)
    return port


def choose_port(world: World, request: Request, entry: Json, groups: list[str]) -> Json:
    """What a server's network entry means: a port that is there, or a new one of nova's own."""
    if port_id := entry.get("port"):
        port: Json | None = world.things["port"].get(port_id)
        if port is None or port["tenant_id"] != request.project:
            raise ApiError(400, f"Port {port_id} could not be found.")
        if port["device_id"]:
            raise ApiError(409, f"Port {port_id} is still in use.")
        return port
    network_id = str(entry.get("uuid") or entry.get("net_id"))
    network = world.things["network"].get(network_id)
    if network is None or not sees(request, network):
        raise ApiError(400, f"Network {network_id} could not be found.")
    wanted = [{"ip_address": entry["fixed_ip"]}] if entry.get("fixed_ip") else []
    try:
        port = make_port(
            world,
            request.project,
            network,
            {"fixed_ips": wanted, "security_groups": _group_ids(world, request, groups)},
        )
    except ApiError as error:
        if error.kind == "IpAddressAlreadyAllocated":
            words = f"Fixed IP address {entry['fixed_ip']} is already in use on instance "
            raise ApiError(400, words) from error
        raise
    port["_of_nova"] = True
    return port


def _group_ids(world: World, request: Request, names: list[str]) -> list[str] | None:
    if not names:
        return None
    default_group(world, request.project)
    known = world.of("security_group", request.project)
    ids = []
    for name in names:
        named = [group["id"] for group in known if name in (group["id"], group["name"])]
        if len(named) != 1:
            word = "Multiple security groups found matching" if named else "Security group"
            raise ApiError(409 if named else 400, f"{word} {name} not found.")
        ids.append(named[0])
    return ids


def bind(port: Json, server: str) -> None:
    port |= {"device_id": server, "device_owner": "compute:nova", "status": "ACTIVE"}
    port["updated_at"] = now()


def unbind(world: World, port: Json) -> None:
    """Its server let go of it: one that nova made goes, one that was given stays."""
    if port["_of_nova"]:
        drop_port(world, port)
    else:
        port |= {"device_id": "", "device_owner": "", "status": "DOWN", "updated_at": now()}


def drop_port(world: World, port: Json) -> None:
    release(world, port)
    world.things["port"].pop(port["id"], None)
    for floating in world.things["floating_ip"].values():
        if floating["port_id"] == port["id"]:
            floating |= {"port_id": None, "fixed_ip_address": None, "router_id": None}
