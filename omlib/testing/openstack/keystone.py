"""keystone v3 of the simulation: password and token methods, a scope, a catalog, projects."""

import secrets

from omlib.testing.openstack.wire import Answer, ApiError, Json, Request, route
from omlib.testing.openstack.world import REGION, Account, World

DOMAIN = {"id": "default", "name": "Default"}
PATHS = {
    "compute": "/compute/v2.1",
    "network": "/network",
    "volumev3": "/volume/v3",
    "image": "/image",
    "identity": "/identity",
}
_NAMES = {
    "compute": "nova",
    "network": "neutron",
    "volumev3": "cinder",
    "image": "glance",
    "identity": "keystone",
}


def error_body(error: ApiError) -> Json:
    titles = {401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
    title = titles.get(error.status, "Error")
    return {"error": {"code": error.status, "message": error.message, "title": title}}


def discovery(world: World, request: Request) -> Answer:
    address = request.base.removesuffix("/v3")
    link = {"rel": "self", "href": f"{address}/v3/"}
    version = {"id": "v3.14", "status": "stable", "links": [link], "media-types": []}
    if request.version:
        return Answer(200, {"version": version})
    return Answer(300, {"versions": {"values": [version]}})


def issue(world: World, request: Request) -> Answer:
    auth = request.inner("auth")
    account = _account(world, auth.get("identity") or {})
    scope = auth.get("scope")
    told = scope.get("project") if isinstance(scope, dict) else None
    project = ""
    if told:
        asked = world.project_id(told.get("id") or told.get("name") or "")
        if not world.role(account.name, asked):
            raise ApiError(
                401, f"User {account.id} has no access to project {asked or told.get('name')}"
            )
        project = world.grants.get(asked, asked)
    world.tokens[key := f"gAAAAA{secrets.token_urlsafe(40)}"] = (account.name, project)
    token: Json = {
        "methods": list(auth["identity"]["methods"]),
        "user": {
            "id": account.id,
            "name": account.name,
            "domain": DOMAIN,
            "password_expires_at": None,
        },
        "audit_ids": [secrets.token_urlsafe(16)],
        "expires_at": "2099-01-01T00:00:00.000000Z",
        "issued_at": "2026-01-01T00:00:00.000000Z",
    }
    if project:
        role = world.role(account.name, project) or "reader"
        token |= {
            "project": {"id": project, "name": world.projects[project], "domain": DOMAIN},
            "is_domain": False,
            "roles": [{"id": f"role-{role}", "name": role}],
            "catalog": _catalog(world, request.base.partition("/identity")[0]),
        }
    return Answer(201, {"token": token}, {"X-Subject-Token": key})


def _account(world: World, identity: Json) -> Account:
    refused = ApiError(401, "The request you have made requires authentication.")
    if "token" in identity.get("methods", ()):
        known = world.tokens.get(str(identity.get("token", {}).get("id")))
        if known is None:
            raise refused
        return world.accounts[known[0]]
    user = identity.get("password", {}).get("user", {})
    for account in world.accounts.values():
        if user.get("id") == account.id or user.get("name") == account.name:
            if user.get("password") == account.password:
                return account
            break
    raise refused


def _catalog(world: World, url: str) -> list[Json]:
    return [
        {
            "type": kind,
            "name": _NAMES[kind],
            "id": f"service-{kind}",
            "endpoints": [
                {
                    "id": f"{kind}-{interface}",
                    "interface": interface,
                    "region": REGION,
                    "region_id": REGION,
                    "url": f"{url}{PATHS[kind]}",
                }
                for interface in ("public", "internal", "admin")
            ],
        }
        for kind in sorted(world.services)
    ]


def own_projects(world: World, request: Request) -> Answer:
    account = _known(request)
    each = [i for i in world.projects if world.role(account.name, i)]
    links = {"next": None, "self": f"{request.base}/auth/projects", "previous": None}
    return Answer(200, {"projects": [_project(world, i) for i in each], "links": links})


def projects(world: World, request: Request) -> Answer:
    _known(request)
    if not request.admin:
        raise ApiError(
            403, "You are not authorized to perform the requested action: identity:list_projects."
        )
    wanted = request.first("name")
    each = [_project(world, i) for i, name in world.projects.items() if wanted in ("", name)]
    return Answer(200, {"projects": each, "links": {"next": None, "previous": None}})


def project(world: World, request: Request, live_id: str) -> Answer:
    account = _known(request)
    if live_id not in world.projects or not world.role(account.name, live_id):
        raise ApiError(404, f"Could not find project: {live_id}.")
    return Answer(200, {"project": _project(world, live_id)})


def _known(request: Request) -> Account:
    if request.account is None:
        raise ApiError(401, "The request you have made requires authentication.")
    return request.account


def _project(world: World, live_id: str) -> Json:
    return {
        "id": live_id,
        "name": world.projects[live_id],
        "domain_id": "default",
        "description": "",
        "enabled": True,
        "parent_id": "default",
        "is_domain": False,
        "tags": [],
        "options": {},
        "links": {},
    }


ROUTES = (
    route("GET", "", discovery),
    route("POST", "/auth/tokens", issue),
    route("GET", "/auth/projects", own_projects),
    route("GET", "/projects", projects),
    route("GET", "/projects/*", project),
)
