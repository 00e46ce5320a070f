"""neutron of the simulation: listings with filters and pages, networks, subnets, ports, groups."""

import ipaddress
from collections.abc import Iterable
from functools import partial

from omlib.testing.openstack import neutron_l3
from omlib.testing.openstack.neutron_ports import (
    add_rule,
    as_made,
    default_group,
    drop_port,
    fixed_ips,
    hold,
    make_port,
    new_group,
    release,
    sees,
    taken,
    visible_network,
)
from omlib.testing.openstack.wire import (
    Answer,
    ApiError,
    Json,
    Request,
    next_link,
    page_of,
    public,
    route,
)
from omlib.testing.openstack.world import World, now

_CONTROL = ("limit", "marker", "fields", "sort_key", "sort_dir", "page_reverse")
_NAMES = {  # in addresses, in bodies, in messages
    "network": ("networks", "Network", "NetworkNotFound"),
    "subnet": ("subnets", "Subnet", "SubnetNotFound"),
    "port": ("ports", "Port", "PortNotFound"),
    "security_group": ("security-groups", "Security group", "SecurityGroupNotFound"),
    "floating_ip": ("floatingips", "Floating IP", "FloatingIPNotFound"),
    "router": ("routers", "Router", "RouterNotFound"),
}
_KEYS = {"security_group": "security_group", "floating_ip": "floatingip"}


def error_body(error: ApiError) -> Json:
    kinds = {403: "PolicyNotAuthorized", 404: "HTTPNotFound", 503: "HTTPServiceUnavailable"}
    kind = error.kind or kinds.get(error.status, "HTTPBadRequest")
    return {"NeutronError": {"type": kind, "message": error.message, "detail": ""}}


def discovery(world: World, request: Request) -> Answer:
    base = request.base.removesuffix("/v2.0")
    link = {"rel": "self", "href": f"{base}/v2.0/"}
    return Answer(200, {"versions": [{"id": "v2.0", "status": "CURRENT", "links": [link]}]})


def listing(kind: str, world: World, request: Request) -> Answer:
    if kind == "security_group" and request.project:
        default_group(world, request.project)
    things = [t for t in world.things[kind].values() if _sees(world, kind, request, t)]
    for name, wanted in request.query.items():
        if name not in _CONTROL:
            things = [thing for thing in things if _matches(thing, name, wanted)]
    # without a limit neutron gives everything, however much; with one, by id
    limited = bool(request.first("limit"))
    if limited:
        things.sort(key=lambda thing: thing["id"])
    page, marker = page_of(things, request, world.page_items if limited else 10**9)
    key = _key(kind) + "s"
    fields = request.query.get("fields")
    told: Json = {key: [_shown(world, kind, thing, fields) for thing in page]}
    if marker:
        told[f"{key}_links"] = [next_link(request, marker)]
    return Answer(200, told)


def _key(kind: str) -> str:
    return _KEYS.get(kind, kind)


def _sees(world: World, kind: str, request: Request, thing: Json) -> bool:
    if kind == "subnet":
        return sees(request, thing) or sees(request, world.things["network"][thing["network_id"]])
    return sees(request, thing)


def _matches(thing: Json, name: str, wanted: Iterable[str]) -> bool:
    if name == "fixed_ips":
        each = [term.split("=", 1) for term in wanted]
        return any(
            str(ip.get(field)) == value for ip in thing["fixed_ips"] for field, value in each
        )
    if name in ("tags", "tags-any"):
        return any(set(term.split(",")) <= set(thing.get("tags", ())) for term in wanted)
    held = thing.get("tenant_id" if name == "project_id" else name)
    if isinstance(held, bool):
        return str(held).lower() in {term.lower() for term in wanted}
    return str("" if held is None else held) in wanted


def _shown(world: World, kind: str, thing: Json, fields: Iterable[str] | None) -> Json:
    told = public(thing)
    if kind == "network":
        each = world.things["subnet"].values()
        told["subnets"] = [subnet["id"] for subnet in each if subnet["network_id"] == thing["id"]]
    return {name: told[name] for name in fields if name in told} if fields else told


def one(world: World, request: Request, kind: str, live_id: str) -> Json:
    _, word, error = _NAMES[kind]
    thing: Json | None = world.things[kind].get(live_id)
    if thing is None or not _sees(world, kind, request, thing):
        raise ApiError(404, f"{word} {live_id} could not be found.", error)
    if request.writes and thing["tenant_id"] != request.project and not request.admin:
        raise ApiError(403, f"(rule:{request.method.lower()}_{kind}) is disallowed by policy")
    return thing


def show(kind: str, world: World, request: Request, live_id: str) -> Answer:
    thing = one(world, request, kind, live_id)
    return Answer(200, {_key(kind): _shown(world, kind, thing, request.query.get("fields"))})


def _made(world: World, kind: str, thing: Json) -> Answer:
    return Answer(201, {_key(kind): _shown(world, kind, thing, None)})


