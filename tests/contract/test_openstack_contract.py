"""The simulated OpenStack passes the suite that the lab's real one passes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from omlib.testing.openstack import CHANGER, READER, Pace, simulated_cloud
from omlib.testing.openstack_contract import Account, OpenStackContract, Site, used

PACE = Pace(build_s=0.05, change_s=0.05, volume_s=0.05)


class TestTheSimulation(OpenStackContract):
    @pytest.fixture
    def site(self, tmp_path: Path) -> Iterator[Site]:
        with simulated_cloud(tmp_path, projects=("hrss",), pace=PACE) as cloud:
            reader = Account(cloud.clouds_yaml, READER, "hrss")
            yield from used(Site(reader, Account(cloud.clouds_yaml, CHANGER, "hrss")))
