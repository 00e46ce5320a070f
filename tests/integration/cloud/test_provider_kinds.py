"""Every kind of resource on a real OpenStack: made, read as declared, changed, drifted, removed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from omlib.lab.cloud import connect, create_project
from omlib.lab.layout import LabLayout
from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.api import Clouds
from omlib.planes.cloud.provider.inputs import checked
from omlib.planes.cloud.provider.kind import Api, Live, Mark, ResourceKind
from omlib.planes.cloud.provider.kinds.differs import differing
from omlib.planes.cloud.provider.kinds.floating_ip import FLOATING_IP
from omlib.planes.cloud.provider.kinds.port import PORT
from omlib.planes.cloud.provider.kinds.server import SERVER
from omlib.planes.cloud.provider.kinds.server_group import SERVER_GROUP
from omlib.planes.cloud.provider.kinds.volume import VOLUME
from omlib.planes.cloud.provider.kinds.volume_attachment import VOLUME_ATTACHMENT
from omlib.planes.cloud.provider.place import Place

pytestmark = pytest.mark.lab
PROJECT = "kinds"
LISTED = ("server", "port", "volume", "floating_ip", "server_group")
SMALL = {"vcpu": 2, "ram_mib": 4096, "image": "lab-linux"}


@dataclass(slots=True)
class Made:
    """One resource of ours. *inputs* are as Check gives them."""

    api: Api
    kind: ResourceKind
    inputs: dict[str, Any]
    id: str = ""

    def make(self) -> "Made":
        mark = Mark(f"urn:pulumi:lab::omlib::omcloud:index:{self.kind.name}::t", "t")
        made: list[str] = []
        self.id = self.kind.create(self.api, self.inputs, mark, made.append)
        assert made == [self.id]
        return self

    def look(self) -> Live | None:
        """From fresh listings, as a run's Reads have it."""
        self.api.seen.changed(*LISTED)
        return self.kind.live(self.api, self.id)

    def there(self) -> Live:
        live = self.look()
        assert live is not None
        return live

    def differs(self) -> set[str]:
        return set(differing(self.kind.properties, self.there(), self.inputs))

    def update(self, **changes: Any) -> None:
        self.inputs = {**self.inputs, **shaped(self.kind, {**self.inputs, **changes})}
        self.kind.update(self.api, self.now(), self.inputs)

    def now(self) -> Live:
        live = self.kind.get(self.api, self.id)
        assert live is not None
        return live


@dataclass(frozen=True, slots=True)
class Yard:
    """What the tests of this file share: a server with all that can hang on one.

    *people* is a person's connection to the project.
    """

    api: Api
    people: Any
    server: Made
    port: Made
    spare: Made
    volume: Made
    attachment: Made
    floating: Made

    def new(self, kind: ResourceKind, **inputs: Any) -> Made:
        return Made(self.api, kind, shaped(kind, inputs))


def shaped(kind: ResourceKind, inputs: Any) -> dict[str, Any]:
    place = Place("gov-cloud", "RegionOne", PROJECT).named
    told, wrong = checked(kind, {**place, **inputs})
    assert not wrong
    return {name: value for name, value in told.items() if name not in place}


@pytest.fixture(scope="module")
def yard(cloud_lab: LabLayout) -> Yard:
    create_project(cloud_lab, PROJECT, readable=False)
    clouds = Clouds({"gov-cloud": "lab-admin"}, cloud_lab.run / "clouds.yaml")
    api = clouds.api(Place("gov-cloud", "RegionOne", PROJECT))
    people = connect(cloud_lab, project=PROJECT)
    for name in ("web", "ops"):
        people.network.create_security_group(name=name)
    made = partial(Made, api)
    base = str(cloud_lab.records_network.network_address).rsplit(".", 1)[0]
    made(
        SERVER_GROUP, shaped(SERVER_GROUP, {"name": "spread", "policy": "soft-anti-affinity"})
    ).make()
    port = made(
        PORT,
        shaped(
            PORT,
            {
                "name": "门户-01/gov-net",
                "network": "gov-net",
                "addresses": [f"{base}.201"],
                "security_groups": ["web"],
                "allowed_addresses": [f"{base}.250", "198.18.0.0/24 fa:16:3e:00:00:01"],
            },
        ),
    ).make()
    server = made(
        SERVER,
        shaped(
            SERVER,
            {
                **SMALL,
                "name": "门户-01",
                "ports": [port.id],
                "power": "on",
                "metadata": {"use": "门户", "tier": "web"},
                "server_group": "spread",
                "availability_zone": "nova",
            },
        ),
    ).make()
    wanted = {"name": "数据", "size_gib": 1, "metadata": {"use": "库"}}
    volume = made(VOLUME, shaped(VOLUME, wanted)).make()
    both = {"server": server.id, "volume": volume.id}
    wanted = {"network": "ext-net", "port": port.id}
    return Yard(
        api,
        people,
        server,
        port,
        made(PORT, shaped(PORT, {"name": "spare", "network": "gov-net"})).make(),
        volume,
        made(VOLUME_ATTACHMENT, shaped(VOLUME_ATTACHMENT, both)).make(),
        made(FLOATING_IP, shaped(FLOATING_IP, wanted)).make(),
    )


