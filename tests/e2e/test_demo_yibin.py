"""A cloud of 75 servers that grew by hand: adopted without a touch, then drifted, on a real one."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from omlib.lab import lifecycle, machine
from omlib.lab.layout import LabLayout

if TYPE_CHECKING:
    from tests.e2e.conftest import Omlib

LAB = 1


@pytest.mark.lab
@pytest.mark.timeout(2400)  # 75 servers are made one by one; a busy machine needs a quarter hour
def test_a_city_cloud_is_adopted_with_an_empty_plan_and_its_drift_is_found(
    omlib: "Omlib", tmp_path: Path
) -> None:
    if reason := machine.unsupported():
        pytest.skip(f"no lab on this machine: {reason}")
    layout = LabLayout(id=LAB, home=LabLayout.from_environment().home)
    try:
        told = omlib("demo", "--scenario", "yibin", "--lab", str(LAB), timeout_s=2300)
        assert told.returncode == 0, told.stdout + told.stderr
        lines = told.stdout
        assert "13 departments, 26 services: 75 servers, 806 vCPU, 2092 GB" in lines
        assert "70.63 TB in 80 volumes; 0 carry a mark." in lines
        assert "4 differ from the books and 2 could be several, so they stay out" in lines
        assert "now proposes 0 changes; of 259 things in the cloud 0 were touched." in lines
        assert "All 7 deviations found, and nothing else." in lines
    finally:
        lifecycle.down(layout)
