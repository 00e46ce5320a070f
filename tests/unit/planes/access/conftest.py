"""A key that may log in, a host's own key, and a way to each host on a local port."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import paramiko
import pytest

from omlib.planes.access.way import Way
from omlib.testing.ssh_host import Manners, Serve, SshHost


class HostMaker(Protocol):
    def __call__(self, serve: Serve | None = None, **manners: Any) -> SshHost: ...


@pytest.fixture(scope="session")
def host_key() -> paramiko.PKey:
    return paramiko.ECDSAKey.generate()


@pytest.fixture(scope="session")
def login_key(tmp_path_factory: pytest.TempPathFactory) -> tuple[paramiko.PKey, Path]:
    key = paramiko.ECDSAKey.generate()
    path = tmp_path_factory.mktemp("keys") / "id"
    key.write_private_key_file(str(path))
    path.chmod(0o600)
    return key, path


@pytest.fixture
def a_host(host_key: paramiko.PKey, login_key: tuple[paramiko.PKey, Path]) -> Iterator[HostMaker]:
    with ExitStack() as stack:

        def make(serve: Serve | None = None, **manners: Any) -> SshHost:
            manners.setdefault("accepts", frozenset({login_key[0].get_base64()}))
            keys = manners.pop("keys", (host_key,))
            return stack.enter_context(SshHost(Manners(serve=serve, **manners), keys))

        yield make


@pytest.fixture
def a_way(login_key: tuple[paramiko.PKey, Path], tmp_path: Path) -> Callable[..., Way]:
    """Trusts every host it is made for; with time enough for a busy machine; a mebibyte."""

    def make(host: SshHost, **changes: Any) -> Way:
        known = tmp_path / f"known_hosts_{host.port}"
        known.write_text(changes.pop("trusted", host.known_hosts()), encoding="utf-8")
        facts: dict[str, Any] = {
            "address": "127.0.0.1",
            "port": host.port,
            "user": "ops",
            "key_files": (login_key[1],),
            "known_hosts": (known,),
            "connect_s": 5.0,
            "deadline_s": 10.0,
            "output_bytes": 1024 * 1024,
        }
        return Way(**(facts | changes))

    return make
