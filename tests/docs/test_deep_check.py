"""The example of docs/deep-check.md is what really comes out."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from omlib.planes.server.runs.task import Why

PAGE = (Path(__file__).parents[2] / "docs" / "deep-check.md").read_text(encoding="utf-8")
PYTHON = f"ansible_python_interpreter={sys.executable}"


def block(language: str) -> str:
    return PAGE.split(f"```{language}\n", 1)[1].split("```", 1)[0]


def plain(text: str) -> str:
    """Without what differs from run to run: times, and digests of secrets."""
    text = re.sub(r", (\d+ min )?[\d.]+ s$", ", 5 s", text, flags=re.MULTILINE)
    return re.sub(r"<secret [0-9a-f]{8}>", "<secret>", text)


@pytest.mark.timeout(600)
def test_the_example_is_what_comes_out(tmp_path: Path) -> None:
    files = {
        "site.yml": block("yaml"),
        "hosts.ini": f"localhost ansible_connection=local {PYTHON}\n",
        "motd": "welcome\n",
        "app.conf": "port = 80\npassword = old-password\n",
        "VERSION": "1\n",
        "database": "",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o600 if name == "app.conf" else 0o644)
    command, expected = block("console").split("\n", 1)
    done = subprocess.run(
        [str(Path(sys.executable).parent / "omlib"), *command.split()[2:], "--lang", "en"],
        cwd=tmp_path,
        capture_output=True,
        env={name: value for name, value in os.environ.items() if name != "COLUMNS"},
        text=True,
        check=False,
    )
    shown, _, code = expected.partition("$ echo $?\n")
    assert plain(done.stdout) == plain(shown), done.stderr
    assert done.returncode == int(code)
    assert not (tmp_path / "would-really-run").exists()


def test_every_cause_stands_in_the_table() -> None:
    rules = PAGE.split("## Rules", 1)[1]
    assert {why for why in Why if f"| `{why}` |" not in rules} == set()
