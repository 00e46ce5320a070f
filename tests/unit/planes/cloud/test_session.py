"""Which clouds.yaml counts, and what is said of one that lacks something. Nobody is dialled."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_LOG_IN = """
import time

from omlib.planes.cloud.faults import CloudFaultError
from omlib.planes.cloud.reader import Limits
from omlib.planes.cloud.session import log_in

try:
    limits = Limits(until=time.monotonic() + 9, connect_s=1, read_s=1, listing_bytes=9)
    log_in("lab", "RegionOne", None, limits)
except CloudFaultError as fault:
    print(fault.condition, fault.detail)
"""
_WITHOUT_PASSWORD = """
clouds:
  lab:
    auth: {auth_url: "http://127.0.0.1:1/v3", username: li, user_domain_name: Default}
    region_name: RegionOne
"""


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """A folder with the inventory's own clouds.yml, whose `clouds:` is a list."""
    root = tmp_path / "inventory"
    root.mkdir()
    (root / "clouds.yml").write_text("clouds:\n  - {id: gov-cloud, profile: lab}\n")
    return root


def _said(inventory: Path, home: Path) -> str:
    """What a login says, in a process of its own: openstacksdk keeps the folder of its import."""
    kept = {name: told for name, told in os.environ.items() if not name.startswith("OS_")}
    done = subprocess.run(
        [sys.executable, "-c", _LOG_IN],
        cwd=inventory,
        env={**kept, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_clouds_of_the_inventory_are_not_taken_for_profiles(
    inventory: Path, tmp_path: Path
) -> None:
    assert _said(inventory, tmp_path).startswith("no_profile ConfigException: Cloud lab was not")


def test_a_profile_at_home_counts_inside_the_inventory_and_a_lacking_password_is_named(
    inventory: Path, tmp_path: Path
) -> None:
    own = tmp_path / ".config" / "openstack"
    own.mkdir(parents=True)
    (own / "clouds.yaml").write_text(_WITHOUT_PASSWORD)
    assert _said(inventory, tmp_path) == "no_credential no password for lab"
