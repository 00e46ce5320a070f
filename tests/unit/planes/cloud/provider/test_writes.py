"""Create, Update and Delete: journalled, settled, and never twice."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf.any_pb2 import Any as Packed
from pulumi.runtime.proto import provider_pb2, status_pb2

from omlib.planes.cloud.provider.marks import mark_in
from omlib.planes.cloud.provider.values import plain, struct

if TYPE_CHECKING:
    from tests.unit.planes.cloud.provider.conftest import Wire

Dial = Callable[..., "Wire"]
RULES = ("ingress tcp 443 198.18.0.0/24", "ingress icmp 8 0.0.0.0/0")


def test_what_is_made_carries_the_mark_of_its_resource(wire: "Wire") -> None:
    made = wire.create("network", "dmz", name="业务")
    (told,) = (each for each in wire.cloud.things("network") if each["id"] == made.id)
    assert mark_in(told) == wire.urn("network", "dmz")


def test_the_journal_knows_of_a_creation_before_the_cloud_does(wire: "Wire") -> None:
    """Hazard: only here is the moment between POST and answer known."""
    wire.cloud.trouble(method="POST", path="/networks", status=504, after=True, times=1)
    with pytest.raises(grpc.RpcError) as told:
        wire.create("network", "dmz", name="dmz")
    assert told.value.code() is grpc.StatusCode.UNKNOWN
    (entry,) = wire.journal.open_entries()
    assert (entry.urn, entry.live_id) == (wire.urn("network", "dmz"), "")
    assert [each["name"] for each in wire.cloud.things("network", "hrss")] == ["dmz"]


def test_a_creation_that_the_cloud_refused_leaves_nothing_open(wire: "Wire") -> None:
    wire.cloud.trouble(method="POST", path="/networks", status=409, message="Quota exceeded")
    with pytest.raises(grpc.RpcError, match="Quota exceeded") as told:
        wire.create("network", "dmz", name="dmz")
    assert told.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert wire.journal.open_entries() == ()


def test_a_post_that_may_have_been_done_is_not_sent_again(wire: "Wire") -> None:
    wire.cloud.trouble(method="POST", path="/networks", status=503)
    wire.create("key_pair", "k", name="k", public_key="ssh-ed25519 AAAA")  # logs in
    wire.cloud.clear_counts()
    with pytest.raises(grpc.RpcError):
        wire.create("network", "dmz", name="dmz")
    assert wire.cloud.counts()["POST network /networks"] == 1


@pytest.mark.parametrize(
    ("status", "headers"), [(429, {}), (503, {"Retry-After": "0"}), (503, {"Retry-After": "1"})]
)
def test_a_post_that_was_put_off_is_sent_again(
    wire: "Wire", status: int, headers: dict[str, str]
) -> None:
    put_off = status == 429 or headers["Retry-After"] != "0"
    wire.cloud.trouble(method="POST", path="/networks", status=status, headers=headers, times=1)
    if put_off:
        wire.create("network", "dmz", name="dmz")
        assert len(wire.cloud.things("network", "hrss")) == 1
    else:
        with pytest.raises(grpc.RpcError):
            wire.create("network", "dmz", name="dmz")


def test_what_was_made_and_did_not_settle_goes_into_the_state_with_its_id(wire: "Wire") -> None:
    wire.cloud.trouble(method="POST", path="/security-group-rules", status=409, message="too many")
    with pytest.raises(grpc.RpcError, match="too many") as told:
        wire.create("security_group", "web", name="web", rules=RULES)
    failed = _init_failed(told.value)
    (group,) = (g for g in wire.cloud.things("security_group", "hrss") if g["name"] == "web")
    assert failed.id == group["id"]
    assert plain(failed.properties)["rules"] == ("egress any any 0.0.0.0/0", "egress any any ::/0")
    assert plain(failed.inputs)["rules"][2:] == ("ingress icmp 8 0.0.0.0/0", RULES[0])
    (entry,) = wire.journal.open_entries()
    assert entry.live_id == group["id"]


def test_an_update_changes_only_what_differs(wire: "Wire") -> None:
    made = wire.create("security_group", "web", name="web", rules=RULES, description="门户")
    wire.cloud.clear_counts()
    rules = ("ingress tcp 443 198.18.0.0/24", "ingress udp 53 198.18.1.0/24")
    wire.update("security_group", "web", made, name="web", rules=rules, description="门户")
    assert wire.cloud.changes() == {
        "POST network /security-group-rules": 1,
        "DELETE network /security-group-rules/*": 1,
    }


def test_a_read_after_an_update_sees_the_update(wire: "Wire") -> None:
    made = wire.create("network", "dmz", name="dmz")
    wire.read("network", "dmz", made)
    changed = wire.update("network", "dmz", made, name="edge")
    assert wire.read("network", "dmz", changed) == changed
    assert changed.outputs["name"] == "edge"


def test_a_new_description_keeps_the_mark(wire: "Wire") -> None:
    made = wire.create("security_group", "web", name="web", rules=RULES, description="门户")
    wire.update("security_group", "web", made, name="web", rules=RULES, description="新门户")
    (group,) = (g for g in wire.cloud.things("security_group") if g["id"] == made.id)
    assert mark_in(group) == wire.urn("security_group", "web")
    assert wire.read("security_group", "web", made).outputs["description"] == "新门户"


def test_what_is_being_changed_is_not_updated(wire: "Wire") -> None:
    made = wire.create("network", "dmz", name="dmz")
    wire.cloud.edit("network", made.id, status="BUILD")
    wire.cloud.clear_counts()
    with pytest.raises(grpc.RpcError, match="being changed"):
        wire.update("network", "dmz", made, name="edge")
    assert wire.cloud.changes() == {}


def test_what_is_gone_is_not_updated(wire: "Wire") -> None:
    made = wire.create("network", "dmz", name="dmz")
    wire.cloud.vanish("network", made.id)
    with pytest.raises(grpc.RpcError, match="is gone"):
        wire.update("network", "dmz", made, name="edge")


def test_a_removal_that_the_run_was_not_given_is_refused(wire: "Wire") -> None:
    made = wire.create("network", "dmz", name="dmz")
    wire.cloud.clear_counts()
    with pytest.raises(grpc.RpcError, match="not permitted"):
        wire.delete("network", "dmz", made)
    assert wire.cloud.changes() == {}


def test_a_removal_that_the_run_was_given_is_carried_out(wire: "Wire", dial: Dial) -> None:
    made = wire.create("network", "dmz", name="dmz")
    permitted = dial(made.id)
    permitted.delete("network", "dmz", made)
    permitted.delete("network", "dmz", made)  # gone is gone
    assert permitted.read("network", "dmz", made).id == ""


def test_a_preview_makes_nothing_even_where_the_engine_asks_for_it(wire: "Wire") -> None:
    """Hazard: an engine that was told of preview support calls Create and Update in previews."""
    told = wire.configure()
    assert (told.acceptSecrets, told.supportsPreview) == (False, False)
    inputs = wire.check("network", "dmz", name="dmz").inputs
    request: dict[str, Any] = {"urn": wire.urn("network", "dmz"), "preview": True}
    made = wire.stub.Create(provider_pb2.CreateRequest(properties=struct(inputs), **request))
    wire.stub.Update(provider_pb2.UpdateRequest(id="x", news=struct(inputs), **request))
    assert (made.id, plain(made.properties)) == ("", inputs)
    assert wire.cloud.changes() == {}
    assert wire.journal.entries() == ()


def test_no_handshake_is_answered(wire: "Wire") -> None:
    with pytest.raises(grpc.RpcError) as told:
        wire.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="x"))
    assert told.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_whole_numbers_reach_the_cloud_as_whole_numbers(wire: "Wire") -> None:
    """Hazard: on the wire every number is a double."""
    made = wire.create("security_group", "web", name="web", rules=RULES)
    (group,) = (g for g in wire.cloud.things("security_group") if g["id"] == made.id)
    ports = {rule["port_range_min"] for rule in group["security_group_rules"]}
    assert ports == {None, 443, 8}
    assert not any(isinstance(port, float) for port in ports)


def _init_failed(error: grpc.RpcError) -> Any:
    """As the engine finds it: in the details of the status."""
    details = dict(error.trailing_metadata())["grpc-status-details-bin"]
    (packed,) = status_pb2.Status.FromString(details).details
    assert isinstance(packed, Packed)
    failed = provider_pb2.ErrorResourceInitFailed()
    assert packed.Unpack(failed)
    return failed
