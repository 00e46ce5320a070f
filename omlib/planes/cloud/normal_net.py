"""From what neutron says of ports, addresses, groups, networks and routers to items. Pure, no I/O.

As in `omlib.planes.cloud.normal`: one thing in, its item out, None for what is not ours to judge.
"""

from collections.abc import Iterable, Mapping

from omlib.model.item import Actual, Key, Value
from omlib.model.status import UnknownReason
from omlib.planes.cloud.around import Around, Subnet, keys_of, marks_in_text, of_project, text
from omlib.planes.cloud.reader import Json
from omlib.planes.cloud.rules import UNTOUCHED_DEFAULT, live_rule

_BALANCER = ("Octavia", "neutron:LOADBALANCER")  # LOADBALANCERV2 too
_ROUTER = "network:router_"
_HA_ROUTER = "network:ha_router_"
_LINKS = (  # ports by which a router stands in a network; others are its gateway, or for itself
    "network:router_interface",
    "network:router_interface_distributed",
    "network:ha_router_replicated_interface",
)


def port(told: Json, around: Around) -> Actual | None:
    user, device = told.get("device_owner") or "", told.get("device_id") or ""
    of_router = user.startswith((_ROUTER, _HA_ROUTER)) and device in around.routers
    if user.startswith("network:") and not of_router:
        # made by neutron for DHCP, a floating IP, or a router that is not seen here; gone with it
        return None
    mac = text(told, "mac_address")
    of_server = device and user.split(":")[0] in ("", "compute", "baremetal")
    addresses = tuple(sorted(entry["ip_address"] for entry in told["fixed_ips"]))
    parent = Key("id", device) if of_server or of_router else _user_of(told, around)
    if parent is None and user.startswith(_BALANCER):
        return None  # a load balancer's own, and balancers are no kind of ours
    groups = (str(group) for group in told.get("security_groups") or ())
    network, marks = text(told, "network_id"), marks_in_text(told)
    return Actual(
        ref=around.live_ref("port", told["id"]),
        scope=around.scope("port"),
        attributes={
            "network": around.networks.get(network, network),
            "addresses": addresses,
            "mac": mac,
            "security_groups": tuple(sorted(around.groups.get(group, group) for group in groups)),
            "device": around.owner(device) if of_server else device,
            "project": around.project,
        },
        keys=keys_of(told, marks, mac=(mac,), address=addresses),
        label=told.get("name") or ", ".join(addresses),
        system=marks.get("system", ""),
        parent=parent,
        pending="pending" in marks,
    )


def _user_of(told: Json, around: Around) -> Key | None:
    """The port that may send from this one's address: this one only holds a virtual IP for it."""
    network = text(told, "network_id")
    users = (around.vip_users.get((network, entry["ip_address"])) for entry in told["fixed_ips"])
    return next((Key("id", user) for user in users if user and user != told["id"]), None)


def vip_users(ports: Iterable[Json]) -> dict[tuple[str, str], str]:
    """By network and address the first port, by id, that lists it as an allowed address.

    Only single addresses: a prefix says nothing of the one leftover port that lies in it.
    """
    users: dict[tuple[str, str], str] = {}
    for told in ports:
        network, user = str(told.get("network_id")), str(told["id"])
        for pair in told.get("allowed_address_pairs") or ():
            address = str(pair["ip_address"]).removesuffix("/32").removesuffix("/128")
            users[network, address] = min(user, users.get((network, address), user))
    return users


def links_of(ports: Iterable[Json]) -> dict[str, set[str]]:
    """Ids of the networks that each router, by id, stands in."""
    links: dict[str, set[str]] = {}
    for told in ports:
        if told.get("device_owner") in _LINKS:
            links.setdefault(str(told.get("device_id")), set()).add(str(told.get("network_id")))
    return links