NAMES = ("server", "port", "spare", "volume", "attachment", "floating")


@pytest.mark.parametrize("name", NAMES)
def test_what_was_made_is_read_as_it_was_declared(yard: Yard, name: str) -> None:
    made: Made = getattr(yard, name)
    live = made.there()
    assert made.differs() == set()
    assert made.inputs.keys() <= live.attributes.keys()
    assert live.unseen == {}
    assert not live.in_transition
    assert live.mark.endswith("::t") == (name != "attachment")
    now = made.now()
    assert (now.attributes, now.ids) == (live.attributes, live.ids)


def act(yard: Yard, **action: Any) -> None:
    told = yard.people.compute.post(f"/servers/{yard.server.id}/action", json=action)
    assert told.status_code < 300, told.text


def wait(yard: Yard, *statuses: str) -> None:
    for status in statuses:
        yard.people.compute.wait_for_server(
            yard.people.compute.get_server(yard.server.id), status=status, interval=0.3, wait=90
        )


def resize(yard: Yard) -> None:
    compute = yard.people.compute
    compute.resize_server(yard.server.id, compute.find_flavor("m1.medium").id)
    wait(yard, "VERIFY_RESIZE")
    compute.confirm_server_resize(yard.server.id)
    wait(yard, "ACTIVE")


def set_and_delete_metadata(yard: Yard) -> None:
    compute = yard.people.compute
    compute.set_server_metadata(yard.server.id, **{"added by: hand": "张三"})
    compute.delete(f"/servers/{yard.server.id}/metadata/tier")


def stop(yard: Yard) -> None:
    act(yard, **{"os-stop": None})
    wait(yard, "SHUTOFF")


def pause(yard: Yard) -> None:
    act(yard, pause=None)
    wait(yard, "PAUSED")


def suspend(yard: Yard) -> None:
    act(yard, suspend=None)
    wait(yard, "SUSPENDED")


def add_interface(yard: Yard) -> None:
    network = yard.people.network.find_network("gov-net")
    yard.people.compute.create_server_interface(yard.server.id, net_id=network.id)


def drop_interface(yard: Yard) -> None:
    yard.people.compute.delete(f"/servers/{yard.server.id}/os-interface/{yard.port.id}")
    yard.people.network.wait_for_status(
        yard.people.network.get_port(yard.port.id), "DOWN", interval=0.3, wait=60
    )


def change_port(yard: Yard, **told: Any) -> None:
    yard.people.network.update_port(yard.port.id, **told)


def groups(yard: Yard, *names: str) -> None:
    network, project = yard.people.network, yard.people.current_project_id
    found = [network.find_security_group(name, project_id=project).id for name in names]
    change_port(yard, security_groups=found)


def grow(yard: Yard) -> None:
    yard.people.block_storage.post(
        f"/volumes/{yard.volume.id}/action",
        json={"os-extend": {"new_size": 2}},
        microversion="3.42",
    )
    volumes = yard.people.block_storage
    volumes.wait_for_status(volumes.get_volume(yard.volume.id), "in-use", interval=0.3, wait=60)


def rename_volume(yard: Yard) -> None:
    yard.people.block_storage.update_volume(yard.volume.id, name="旧数据")
    yard.people.block_storage.set_volume_metadata(yard.volume.id, owner="李四")


def disassociate(yard: Yard) -> None:
    yard.people.network.update_ip(yard.floating.id, port_id=None)


def move(yard: Yard) -> None:
    yard.people.network.update_ip(yard.floating.id, port_id=yard.spare.id)


DRIFTS: tuple[tuple[Callable[[Yard], None], str, set[str]], ...] = (
    (resize, "server", {"vcpu", "ram_mib"}),
    (lambda yard: act_rename(yard), "server", {"name"}),
    (set_and_delete_metadata, "server", {"metadata"}),
    (stop, "server", {"power"}),
    (pause, "server", {"power"}),
    (suspend, "server", {"power"}),
    (add_interface, "server", {"ports"}),
    (drop_interface, "server", {"ports"}),
    (lambda yard: groups(yard, "web", "ops"), "port", {"security_groups"}),
    (lambda yard: groups(yard), "port", {"security_groups"}),
    (lambda yard: change_port(yard, name="x"), "port", {"name"}),
    (lambda yard: change_port(yard, allowed_address_pairs=[]), "port", {"allowed_addresses"}),
    (rename_volume, "volume", {"name", "metadata"}),
    (disassociate, "floating", {"port"}),
    (move, "floating", {"port"}),
)


def act_rename(yard: Yard) -> None:
    yard.people.compute.update_server(yard.server.id, name="有人改名")


