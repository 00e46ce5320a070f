"""docs/cloud.md is carried out on a real OpenStack, block by block: its output is what is printed.

What stands in the document is of lab 0's networks; ids and times are any.
"""

import ipaddress
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from omlib.demo.legacy import settled
from omlib.errors import OmlibError
from omlib.lab.cloud import connect, create_project
from omlib.lab.cloud.seed import IMAGE, RECORDS_NETWORK
from omlib.lab.layout import LabLayout
from omlib.planes.cloud.engine.binary import candidates

pytestmark = pytest.mark.lab

CLONE = Path(__file__).parents[3]
TEXT = (CLONE / "docs" / "cloud.md").read_text(encoding="utf-8")
_BLOCK = re.compile(
    r"(?:<!-- then: (?P<then>[\w ]+) -->\n)?```(?P<kind>yaml|console)\n(?P<body>.*?)```\n", re.S
)
_FILE = re.compile(
    r"^# (?P<name>\w+\.yml)(?P<added>, added)?\n(?P<text>(?:(?!# \w+\.yml).*\n)*)", re.M
)
_EXIT = re.compile(r"\s+# exit code (\d+)$")
_ANY = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
    (r"\b[0-9a-f]{32}\b", "USER"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME"),
    (r"\(\d+(\.\d+)? s\)", "(SECONDS)"),
)
_CUT_ID = re.compile(r"[0-9a-f-]{8,}…")
_SEEN, _ENDED = "@seen@", "@ended@"
LEFT_OUT = "…"


def _addresses(text: str, old: ipaddress.IPv4Network, new: ipaddress.IPv4Network) -> str:
    def moved(found: "re.Match[str]") -> str:
        address = ipaddress.ip_address(found[0])
        if address not in old:
            return found[0]
        return str(new.network_address + (int(address) - int(old.network_address)))

    return re.sub(r"\b\d+\.\d+\.\d+\.\d+\b", moved, text)


def _plain(text: str) -> list[str]:
    """Its lines without what is another each time; how columns are filled plays no part."""
    for pattern, name in _ANY:
        text = re.sub(pattern, name, text)
    return [line for line in (" ".join(line.split()) for line in text.splitlines()) if line]


def _as_pattern(line: str) -> str:
    if line == LEFT_OUT:
        return r"(?:.*\n)*?"
    return ".*".join(map(re.escape, _CUT_ID.sub(LEFT_OUT, line).split(LEFT_OUT))) + r"\n"


def assert_printed(shown: str, printed: str) -> None:
    """That *printed* is what the document shows, but for what it says it leaves out."""
    lines, told = _plain(shown), "\n".join([*_plain(printed), ""])
    for count in range(1, len(lines) + 1):  # by and by: the first line that does not fit is named
        pattern = "".join(map(_as_pattern, lines[:count]))
        assert re.match(pattern, told), f"{lines[count - 1]!r} is not in\n{printed}"
    assert re.fullmatch("".join(map(_as_pattern, lines)), told), f"more was printed:\n{printed}"


class Hands:
    """What people do in the meantime, by the words of the document."""

    def __init__(self, lab: LabLayout, root: Path) -> None:
        self._lab, self._root = lab, root

    def do(self, what: str) -> None:
        doings: Mapping[str, Callable[[], None]] = {
            "at the console": self.at_the_console,
            "made by hand": self.made_by_hand,
            "decided": self.decided,
        }
        doings[what]()

    def at_the_console(self) -> None:
        people = connect(self._lab, project="health")
        group = people.network.find_security_group("健康门户")
        people.network.create_security_group_rule(
            security_group_id=group.id,
            direction="ingress",
            protocol="tcp",
            port_range_min=22,
            port_range_max=22,
            remote_ip_prefix="0.0.0.0/0",
        )
        server = next(people.compute.servers(name="健康门户-01"))
        people.compute.resize_server(server, people.compute.find_flavor("m1.small").id)
        settled(people, server.id, "VERIFY_RESIZE")
        people.compute.confirm_server_resize(server)
        settled(people, server.id, "ACTIVE")
        people.compute.stop_server(server)
        settled(people, server.id, "SHUTOFF")

    def made_by_hand(self) -> None:
        people = connect(self._lab, project="water")
        names = ("水务监测主机", "water-map", "water-map")
        servers = [self._boot(people, name, 31 + n) for n, name in enumerate(names)]
        volume = people.block_storage.create_volume(size=20)
        for server in servers:
            settled(people, server.id, "ACTIVE")
        people.block_storage.wait_for_status(volume, status="available", interval=0.3, wait=60)
        people.compute.create_volume_attachment(servers[0].id, volume_id=volume.id)
        people.block_storage.wait_for_status(volume, status="in-use", interval=0.3, wait=60)

    def _boot(self, people: Any, name: str, number: int) -> Any:
        address = str(self._lab.records_network.network_address + 512 + number)
        network = people.network.find_network(RECORDS_NETWORK).id
        return people.compute.create_server(
            name=name,
            flavor_id=people.compute.find_flavor("m1.tiny").id,
            image_id=people.image.find_image(IMAGE).id,
            networks=[{"uuid": network, "fixed_ip": address}],
        )

    def decided(self) -> None:
        """A person finds out which of the two it is, and writes its id down."""
        address = str(self._lab.records_network.network_address + 512 + 33)
        servers = connect(self._lab, project="water").compute.servers(name="water-map")
        found = next(each for each in servers if address in str(each.addresses))
        file = self._root / "vms.yml"
        head = "  - id: water-map\n"
        bound = f"{head}    bound_id: {found.id} # .33, says the rota\n"
        file.write_text(file.read_text(encoding="utf-8").replace(head, bound), encoding="utf-8")


