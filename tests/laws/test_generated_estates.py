"""What is generated is what it says: valid, of the asked size, and the same every time."""

from collections import Counter
from pathlib import Path

import pytest

from omlib.inventory.load import load
from omlib.model.ref import Plane
from omlib.model.status import Status
from omlib.reconcile.compare import reconcile
from omlib.testing.estates import make_declared, make_observation
from omlib.testing.inventories import write_inventory
from omlib.testing.stores import START


@pytest.mark.parametrize(("systems", "items"), [(1, 0), (3, 40), (151, 600)])
def test_a_written_inventory_of_any_size_is_valid(tmp_path: Path, systems: int, items: int) -> None:
    write_inventory(tmp_path, systems=systems, items=items)
    loaded = load(tmp_path)
    assert loaded.problems == ()
    estate = loaded.checked()
    assert (len(estate.systems), len(estate.vms)) == (systems, items // 10)


def test_a_generated_estate_has_the_asked_size_on_every_plane_and_repeats() -> None:
    declared = make_declared(1000, 20, seed=7)
    assert declared == make_declared(1000, 20, seed=7)
    assert declared != make_declared(1000, 20, seed=8)
    assert {len(item.attributes) for item in declared} == {20}
    assert {item.ref.plane for item in declared} == set(Plane)


def test_what_drifted_is_found_and_nothing_else() -> None:
    declared = make_declared(1000)
    findings = reconcile(declared, make_observation(declared, drift_pct=3), today=START.date())
    assert Counter(finding.status for finding in findings) == {
        Status.IN_SYNC: 980,
        Status.DIVERGED: 10,
        Status.MISSING: 10,
        Status.UNMANAGED: 10,
    }
