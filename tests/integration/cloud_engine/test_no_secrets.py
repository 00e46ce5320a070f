"""Canaries: passwords and the passphrase are looked for in all that a run leaves or shows."""

import logging
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from omlib.model.stack import Op

if TYPE_CHECKING:
    from tests.integration.cloud_engine.conftest import Town

TOKEN = "gAAAAA"  # so begins every token of the simulated cloud


@contextmanager
def command_lines() -> Iterator[set[bytes]]:
    """Of every process that runs meanwhile, each read in its first moments: a fork's is another."""
    seen: set[bytes] = set()
    done = threading.Event()

    def watch() -> None:
        looks: Counter[str] = Counter()
        while not done.wait(0.01):
            for process in filter(str.isdigit, (path.name for path in Path("/proc").iterdir())):
                if looks[process] < 5:
                    looks[process] += 1
                    with suppress(OSError):  # it ended meanwhile
                        seen.add(Path("/proc", process, "cmdline").read_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()


def canaries(town: "Town") -> list[bytes]:
    """Both accounts' passwords, the passphrase of the state, and what a token begins with."""
    profiles = yaml.safe_load(town.cloud.clouds_yaml.read_text())["clouds"].values()
    passwords = [str(profile["auth"]["password"]) for profile in profiles]
    passphrase = town.setting().home.passphrase.read_text().strip()
    return [each.encode() for each in (*passwords, passphrase, TOKEN)]


def files_below(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_no_secret_is_in_a_command_line_the_state_a_copy_a_log_or_a_result(
    town: "Town", caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "omlib")
    town.vm("app-01", 11)
    with command_lines() as seen:
        results = [town.up(), town.preview(), town.drift()]
        town.vms["app-01"]["vcpu"] = 4
        town.vms["app-01"]["ram_mib"] = 8192
        results.append(town.up())
        town.cloud.trouble(service="compute", status=403, method="POST")
        town.vm("app-02", 12)
        results.append(town.up())
    assert not results[0].fault
    assert any(step.error for step in results[-1].steps)
    hidden = canaries(town)
    assert len(set(hidden)) == 4
    assert any(b"pulumi" in line for line in seen)
    for line in seen:
        assert not any(canary in line for canary in hidden), line
    home = town.setting().home
    left = files_below(town.root)
    copies = home.copies("gov.RegionOne.hrss")
    assert {copies, home.stack_file("gov.RegionOne.hrss").parent} <= {p.parent for p in left}
    for path, content in left.items():
        held = [canary for canary in hidden if canary in content]
        assert not held or path == home.passphrase, path
    assert "cloud.change" in caplog.text
    told = f"{results!r} {caplog.text} {[vars(record) for record in caplog.records]}".encode()
    assert not any(canary in told for canary in hidden)
    assert results[3].again
    assert {step.op for step in results[3].again} == {Op.SAME}


def test_no_secret_is_in_what_the_command_prints_records_or_reports(town: "Town") -> None:
    town.vm("app-01", 11)
    town.write()
    cloud = {"OS_CLIENT_CONFIG_FILE": str(town.cloud.clouds_yaml), "OMLIB_PULUMI": str(town.pulumi)}
    printed = b""
    with command_lines() as seen:
        for words in (
            ("cloud", "up"),
            ("cloud", "preview", "--json"),
            ("cloud", "env"),
            ("reconcile",),
        ):
            ran = subprocess.run(
                [str(Path(sys.executable).with_name("omlib")), *words],
                cwd=town.root,
                env=os.environ | cloud,
                capture_output=True,
                check=False,
                timeout=120,
            )
            assert ran.returncode in (0, 2, 4), (words, ran)
            printed += ran.stdout + ran.stderr
    hidden = canaries(town)
    assert b"app-01" in printed
    for shown in (printed, *seen):
        assert not any(canary in shown for canary in hidden), shown
    for path, content in files_below(town.root).items():
        assert not any(c in content for c in hidden) or path == town.setting().home.passphrase, path


def test_the_passphrase_and_all_that_is_kept_are_for_their_owner_alone(town: "Town") -> None:
    town.vm("app-01", 11)
    town.up()
    home = town.setting().home
    assert home.passphrase.stat().st_mode & 0o777 == 0o600
    assert home.folder.stat().st_mode & 0o777 == 0o700
    assert os.environ.get("PULUMI_CONFIG_PASSPHRASE") is None
