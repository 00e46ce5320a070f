"""Routers and floating IPs of the simulation. Nothing is routed: they are records, with ports."""

from omlib.testing.openstack.neutron_ports import (
    as_made,
    drop_port,
    fixed_ips,
    make_port,
    sees,
    visible_network,
)
from omlib.testing.openstack.wire import Answer, ApiError, Json, Request, public, route
from omlib.testing.openstack.world import World, now


def add_floating_ip(world: World, request: Request) -> Answer:
    told = request.inner("floatingip")
    network = visible_network(world, request, str(told.get("floating_network_id")))
    if not network["router:external"]:
        raise ApiError(
            400, f"Network {network['id']} is not a valid external network", "BadRequest"
        )
    have = world.of("floating_ip", request.project)
    if not world.check_quota("floatingip", len(have)):
        raise ApiError(409, "Quota exceeded for resources: ['floatingip'].", "OverQuota")
    wanted = told.get("floating_ip_address")
    carrier = make_port(
        world,
        request.project,
        network,
        {
            "fixed_ips": [{"ip_address": wanted}] if wanted else [],
            "security_groups": [],
            "device_owner": "network:floatingip",
        },
    )
    carrier |= {"tenant_id": "", "project_id": "", "status": "N/A"}  # neutron's own
    floating = world.add(
        "floating_ip",
        {
            **as_made(request.project, told),
            "floating_ip_address": carrier["fixed_ips"][0]["ip_address"],
            "floating_network_id": network["id"],
            "port_id": None,
            "fixed_ip_address": None,
            "router_id": None,
            "status": "DOWN",
            "port_details": None,
            "_carrier": carrier["id"],
        },
    )
    carrier["device_id"] = floating["id"]
    try:
        _associate(world, request, floating, told)
    except ApiError:
        _drop(world, floating)
        raise
    return Answer(201, {"floatingip": public(floating)})


def _associate(world: World, request: Request, floating: Json, told: Json) -> None:
    old = world.things["port"].get(floating["port_id"] or "")
    port_id, fixed = told.get("port_id"), told.get("fixed_ip_address")
    port: Json | None = None
    router = ""
    if port_id:
        port = world.things["port"].get(port_id)
        if port is None or not sees(request, port):
            raise ApiError(404, f"Port {port_id} could not be found.", "PortNotFound")
        each = [ip["ip_address"] for ip in port["fixed_ips"]]
        if fixed and fixed not in each:
            words = f"Port {port_id} does not have fixed ip {fixed}."
            raise ApiError(400, f"Bad floatingip request: {words}", "BadRequest")
        fixed = fixed or (each or [None])[0]
        taken = [f for f in world.things["floating_ip"].values() if f["port_id"] == port_id]
        if any(f["fixed_ip_address"] == fixed and f is not floating for f in taken):
            words = f"Cannot associate floating IP {floating['floating_ip_address']} "
            raise ApiError(
                409,
                f"{words}({floating['id']}) with port {port_id} using fixed IP {fixed}, as that "
                "fixed IP already has a floating IP on external network "
                f"{floating['floating_network_id']}.",
                "FloatingIPPortAlreadyAssociated",
            )
        router = _router_between(world, floating["floating_network_id"], port)
    if old is not None:
        old["_floating"].remove(floating["floating_ip_address"])
    if port is not None:
        port["_floating"].append(floating["floating_ip_address"])
    floating |= {
        "port_id": port_id or None,
        "fixed_ip_address": fixed if port_id else None,
        "router_id": router or None,
        "updated_at": now(),
    }


def _router_between(world: World, external: str, port: Json) -> str:
    inside = {ip["subnet_id"] for ip in port["fixed_ips"]}
    for router in world.things["router"].values():
        gateway = (router["external_gateway_info"] or {}).get("network_id")
        own = [p for p in world.things["port"].values() if p["device_id"] == router["id"]]
        reached = {ip["subnet_id"] for p in own for ip in p["fixed_ips"]}
        if gateway == external and inside & reached:
            return str(router["id"])
    subnet = sorted(inside)[0] if inside else None
    raise ApiError(
        404,
        f"External network {external} is not reachable from subnet {subnet}. Therefore, cannot "
        f"associate Port {port['id']} with a Floating IP.",
        "ExternalGatewayForFloatingIPNotFound",
    )


def floating_ip(world: World, request: Request, live_id: str) -> Answer:
    floating = world.things["floating_ip"].get(live_id)
    if floating is None or not sees(request, floating):
        raise ApiError(404, f"Floating IP {live_id} could not be found", "FloatingIPNotFound")
    if request.method == "DELETE":
        _drop(world, floating)
        return Answer(204)
    told = request.inner("floatingip")
    if "port_id" in told:
        _associate(world, request, floating, told)
    if "description" in told:
        floating["description"] = told["description"]
    return Answer(200, {"floatingip": public(floating)})


def _drop(world: World, floating: Json) -> None:
    if port := world.things["port"].get(floating["port_id"] or ""):
        port["_floating"].remove(floating["floating_ip_address"])
    if carrier := world.things["port"].get(floating["_carrier"]):
        drop_port(world, carrier)
    world.things["floating_ip"].pop(floating["id"], None)


