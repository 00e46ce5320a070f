"""How tests have a simulated cloud: in a thread, or in a process of its own that outlives them."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from omlib.testing.openstack.faults import Trouble
from omlib.testing.openstack.server import listening
from omlib.testing.openstack.simulation import Simulation, fresh
from omlib.testing.openstack.wire import Json
from omlib.testing.openstack.world import REGION, Pace

READER, CHANGER = "sim", "sim-change"  # profiles in clouds.yaml
_ACCOUNTS = {READER: "omlib-ro", CHANGER: "omlib-rw"}
_START_S = 20.0
_HEARD_S = 1.0


@dataclass(frozen=True, slots=True)
class SimulatedCloud:
    """*clouds_yaml* has the profiles `READER` and `CHANGER`; *url* is where the cloud answers."""

    url: str
    clouds_yaml: Path

    def call(self, verb: str, **told: Any) -> Any:
        """Say *verb* at the control door (`omlib.testing.openstack.control`)."""
        host = urlsplit(self.url)
        connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=120)
        try:
            connection.request("POST", f"/control/{verb}", json.dumps(told))
            answer = connection.getresponse()
            body = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{verb}: {answer.status} {body['message']}")
        return body

    def counts(self) -> dict[str, int]:
        """Calls by `METHOD service /path/*` since the start or `clear_counts`."""
        return dict(self.call("counts")["by"])

    def changes(self) -> dict[str, int]:
        """Those of `counts` that change something: all but GETs and asking for a token."""
        return dict(self.call("counts")["changes"])

    def calls(self) -> list[str]:
        """Every call in its order: `account METHOD service /path`."""
        return list(self.call("counts")["calls"])

    def connections(self) -> int:
        """How many are open, once the cloud heard of those that were closed a moment ago."""
        end = time.monotonic() + _HEARD_S
        while (count := int(self.call("counts")["open"])) and time.monotonic() < end:
            time.sleep(0.02)
        return count

    def clear_counts(self) -> None:
        self.call("clear")

    def trouble(self, **told: Any) -> None:
        """From now on a `Trouble` meets what fits it."""
        self.call("trouble", **asdict(Trouble(**told)))

    def calm(self) -> None:
        self.call("calm")

    def pace(self, **told: float) -> None:
        self.call("pace", **asdict(Pace(**told)))

    def set(self, **told: Any) -> None:
        """*microversion* (None: a fork without), *page_items*, *quota*, *services*, *grants*
        (project asked for: project given), *failing_builds* (names), *unreadable* (server id:
        `entry`, it is listed with an id alone; `absent`, not listed, and its GET fails)."""
        self.call("set", **told)

    def project(self, name: str, **roles: str) -> str:
        """Make a project; *roles* by profile with `_` for `-`, "" for none at all. Its id."""
        by = {_ACCOUNTS[profile.replace("_", "-")]: role for profile, role in roles.items()}
        return str(self.call("project", name=name, roles=by)["id"])

    def do(
        self, method: str, service: str, path: str, body: Json | None = None, *, project: str
    ) -> Json:
        """An API call by hand, behind everyone's back: uncounted, done at once, as an admin."""
        told = {"method": method, "service": service, "path": path, "body": body}
        return dict(self.call("do", project=project, **told))

    def things(self, kind: str, project: str = "") -> list[Json]:
        """What the cloud holds, as its services would tell it."""
        return list(self.call("things", kind=kind, project=project))

    def edit(self, kind: str, live_id: str, **fields: Any) -> None:
        self.call("edit", kind=kind, id=live_id, fields=fields)

    def vanish(self, kind: str, live_id: str) -> None:
        """Gone from the cloud's own records, without a trace."""
        self.call("vanish", kind=kind, id=live_id)

    def seed(self, project: str, servers: int, **told: Any) -> list[Json]:
        """*servers* with a port each and *volumes*, made by hand: id, name, port, address, mac."""
        return list(self.call("seed", project=project, servers=servers, **told))


@contextmanager
def simulated_cloud(
    directory: Path | None = None,
    *,
    projects: Sequence[str] = ("hrss",),
    pace: Pace | None = None,
    own_process: bool = False,
) -> Iterator[SimulatedCloud]:
    """A simulated cloud while the block lasts, with clouds.yaml in *directory*."""
    with tempfile.TemporaryDirectory(prefix="omlib-sim-") as spare:
        home = directory or Path(spare)
        home.mkdir(parents=True, exist_ok=True)
        if own_process:
            with _process(home, projects) as cloud:
                cloud.pace(**asdict(pace or Pace()))
                yield cloud
            return
        simulation = fresh(projects, *_ACCOUNTS.values())
        simulation.world.pace = pace or Pace()
        with listening(simulation) as url:
            yield described(simulation, url, home)


@contextmanager
def _process(home: Path, projects: Sequence[str]) -> Iterator[SimulatedCloud]:
    ready = home / "ready.json"
    ready.unlink(missing_ok=True)
    words = ["--dir", str(home), *(word for name in projects for word in ("--project", name))]
    process = subprocess.Popen(
        [sys.executable, "-m", "omlib.testing.openstack", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # a signal to the group of who uses it is not for the cloud
    )
    try:
        until = time.monotonic() + _START_S
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the simulated cloud did not start")
            time.sleep(0.02)
        yield SimulatedCloud(json.loads(ready.read_text())["url"], home / "clouds.yaml")
    finally:
        process.terminate()
        process.wait()


def described(simulation: Simulation, url: str, home: Path) -> SimulatedCloud:
    """The cloud at *url*, after its clouds.yaml was written into *home*."""
    profiles: Mapping[str, Any] = {
        profile: {
            "region_name": REGION,
            "interface": "public",
            "identity_api_version": "3",
            "auth": {
                "auth_url": f"{url}/identity/v3",
                "username": account,
                "password": simulation.world.accounts[account].password,
                "user_domain_name": "Default",
                "project_domain_name": "Default",
            },
        }
        for profile, account in _ACCOUNTS.items()
    }
    path = home / "clouds.yaml"
    fresh_file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fresh_file, "w") as file:
        json.dump({"clouds": profiles}, file, indent=1)  # JSON is YAML
    return SimulatedCloud(url, path)


def start(home: Path, projects: Sequence[str]) -> Simulation:
    """What the process of its own serves."""
    home.mkdir(parents=True, exist_ok=True)
    return fresh(projects, *_ACCOUNTS.values())