def add_network(world: World, request: Request) -> Answer:
    told = request.inner("network")
    if told.get("shared") and not request.admin:
        raise ApiError(
            403, "(rule:create_network and rule:create_network:shared) is disallowed by policy"
        )
    network = world.add(
        "network",
        {
            **as_made(request.project, told, revision=1),
            "name": told.get("name") or "",
            "admin_state_up": told.get("admin_state_up", True),
            "status": "ACTIVE",
            "shared": bool(told.get("shared")),
            "router:external": bool(told.get("router:external")),
            "mtu": 1500,
            "port_security_enabled": True,
            "availability_zones": [],
            "availability_zone_hints": [],
        },
    )
    return _made(world, "network", network)


def drop_network(world: World, request: Request, live_id: str) -> Answer:
    one(world, request, "network", live_id)
    if any(port["network_id"] == live_id for port in world.things["port"].values()):
        words = f"Unable to complete operation on network {live_id}. There are one or more ports "
        raise ApiError(409, f"{words}still in use on the network.", "NetworkInUse")
    subnets = world.things["subnet"]
    for subnet in [s for s in subnets.values() if s["network_id"] == live_id]:
        del subnets[subnet["id"]]
    del world.things["network"][live_id]
    return Answer(204)


def add_subnet(world: World, request: Request) -> Answer:
    told = request.inner("subnet")
    network = visible_network(world, request, str(told.get("network_id")))
    cidr = ipaddress.ip_network(told["cidr"], strict=False)
    for other in world.things["subnet"].values():
        if other["network_id"] == network["id"] and cidr.overlaps(
            ipaddress.ip_network(other["cidr"])
        ):
            words = f"Requested subnet with cidr: {cidr} for network: {network['id']} overlaps"
            raise ApiError(
                400, f"Invalid input for operation: {words} with another subnet.", "InvalidInput"
            )
    gateway = told.get("gateway_ip", str(cidr[1]))
    first, last = int(cidr[0]) + 1, int(cidr[-1]) - 1
    if gateway == str(cidr[1]):
        first += 1
    of = cidr[0].__class__
    pools = told.get("allocation_pools") or [{"start": str(of(first)), "end": str(of(last))}]
    subnet = world.add(
        "subnet",
        {
            **as_made(request.project, told),
            "name": told.get("name") or "",
            "network_id": network["id"],
            "ip_version": cidr.version,
            "cidr": str(cidr),
            "gateway_ip": gateway,
            "enable_dhcp": told.get("enable_dhcp", True),
            "allocation_pools": pools,
            "dns_nameservers": list(told.get("dns_nameservers") or ()),
            "host_routes": [],
            "subnetpool_id": None,
            "service_types": [],
            "segment_id": None,
            "ipv6_address_mode": None,
            "ipv6_ra_mode": None,
            "dns_publish_fixed_ip": False,
            "router:external": network["router:external"],
            "_used": set(),
            "_next": 0,
        },
    )
    return _made(world, "subnet", subnet)


def drop_subnet(world: World, request: Request, live_id: str) -> Answer:
    if taken(one(world, request, "subnet", live_id)):
        words = f"Unable to complete operation on subnet {live_id}: One or more ports have an IP "
        raise ApiError(409, f"{words}allocation from this subnet.", "SubnetInUse")
    del world.things["subnet"][live_id]
    return Answer(204)


def change(kind: str, world: World, request: Request, live_id: str) -> Answer:
    thing = one(world, request, kind, live_id)
    told = request.inner(_key(kind))
    fixed = ("id", "tenant_id", "project_id", "network_id", "cidr", "mac_address", "status")
    for name in told:
        if name not in thing or name.startswith("_") or name in fixed:
            raise ApiError(400, f"Cannot update read-only attribute {name}", "HTTPBadRequest")
    if kind == "port" and "fixed_ips" in told:
        release(world, thing)
        network = world.things["network"][thing["network_id"]]
        kept = {ip["ip_address"]: ip for ip in thing["fixed_ips"]}
        try:
            fresh = [ip for ip in told["fixed_ips"] if ip.get("ip_address") not in kept]
            given = fixed_ips(world, network, fresh) if fresh else []
        except ApiError:
            hold(world, thing)
            raise
        same = [kept[ip["ip_address"]] for ip in told["fixed_ips"] if ip.get("ip_address") in kept]
        told = told | {"fixed_ips": same + given}
    if kind == "port" and "allowed_address_pairs" in told:
        mac = thing["mac_address"]
        pairs = [{"mac_address": mac, **pair} for pair in told["allowed_address_pairs"]]
        told = told | {"allowed_address_pairs": pairs}
    if kind == "port" and told.get("device_id") == "":
        thing["status"] = "DOWN"
    if kind == "security_group" and thing["name"] == "default" and "name" in told:
        raise ApiError(
            409, "Updating default security group not allowed.", "SecurityGroupCannotUpdateDefault"
        )
    thing |= told
    thing["updated_at"] = now()
    thing["revision_number"] += 1
    if kind == "port":
        hold(world, thing)
    return Answer(200, {_key(kind): _shown(world, kind, thing, None)})


