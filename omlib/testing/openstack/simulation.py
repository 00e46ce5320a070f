"""The simulated cloud as a whole: takes a call, finds who asks and for what, lets trouble happen.

Knows no sockets: `server` brings the calls.
"""

import json
import re
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType

from omlib.testing.openstack import cinder, glance, keystone, neutron, nova
from omlib.testing.openstack.faults import Counts, Trouble, Troubles
from omlib.testing.openstack.neutron_ports import default_group
from omlib.testing.openstack.wire import Answer, ApiError, Json, Request, dispatch
from omlib.testing.openstack.world import (
    EXTERNAL_NETWORK,
    FLAVORS,
    IMAGE,
    RECORDS_NETWORK,
    Pace,
    World,
    new_id,
)

BY_HAND = "by-hand"  # the account of the person who changes things in the console
_SERVICES: Mapping[str, tuple[str, ModuleType]] = {
    "identity": ("identity", keystone),
    "compute": ("compute", nova),
    "network": ("network", neutron),
    "volume": ("volumev3", cinder),
    "image": ("image", glance),
}
_MODULES = dict(_SERVICES.values())
_ADDRESS = re.compile(r"/(identity|compute|network|volume|image)(?:/(v\d+(?:\.\d+)?))?(/.*)?")
_MICROVERSION = re.compile(r"(?:compute |volume )?(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What came over the wire. *headers* are by their names in small letters."""

    method: str
    url: str
    path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes
    trouble: Trouble | None = None


@dataclass(slots=True)
class Simulation:
    world: World = field(default_factory=World)
    troubles: Troubles = field(default_factory=Troubles)
    counts: Counts = field(default_factory=Counts)
    _pages: dict[tuple[str, str, str, str], int] = field(default_factory=dict)

    def take(self, call: Call) -> Reply:
        address = _ADDRESS.fullmatch(call.path)
        if address is None:
            return Reply(404, {}, b"")
        name, version, path = address[1], address[2] or "", (address[3] or "").rstrip("/")
        service, module = _SERVICES[name]
        token = self.world.tokens.get(call.headers.get("x-auth-token", ""))
        try:
            body = json.loads(call.body or b"{}")
        except ValueError:
            body = {}
        who, project = token or ("", "")
        base = f"{call.url}/{name}" + (f"/{version}" if version else "")
        request = Request(
            method=call.method,
            service=service,
            version=version,
            path=path,
            query=call.query,
            body=body if isinstance(body, dict) else {},
            base=base,
            account=self.world.accounts.get(who),
            project=project,
            role=self.world.role(who, project),
            microversion=_microversion(call.headers),
            id=f"req-{uuid.uuid4()}",
            pace=self.world.pace,
            accept=call.headers.get("accept", ""),
        )
        self.counts.add(call.method, service, path, who)
        page = self._pages.get((service, path, project, request.first("marker")), 1)
        asked = self._project_name(request)
        trouble = self.troubles.meet(call.method, service, path, asked, page)
        return self._answered(module, request, trouble, page)

    def by_hand(self, method: str, service: str, path: str, body: Json, project: str) -> Json:
        """A call of the person who changes things in the console: uncounted, done at once."""
        parts = path.partition("?")
        query = {k: [v] for k, _, v in (term.partition("=") for term in parts[2].split("&")) if k}
        request = Request(
            method=method,
            service=service,
            version="-",
            path=parts[0],
            query=query,
            body=body,
            base=f"http://192.0.2.1/{service}",
            account=self.world.accounts[BY_HAND],
            project=self.world.project_id(project),
            role="admin",
            microversion=(2, 96) if service == "compute" else (3, 71),
            id=f"req-{uuid.uuid4()}",
            pace=Pace(),
        )
        with self.world.lock:
            self.world.settle()
            answer = dispatch(_MODULES[service].ROUTES, self.world, request)
        return answer.body or {}

    def _answered(
        self, module: ModuleType, request: Request, trouble: Trouble | None, page: int
    ) -> Reply:
        headers = {"x-openstack-request-id": request.id}
        if trouble and trouble.hang_s:
            time.sleep(trouble.hang_s)
        try:
            if trouble and trouble.status and not trouble.after:
                raise ApiError(trouble.status, trouble.message, "", trouble.headers)
            if request.writes and request.service != "identity":
                time.sleep(request.pace.call_s)
            answer = self._done(module, request)
            if trouble and trouble.after:
                raise ApiError(trouble.status or 503, trouble.message, "", trouble.headers)
        except ApiError as error:
            headers |= error.headers
            if trouble and trouble.body:
                return Reply(error.status, headers, trouble.body.encode(), trouble)
            return Reply(
                error.status, headers, _error(module, error, headers, request.accept), trouble
            )
        body = answer.body
        if body is not None:
            if trouble and trouble.last:
                body = {k: v for k, v in body.items() if not k.endswith("_links") and k != "next"}
            self._note_next(request, body, page)
        headers |= answer.headers
        raw = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            headers["Content-Type"] = "application/json"
        if trouble and trouble.body:
            raw = trouble.body.encode()
        return Reply(answer.status, headers, raw, trouble)

    def _done(self, module: ModuleType, request: Request) -> Answer:
        self._check(request)
        with self.world.lock:
            self.world.settle()
            try:
                return dispatch(module.ROUTES, self.world, request)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                words = f"Invalid input: {type(error).__name__}: {error}"
                raise ApiError(400, words) from error

    def _check(self, request: Request) -> None:
        open_to_all = request.service == "identity" or not request.path
        if open_to_all:
            return
        if request.account is None:
            raise ApiError(401, "The request you have made requires authentication.")
        newest = self.world.microversion
        asked = request.microversion
        if request.service == "compute" and newest is not None and asked and asked > (2, newest):
            raise ApiError(
                406,
                f"Version {asked[0]}.{asked[1]} is not supported by the API. Minimum is 2.1 and "
                f"maximum is 2.{newest}.",
            )
        if request.writes and request.role not in ("member", "admin"):
            rule = request.path.strip("/").split("/")[0]
            words = f"Policy doesn't allow {request.service}:{rule} to be performed."
            if request.service == "network":
                words = f"(rule:{request.method.lower()}_{rule}) is disallowed by policy"
            raise ApiError(403, words)

    def _project_name(self, request: Request) -> str:
        if request.path == "/auth/tokens":
            auth = request.body.get("auth")
            scope = auth.get("scope") if isinstance(auth, dict) else None
            told = scope.get("project", {}) if isinstance(scope, dict) else {}
            asked = self.world.project_id(told.get("id") or told.get("name") or "")
            return self.world.projects.get(asked, "")
        return self.world.projects.get(request.project, "")

    def _note_next(self, request: Request, body: Json, page: int) -> None:
        for name, told in body.items():
            if name.endswith("_links") or name == "next":
                items = body.get(name.removesuffix("_links"), body.get("images"))
                if told and isinstance(items, list) and items:
                    marker = items[-1].get("id", "")
                    self._pages[request.service, request.path, request.project, marker] = page + 1


def _microversion(headers: Mapping[str, str]) -> tuple[int, int] | None:
    told = headers.get("openstack-api-version") or headers.get("x-openstack-nova-api-version", "")
    found = _MICROVERSION.fullmatch(told)
    return (int(found[1]), int(found[2])) if found else None


def _error(module: ModuleType, error: ApiError, headers: dict[str, str], accept: str) -> bytes:
    if module is glance and "json" not in accept:
        headers["Content-Type"] = "text/html; charset=UTF-8"
        return glance.error_page(error)
    headers["Content-Type"] = "application/json"
    body: Json = module.error_body(error)
    return json.dumps(body).encode()


def fresh(projects: Sequence[str], reader: str, changer: str) -> Simulation:
    """A cloud with accounts, *projects*, flavors, an image, networks and a router: as the lab's."""
    made = Simulation()
    world = made.world
    world.make_account(reader, "reader")
    world.make_account(changer, "member")
    world.make_account(BY_HAND, "admin")
    home = world.make_project("admin")
    world.roles[reader, home] = world.roles[changer, home] = ""
    for name in projects:
        world.make_project(name)
    for name, vcpus, ram, disk in FLAVORS:
        live_id = new_id()
        flavor = {"id": live_id, "name": name, "vcpus": vcpus, "ram": ram, "disk": disk}
        world.add("flavor", flavor)
    glance.new_image(world, IMAGE)

    def do(path: str, body: Json) -> Json:
        (told,) = made.by_hand("POST", "network", path, body, "admin").values()
        return dict(told)

    inner = do("/networks", {"network": {"name": RECORDS_NETWORK, "shared": True}})
    outer = do("/networks", {"network": {"name": EXTERNAL_NETWORK, "router:external": True}})
    subnets = [
        do("/subnets", {"subnet": {"network_id": network["id"], "name": network["name"]} | cidr})
        for network, cidr in ((inner, {"cidr": "10.20.0.0/20"}), (outer, {"cidr": "172.31.0.0/24"}))
    ]
    router = do(
        "/routers",
        {"router": {"name": "gov-router", "external_gateway_info": {"network_id": outer["id"]}}},
    )
    path = f"/routers/{router['id']}/add_router_interface"
    made.by_hand("PUT", "network", path, {"subnet_id": subnets[0]["id"]}, "admin")
    for name in projects:
        default_group(world, world.project_id(name))
    return made
