"""The lab's real OpenStack passes the suite that the simulated one passes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from omlib.testing.openstack_contract import Account, OpenStackContract, Site, used

if TYPE_CHECKING:
    from tests.integration.cloud.conftest import RealCloud

pytestmark = pytest.mark.lab
PROJECT = "civil"


class TestTheRealOpenStack(OpenStackContract):
    @pytest.fixture
    def site(self, real: "RealCloud") -> Iterator[Site]:
        reader, changer = (
            Account(real.clouds_yaml, profile, PROJECT) for profile in ("lab", "lab-change")
        )
        yield from used(Site(reader, changer))
