"""Laws of the checks of hosts: what was not seen is never passed, and everything has its words."""

import ast
from pathlib import Path

import pytest

import omlib.reconcile.mlps
from omlib.model.check import Answer
from omlib.model.status import UnknownReason
from omlib.report.mlps_screen import evidence_text
from omlib.report.words import Lang, has
from omlib.testing.level_3_host import GOOD, STATE, host

FACTS = [f"{area}.{name}" for area, facts in GOOD.items() for name in facts]
# each is a second way to a yes, or told beside one
SPARE = {
    *("time.keeper", "sshd.methods", "sshd.keys", "pam.second_factor"),
    "updates.oldest_days",
}
MODULES = sorted(Path(next(iter(omlib.reconcile.mlps.__path__))).glob("*.py"))


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("why", [UnknownReason.DENIED, UnknownReason.UNSUPPORTED])
def test_a_fact_that_was_not_seen_makes_unknown_what_stood_on_it(
    fact: str, why: UnknownReason
) -> None:
    before, after = host().checked(), host(unseen={fact: why}).checked()
    assert before.keys() == after.keys()
    changed = {row for row in after if after[row].answer is not before[row].answer}
    assert {after[row].answer for row in changed} <= {Answer.UNKNOWN}
    assert changed or fact in SPARE or fact.startswith("passwords.")
    for row in changed:
        assert after[row].reason is why
    if fact.startswith("passwords.") and not changed:  # row 8 is unknown before and after
        assert after[8].evidence != before[8].evidence


BAD = {
    "passwords__empty": ("x",),
    "pam__tries": 0,
    "pam__quality_module": "",
    "login__tmout_s": 0,
    "sshd__root": "yes",
    "sudo__rules": ("f: x ALL=NOPASSWD: ALL",),
    "modes__files": ("/etc/shadow 0666 x x",),
    "audit__active": False,
    "syslog__targets": (),
    "time__synchronised": False,
    "reach__input_rules": (),
    "updates__lists_days": 99,
    "antivirus__agents": (),
    "tls__tcp/*:443": ("TLSv1",),
}


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_that_was_not_seen_never_makes_a_yes(fact: str) -> None:
    before = host(**BAD).checked()  # type: ignore[arg-type]
    after = host(**BAD, unseen={fact: UnknownReason.DENIED}).checked()  # type: ignore[arg-type]
    gained = {row for row in after if after[row].answer is Answer.YES} - {
        row for row in before if before[row].answer is Answer.YES
    }
    assert gained == set()


@pytest.mark.parametrize("area", GOOD)
def test_an_area_that_never_came_passes_nothing_that_stood_on_it(area: str) -> None:
    good = host()
    told = {name: facts for name, facts in good.told.items() if name != area}
    object.__setattr__(good, "told", told)
    after, before = good.checked(), host().checked()
    assert after.keys() == before.keys()
    changed = {row for row in after if after[row] != before[row]}
    assert changed
    assert {after[row].answer for row in changed} == {Answer.UNKNOWN}


@pytest.mark.parametrize("kind", STATE)
def test_a_kind_that_was_not_seen_passes_nothing_that_stood_on_it(kind: str) -> None:
    after, before = host(dark={kind: UnknownReason.DENIED}).checked(), host().checked()
    changed = {row for row in after if after[row].answer is not before[row].answer}
    assert {after[row].answer for row in changed} <= {Answer.UNKNOWN}
    assert changed or kind == "time_sync"  # row 14 stands on the clock's own area


def codes() -> set[str]:
    """Every code of evidence that a row can tell, as the calls in their modules name them."""
    calls = {"holds": 1, "unknown": 1, "undeclared": 0, "_settle": 1, "none_of": 0}
    found = set()
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            given = node.args[calls[name]] if name in calls and node.args else None
            for code in (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,):
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    found |= {code.value, f"no_{code.value}"} if name == "none_of" else {code.value}
    return found


def test_every_row_and_all_that_it_tells_has_words_in_both_languages() -> None:
    told = {"setting", "setting_wrong", *codes()}
    assert len(told) > 40
    assert [code for code in sorted(told) if not has(f"mlps.evidence.{code}")] == []
    for good in (host(), host(**BAD)):  # type: ignore[arg-type]
        for row, checked in good.checked().items():
            assert has(f"mlps.row.{row}")
            assert not checked.remediation or has(f"mlps.remedy.{checked.remediation}")
            for evidence in checked.evidence:
                for lang in Lang:
                    assert "?" not in evidence_text(evidence, lang)
