"""What is planted in the cloud of 75 servers changes something, each in servers of its own."""

from collections import Counter
from ipaddress import IPv4Network

from omlib.demo.yibin_plants import LARGEST, SHADOW, drift_of
from omlib.report.words import has
from omlib.testing.yibin import legacy
from omlib.testing.yibin_books import books_of

MACHINES = legacy(IPv4Network("198.18.4.0/22"))


def test_every_planted_change_changes_something() -> None:
    of = {machine.id: machine for machine in MACHINES}
    plants = {plant.code: plant for plant in drift_of(MACHINES)}
    assert of[plants["vm_stopped"].target].power
    moved = of[plants["vm_resized"].target]
    assert LARGEST in {f"ecs.{one.vcpu}c.{one.ram_gib}g" for one in MACHINES}
    assert f"ecs.{moved.vcpu}c.{moved.ram_gib}g" != LARGEST
    assert SHADOW not in {one.name for one in MACHINES}


def test_a_break_finds_its_target_by_a_name_that_only_one_server_has() -> None:
    names = Counter((one.department, one.name) for one in MACHINES)
    of = {machine.id: machine for machine in MACHINES}
    for plant in drift_of(MACHINES):
        if plant.target in of:
            assert names[of[plant.target].department, of[plant.target].name] == 1


def test_no_two_changes_meet_and_none_needs_a_person_to_be_adopted_first() -> None:
    books = books_of(MACHINES)
    unclear = books.missing | books.alike | books.wrong.keys()
    targets = [plant.target.removesuffix("-data") for plant in drift_of(MACHINES)]
    assert len(set(targets)) == len(targets)
    assert not unclear & {*targets}


def test_every_planted_change_has_words() -> None:
    assert all(has(f"demo.plant.{plant.code}") for plant in drift_of(MACHINES))