@pytest.fixture
def town(cloud_lab: LabLayout, tmp_path: Path) -> Iterator[Path]:
    try:
        engines = [each.path for each in candidates() if each.fits]
    except OmlibError as error:
        pytest.skip(f"no engine on this machine: {error}")
    if not engines:
        pytest.skip("no engine on this machine: `make engine` builds it, in three minutes")
    for project in ("health", "water"):
        create_project(cloud_lab, project)
    yield tmp_path
    for settings in (CLONE / "stacks").glob("Pulumi.gov-cloud.RegionOne.*.yaml"):
        settings.unlink()  # pulumi keeps a salt there


class Reader:
    """Somebody who does what the document says, in a shell, in *root*."""

    def __init__(self, lab: LabLayout, root: Path) -> None:
        self._here, self._there = LabLayout(id=0, home=lab.home).prefix, lab.prefix
        self._lab, self._root = lab, root

    def write(self, body: str) -> None:
        for found in _FILE.finditer(body):
            with (self._root / found["name"]).open("a" if found["added"] else "w") as file:
                file.write(_addresses(found["text"], self._here, self._there))
        self._shell("git init -q; git add -A; git -c user.name=a -c user.email=a@b commit -qm a")

    def carry_out(self, body: str) -> None:
        told = [step.partition("\n") for step in re.split(r"^\$ ", body, flags=re.M)[1:]]
        script = "\n".join(
            f"{_EXIT.sub('', command)}\necho {_ENDED}$?; echo {_SEEN}" for command, _, _ in told
        )
        answers = self._shell(script).split(f"{_SEEN}\n")
        for (command, _, shown), answer in zip(told, answers, strict=False):
            printed, _, code = answer.rpartition(_ENDED)
            wanted = _EXIT.search(command)
            assert code.strip() == (wanted[1] if wanted else "0"), (command, printed)
            assert_printed(shown, _addresses(printed, self._there, self._here))

    def _shell(self, script: str) -> str:
        for shown, real in (("/opt/omlib", CLONE), ("/srv/city", self._root)):
            script = script.replace(shown, str(real))
        kept = ("HOME", "LANG", "OMLIB_PULUMI", "PYTHONPATH", "XDG_CACHE_HOME")
        env = {name: os.environ[name] for name in kept if name in os.environ}
        env |= {
            "OMLIB_LANG": "en",
            "OS_CLIENT_CONFIG_FILE": str(self._lab.run / "clouds.yaml"),
            "OS_CLIENT_SECURE_FILE": str(self._lab.run / "secure.yaml"),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self._root,
            env=env,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        sys.stderr.write(done.stderr)  # shown where the test fails
        return done.stdout


@pytest.mark.timeout(600)  # some 60 s on a machine of its own
def test_the_guide_to_the_cloud_says_what_happens(cloud_lab: LabLayout, town: Path) -> None:
    reader, hands = Reader(cloud_lab, town), Hands(cloud_lab, town)
    blocks = list(_BLOCK.finditer(TEXT))
    assert TEXT.count("```") == 2 * len(blocks)
    for block in blocks:
        if block["then"]:
            hands.do(block["then"])
        if block["kind"] == "yaml":
            reader.write(block["body"])
        else:
            reader.carry_out(block["body"])
