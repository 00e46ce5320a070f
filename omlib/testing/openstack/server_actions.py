"""What can be done to a server that is there, as nova does it; and nova's log of it."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from omlib.testing.openstack.nova_view import ports_by_server
from omlib.testing.openstack.wire import Answer, ApiError, Json, Request, route
from omlib.testing.openstack.world import World, found, now

_KEY = re.compile(r"[a-zA-Z0-9\-_:. ]{1,255}")


def own(world: World, request: Request, live_id: str) -> Json:
    """The server, if it is there for this project. 404 otherwise, as for one that never was."""
    words = "Instance {} could not be found."
    server: Json = found(world.things["server"], live_id, words)
    if server["tenant_id"] != request.project and not request.admin:
        raise ApiError(404, words.format(live_id))
    return server


def refuse_locked(server: Json, request: Request) -> None:
    if server["_locked"] and not request.admin:
        raise ApiError(409, f"Instance {server['id']} is locked")


def log(world: World, request: Request, live_id: str, action: str) -> None:
    world.actions.setdefault(live_id, []).insert(
        0,
        {
            "action": action,
            "instance_uuid": live_id,
            "request_id": request.id,
            "user_id": request.account.id if request.account else "",
            "project_id": request.project,
            "start_time": now(zulu=False),
            "updated_at": now(zulu=False),
            "message": None,
        },
    )


def act(world: World, request: Request, live_id: str) -> Answer:
    server = own(world, request, live_id)
    told = [name for name in request.body if name in _ACTIONS]
    if len(told) != 1:
        raise ApiError(400, f"There is no such action: {', '.join(request.body)}")
    name = told[0]
    if name not in ("lock", "unlock"):
        refuse_locked(server, request)
    return _ACTIONS[name](world, request, server, request.body[name])


def _needs(server: Json, action: str, *states: str) -> None:
    if server["status"] not in states:
        raise ApiError(
            409,
            f"Cannot '{action}' instance {server['id']} while it is in vm_state {server['_state']}",
        )
    if server["_task"]:
        raise ApiError(
            409,
            f"Cannot '{action}' instance {server['id']} while it is in task_state "
            f"{server['_task']}",
        )


def _settle(server: Json, status: str, state: str) -> None:
    server["status"], server["_state"], server["_task"] = status, state, None
    server["updated"] = now()


def _stop(world: World, request: Request, server: Json, _: Any) -> Answer:
    _needs(server, "stop", "ACTIVE", "ERROR")
    server["_task"] = "powering-off"
    log(world, request, server["id"], "stop")
    world.later(request.pace.change_s, partial(_settle, server, "SHUTOFF", "stopped"))
    return Answer(202)


def _start(world: World, request: Request, server: Json, _: Any) -> Answer:
    _needs(server, "start", "SHUTOFF")
    server["_task"] = "powering-on"
    log(world, request, server["id"], "start")
    world.later(request.pace.change_s, partial(_settle, server, "ACTIVE", "active"))
    return Answer(202)


def _reboot(world: World, request: Request, server: Json, told: Any) -> Answer:
    _needs(server, "reboot", "ACTIVE", "SHUTOFF", "ERROR")
    hard = str(told.get("type")).upper() == "HARD"
    server["_task"] = "rebooting_hard" if hard else "rebooting"
    server["status"] = "HARD_REBOOT" if hard else "REBOOT"
    log(world, request, server["id"], "reboot")
    world.later(request.pace.change_s, partial(_settle, server, "ACTIVE", "active"))
    return Answer(202)


def _resize(world: World, request: Request, server: Json, told: Any) -> Answer:
    _needs(server, "resize", "ACTIVE", "SHUTOFF")
    flavor = world.things["flavor"].get(str(told["flavorRef"]))
    if flavor is None:
        raise ApiError(400, f"Flavor {told['flavorRef']} could not be found.")
    if flavor["id"] == server["_flavor"]["id"]:
        raise ApiError(400, "When resizing, instances must change flavor!")
    server["_before"] = (server["_flavor"], server["status"], server["_state"])
    server["status"], server["_task"] = "RESIZE", "resize_prep"
    log(world, request, server["id"], "resize")

    def moved() -> None:
        server["_flavor"] = flavor
        _settle(server, "VERIFY_RESIZE", "resized")

    world.later(request.pace.change_s, moved)
    return Answer(202)


def _confirm(world: World, request: Request, server: Json, _: Any) -> Answer:
    _resized(server, "confirmResize")
    _, status, state = server.pop("_before")
    log(world, request, server["id"], "confirmResize")
    _settle(server, status, state)
    return Answer(204)


def _revert(world: World, request: Request, server: Json, _: Any) -> Answer:
    _resized(server, "revertResize")
    flavor, status, state = server.pop("_before")
    server["status"], server["_task"] = "REVERT_RESIZE", "resize_reverting"
    log(world, request, server["id"], "revertResize")

    def back() -> None:
        server["_flavor"] = flavor
        _settle(server, status, state)

    world.later(request.pace.change_s, back)
    return Answer(202)


def _resized(server: Json, action: str) -> None:
    if server["status"] != "VERIFY_RESIZE":
        raise ApiError(
            409,
            f"Cannot '{action}' instance {server['id']} while it is in vm_state {server['_state']}",
        )


def _lock(world: World, request: Request, server: Json, told: Any) -> Answer:
    server["_locked"] = True
    reason = told.get("locked_reason") if isinstance(told, dict) else None
    server["_locked_reason"] = reason if request.at_least(73) else None
    log(world, request, server["id"], "lock")
    return Answer(202)


def _unlock(world: World, request: Request, server: Json, _: Any) -> Answer:
    server["_locked"], server["_locked_reason"] = False, None
    log(world, request, server["id"], "unlock")
    return Answer(202)


def _add_group(world: World, request: Request, server: Json, told: Any) -> Answer:
    group = _group(world, request, told["name"])
    for port in ports_by_server(world, server["id"]).get(server["id"], ()):
        if group not in port["security_groups"]:
            port["security_groups"].append(group)
    return Answer(202)


def _remove_group(world: World, request: Request, server: Json, told: Any) -> Answer:
    group = _group(world, request, told["name"])
    ports = ports_by_server(world, server["id"]).get(server["id"], ())
    having = [port for port in ports if group in port["security_groups"]]
    if not having:
        raise ApiError(
            404,
            f"Security group {told['name']} not associated with the instance {server['id']}",
        )
    for port in having:
        port["security_groups"].remove(group)
    return Answer(202)


def _group(world: World, request: Request, name: str) -> str:
    known = world.of("security_group", request.project)
    named = [group["id"] for group in known if name in (group["id"], group["name"])]
    if not named:
        raise ApiError(404, f"Security group {name} not found for project {request.project}.")
    if len(named) > 1:
        raise ApiError(409, f"Multiple security groups found matching '{name}'.")
    return str(named[0])


_ACTIONS: dict[str, Callable[[World, Request, Json, Any], Answer]] = {
    "os-stop": _stop,
    "os-start": _start,
    "reboot": _reboot,
    "resize": _resize,
    "confirmResize": _confirm,
    "revertResize": _revert,
    "lock": _lock,
    "unlock": _unlock,
    "addSecurityGroup": _add_group,
    "removeSecurityGroup": _remove_group,
}


def checked_metadata(told: Json) -> dict[str, str]:
    for key, value in told.items():
        if not isinstance(value, str) or not _KEY.fullmatch(key) or len(value) > 255:
            raise ApiError(400, f"Invalid input for field/attribute {key}. Value: {value}.")
    return dict(told)


def metadata(world: World, request: Request, live_id: str) -> Answer:
    server = own(world, request, live_id)
    if request.method != "GET":
        told = checked_metadata(request.inner("metadata"))
        refuse_locked(server, request)
        server["metadata"] = told if request.method == "PUT" else server["metadata"] | told
        server["updated"] = now()
    return Answer(200, {"metadata": dict(server["metadata"])})


def forget_metadata(world: World, request: Request, live_id: str, key: str) -> Answer:
    server = own(world, request, live_id)
    refuse_locked(server, request)
    if key not in server["metadata"]:
        raise ApiError(404, "Metadata item was not found")
    del server["metadata"][key]
    return Answer(204)


def actions(world: World, request: Request, live_id: str) -> Answer:
    if live_id not in world.actions:
        own(world, request, live_id)
    each = world.actions.get(live_id, [])
    if any(told["project_id"] != request.project for told in each[-1:]) and not request.admin:
        raise ApiError(404, f"Instance {live_id} could not be found.")
    if not request.at_least(58):
        each = [{k: v for k, v in told.items() if k != "updated_at"} for told in each]
    return Answer(200, {"instanceActions": each})


ROUTES = (
    route("POST", "/servers/*/action", act),
    route("GET", "/servers/*/metadata", metadata),
    route("PUT", "/servers/*/metadata", metadata),
    route("POST", "/servers/*/metadata", metadata),
    route("DELETE", "/servers/*/metadata/*", forget_metadata),
    route("GET", "/servers/*/os-instance-actions", actions),
)
