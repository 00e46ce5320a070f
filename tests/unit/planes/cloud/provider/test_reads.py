"""Read: from the listings, gone only by a 404, and unknown where it cannot be seen."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import grpc
import pytest

from omlib.model.status import UnknownReason
from omlib.planes.cloud.provider.api import ApiLimits
from omlib.testing.openstack import READER

if TYPE_CHECKING:
    from tests.unit.planes.cloud.provider.conftest import Wire

Dial = Callable[..., "Wire"]
HURRIED = ApiLimits(connect_s=1, read_s=1, call_s=2)


def test_what_was_created_is_read_as_it_was_checked(wire: "Wire") -> None:
    made = wire.create("network", "dmz", name="业务")
    assert wire.read("network", "dmz", made) == made
    assert wire.unknowns.by_urn() == {}


def test_twenty_reads_ask_the_cloud_for_one_listing(wire: "Wire") -> None:
    made = [wire.create("network", f"n{number}", name=f"n{number}") for number in range(20)]
    wire.configure()
    wire.cloud.clear_counts()
    for number, told in enumerate(made):
        assert wire.read("network", f"n{number}", told) == told
    assert set(wire.cloud.counts()) == {"GET network /networks"}
    assert wire.cloud.counts()["GET network /networks"] <= 2  # the empty page that ends it, too


def test_a_run_does_not_see_with_the_eyes_of_the_last_one(wire: "Wire") -> None:
    made = wire.create("network", "dmz", name="dmz")
    assert wire.read("network", "dmz", made).outputs["name"] == "dmz"
    wire.cloud.edit("network", made.id, name="renamed")
    assert wire.read("network", "dmz", made).outputs["name"] == "dmz"
    wire.configure()
    seen = wire.read("network", "dmz", made)
    assert (seen.outputs["name"], seen.inputs["name"]) == ("renamed", "renamed")


def test_what_a_listing_lacks_and_a_get_does_not_know_is_gone(wire: "Wire") -> None:
    made = wire.create("network", "dmz", name="dmz")
    wire.cloud.vanish("network", made.id)
    assert wire.read("network", "dmz", made).id == ""


def test_a_key_pair_of_another_account_is_unknown_and_never_gone(dial: Dial) -> None:
    """Nova tells an account of its own key pairs only: 404 of all others."""
    made = dial().create("key_pair", "ops", name="ops", public_key="ssh-ed25519 AAAA")
    reader = dial(profile=READER)
    assert reader.read("key_pair", "ops", made) == made
    (unknown,) = reader.unknowns.by_urn().values()
    assert unknown.reason is UnknownReason.UNSUPPORTED


def test_an_empty_listing_by_accident_takes_nothing_away(wire: "Wire") -> None:
    """Hazard: an empty id removes a resource from the state."""
    made = wire.create("network", "dmz", name="dmz")
    wire.cloud.trouble(method="GET", path="/networks", status=200, body='{"networks": []}')
    assert wire.read("network", "dmz", made) == made


@pytest.mark.parametrize(
    ("status", "reason"), [(403, UnknownReason.DENIED), (503, UnknownReason.ERROR)]
)
def test_an_absence_that_no_get_confirms_is_unknown(
    wire: "Wire", status: int, reason: UnknownReason
) -> None:
    made = wire.create("network", "dmz", name="dmz")
    wire.cloud.trouble(method="GET", path="/networks", status=200, body='{"networks": []}')
    wire.cloud.trouble(method="GET", path="/networks/.*", status=status, message="not today")
    assert wire.read("network", "dmz", made) == made
    unknown = wire.unknowns.by_urn()[wire.urn("network", "dmz")]
    assert unknown.reason is reason
    assert "not today" in unknown.detail


@pytest.mark.parametrize(
    "words", ["No route for /v2.0/networks/{}", "no route: /v2.0/networks/{}/", "Not Found"]
)
def test_a_404_that_names_the_thing_only_in_its_address_is_a_proxys(
    wire: "Wire", words: str
) -> None:
    made = wire.create("network", "dmz", name="dmz")
    wire.cloud.vanish("network", made.id)
    told = words.format(made.id)
    wire.cloud.trouble(method="GET", path="/networks/.*", status=404, message=told)
    assert wire.read("network", "dmz", made) == made
    assert len(wire.unknowns.by_urn()) == 1


def test_an_answer_about_another_thing_is_none_about_this_one(wire: "Wire") -> None:
    made, other = wire.create("network", "a", name="a"), wire.create("network", "b", name="b")
    wire.cloud.trouble(method="GET", path="/networks", status=200, body='{"networks": []}')
    body = json.dumps({"network": {"id": other.id, "name": "b", "status": "ACTIVE"}})
    wire.cloud.trouble(method="GET", path="/networks/.*", status=200, body=body)
    assert wire.read("network", "a", made) == made
    (unknown,) = wire.unknowns.by_urn().values()
    assert other.id in unknown.detail


def test_a_listing_that_breaks_off_leaves_the_state_as_it_was(dial: Dial) -> None:
    wire = dial(limits=HURRIED)
    made = [wire.create("network", f"n{number}", name=f"n{number}") for number in range(6)]
    wire.cloud.set(page_items=2)
    wire.cloud.trouble(method="GET", path="/networks", page=3, status=503)
    wire.configure()
    told = [wire.read("network", f"n{number}", each) for number, each in enumerate(made)]
    assert told == made
    reasons = {unknown.reason for unknown in wire.unknowns.by_urn().values()}
    assert reasons == {UnknownReason.INCOMPLETE}


def test_a_refused_listing_is_asked_for_once_in_a_run(wire: "Wire") -> None:
    made = [wire.create("network", f"n{number}", name=f"n{number}") for number in range(5)]
    wire.configure()
    wire.cloud.trouble(method="GET", path="/networks", status=403)
    wire.cloud.clear_counts()
    for number, told in enumerate(made):
        wire.read("network", f"n{number}", told)
    assert wire.cloud.counts() == {"GET network /networks": 1}
    assert len(wire.unknowns.by_urn()) == 5


def test_a_cloud_that_cannot_be_logged_in_to_makes_all_unknown_and_fails_nothing(
    wire: "Wire", dial: Dial
) -> None:
    made = wire.create("network", "dmz", name="dmz")
    stranger = dial(profile="nobody")
    assert stranger.read("network", "dmz", made) == made
    unknown = stranger.unknowns.by_urn()[wire.urn("network", "dmz")]
    assert unknown.reason is UnknownReason.NOT_CHECKED


def test_one_unreadable_of_twenty_leaves_nineteen_verdicts(wire: "Wire") -> None:
    """Hazard: one failing Read fails the whole run."""
    made = [wire.create("network", f"n{number}", name=f"n{number}") for number in range(20)]
    wire.configure()
    wire.cloud.edit("network", made[7].id, name=["not", "a", "name"])
    wire.cloud.edit("network", made[3].id, name="renamed")
    for number, told in enumerate(made):
        name = wire.read("network", f"n{number}", told).outputs["name"]
        assert name == ("renamed" if number == 3 else f"n{number}")
    assert list(wire.unknowns.by_urn()) == [wire.urn("network", "n7")]


def test_what_is_being_changed_keeps_its_state_and_is_in_transition(wire: "Wire") -> None:
    """Hazard: a refresh in the middle of a change would take the half of it for the truth."""
    made = wire.create("network", "dmz", name="dmz")
    wire.cloud.edit("network", made.id, status="BUILD", name="half")
    assert wire.read("network", "dmz", made) == made
    unknown = wire.unknowns.by_urn()[wire.urn("network", "dmz")]
    assert unknown.reason is UnknownReason.IN_TRANSITION


def test_the_token_of_another_project_sees_nothing_and_takes_nothing_away(
    wire: "Wire", dial: Dial
) -> None:
    made = wire.create("network", "dmz", name="dmz")
    other = wire.cloud.project("civil", sim_change="member")
    wire.cloud.set(grants={"hrss": "civil"})
    wrong = dial()
    assert other
    assert wrong.read("network", "dmz", made) == made
    assert wrong.unknowns.by_urn()[wire.urn("network", "dmz")].reason is UnknownReason.ERROR


def test_an_import_tells_all_that_could_be_declared(wire: "Wire") -> None:
    made = wire.create("security_group", "web", name="web", rules=["ingress tcp 443 0.0.0.0/0"])
    told = wire.read("security_group", "web", made.id)
    assert told.inputs == {**made.inputs, "description": ""}
    assert told.outputs == made.outputs


def test_an_import_finds_its_place_in_the_id_too(wire: "Wire") -> None:
    made = wire.create("network", "dmz", name="dmz")
    told = wire.read("network", "dmz", f"@gov-cloud:RegionOne:hrss:{made.id}")
    assert told == made


def test_an_import_of_what_is_not_there_has_no_id(wire: "Wire") -> None:
    assert wire.read("network", "dmz", "00000000-0000-4000-8000-000000000000").id == ""


def test_an_import_of_what_cannot_be_seen_fails(wire: "Wire") -> None:
    made = wire.create("network", "dmz", name="dmz")
    wire.cloud.trouble(method="GET", path="/networks", status=403, message="no role here")
    with pytest.raises(grpc.RpcError, match="no role here"):
        wire.read("network", "dmz", made.id)


def test_an_attribute_that_cannot_be_seen_keeps_its_value_and_is_named(wire: "Wire") -> None:
    wire.create("network", "dmz", name="dmz")
    made = wire.create("subnet", "s", name="s", network="dmz", cidr="10.9.0.0/24")
    wire.configure()
    wire.cloud.trouble(method="GET", path="/networks.*", status=403)
    wire.cloud.edit("subnet", made.id, name="renamed")
    told = wire.read("subnet", "s", made)
    assert (told.inputs["network"], told.inputs["name"]) == ("dmz", "renamed")
    unknown = wire.unknowns.by_urn()[wire.urn("subnet", "s")]
    assert (unknown.reason, unknown.attributes) == (UnknownReason.DENIED, ("network",))


def test_a_name_or_an_id_is_told_as_the_program_declared_it(wire: "Wire") -> None:
    network = wire.create("network", "dmz", name="dmz")
    by_id = wire.create("subnet", "s", name="s", network=network.id, cidr="10.9.0.0/24")
    assert by_id.outputs["network"] == network.id
    assert wire.read("subnet", "s", by_id) == by_id


@pytest.mark.parametrize(
    "told",
    [
        {"size": 10**400},
        {"size": 10.7},
        {"size": float("inf")},
        {"size": None},
        {"status": None},
        {"name": "half a \ud83d"},
    ],
)
def test_what_no_volume_can_be_is_unknown_and_neither_rounded_nor_the_end_of_the_run(
    wire: "Wire", told: dict[str, object]
) -> None:
    made = wire.create("volume", "data", name="data", size_gib=10)
    wire.configure()
    wire.cloud.edit("volume", made.id, **told)
    assert wire.read("volume", "data", made) == made
    (unknown,) = wire.unknowns.by_urn().values()
    assert unknown.reason is UnknownReason.ERROR
