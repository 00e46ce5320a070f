"""docs/cloud.md and docs/server.md declare sound inventories, and name what exists.

That their runs are real is proved in tests/integration/cloud and server_guide, test_real_guide.py.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from omlib.cli.main import app
from omlib.inventory.load import load
from omlib.model.kind import SERVER_KINDS
from omlib.testing.guide import files_of

DOCS = Path(__file__).parents[2] / "docs"
TEXTS = {name: (DOCS / name).read_text(encoding="utf-8") for name in ("cloud.md", "server.md")}
every_guide = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


def written(text: str, folder: Path) -> Path:
    for told in files_of(text):
        path = folder / told.name
        path.parent.mkdir(exist_ok=True)
        with path.open("a" if told.added else "w", encoding="utf-8") as file:
            file.write(told.text)
    return folder


def test_the_inventory_of_the_cloud_is_sound(tmp_path: Path) -> None:
    estate = load(written(TEXTS["cloud.md"], tmp_path)).checked()
    assert set(estate.vms) == {"health-01", "health-02", "water-mon", "water-map"}


def test_the_inventory_of_the_servers_is_sound(tmp_path: Path) -> None:
    estate = load(written(TEXTS["server.md"], tmp_path)).checked()
    assert set(estate.servers) == {"health-01", "health-02"}


def test_every_kind_of_a_host_stands_in_the_table() -> None:
    collections = [kind.collection for kind in SERVER_KINDS if not kind.evidence]
    table = TEXTS["server.md"].split("| collection |", 1)[1].split("\n\n", 1)[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.M) == collections


@every_guide
def test_every_link_leads_to_a_file(text: str) -> None:
    links = re.findall(r"\]\(([^)#]+)", text)
    assert links
    assert [link for link in links if not (DOCS / link).exists()] == []


@every_guide
def test_every_command_and_option_of_omlib_exists(text: str) -> None:
    named = re.findall(
        r"(?:`|\$ |; |\$\()omlib ((?:cloud |server )?[a-z]+)((?: -{0,2}[\w./-]+)*)", text
    )
    assert named
    root = get_command(app)
    for path, rest in named:
        command: Any = root
        for word in path.split():
            assert isinstance(command, TyperGroup)
            assert word in command.commands, path
            command = command.commands[word]
        known = {option for each in command.params for option in each.opts}
        assert set(re.findall(r"--[\w-]+", rest)) <= known, path
