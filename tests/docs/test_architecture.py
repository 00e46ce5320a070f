"""docs/architecture.md has the layers of the import contract, and names units that exist."""

import re
import tomllib
from pathlib import Path

CLONE = Path(__file__).parents[2]
TEXT = (CLONE / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_the_layers_are_those_of_the_contract() -> None:
    project = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))
    contract, *_ = project["tool"]["importlinter"]["contracts"]
    rows = re.findall(r"^\| (\d+) \| (.+?) \| [^|]+ \|$", TEXT, re.M)
    units = [re.findall(r"`(\w+)`", told) for _, told in rows]
    assert units == [layer.split(" | ") for layer in contract["layers"]]
    assert [int(number) for number, _ in rows] == list(range(len(rows), 0, -1))


def test_every_unit_and_folder_that_is_named_is_there() -> None:
    units = re.findall(r"`((?:planes|reconcile|model|report)(?:\.\w+)+)`", TEXT)
    folders = re.findall(r"`((?:playbooks|plugins|molecule|benchmarks|tools)/[\w/.]*)`", TEXT)
    places = [CLONE / "omlib" / unit.replace(".", "/") for unit in units]
    assert units
    assert [
        place
        for place in places
        if not (place.is_dir() or place.with_suffix(".py").exists() or _is_in(place))
    ] == []
    assert [folder for folder in folders if not (CLONE / folder).exists()] == []


def _is_in(place: Path) -> bool:
    """A function of a module: `planes.cloud.stacks.program` may be either."""
    module = place.parent.with_suffix(".py")
    return module.exists() and f"def {place.name}(" in module.read_text(encoding="utf-8")
