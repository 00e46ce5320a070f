"""A task under no_log still says that nobody came to the host, and nothing else."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "plugins"))
from omlib_in_ansible.told import _shut_out  # type: ignore[import-not-found]


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Task failed: Incorrect sudo password", "Incorrect sudo password"),
        ("sudo: a password is required\ncanary", "a password is required"),
        ("no json: WARNING: Your password has expired.\ncanary", "Your password has expired"),
        ("could not write password canary", ""),
    ],
)
def test_what_keeps_a_host_shut_is_told_of_a_hidden_task(message: str, shown: str) -> None:
    assert _shut_out(message) == shown
