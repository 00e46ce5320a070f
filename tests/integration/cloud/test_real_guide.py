"""docs/cloud.md is carried out on a real OpenStack, block by block: its output is what is printed.

What stands in the document is of lab 0's networks; ids and times are any.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from omlib.demo.legacy import settled
from omlib.errors import OmlibError
from omlib.lab.cloud import connect, create_project
from omlib.lab.cloud.seed import IMAGE, RECORDS_NETWORK
from omlib.lab.layout import LabLayout
from omlib.planes.cloud.engine.binary import candidates
from omlib.testing.guide import Reader

pytestmark = pytest.mark.lab

CLONE = Path(__file__).parents[3]
TEXT = (CLONE / "docs" / "cloud.md").read_text(encoding="utf-8")


class Hands:
    """What people do in the meantime, by the words of the document."""

    def __init__(self, lab: LabLayout, root: Path) -> None:
        self._lab, self._root = lab, root

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


@pytest.mark.timeout(600)  # some 60 s on a machine of its own
def test_the_guide_to_the_cloud_says_what_happens(cloud_lab: LabLayout, town: Path) -> None:
    hands = Hands(cloud_lab, town)
    Reader(
        root=town,
        places={"/opt/omlib": CLONE, "/srv/city": town},
        moved=(LabLayout(id=0, home=cloud_lab.home).prefix, cloud_lab.prefix),
        env={
            "OS_CLIENT_CONFIG_FILE": str(cloud_lab.run / "clouds.yaml"),
            "OS_CLIENT_SECURE_FILE": str(cloud_lab.run / "secure.yaml"),
        },
    ).read(
        TEXT,
        {
            "at the console": hands.at_the_console,
            "made by hand": hands.made_by_hand,
            "decided": hands.decided,
        },
    )
