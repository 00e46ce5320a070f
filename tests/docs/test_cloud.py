"""docs/cloud.md declares a sound inventory, and names what exists.

That its runs are real is proved on the lab's cloud, in tests/integration/cloud/test_real_guide.py.
"""

import re
from pathlib import Path
from typing import Any

from typer.core import TyperGroup
from typer.main import get_command

from omlib.cli.main import app
from omlib.inventory.load import load

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "cloud.md").read_text(encoding="utf-8")
_FILE = re.compile(r"^# (\w+\.yml)(?:, added)?\n((?:(?!# \w+\.yml|```).*\n)*)", re.M)


def test_its_inventory_is_sound(tmp_path: Path) -> None:
    for name, text in _FILE.findall(TEXT):
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(text)
    estate = load(tmp_path).checked()
    assert set(estate.vms) == {"health-01", "health-02", "water-mon", "water-map"}


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)", TEXT)
    assert links
    assert [link for link in links if not (DOCS / link).exists()] == []


def test_every_command_and_option_of_omlib_exists() -> None:
    named = re.findall(r"(?:`|\$ |; |\$\()omlib ((?:cloud )?[a-z]+)((?: -{0,2}[\w./-]+)*)", TEXT)
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
