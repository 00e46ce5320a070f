"""The screens and the JSON of `omlib mlps` for one host, byte for byte.

A screen that changed on purpose is written anew with OMLIB_WRITE_GOLDEN=1; read the diff.
"""

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from omlib.model.status import UnknownReason
from omlib.report.json_text import json_text
from omlib.report.mlps_screen import Checks, mlps_json, mlps_report
from omlib.report.reconciliation import RunFacts
from omlib.report.terminal import to_text
from omlib.report.words import Lang
from omlib.testing.level_3_host import city, host

CASE = Path(__file__).parent / "host"
AT = datetime(2026, 11, 21, 10, 0, 7, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
def checks() -> Checks:
    """Some rows pass, some fail, and of some nobody saw enough."""
    one = host(
        passwords__ageing=("ops 90", "operator 99999"),
        sshd__root="prohibit-password",
        audit__loaded=("identity",),
        sudo__rules=("/etc/sudoers.d/ops: ops ALL=(ALL) NOPASSWD: ALL",),
        strays=[("listener", "tcp/*:4444")],
        unseen={
            "pam.tries": UnknownReason.ERROR,
            "updates.pending": UnknownReason.UNSUPPORTED,
            "tls.tcp/*:443": UnknownReason.UNSUPPORTED,
        },
    )
    run = RunFacts(
        id="20261121-020007-7c1e",
        started=AT,
        took_s=3.2,
        labels=(),
        actor="li@ops-1",
        revision="4c1d0a0f6f3d9c1f5b0e8a7d6c5b4a3f2e1d0c9b",
        clean=True,
        tool="0.1.0",
    )
    return Checks(run=run, estate=city(), checked=one.all_checked())


def _same(name: str, told: str) -> None:
    golden = CASE / name
    if os.environ.get("OMLIB_WRITE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", list(Lang))
def test_the_screen_tells_each_row_and_what_it_stands_on(checks: Checks, lang: Lang) -> None:
    _same(f"{lang}.txt", to_text(mlps_report(checks, lang), 100))


def test_the_json_tells_the_same_by_codes(checks: Checks) -> None:
    _same("mlps.json", json_text(mlps_json(checks)))
