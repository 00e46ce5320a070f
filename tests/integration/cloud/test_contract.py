"""The plane over a real OpenStack passes the suite that the fakes pass."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from omlib.lab.cloud import connect
from omlib.model.item import Declared
from omlib.model.ref import Ref, make_ref
from omlib.model.status import UnknownReason
from omlib.planes.cloud.declared import declare
from omlib.planes.cloud.plane import CloudPlane
from omlib.ports import Plane
from omlib.testing.plane_contract import Ability, Changed, PlaneContract, Silenced

if TYPE_CHECKING:
    from tests.integration.cloud.conftest import RealCloud

pytestmark = pytest.mark.lab
Later = Callable[[Callable[[], object]], None]
SERVER = "hrss-应用-02"


@dataclass(frozen=True, slots=True)
class RealCase:
    real: "RealCloud"
    later: Later
    plane: Plane
    declared: Sequence[Declared]
    cannot: Mapping[str, str]

    def change(self) -> Changed:
        compute = self.real.people["hrss"].compute
        server = next(compute.servers(name=SERVER))
        compute.update_server(server, name="临时")
        self.later(lambda: compute.update_server(server, name=SERVER))
        ref = make_ref(CloudPlane.name, "server", "hrss-app-02")
        return Changed(ref=ref, path="name", actual="临时")

    def add_undeclared(self) -> str:
        network = self.real.people["civil"].network
        made = network.create_security_group(name="临时放通")
        self.later(lambda: network.delete_security_group(made))
        return "gov-cloud:RegionOne:civil"

    def remove(self) -> Ref:
        network = self.real.people["hrss"].network
        (floating,) = network.ips()
        network.delete_ip(floating)
        self.later(lambda: self.real.refloat("hrss-app-01"))
        return make_ref(CloudPlane.name, "floating_ip", "hrss-app-01")

    def silence(self) -> Silenced:
        """The account's role is taken away, in every project."""
        identity = connect(self.real.layout).identity
        user, role = identity.find_user("omlib-ro"), identity.find_role("reader")
        for name in ("hrss", "civil"):
            project = identity.find_project(name)
            identity.unassign_project_role_from_user(project, user, role)
            self.later(partial(identity.assign_project_role_to_user, project, user, role))
        return Silenced(target="gov-cloud", reason=UnknownReason.DENIED)


class TestTheRealCloud(PlaneContract):
    @pytest.fixture
    def case(self, real: "RealCloud", later: Later) -> RealCase:
        cloud = real.estate.clouds["gov-cloud"]
        readable = tuple(project for project in cloud.projects if project.id != "police")
        clouds = {cloud.id: replace(cloud, projects=readable)}
        return RealCase(
            real=real,
            later=later,
            plane=real.plane(clouds=clouds),
            declared=list(declare(real.estate)),
            cannot={Ability.PERFORM: "the cloud plane only reads"},
        )