def add_port(world: World, request: Request) -> Answer:
    told = request.inner("port")
    network = visible_network(world, request, str(told.get("network_id")))
    return _made(world, "port", make_port(world, request.project, network, told))


def drop(world: World, request: Request, live_id: str) -> Answer:
    port = one(world, request, "port", live_id)
    if port["device_owner"].startswith("network:router"):
        words = f"Port {live_id} cannot be deleted directly via the port API: has device owner "
        raise ApiError(409, f"{words}{port['device_owner']}.", "ServicePortInUse")
    drop_port(world, port)
    return Answer(204)


def add_group(world: World, request: Request) -> Answer:
    told = request.inner("security_group")
    default_group(world, request.project)
    have = world.of("security_group", request.project)
    if told.get("name") == "default":
        raise ApiError(
            409, "Default security group already exists.", "SecurityGroupDefaultAlreadyExists"
        )
    if not world.check_quota("security_group", len(have)):
        raise ApiError(409, "Quota exceeded for resources: ['security_group'].", "OverQuota")
    name, description = str(told.get("name") or ""), str(told.get("description") or "")
    return _made(world, "security_group", new_group(world, request.project, name, description))


def drop_group(world: World, request: Request, live_id: str) -> Answer:
    group = one(world, request, "security_group", live_id)
    if group["name"] == "default":
        raise ApiError(
            409,
            "Insufficient rights for removing default security group.",
            "SecurityGroupCannotRemoveDefault",
        )
    if any(live_id in port["security_groups"] for port in world.things["port"].values()):
        raise ApiError(409, f"Security Group {live_id} in use.", "SecurityGroupInUse")
    del world.things["security_group"][live_id]
    return Answer(204)


def _rules(world: World, request: Request) -> list[Json]:
    groups = world.things["security_group"].values()
    return [r for g in groups if sees(request, g) for r in g["security_group_rules"]]


def rules(world: World, request: Request) -> Answer:
    each = _rules(world, request)
    for name, wanted in request.query.items():
        if name not in _CONTROL:
            each = [rule for rule in each if _matches(rule, name, wanted)]
    return Answer(200, {"security_group_rules": each})


def add_group_rule(world: World, request: Request) -> Answer:
    told = request.inner("security_group_rule")
    group = one(world, request, "security_group", str(told.get("security_group_id")))
    if prefix := told.get("remote_ip_prefix"):
        told = told | {"remote_ip_prefix": str(ipaddress.ip_network(prefix, strict=False))}
    same = (
        *("direction", "ethertype", "protocol", "port_range_min", "port_range_max"),
        *("remote_ip_prefix", "remote_group_id"),
    )
    wanted = {"direction": "ingress", "ethertype": "IPv4"} | told
    for rule in group["security_group_rules"]:
        if all(rule[name] == wanted.get(name) for name in same):
            words = f"Security group rule already exists. Rule id is {rule['id']}."
            raise ApiError(409, words, "SecurityGroupRuleExists")
    return Answer(201, {"security_group_rule": add_rule(group, wanted)})


def group_rule(world: World, request: Request, live_id: str) -> Answer:
    for rule in _rules(world, request):
        if rule["id"] == live_id:
            if request.method == "DELETE":
                group = one(world, request, "security_group", rule["security_group_id"])
                group["security_group_rules"].remove(rule)
                return Answer(204)
            return Answer(200, {"security_group_rule": rule})
    raise ApiError(
        404, f"Security group rule {live_id} does not exist", "SecurityGroupRuleNotFound"
    )


def tags(kind: str, world: World, request: Request, live_id: str) -> Answer:
    thing = one(world, request, kind, live_id)
    if request.method == "PUT":
        thing["tags"] = list(request.body["tags"])
    return Answer(200, {"tags": thing["tags"]})


_MAKE = {
    "network": add_network,
    "subnet": add_subnet,
    "port": add_port,
    "security_group": add_group,
    "floating_ip": neutron_l3.add_floating_ip,
    "router": neutron_l3.add_router,
}
_DROP = {
    "network": drop_network,
    "subnet": drop_subnet,
    "port": drop,
    "security_group": drop_group,
}

ROUTES = (
    route("GET", "", discovery),
    route("GET", "/security-group-rules", rules),
    route("POST", "/security-group-rules", add_group_rule),
    route("GET", "/security-group-rules/*", group_rule),
    route("DELETE", "/security-group-rules/*", group_rule),
    *neutron_l3.ROUTES,
    *(
        each
        for kind, (path, _, _) in _NAMES.items()
        for each in (
            route("GET", f"/{path}", partial(listing, kind)),
            route("POST", f"/{path}", _MAKE[kind]),
            route("GET", f"/{path}/*", partial(show, kind)),
            route("GET", f"/{path}/*/tags", partial(tags, kind)),
            route("PUT", f"/{path}/*/tags", partial(tags, kind)),
        )
    ),
    *(
        each
        for kind, handler in _DROP.items()
        for each in (
            route("PUT", f"/{_NAMES[kind][0]}/*", partial(change, kind)),
            route("DELETE", f"/{_NAMES[kind][0]}/*", handler),
        )
    ),
)
