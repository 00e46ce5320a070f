"""What Ansible needs of omlib goes with it, and every role has its place in site.yml."""

import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from omlib.model.kind import SERVER_KINDS
from omlib.planes.server.runs.host_vars import ONLY_LOOKED_AT
from omlib.planes.server.runs.places import NoPlaybooksError, shipped

CLONE = Path(__file__).parents[5]


def test_every_file_of_the_playbooks_and_plugins_is_installed_with_omlib() -> None:
    told = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))
    installed = {
        path.relative_to(CLONE)
        for folder, patterns in told["tool"]["setuptools"]["data-files"].items()
        for pattern in patterns
        for path in CLONE.glob(pattern)
        if folder in ("share/omlib", f"share/omlib/{path.parent.relative_to(CLONE).as_posix()}")
    }
    listed = ["git", "ls-files", "playbooks", "plugins"]
    kept = subprocess.run(listed, cwd=CLONE, capture_output=True, text=True, check=True).stdout
    assert [name for name in kept.split() if Path(name) not in installed] == []


def test_every_role_stands_in_site_yml_in_the_order_in_which_things_stand_on_each_other() -> None:
    (play,) = yaml.safe_load(shipped("playbooks/site.yml").read_text(encoding="utf-8"))
    roles = [(each["role"], each["tags"]) for each in play["roles"]]
    order = [kind.collection for kind in SERVER_KINDS]
    assert roles == sorted(((role, role) for role, _ in roles), key=lambda two: order.index(two[0]))
    there = {
        path.name for path in shipped("playbooks/roles").iterdir() if (path / "tasks").is_dir()
    }
    # `baseline` is no collection of the inventory: it has a playbook of its own
    assert {role for role, _ in roles} == there - {"baseline"}
    mended = {kind.collection for kind in SERVER_KINDS if kind.name not in ONLY_LOOKED_AT}
    assert mended <= there


def test_what_did_not_come_with_omlib_is_said() -> None:
    with pytest.raises(NoPlaybooksError):
        shipped("playbooks/nothing.yml")


def test_what_runs_inside_ansible_says_its_licence() -> None:
    for path in shipped("plugins").rglob("*.py"):
        head = path.read_text(encoding="utf-8").splitlines()[:2]
        assert "# SPDX-License-Identifier: GPL-3.0-or-later" in head, path
