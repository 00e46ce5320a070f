"""A cloud that speaks just enough of keystone, nova, cinder, neutron and glance, over real HTTP."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from omlib.model.estate import Cloud, Estate, Project, SecurityGroup, Site, Vm
from omlib.model.item import Source
from omlib.planes.cloud.plane import CloudPlane

Json = dict[str, Any]
_SOURCE = Source("estate.yml", 1)
_KEYS = {
    "/servers/detail": "servers",
    "/volumes/detail": "volumes",
    "/ports": "ports",
    "/floatingips": "floatingips",
    "/security-groups": "security_groups",
    "/networks": "networks",
    "/subnets": "subnets",
    "/routers": "routers",
    "/os-keypairs": "keypairs",
    "/os-server-groups": "server_groups",
}
_SERVICES = {
    "compute": "/compute/v2.1",
    "volumev3": "/volume/v3",
    "network": "/network",
    "image": "/image",
}


@dataclass(kw_only=True)
class Trouble:
    """What happens instead of the answer, on the *page*-th page and *times* times."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    page: int = 1
    times: int = 10**6
    hang_s: float = 0.0
    cut: bool = False
    trickle_s: float = 0.0


@dataclass
class SpeakingCloud:
    """*things* are by project id and path; *troubles* by project id and path, too."""

    url: str = ""
    password: str = "right"
    projects: dict[str, str] = field(default_factory=lambda: {"p-hrss": "hrss"})
    things: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    single: dict[str, Json] = field(default_factory=dict)
    troubles: dict[tuple[str, str], Trouble] = field(default_factory=dict)
    services: set[str] = field(default_factory=lambda: set(_SERVICES))
    microversions: str = "2.96"
    page_items: int = 2
    links: bool = True
    markers: bool = True  # else it gives the first page again
    limits: bool = True  # else it gives all at once, whatever is asked
    grants: dict[str, str] = field(default_factory=dict)  # project asked for -> project given
    truncated: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    tries: list[float] = field(default_factory=list)
    connections: int = 0  # that are open
    most_connections: int = 0  # at once, ever
    lock: threading.Lock = field(default_factory=threading.Lock)

    def breaks(self, project: str, path: str, **told: Any) -> None:
        """From now on, asking *project* for *path* meets this `Trouble`."""
        self.troubles[project, path] = Trouble(**told)

    def listed(self, project: str, path: str, query: dict[str, list[str]]) -> Json:
        key = _KEYS[path]
        every = self.things.get((project, path), [])
        marker = query.get("marker", [""])[0] if self.markers else ""
        names = [_name(thing) for thing in every]
        start = 1 + names.index(marker) if marker else int(query.get("offset", ["0"])[0])
        most = min(int(query["limit"][0]), self.page_items) if self.limits else len(every)
        page = every[start : start + most]
        answer: Json = {key: page}
        if self.links and start + most < len(every):
            # as behind a proxy: an address that leads nowhere from here
            answer[f"{key}_links"] = [{"rel": "next", "href": "http://192.0.2.1/next"}]
        return answer


