"""What Diff says of old and new inputs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from omlib.planes.cloud.provider.compare import Change, compare
from omlib.planes.cloud.provider.kind import Property, Type
from omlib.planes.cloud.provider.values import UNKNOWN

if TYPE_CHECKING:
    from tests.unit.planes.cloud.provider.conftest import Wire

PROPERTIES = (
    Property(name="name", what="", required=True),
    Property(name="size", type=Type.INTEGER, what=""),
    Property(name="image", what="", replaces=True),
    Property(name="ports", type=Type.STRINGS, what="", unordered=True),
    Property(name="pools", type=Type.STRINGS, what=""),
    Property(
        name="addresses", type=Type.STRINGS, what="", unordered=True, replaces=True, unique=True
    ),
    Property(name="mac", what="", computed=True),
)
OLD = {"name": "a", "size": 2, "ports": ("p1", "p2"), "addresses": ("10.0.0.1",)}


def changes(
    new: Mapping[str, object], seen: Mapping[str, object] | None = None
) -> dict[str, Change]:
    return dict(compare(PROPERTIES, old=OLD, new=new, seen=seen).changes)


def test_what_the_program_leaves_out_is_not_compared() -> None:
    assert changes({"name": "a"}) == {}


def test_the_order_of_an_unordered_list_means_nothing() -> None:
    assert changes({"name": "a", "ports": ["p2", "p1"]}) == {}
    old = {"name": "a", "pools": ("1", "2")}
    found = compare(PROPERTIES, old=old, new={"name": "a", "pools": ("2", "1")})
    assert found.changes == {"pools": Change.UPDATE}


def test_what_is_newly_said_is_compared_with_what_was_seen() -> None:
    new = {"name": "a", "image": "debian"}
    assert changes(new) == {"image": Change.ADD_REPLACE}
    assert changes(new, seen={"image": "debian"}) == {}
    assert changes(new, seen={"image": "rocky"}) == {"image": Change.UPDATE_REPLACE}


def test_computed_properties_are_not_compared() -> None:
    assert changes({"name": "a", "mac": "fa:16:3e:00:00:01"}) == {}


def test_what_cannot_be_changed_in_place_replaces() -> None:
    found = compare(PROPERTIES, old=OLD, new={**OLD, "addresses": ("10.0.0.2",), "size": 4})
    assert found.changes == {"size": Change.UPDATE, "addresses": Change.UPDATE_REPLACE}
    assert found.replaces == ("addresses",)
    assert not found.delete_first


def test_the_old_one_goes_first_where_both_would_have_what_only_one_can() -> None:
    found = compare(PROPERTIES, old={**OLD, "image": "debian"}, new={**OLD, "image": "rocky"})
    assert (found.replaces, found.delete_first) == (("image",), True)


def test_without_a_replacement_nothing_goes_first() -> None:
    assert not compare(PROPERTIES, old=OLD, new={**OLD, "name": "b"}).delete_first


@pytest.mark.parametrize(
    ("new", "differs"),
    [
        ({"ports": ("p1", "p2", UNKNOWN)}, True),  # one more is coming
        ({"ports": ("p1", UNKNOWN)}, False),  # it may be p2
        ({"ports": ("p3", UNKNOWN)}, True),  # p3 is new whatever the other is
        ({"name": UNKNOWN}, False),
        ({"image": UNKNOWN}, True),  # there was none
    ],
)
def test_a_value_not_known_yet_differs_only_where_that_is_certain(
    new: dict[str, object], differs: bool
) -> None:
    assert bool(changes({"name": "a", **new})) is differs


def test_the_engine_is_told_each_property_and_what_it_costs(wire: "Wire") -> None:
    old = {**wire.place, "name": "k", "public_key": "ssh-ed25519 AAAA"}
    told = wire.diff("key_pair", old, {**old, "public_key": "ssh-ed25519 BBBB"})
    assert told == ({"public_key": "UPDATE_REPLACE"}, ("public_key",), True)
    assert wire.diff("key_pair", old, old) == ({}, (), False)
    assert wire.cloud.counts() == {}


def test_ignored_changes_are_ignored() -> None:
    new = {**OLD, "name": "b", "size": 4}
    assert compare(PROPERTIES, old=OLD, new=new, ignored=("name",)).changes == {
        "size": Change.UPDATE
    }
    assert compare(PROPERTIES, old=OLD, new=new, ignored=("*",)).changes == {}