@pytest.mark.parametrize(
    ("by_hand", "which", "attributes"),
    DRIFTS,
    ids=[f"{which}-{'-'.join(sorted(names))}-{n}" for n, (_, which, names) in enumerate(DRIFTS)],
)
def test_a_change_behind_our_back_is_named_by_attribute_and_undone(
    yard: Yard, by_hand: Callable[[Yard], None], which: str, attributes: set[str]
) -> None:
    made: Made = getattr(yard, which)
    by_hand(yard)
    assert made.differs() == attributes
    made.update()
    assert made.differs() == set()
    assert made.there().mark.endswith("::t")
    assert yard.server.differs() == set()
    assert yard.port.differs() == set()


def test_what_is_not_declared_is_seen_as_the_clouds_own_word(yard: Yard) -> None:
    before = yard.server.there().attributes
    act(yard, lock={})
    groups(yard, "ops")
    after = yard.server.there().attributes
    assert {name for name in after if after[name] != before.get(name)} == {
        "locked",
        "security_groups",
    }
    act(yard, unlock=None)
    yard.port.update()


def test_a_reboot_is_in_transition_and_then_nothing_differs(yard: Yard) -> None:
    act(yard, reboot={"type": "HARD"})
    yard.server.kind.update(yard.api, yard.server.now(), yard.server.inputs)
    assert yard.server.differs() == set()
    assert not yard.server.there().in_transition


def test_an_open_resize_is_in_transition_and_confirmed_if_it_is_ours(yard: Yard) -> None:
    compute = yard.people.compute
    compute.resize_server(yard.server.id, compute.find_flavor("m1.medium").id)
    wait(yard, "VERIFY_RESIZE")
    assert yard.server.there().in_transition
    with pytest.raises(CloudFaultError, match="confirm or revert it by hand"):
        yard.server.update()
    yard.server.update(vcpu=4, ram_mib=8192)
    assert yard.server.differs() == set()
    yard.server.update(vcpu=2, ram_mib=4096, power="off")
    assert yard.server.there().attributes["status"] == "SHUTOFF"
    yard.server.update(power="on")
    assert yard.server.differs() == set()


def test_a_volume_in_use_grows_and_does_not_shrink(yard: Yard) -> None:
    grow(yard)
    assert yard.volume.differs() == {"size_gib"}
    with pytest.raises(CloudFaultError, match="cannot shrink to 1"):
        yard.volume.update()
    yard.volume.update(size_gib=3)
    assert yard.volume.differs() == set()


def test_a_port_is_put_in_anothers_place(yard: Yard) -> None:
    yard.server.update(ports=[yard.spare.id])
    assert yard.server.differs() == set()
    assert yard.port.there().attributes["device"] == ""
    yard.server.update(ports=[yard.port.id])
    assert yard.server.differs() == set()


def test_a_volume_taken_off_behind_our_back_is_an_attachment_that_is_gone(yard: Yard) -> None:
    path = f"/servers/{yard.server.id}/os-volume_attachments/{yard.volume.id}"
    yard.people.compute.delete(path)
    volumes = yard.people.block_storage
    volumes.wait_for_status(volumes.get_volume(yard.volume.id), "available", interval=0.3, wait=60)
    assert yard.attachment.look() is None
    assert yard.attachment.kind.get(yard.api, yard.attachment.id) is None
    yard.attachment.make()
    assert yard.attachment.differs() == set()


def test_a_build_that_nova_gives_up_is_told_in_its_words(yard: Yard) -> None:
    yard.new(SERVER_GROUP, name="apart", policy="anti-affinity").make()  # the lab has no filter
    doomed = yard.new(SERVER, **SMALL, name="b", server_group="apart")
    made: list[str] = []
    with pytest.raises(CloudFaultError, match="ServerGroup policy is not supported") as error:
        SERVER.create(yard.api, doomed.inputs, Mark("urn", "b"), made.append)
    assert error.value.condition is Condition.FAILED
    (server_id,) = made
    SERVER.delete(yard.api, server_id)
    assert SERVER.get(yard.api, server_id) is None


def test_what_was_removed_behind_our_back_is_gone_and_the_rest_can_be_removed(yard: Yard) -> None:
    """The last one: it takes the yard down, and nothing of it is left."""
    compute = yard.people.compute
    compute.delete_server(yard.server.id)
    compute.wait_for_delete(compute.find_server(yard.server.id) or yard.server, interval=0.3)
    assert yard.server.look() is None
    assert SERVER.get(yard.api, yard.server.id) is None
    assert yard.attachment.look() is None
    assert yard.attachment.kind.get(yard.api, yard.attachment.id) is None
    assert yard.floating.there().attributes["port"] == yard.port.id  # left over with the port
    assert yard.port.there().attributes["device"] == ""
    yard.server.make()
    assert yard.server.differs() == set()
    for made in (yard.floating, yard.port, yard.spare, yard.volume, yard.server):
        made.kind.delete(yard.api, made.id)
        assert made.look() is None
        assert made.kind.get(yard.api, made.id) is None
    project = yard.people.current_project_id
    assert list(compute.servers()) == []
    assert list(yard.people.network.ports(project_id=project)) == []
    assert list(yard.people.network.ips(project_id=project)) == []
    assert list(yard.people.block_storage.volumes()) == []
