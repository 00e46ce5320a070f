"""Values on the wire, and marks on live things."""

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct

from omlib.planes.cloud.provider.kind import Mark
from omlib.planes.cloud.provider.marks import (
    carries,
    description_of,
    mark_in,
    metadata_of,
    without_words,
    words_of,
)
from omlib.planes.cloud.provider.values import UNKNOWN, plain, struct, unknown

URN = "urn:pulumi:gov-cloud.RegionOne.hrss::omlib::omcloud:index:Network::dmz"
LONG = f"urn:pulumi:{'x' * 300}::omlib::omcloud:index:Network::dmz"


def test_whole_numbers_come_back_as_ints() -> None:
    told = plain(struct({"vcpu": 8, "share": 0.5, "on": True}))
    assert told == {"vcpu": 8, "share": 0.5, "on": True}
    assert (type(told["vcpu"]), type(told["on"])) == (int, bool)


def test_nested_values_and_chinese_text_survive() -> None:
    told = {"metadata": {"部门": "人社局"}, "ports": ("a", "b"), "none": ()}
    assert plain(struct(told)) == told


def test_what_is_not_given_is_left_out() -> None:
    assert plain(struct({"name": "a", "image": None})) == {"name": "a"}


def test_a_secret_is_unwrapped() -> None:
    wrapped = Struct()
    wrapped.update(
        {
            "password": {
                "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
                "value": "hidden",
            }
        }
    )
    assert plain(wrapped) == {"password": "hidden"}


@pytest.mark.parametrize("value", [UNKNOWN, ("a", UNKNOWN), {"k": UNKNOWN}])
def test_a_value_that_holds_an_unknown_one_is_unknown(value: Any) -> None:
    assert unknown(value)
    assert not unknown({"k": ("a", 1, False)})


@pytest.mark.parametrize("urn", [URN, LONG])
def test_what_was_marked_is_found_by_its_mark(urn: str) -> None:
    mark = Mark(urn, "dmz")
    by_metadata = {"metadata": metadata_of(mark)}
    by_description = {"description": description_of(mark, "门户 " * 100)}
    assert all(len(value) <= 255 for value in by_metadata["metadata"].values())
    assert len(by_description["description"]) <= 255
    for thing in (by_metadata, by_description):
        assert carries(thing, urn)
        assert not carries(thing, urn + "-2")
    assert not carries({"description": "dmz"}, urn)


def test_a_description_stays_what_a_person_wrote() -> None:
    marked = description_of(Mark(URN, "dmz"), "门户 for all")
    assert without_words(marked) == "门户 for all"
    assert mark_in({"description": f"新 {words_of(marked)}"}) == URN
