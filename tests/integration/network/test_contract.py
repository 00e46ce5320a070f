"""The plane over a real FRR router passes the suite that the fakes pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from omlib.model.item import Declared
from omlib.model.ref import Ref
from omlib.model.status import UnknownReason
from omlib.planes.network.declared import ref_of
from omlib.ports import Plane
from omlib.testing.plane_contract import Ability, Changed, PlaneContract, Silenced

from .conftest import ROUTER, Gear

pytestmark = pytest.mark.lab


@dataclass(frozen=True, slots=True)
class RouterCase:
    """Nothing is put back: the next test gets its router freshly configured."""

    gear: Gear
    plane: Plane
    declared: Sequence[Declared]
    cannot: Mapping[str, str]

    def change(self) -> Changed:
        self._configure("interface eth0", "description changed by hand")
        ref = ref_of(ROUTER, "interface eth0")
        return Changed(ref=ref, path="members", actual=("description changed by hand",))

    def add_undeclared(self) -> str:
        self._configure("ip prefix-list X seq 5 permit any")
        return ROUTER

    def remove(self) -> Ref:
        self._configure("no access-list MGMT")
        return ref_of(ROUTER, "access-list MGMT")

    def silence(self) -> Silenced:
        self.gear.run("systemctl stop frr")
        return Silenced(target=ROUTER, reason=UnknownReason.INCOMPLETE)

    def _configure(self, *commands: str) -> None:
        typed = " ".join(f"-c '{command}'" for command in ("configure terminal", *commands))
        self.gear.run(f"vtysh {typed}")


class TestTheRealRouter(PlaneContract):
    @pytest.fixture
    def case(self, gear: Gear) -> RouterCase:
        estate = gear.estate()
        return RouterCase(
            gear=gear,
            plane=gear.plane(estate),
            declared=gear.declared(estate),
            cannot={Ability.PERFORM: "network gear is only read"},
        )
