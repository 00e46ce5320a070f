"""The simulation's own door: what tests say to it, as POSTs to `/control/<verb>`.

Nothing here is OpenStack. It is the same door for a simulation in a thread and for one in a
process of its own.
"""

from collections.abc import Callable
from typing import Any

from omlib.testing.openstack.faults import Trouble, changes
from omlib.testing.openstack.simulation import Simulation
from omlib.testing.openstack.wire import ApiError, Json, public
from omlib.testing.openstack.world import IMAGE, RECORDS_NETWORK, Pace


def control(simulation: Simulation, path: str, told: Json) -> tuple[int, Any]:
    verb = _VERBS.get(path.removeprefix("/control/"))
    if verb is None:
        return 404, {"message": f"no such verb: {path}"}
    try:
        with simulation.world.lock:
            return 200, verb(simulation, told)
    except ApiError as error:
        return error.status, {"message": error.message}
    except (KeyError, TypeError, ValueError) as error:
        return 400, {"message": f"{type(error).__name__}: {error}"}


def _counts(simulation: Simulation, told: Json) -> Json:
    by = simulation.counts.by()
    others = simulation.counts.open - 1  # one brought this question
    return {"by": by, "changes": changes(by), "calls": simulation.counts.calls(), "open": others}


def _clear(simulation: Simulation, told: Json) -> Json:
    simulation.counts.clear()
    return {}


def _trouble(simulation: Simulation, told: Json) -> Json:
    simulation.troubles.add(Trouble(**told))
    return {}


def _calm(simulation: Simulation, told: Json) -> Json:
    simulation.troubles.clear()
    return {}


def _pace(simulation: Simulation, told: Json) -> Json:
    simulation.world.pace = Pace(**told)
    return {}


def _set(simulation: Simulation, told: Json) -> Json:
    world = simulation.world
    for name, value in told.items():
        if name in ("microversion", "page_items", "quota", "unreadable"):
            setattr(world, name, value)
        elif name in ("services", "failing_builds"):
            setattr(world, name, set(value))
        elif name == "grants":  # names of projects; "" for the account's own
            world.grants = {world.project_id(a): world.project_id(b) for a, b in value.items()}
        else:
            raise KeyError(name)
    return {}


def _project(simulation: Simulation, told: Json) -> Json:
    world = simulation.world
    live_id = world.make_project(told["name"])
    for account, role in (told.get("roles") or {}).items():
        world.roles[account, live_id] = role
    return {"id": live_id}


def _do(simulation: Simulation, told: Json) -> Json:
    body = told.get("body") or {}
    return simulation.by_hand(
        told["method"], told["service"], told["path"], body, told.get("project", "admin")
    )


def _things(simulation: Simulation, told: Json) -> list[Json]:
    world = simulation.world
    world.settle()
    kept = world.things[told["kind"]].values()
    live_id = world.project_id(told["project"]) if told.get("project") else ""
    each = [public(thing) for thing in kept if live_id in ("", thing.get("tenant_id"))]
    return [_plain(thing) for thing in each]


def _plain(thing: Json) -> Json:
    return {name: sorted(v) if isinstance(v, set) else v for name, v in thing.items()}


def _edit(simulation: Simulation, told: Json) -> Json:
    simulation.world.things[told["kind"]][told["id"]] |= told["fields"]
    return {}


def _vanish(simulation: Simulation, told: Json) -> Json:
    del simulation.world.things[told["kind"]][told["id"]]
    return {}


def _seed(simulation: Simulation, told: Json) -> list[Json]:
    """Many servers at once, each with a port and, if asked, volumes, as somebody made them."""
    project, name = told["project"], told.get("name", "vm")
    world = simulation.world
    named = {
        kind: {thing["name"]: thing["id"] for thing in world.things[kind].values()}
        for kind in ("network", "flavor", "image")
    }
    made = []

    def do(service: str, path: str, key: str, body: Json) -> Json:
        answer = simulation.by_hand("POST", service, path, {key: body}, project)
        return dict(answer[key])

    for number in range(1, told["servers"] + 1):
        this = f"{name}-{number:04d}"
        network = named["network"][told.get("network", RECORDS_NETWORK)]
        port = do("network", "/ports", "port", {"network_id": network, "name": this})
        server = do(
            "compute",
            "/servers",
            "server",
            {
                "name": this,
                "flavorRef": named["flavor"][told.get("flavor", "m1.small")],
                "imageRef": named["image"][told.get("image", IMAGE)],
                "networks": [{"port": port["id"]}],
                "metadata": told.get("metadata") or {},
            },
        )
        volumes = []
        for index in range(told.get("volumes", 0)):
            size = told.get("size_gib", 10)
            volume = do("volumev3", "/volumes", "volume", {"name": f"{this}-{index}", "size": size})
            path = f"/servers/{server['id']}/os-volume_attachments"
            do("compute", path, "volumeAttachment", {"volumeId": volume["id"]})
            volumes.append(volume["id"])
        made.append(
            {
                "id": server["id"],
                "name": this,
                "port": port["id"],
                "address": port["fixed_ips"][0]["ip_address"],
                "mac": port["mac_address"],
                "volumes": volumes,
            }
        )
    return made


_VERBS: dict[str, Callable[[Simulation, Json], Any]] = {
    "counts": _counts,
    "clear": _clear,
    "trouble": _trouble,
    "calm": _calm,
    "pace": _pace,
    "set": _set,
    "project": _project,
    "do": _do,
    "things": _things,
    "edit": _edit,
    "vanish": _vanish,
    "seed": _seed,
}
