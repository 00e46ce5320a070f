"""An estate of one cloud, written as a person would and loaded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from omlib.inventory.load import load
from omlib.inventory.yaml_write import dump
from omlib.model.estate import Estate

Build = Callable[..., Estate]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """*cloud* adds to the cloud's record; *groups* are rules by id; *vms* add to a small VM."""

    def made(
        vms: list[dict[str, Any]] | None = None,
        *,
        groups: dict[str, list[str]] | None = None,
        cloud: dict[str, Any] | None = None,
    ) -> Estate:
        base = {
            "id": "gov",
            "name": "云",
            "site": "s",
            "profile": "read",
            "region": "R",
            "projects": [{"id": "人社", "department": "d"}, {"id": "p2", "department": "d"}],
            "networks": [{"id": "net", "cidr": "10.0.0.0/24"}],
        }
        small = {"cloud": "gov", "project": "人社", "vcpu": 2, "ram_mib": 4096}
        records = {
            "departments": [{"id": "d", "name": "局"}],
            "sites": [{"id": "s", "name": "机房"}],
            "clouds": [{**base, **(cloud or {})}],
            "vms": [{**small, **vm} for vm in vms or []],
            "security_groups": [
                {"id": name, "cloud": "gov", "project": "人社", "rules": rules}
                for name, rules in (groups or {}).items()
            ],
        }
        estate = {"schema": 1, "name": "市", "timezone": "Asia/Shanghai"}
        (tmp_path / "estate.yml").write_text(dump(estate), encoding="utf-8")
        for name, held in records.items():
            (tmp_path / f"{name}.yml").write_text(dump({name: held}), encoding="utf-8")
        return load(tmp_path).checked()

    return made
