"""What speaks for a live thing being a declared item, and what speaks against it. Pure.

Evidence is counted in whole points, each with its reason. Only evidence that identifies (an
address, a MAC, a name, what a volume hangs on) makes a candidate: a size or an image is shared by
half the estate. A contradiction is no matter of points: it keeps the pair from being chosen.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from omlib.reconcile.traits import Traits, like


class Evidence(StrEnum):
    MARK = "mark"  # it carries the item's id: made for it, and never bound
    MAC = "mac"
    ADDRESSES = "addresses"
    SOME_ADDRESSES = "some_addresses"
    FLOATING = "floating"
    ATTACHED = "attached"
    NAME = "name"
    LIKE_NAME = "like_name"
    RULES = "rules"
    VOLUMES = "volumes"
    SIZE = "size"
    IMAGE = "image"
    SYSTEM = "system"
    METADATA = "metadata"
    SECURITY_GROUPS = "security_groups"
    REST = "rest"


class Against(StrEnum):
    OTHER_PROJECT = "other_project"
    MARKED_FOR_ANOTHER = "marked_for_another"  # it carries another item's id
    OTHER_ADDRESSES = "other_addresses"  # both have some, and share none
    ADDRESS_ELSEWHERE = "address_elsewhere"  # another live thing has a declared address
    ADDRESS_OF_ANOTHER = "address_of_another"  # it has an address that another item declares
    ATTACHED_ELSEWHERE = "attached_elsewhere"  # it hangs on a server that is another item


class Weight(NamedTuple):
    """*why* is for the person who asks where a number comes from."""

    points: int
    why: str


class Reason(NamedTuple):
    """One piece of evidence: its points, and the value that both sides share."""

    evidence: Evidence
    points: int
    value: str


IDENTIFYING = frozenset(
    {
        *(Evidence.MAC, Evidence.ADDRESSES, Evidence.SOME_ADDRESSES, Evidence.FLOATING),
        *(Evidence.ATTACHED, Evidence.NAME, Evidence.LIKE_NAME),
    }
)

SURE_SCORE = 60  # an address and the size; a name needs all the rest beside it
MARGIN = 20  # by how much the best must lead: more than any two minor points together
MARKED = 100  # never compared: a mark decides by itself

_SERVER: Mapping[Evidence, Weight] = {
    Evidence.MAC: Weight(60, "given once by the cloud; a copy gets another"),
    Evidence.ADDRESSES: Weight(50, "all fixed addresses; held once in a network, used by all"),
    Evidence.SOME_ADDRESSES: Weight(30, "a part of the fixed addresses: a card was added or lost"),
    Evidence.FLOATING: Weight(30, "held once in a cloud, but moved from one server to another"),
    Evidence.NAME: Weight(30, "written by people, and not unique"),
    Evidence.LIKE_NAME: Weight(15, "alike but for case, `-` or `_`, and a domain"),
    Evidence.VOLUMES: Weight(10, "as many volumes of just these sizes"),
    Evidence.SIZE: Weight(10, "vCPU and memory; many servers share a flavor"),
    Evidence.SYSTEM: Weight(10, "it names a system that the item serves"),
    Evidence.IMAGE: Weight(5, "most servers share one"),
    Evidence.METADATA: Weight(5, "all declared metadata is there"),
    Evidence.SECURITY_GROUPS: Weight(5, "most servers of a project share them"),
}
_VOLUME: Mapping[Evidence, Weight] = {
    Evidence.ATTACHED: Weight(40, "it hangs on the server that it is declared for"),
    Evidence.NAME: Weight(30, "written by people, and mostly left empty"),
    Evidence.LIKE_NAME: Weight(15, "alike but for case, `-` or `_`"),
    Evidence.SIZE: Weight(20, "tells the volumes of one server apart"),
    Evidence.SYSTEM: Weight(10, "it names a system that the item serves"),
    Evidence.METADATA: Weight(5, "all declared metadata is there"),
}
_GROUP: Mapping[Evidence, Weight] = {
    Evidence.NAME: Weight(60, "servers name their groups by it"),
    Evidence.LIKE_NAME: Weight(15, "alike but for case, `-` or `_`"),
    Evidence.RULES: Weight(30, "just the declared rules"),
    Evidence.SYSTEM: Weight(10, "it names a system that the item serves"),
}
_OTHER: Mapping[Evidence, Weight] = {
    Evidence.NAME: Weight(60, "what others name it by"),
    Evidence.LIKE_NAME: Weight(15, "alike but for case, `-` or `_`"),
    Evidence.REST: Weight(30, "everything else that is declared is alike"),
}
_WEIGHTS: Mapping[str, Mapping[Evidence, Weight]] = {
    "server": _SERVER,
    "volume": _VOLUME,
    "security_group": _GROUP,
}


def weights(kind: str) -> Mapping[Evidence, Weight]:
    return _WEIGHTS.get(kind, _OTHER)


def reasons(kind: str, declared: Traits, live: Traits) -> tuple[Reason, ...]:
    """What speaks for the pair, the heaviest first."""
    found = (
        Reason(evidence, weight.points, value)
        for evidence, weight in weights(kind).items()
        if (value := _SHARED[evidence](declared, live))
    )
    return tuple(sorted(found, key=lambda reason: (-reason.points, reason.evidence)))


def contradictions(declared: Traits, live: Traits) -> Iterator[Against]:
    """What the two sides by themselves say against the pair."""
    if declared.where != live.where:
        yield Against.OTHER_PROJECT
    if live.marks and not live.marks & declared.marks:
        yield Against.MARKED_FOR_ANOTHER
    if declared.addresses and live.addresses and not declared.addresses & live.addresses:
        yield Against.OTHER_ADDRESSES
    if any(not one.startswith("@") for one in live.attached - declared.attached):
        yield Against.ATTACHED_ELSEWHERE


def _addresses(declared: Traits, live: Traits) -> str:
    alike = declared.addresses == live.addresses
    return " ".join(sorted(live.addresses)) if alike else ""


def _some_addresses(declared: Traits, live: Traits) -> str:
    if declared.addresses == live.addresses:
        return ""  # counted whole
    return " ".join(sorted(declared.addresses & live.addresses))


def _like_name(declared: Traits, live: Traits) -> str:
    alike = declared.name != live.name and like(declared.name) == like(live.name)
    return live.name if alike and like(live.name) else ""


def _rest(declared: Traits, live: Traits) -> str:
    stated = {path: value for path, value in declared.rest.items() if path != "name"}
    alike = stated and stated.items() <= live.rest.items()
    return " ".join(sorted(stated)) if alike else ""


def _volumes(declared: Traits, live: Traits) -> str:
    sizes = declared.volumes_gib
    return " + ".join(map(str, sizes)) if sizes and sizes == live.volumes_gib else ""


_SHARED: Mapping[Evidence, Callable[[Traits, Traits], str]] = {
    Evidence.MAC: lambda one, other: " ".join(sorted(one.macs & other.macs)),
    Evidence.ADDRESSES: _addresses,
    Evidence.SOME_ADDRESSES: _some_addresses,
    Evidence.FLOATING: lambda one, other: " ".join(sorted(one.floating & other.floating)),
    Evidence.ATTACHED: lambda one, other: " ".join(sorted(one.attached & other.attached)),
    Evidence.NAME: lambda one, other: one.name if one.name == other.name else "",
    Evidence.LIKE_NAME: _like_name,
    Evidence.RULES: lambda one, other: str(len(one.rules)) if one.rules == other.rules else "",
    Evidence.VOLUMES: _volumes,
    Evidence.SIZE: lambda one, other: one.size if one.size == other.size else "",
    Evidence.IMAGE: lambda one, other: one.image if one.image == other.image else "",
    Evidence.SYSTEM: lambda one, other: " ".join(sorted(one.systems & other.systems)),
    Evidence.METADATA: lambda one, other: (
        " ".join(sorted(one.metadata)) if one.metadata <= other.metadata else ""
    ),
    Evidence.SECURITY_GROUPS: lambda one, other: (
        " ".join(sorted(one.groups)) if one.groups == other.groups else ""
    ),
    Evidence.REST: _rest,
}
