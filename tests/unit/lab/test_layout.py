from ipaddress import IPv4Address
from itertools import combinations
from pathlib import Path

import pytest

from omlib.lab.errors import LabError
from omlib.lab.layout import LABS, MAX_ID, SEGMENTS, SERVICES, LabLayout
from omlib.lab.spec import LabSpec, Router, Server, numbered


def layout(number: int) -> LabLayout:
    return LabLayout(id=number, home=Path("/nowhere"))


def test_the_labs_of_all_ids_share_no_prefix_name_or_port() -> None:
    labs = [layout(number) for number in range(MAX_ID + 1)]
    ports = [lab.port(service) for lab in labs for service in SERVICES]
    assert len(set(ports)) == len(ports)
    assert len({lab.name for lab in labs}) == len(labs)
    assert all(lab.prefix.subnet_of(LABS) for lab in labs)
    assert not any(one.prefix.overlaps(two.prefix) for one, two in combinations(labs, 2))


def test_every_network_of_a_lab_lies_in_its_prefix_and_apart_from_the_others() -> None:
    lab = layout(5)
    networks = [lab.network(segment) for segment in SEGMENTS]
    networks += [lab.records_network, lab.external_network]
    assert all(network.subnet_of(lab.prefix) for network in networks)
    assert not any(one.overlaps(two) for one, two in combinations(networks, 2))


def test_the_first_lab_has_the_addresses_its_users_write_down() -> None:
    assert str(layout(0).network("dc")) == "198.18.0.0/24"
    assert layout(0).address("gov", 254) == IPv4Address("198.18.1.254")
    assert str(layout(1).prefix) == "198.18.16.0/20"


def test_a_bridge_name_fits_an_interface_name() -> None:
    assert all(len(layout(MAX_ID).bridge(segment)) <= 15 for segment in SEGMENTS)


@pytest.mark.parametrize("text", ["32", "-1", "one", "1.5"])
def test_a_lab_id_outside_its_range_is_refused(text: str) -> None:
    with pytest.raises(LabError):
        LabLayout.from_environment({"OMLIB_LAB_ID": text, "OMLIB_LAB_HOME": "/nowhere"})


def test_an_address_outside_the_lab_belongs_to_no_segment() -> None:
    with pytest.raises(LabError, match="no segment"):
        layout(0).segment_of(IPv4Address("198.18.16.5"))


def test_the_default_lab_has_one_router_between_the_segments_and_one_beside_it() -> None:
    between, beside = numbered().routers
    assert between.numbers == {"dc": 254, "gov": 254}
    assert beside.numbers == {"dc": 253}


@pytest.mark.parametrize(
    "spec",
    [
        {"servers": (Server("a", "dc", 11), Server("b", "dc", 11))},
        {"servers": (Server("a", "dc", 11), Server("a", "dc", 12))},
        {"servers": (Server("a", "dc", 254),), "routers": (Router("r", {"dc": 254}),)},
        {"servers": (Server("a", "dc", 1),)},
        {"routers": (Router("r", {}),)},
    ],
)
def test_a_spec_that_contradicts_itself_is_refused(spec: dict[str, tuple[Server, ...]]) -> None:
    with pytest.raises(LabError):
        LabSpec(**spec)  # type: ignore[arg-type]
