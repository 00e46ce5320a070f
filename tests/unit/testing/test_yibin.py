"""The generated estate has the published size, and its books are an inventory with known flaws."""

from collections import Counter
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from omlib.inventory.load import load
from omlib.testing.yibin import PUBLISHED, SIZES, Totals, legacy, twins
from omlib.testing.yibin_books import NEVER_ENTERED, RESIZED_SINCE, books_of, write_books

NETWORK = IPv4Network("198.18.4.0/22")


@pytest.mark.parametrize("seed", range(5))
def test_whatever_the_seed_the_sums_are_exactly_the_published_ones(seed: int) -> None:
    machines = legacy(NETWORK, seed)
    assert Totals.of(machines) == PUBLISHED
    assert Totals(13, 26, 75, 806, 2092, 70_630) == PUBLISHED


def test_equal_seeds_give_equal_estates() -> None:
    assert legacy(NETWORK) == legacy(NETWORK)
    assert legacy(NETWORK) != legacy(NETWORK, seed=1)


def test_every_server_has_a_plausible_size_and_an_address_of_its_own() -> None:
    machines = legacy(NETWORK)
    assert all((one.vcpu, one.ram_gib) in SIZES[one.tier] for one in machines)
    assert len({one.address for one in machines}) == len(machines)
    assert all(one.address in NETWORK for one in machines)
    sizes = [disk.size_gb for one in machines for disk in one.disks]
    assert min(sizes) >= 10
    assert max(sizes) < 8000
    assert all(size % 10 == 0 for size in sizes)


def test_just_two_servers_are_told_apart_by_their_address_only() -> None:
    machines = legacy(NETWORK)
    names = Counter((one.department, one.name) for one in machines)
    assert [n for n in names.values() if n > 1] == [2]
    first, second = twins(machines)
    assert first.address != second.address
    assert [disk.size_gb for disk in first.disks] == [disk.size_gb for disk in second.disks]


def test_the_books_are_sound_and_wrong_where_they_are_said_to_be(tmp_path: Path) -> None:
    machines = legacy(NETWORK)
    books = books_of(machines)
    write_books(tmp_path, machines, books, NETWORK)
    loaded = load(tmp_path)
    assert loaded.problems == ()
    estate = loaded.estate
    assert estate is not None
    assert len(estate.departments) == PUBLISHED.departments + 1  # and the city above them
    assert len(estate.systems) == PUBLISHED.services
    really = {machine.id: machine for machine in machines}
    assert really.keys() - estate.vms.keys() == books.missing
    assert len(books.missing) == NEVER_ENTERED
    wrong = {
        id_
        for id_, vm in estate.vms.items()
        if (vm.vcpu, vm.ram_mib) != (really[id_].vcpu, really[id_].ram_gib * 1024)
    }
    assert wrong == books.wrong.keys()
    assert len(wrong) == RESIZED_SINCE
    assert {id_ for id_, vm in estate.vms.items() if not vm.interfaces} == books.alike
    assert not any(vm.bound_id for vm in estate.vms.values())
