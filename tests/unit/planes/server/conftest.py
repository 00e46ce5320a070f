"""An estate of one host on a local port, and the plane that looks at it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paramiko
import pytest

from omlib.log import Secret
from omlib.model.estate import Access, Estate, Server, ServerState, Site
from omlib.model.item import Source
from omlib.planes.server.plane import ServerPlane
from omlib.testing.ssh_host import Manners, Serve, SshHost

NOWHERE = Source("estate.yml", 1)


class NoSecrets:
    def resolve(self, reference: str) -> Secret:
        raise AssertionError(reference)


class AtNoon:
    def now(self) -> datetime:
        return datetime(2026, 11, 20, 12, tzinfo=UTC)


def estate_of(*servers: Server, **site: Any) -> Estate:
    place = Site(**({"id": "dc", "name": "主机房", "user": "ops", "source": NOWHERE} | site))
    return Estate(
        name="测试",
        timezone="Asia/Shanghai",
        sites={place.id: place},
        servers={server.id: server for server in servers},
        departments={},
        clouds={},
        systems={},
        vms={},
        security_groups={},
        devices={},
        rooms={},
        circuits={},
        contracts=(),
        windows={},
        tombstones={},
        waivers=(),
    )


def server_of(name: str, state: ServerState, port: int = 22, address: str = "127.0.0.1") -> Server:
    return Server(
        id=name,
        systems=("hrss",),
        access=Access(site="dc", address=address, port=port),
        os="debian-12",
        state=state,
        department="人社局",
        source=NOWHERE,
    )


@pytest.fixture
def make_estate() -> Callable[..., Estate]:
    return estate_of


@pytest.fixture
def make_server() -> Callable[..., Server]:
    return server_of


@pytest.fixture
def a_plane(tmp_path: Path) -> Iterator[Callable[..., ServerPlane]]:
    """A plane over hosts `host-0`, `host-1` ... that serve each as they are given, in order."""
    login, own = paramiko.ECDSAKey.generate(), paramiko.ECDSAKey.generate()
    key, known = tmp_path / "id", tmp_path / "known_hosts"
    login.write_private_key_file(str(key))
    key.chmod(0o600)
    accepts = frozenset({login.get_base64()})

    with ExitStack() as stack:

        def make(
            state: ServerState, *serves: Serve, deadline_s: int = 3, output_mib: int = 1
        ) -> ServerPlane:
            hosts = [
                stack.enter_context(SshHost(Manners(serve=serve, accepts=accepts), (own,)))
                for serve in serves
            ]
            known.write_text("".join(host.known_hosts() for host in hosts), encoding="utf-8")
            servers = [server_of(f"host-{i}", state, host.port) for i, host in enumerate(hosts)]
            site = {"key": f"file:{key}", "known_hosts": str(known), "connect_s": 2}
            estate = estate_of(*servers, **site, deadline_s=deadline_s, output_mib=output_mib)
            return ServerPlane(estate, NoSecrets(), AtNoon())

        yield make
