"""What the README tells a newcomer to write is a sound inventory, and what it names exists."""

import re
from pathlib import Path

from omlib.inventory.load import load

CLONE = Path(__file__).parents[2]
README = (CLONE / "README.md").read_text(encoding="utf-8")
_FILE = re.compile(r"```yaml\n# (?P<name>[\w./-]+\.yml).*\n(?P<body>(?:.*\n)*?)```")


def test_the_smallest_inventory_of_the_readme_is_sound(tmp_path: Path) -> None:
    files = list(_FILE.finditer(README))
    assert [found["name"] for found in files] == [
        "estate.yml",
        "departments.yml",
        "sites.yml",
        "systems/oa.yml",
        "servers.yml",
    ]
    for found in files:
        path = tmp_path / found["name"]
        path.parent.mkdir(exist_ok=True)
        path.write_text(found["body"], encoding="utf-8")
    loaded = load(tmp_path)
    assert loaded.problems == ()
    assert loaded.estate is not None
    assert loaded.estate.servers["oa-01"].state.full


def test_every_link_of_the_readme_leads_to_a_file() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (CLONE / link).exists()] == []


def test_every_make_target_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (CLONE / "Makefile").read_text("utf-8"), re.M))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", README, re.M))
    assert named
    assert named <= targets