def _name(thing: Json) -> str:
    return str(thing.get("id") or thing["keypair"]["name"])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cloud: SpeakingCloud

    def setup(self) -> None:
        super().setup()
        cloud = self.cloud
        with cloud.lock:
            cloud.connections += 1
            cloud.most_connections = max(cloud.most_connections, cloud.connections)

    def finish(self) -> None:
        with self.cloud.lock:
            self.cloud.connections -= 1
        super().finish()

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.cloud.asked.append(("POST", self.path))
        auth = told["auth"]
        password = auth["identity"].get("password", {}).get("user", {}).get("password")
        scope = auth.get("scope", {}).get("project", {})
        asked = scope.get("id") or next(
            (i for i, name in self.cloud.projects.items() if name == scope.get("name")), ""
        )
        if trouble := self.cloud.troubles.get((asked, "token")):
            return self._say(trouble.status, {"error": {"message": "no role in this project"}})
        if password is not None and password != self.cloud.password:
            return self._say(
                401, {"error": {"message": "The request you have made requires\x1b[1m"}}
            )
        project = self.cloud.grants.get(asked, asked) or "p-hrss"
        token: Json = {
            "methods": ["password"],
            "expires_at": "2099-01-01T00:00:00.000000Z",
            "user": {"id": "u1", "name": "omlib-ro", "domain": {"id": "d", "name": "gov"}},
            "project": {"id": project, "name": project, "domain": {"id": "d", "name": "gov"}},
            "roles": [{"id": "r", "name": "reader"}],
            "catalog": [
                {
                    "type": kind,
                    "name": kind,
                    "id": kind,
                    "endpoints": [
                        {
                            "id": kind,
                            "interface": "public",
                            "region": "RegionOne",
                            "region_id": "RegionOne",
                            "url": f"{self.cloud.url}{_SERVICES[kind]}",
                        }
                    ],
                }
                for kind in sorted(self.cloud.services)
            ],
        }
        return self._say(201, {"token": token}, {"X-Subject-Token": f"tok-{project}"})

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.cloud.asked.append(("GET", self.path))
        if parts.path.rstrip("/").endswith("/v3") and "volume" not in parts.path:
            link = {"rel": "self", "href": f"{self.cloud.url}/identity/v3"}
            return self._say(200, {"version": {"id": "v3.14", "status": "stable", "links": [link]}})
        if parts.path.rstrip("/") == "/compute/v2.1":
            most = self.cloud.microversions
            self_link = {"rel": "self", "href": f"{self.cloud.url}/compute/v2.1/"}
            return self._say(
                200,
                {
                    "version": {
                        "id": "v2.1",
                        "status": "CURRENT",
                        "version": most,
                        "min_version": "2.1" if most else "",
                        "links": [self_link],
                    }
                },
            )
        project = self.headers.get("X-Auth-Token", "").removeprefix("tok-")
        if parts.path == "/identity/v3/auth/projects":
            projects = [{"id": i, "name": name} for i, name in self.cloud.projects.items()]
            told: Json = {"projects": projects, "links": {"next": None}}
            return self._answer("", "projects", told | {"truncated": self.cloud.truncated}, {})
        path = parts.path
        for prefix in ("/compute/v2.1", "/volume/v3", "/network/v2.0", "/image/v2"):
            path = path.removeprefix(prefix)
        query = parse_qs(parts.query)
        if path in _KEYS:
            return self._answer(project, path, self.cloud.listed(project, path, query), query)
        if path in self.cloud.single:
            return self._say(200, self.cloud.single[path])
        return self._say(404, {"itemNotFound": {"message": "not here"}})

    def _answer(self, project: str, path: str, told: Json, query: dict[str, list[str]]) -> None:
        trouble = self.cloud.troubles.get((project, path))
        page = 1
        if marker := query.get("marker"):
            every = [_name(thing) for thing in self.cloud.things[project, path]]
            page = 1 + -(-(1 + every.index(marker[0])) // self.cloud.page_items)
        if trouble is None or trouble.page != page or trouble.times <= 0:
            return self._say(200, told)
        trouble.times -= 1
        self.cloud.tries.append(time.monotonic())
        time.sleep(trouble.hang_s)
        return self._say(
            trouble.status or 200,
            told,
            trouble.headers,
            raw=trouble.body,
            cut=trouble.cut,
            trickle_s=trouble.trickle_s,
        )

    def _say(
        self,
        status: int,
        told: Json,
        headers: dict[str, str] | None = None,
        *,
        raw: bytes = b"",
        cut: bool = False,
        trickle_s: float = 0.0,
    ) -> None:
        body = raw or json.dumps(told).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):  # who asked may have gone
            if cut:
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
                return
            for start in range(0, len(body), 1 if trickle_s else len(body) or 1):
                self.wfile.write(body[start : start + 1] if trickle_s else body)
                time.sleep(trickle_s)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


@pytest.fixture
def cloud() -> Iterator[SpeakingCloud]:
    speaking = SpeakingCloud()
    handler = type("Handler", (_Handler,), {"cloud": speaking})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    speaking.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield speaking
    server.shutdown()
    server.server_close()


class _Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


@pytest.fixture
def clouds_yaml(tmp_path: Path, cloud: SpeakingCloud) -> Path:
    path = tmp_path / "clouds.yaml"
    login = {
        "auth_url": f"{cloud.url}/identity/v3",
        "username": "omlib-ro",
        "password": "right",
        "project_name": "hrss",
        "user_domain_name": "gov",
        "project_domain_name": "gov",
    }
    path.write_text(json.dumps({"clouds": {"wuxi": {"auth": login, "region_name": "RegionOne"}}}))
    return path


@pytest.fixture
def plane_of(clouds_yaml: Path) -> Callable[..., CloudPlane]:
    """A plane over the speaking cloud, for an estate of these projects, servers and groups."""

    def make(
        *projects: str,
        vms: tuple[Vm, ...] = (),
        groups: tuple[SecurityGroup, ...] = (),
        profile: str = "wuxi",
        holds: dict[str, Any] | None = None,
        **site: Any,
    ) -> CloudPlane:
        cloud = Cloud(
            id="gov-cloud",
            name="政务云",
            site="gov",
            profile=profile,
            region="RegionOne",
            projects=tuple(
                Project(id=name, department="hrss-bureau") for name in projects or ("hrss",)
            ),
            source=_SOURCE,
            **(holds or {}),
        )
        estate = replace(
            EMPTY,
            sites={"gov": Site(id="gov", name="gov", source=_SOURCE, **site)},
            clouds={cloud.id: cloud},
            vms={vm.id: vm for vm in vms},
            security_groups={group.id: group for group in groups},
        )
        return CloudPlane(estate, _Clock(), clouds_yaml=clouds_yaml)

    return make


EMPTY = Estate(
    name="无锡",
    timezone="Asia/Shanghai",
    departments={},
    sites={},
    clouds={},
    systems={},
    vms={},
    security_groups={},
    servers={},
    devices={},
    rooms={},
    circuits={},
    contracts=(),
    windows={},
    tombstones={},
    waivers=(),
)