def add_router(world: World, request: Request) -> Answer:
    told = request.inner("router")
    router = world.add(
        "router",
        {
            **as_made(request.project, told, revision=1),
            "name": told.get("name") or "",
            "admin_state_up": told.get("admin_state_up", True),
            "status": "ACTIVE",
            "external_gateway_info": None,
            "routes": [],
            "availability_zones": [],
            "availability_zone_hints": [],
        },
    )
    if gateway := told.get("external_gateway_info"):
        _set_gateway(world, request, router, gateway)
    return Answer(201, {"router": public(router)})


def _set_gateway(world: World, request: Request, router: Json, told: Json) -> None:
    for port in _ports(world, router, "network:router_gateway"):
        drop_port(world, port)
    router["external_gateway_info"] = None
    if not told:
        return
    network = visible_network(world, request, str(told.get("network_id")))
    if not network["router:external"]:
        words = f"Network {network['id']} is not an external network"
        raise ApiError(400, f"Bad router request: {words}.", "BadRequest")
    port = make_port(world, "", network, {"security_groups": [], "device_id": router["id"]})
    port["device_owner"] = "network:router_gateway"
    router["external_gateway_info"] = {
        "network_id": network["id"],
        "external_fixed_ips": list(port["fixed_ips"]),
        "enable_snat": True,
    }


def _ports(world: World, router: Json, owner: str) -> list[Json]:
    each = world.things["port"].values()
    return [p for p in each if p["device_id"] == router["id"] and p["device_owner"] == owner]


def _own(world: World, request: Request, live_id: str) -> Json:
    router: Json | None = world.things["router"].get(live_id)
    if router is None or not sees(request, router):
        raise ApiError(404, f"Router {live_id} could not be found", "RouterNotFound")
    return router


def router(world: World, request: Request, live_id: str) -> Answer:
    thing = _own(world, request, live_id)
    if request.method == "DELETE":
        if _ports(world, thing, "network:router_interface"):
            raise ApiError(409, f"Router {live_id} still has ports", "RouterInUse")
        _set_gateway(world, request, thing, {})
        del world.things["router"][live_id]
        return Answer(204)
    told = dict(request.inner("router"))
    if "external_gateway_info" in told:
        _set_gateway(world, request, thing, told.pop("external_gateway_info") or {})
    names = ("name", "description", "admin_state_up")
    thing |= {name: told[name] for name in names if name in told}
    return Answer(200, {"router": public(thing)})


def add_interface(world: World, request: Request, live_id: str) -> Answer:
    thing = _own(world, request, live_id)
    if port_id := request.body.get("port_id"):
        port: Json = world.things["port"][port_id]
    else:
        subnet = world.things["subnet"].get(str(request.body.get("subnet_id")))
        if subnet is None:
            words = f"Subnet {request.body.get('subnet_id')} could not be found."
            raise ApiError(404, words, "SubnetNotFound")
        for other in _ports(world, thing, "network:router_interface"):
            if any(ip["subnet_id"] == subnet["id"] for ip in other["fixed_ips"]):
                words = f"Router already has a port on subnet {subnet['id']}"
                raise ApiError(400, f"Bad router request: {words}.", "BadRequest")
        network = world.things["network"][subnet["network_id"]]
        wanted = {"subnet_id": subnet["id"], "ip_address": subnet["gateway_ip"]}
        fixed_ips(world, network, [wanted])  # the gateway must be free
        port = make_port(
            world, thing["tenant_id"], network, {"fixed_ips": [wanted], "security_groups": []}
        )
    port |= {
        "device_id": live_id,
        "device_owner": "network:router_interface",
        "status": "ACTIVE",
    }
    return Answer(200, _interface(thing, port))


def remove_interface(world: World, request: Request, live_id: str) -> Answer:
    thing = _own(world, request, live_id)
    for port in _ports(world, thing, "network:router_interface"):
        subnets = {ip["subnet_id"] for ip in port["fixed_ips"]}
        if port["id"] == request.body.get("port_id") or request.body.get("subnet_id") in subnets:
            told = _interface(thing, port)
            drop_port(world, port)
            return Answer(200, told)
    words = f"Router {live_id} has no interface on subnet {request.body.get('subnet_id')}"
    raise ApiError(404, words, "RouterInterfaceNotFoundForSubnet")


def _interface(router: Json, port: Json) -> Json:
    subnets = [ip["subnet_id"] for ip in port["fixed_ips"]]
    return {
        "id": router["id"],
        "tenant_id": router["tenant_id"],
        "project_id": router["tenant_id"],
        "port_id": port["id"],
        "network_id": port["network_id"],
        "subnet_id": subnets[0] if subnets else None,
        "subnet_ids": subnets,
        "tags": [],
    }


ROUTES = (
    route("PUT", "/floatingips/*", floating_ip),
    route("DELETE", "/floatingips/*", floating_ip),
    route("PUT", "/routers/*/add_router_interface", add_interface),
    route("PUT", "/routers/*/remove_router_interface", remove_interface),
    route("PUT", "/routers/*", router),
    route("DELETE", "/routers/*", router),
)
