from pathlib import Path

import pytest

from omlib.jobs.doctor import checks
from omlib.model.check import Answer


def engine_check(tmp_path: Path) -> tuple[Answer, str, str]:
    told = next(check for check in checks(tmp_path) if check.name == "pulumi")
    return told.answer, told.found, told.next


def program(path: Path, version: str) -> Path:
    path.write_text(f"#!/bin/sh\necho {version}\n", encoding="ascii")
    path.chmod(0o755)
    return path


def test_doctor_names_the_engine_that_would_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = program(tmp_path / "pulumi", "v3.259.0")
    monkeypatch.setenv("OMLIB_PULUMI", str(named))
    assert engine_check(tmp_path)[:2] == (Answer.YES, str(named))


def test_doctor_says_what_to_do_about_another_version_and_about_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    old = program(tmp_path / "old", "v3.100.0")
    monkeypatch.setenv("OMLIB_PULUMI", str(old))
    assert engine_check(tmp_path) == (Answer.NO, f"{old} v3.100.0", "unset OMLIB_PULUMI")
    monkeypatch.delenv("OMLIB_PULUMI")
    assert engine_check(tmp_path) == (Answer.NO, "", "make engine")
    assert not (tmp_path / "cache").exists()  # looking builds nothing