def floating_ip(told: Json, around: Around) -> Actual:
    address = text(told, "floating_ip_address")
    marks = marks_in_text(told)
    return Actual(
        # an address is held once in a cloud, so it says which declared one this is
        ref=around.floating.get(address) or around.live_ref("floating_ip", told["id"]),
        scope=around.scope("floating_ip"),
        attributes={
            "address": address,
            "target": told.get("fixed_ip_address") or "",
            "project": around.project,
        },
        keys=keys_of(told, marks, address=(address,)),
        label=address,
        system=marks.get("system", ""),
        pending="pending" in marks,
    )


def security_group(told: Json, around: Around) -> Actual | None:
    name = text(told, "name")
    rules = {live_rule(rule, around.groups) for rule in told["security_group_rules"]}
    is_default = name == "default"  # one per project, made by neutron; nobody can make or rename it
    if is_default and around.default_group is None and rules <= UNTOUCHED_DEFAULT:
        return None  # not declared, and opens no more than as neutron made it
    marks = marks_in_text(told)
    declared = around.default_group if is_default else None
    return Actual(
        ref=declared or around.live_ref("security_group", told["id"]),
        scope=around.scope("security_group"),
        attributes={"name": name, "rules": tuple(sorted(rules)), "project": around.project},
        keys=keys_of(told, marks, name=(name,)),
        label=name,
        system=marks.get("system", ""),
        pending="pending" in marks,
    )


def network(told: Json, around: Around) -> Actual | None:
    if not of_project(told, around.live_project):
        return None  # shared by another project, or the way outside
    name, marks = text(told, "name"), marks_in_text(told)
    seen: dict[str, Value] = {"name": name, "project": around.project}
    unseen: dict[str, UnknownReason] = {}
    inside = around.subnets.get(str(told["id"]), ())
    subnet = inside[0].id if len(inside) == 1 else ""
    if blind := around.unseen.get("subnet"):
        unseen |= dict.fromkeys(("cidrs", "gateway", "dhcp"), blind)
    else:
        seen["cidrs"] = tuple(sorted(subnet.cidr for subnet in inside))
        if len(inside) == 1:
            seen |= {"gateway": inside[0].gateway, "dhcp": inside[0].dhcp}
        elif inside:  # of several subnets none is the one that is meant; their prefixes say so
            unseen |= dict.fromkeys(("gateway", "dhcp"), UnknownReason.UNSUPPORTED)
    return Actual(
        ref=around.live_ref("network", told["id"]),
        scope=around.scope("network"),
        attributes=seen,
        unseen=unseen,
        keys=keys_of(told, marks, name=(name,), subnet=(subnet,)),
        label=name,
        system=marks.get("system", ""),
        pending="pending" in marks,
    )


def subnets_of(subnets: Iterable[Json]) -> Mapping[str, tuple[Subnet, ...]]:
    """By network id. A neutron without `enable_dhcp` gives addresses by DHCP, its default."""
    found: dict[str, tuple[Subnet, ...]] = {}
    for told in subnets:
        subnet = Subnet(
            text(told, "cidr"),
            str(told.get("gateway_ip") or ""),
            told.get("enable_dhcp", True),
            str(told.get("id") or ""),
        )
        inside = str(told["network_id"])
        found[inside] = (*found.get(inside, ()), subnet)
    return found


def router(told: Json, around: Around) -> Actual:
    name, marks = text(told, "name"), marks_in_text(told)
    outside = (told.get("external_gateway_info") or {}).get("network_id") or ""
    seen: dict[str, Value] = {
        "name": name,
        "external_network": around.networks.get(outside, outside),
        "project": around.project,
    }
    unseen: dict[str, UnknownReason] = {}
    if blind := around.unseen.get("port"):
        unseen["networks"] = blind
    else:
        ids = around.links.get(str(told["id"]), ())
        seen["networks"] = tuple(sorted(around.networks.get(one, one) for one in ids))
    return Actual(
        ref=around.live_ref("router", told["id"]),
        scope=around.scope("router"),
        attributes=seen,
        unseen=unseen,
        keys=keys_of(told, marks, name=(name,)),
        label=name,
        system=marks.get("system", ""),
        pending="pending" in marks,
    )
