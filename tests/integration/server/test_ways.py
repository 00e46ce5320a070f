"""Real hosts reached through others, with keys of an agent, and as a file of ssh_config(5) says."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from omlib.lab.break_hosts import cut_off, let_in
from omlib.model.estate import ServerState
from omlib.model.observation import Observation, Sight
from omlib.model.status import UnknownReason

from .conftest import Hosts

pytestmark = pytest.mark.lab
STATE = ServerState(items={"user": {"ops": {"present": True}}})


def look(hosts: Hosts, user: str = "ops", **site: Any) -> Observation:
    plane = hosts.plane(STATE, user=user, **site)
    return plane.observe(next(target for target in plane.targets() if target.name == "srv1"))


def sight(seen: Observation) -> Sight:
    (one,) = seen.sights.values()
    return one


def address(hosts: Hosts, number: int) -> str:
    return str(hosts.layout.address("dc", 10 + number))


def lab_facts(hosts: Hosts) -> tuple[str, str]:
    """The key file, and the known hosts of the lab."""
    told = json.loads((hosts.layout.run / "lab.json").read_text(encoding="utf-8"))
    return told["hosts"][0]["key_file"], told["hosts"][0]["known_hosts"]


def came_from(hosts: Hosts) -> str:
    """Where the last login at srv1 came from."""
    told = hosts.run("srv1", "journalctl -q -u ssh -g 'Accepted publickey' -n 1 -o cat")
    return told.split(" from ")[1].split()[0]


def test_a_host_is_reached_through_two_others(hosts: Hosts) -> None:
    chain = f"ops@{address(hosts, 2)},{address(hosts, 3)}:22"
    assert sight(look(hosts, jump=chain)).complete
    assert came_from(hosts) == address(hosts, 3)


def test_a_jump_host_in_the_middle_that_is_gone_is_named(hosts: Hosts) -> None:
    cut_off(hosts.layout, "srv3")
    try:
        chain = f"{address(hosts, 2)},{address(hosts, 3)}"
        one = sight(look(hosts, jump=chain, connect_s=2))
    finally:
        let_in(hosts.layout, "srv3")
    assert one.reason is UnknownReason.UNREACHABLE
    assert one.detail == f"no_answer: jump host {address(hosts, 3)}"


def test_an_ssh_config_says_how_a_host_is_reached(hosts: Hosts, tmp_path: Path) -> None:
    key, known = lab_facts(hosts)
    config = tmp_path / "ssh_config"
    config.write_text(
        f"Host {address(hosts, 1)}\n  User ops\n  ProxyJump inner\n"
        f"Host inner\n  HostName {address(hosts, 3)}\n  ProxyJump ops@{address(hosts, 2)}\n"
        f"Host inner\n  User ops\n"
        f"Host *\n  IdentityFile {key}\n  UserKnownHostsFile {known}\n",
        encoding="utf-8",
    )
    bare = {"user": "", "key": "", "known_hosts": ""}
    assert sight(look(hosts, **bare, ssh_config=f"file:{config}")).complete
    assert came_from(hosts) == address(hosts, 3)


@pytest.fixture
def agent(hosts: Hosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An agent that holds the lab's key."""
    path = tmp_path / "agent"
    with subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.DEVNULL) as running:
        for _ in range(100):
            if path.exists():
                break
            time.sleep(0.05)
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        subprocess.run(["ssh-add", "-q", lab_facts(hosts)[0]], check=True)
        yield
        running.terminate()


def test_keys_of_an_agent_log_in_at_each_host_of_the_way(hosts: Hosts, agent: None) -> None:
    site: dict[str, Any] = {"key": "", "jump": address(hosts, 2)}
    assert sight(look(hosts, agent=True, **site)).complete
    assert sight(look(hosts, **site)).reason is UnknownReason.NOT_CHECKED
