"""Values on the wire, and marks on live things."""

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct

from omlib.planes.cloud.provider.kind import Mark
from omlib.planes.cloud.provider.marks import (
    TEXT_CHARACTERS,
    carries,
    described_anew,
    description_of,
    metadata_of,
    without_words,
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


BLANK = "urn:pulumi:s::omlib::omcloud:index:Network::two words"


@pytest.mark.parametrize("urn", [URN, LONG, BLANK])
@pytest.mark.parametrize("text", ["", "门户", "x" * TEXT_CHARACTERS])
@pytest.mark.parametrize("item", ["dmz", "oa-01/dmz", "two words", "x" * 300])
def test_what_was_marked_is_found_by_its_mark(urn: str, text: str, item: str) -> None:
    by_metadata = {"metadata": metadata_of(Mark(urn, item))}
    by_description = {"description": description_of(Mark(urn, item), text)}
    assert all(len(value) <= 255 for value in by_metadata["metadata"].values())
    assert len(by_description["description"]) <= 255
    assert without_words(by_description["description"]) == text
    for thing in (by_metadata, by_description):
        assert carries(thing, urn)
        assert not carries(thing, urn + "-2")
    assert not carries({"description": "dmz"}, urn)


@pytest.mark.parametrize("text", ["新门户", "y" * TEXT_CHARACTERS])
def test_a_new_description_keeps_the_mark_of_the_old_one(text: str) -> None:
    anew = described_anew(description_of(Mark(URN, "dmz"), "门户 for all"), text)
    assert carries({"description": anew}, URN)
    assert without_words(anew) == text
    assert len(anew) <= 255
    assert described_anew("by hand", text) == text
