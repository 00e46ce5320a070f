"""The role `baseline`: it sets what the checks hold a host to, and loosens nothing."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from omlib.reconcile.mlps import limits

ROOT = Path(__file__).parents[3]
DEFAULTS = ROOT / "playbooks" / "roles" / "baseline" / "defaults" / "main.yml"


def the_module(name: str) -> ModuleType:
    path = ROOT / "plugins" / "modules" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_limits_of_the_role_are_those_of_the_checks() -> None:
    told = yaml.safe_load(DEFAULTS.read_text(encoding="utf-8"))
    set_by_role = {
        "password_length": limits.PASSWORD_LENGTH,
        "password_classes": limits.PASSWORD_CLASSES,
        "password_max_days": limits.PASSWORD_MAX_DAYS,
        "login_tries": limits.LOGIN_TRIES,
        "login_locked_s": limits.LOGIN_LOCKED_S,
        "idle_exit_s": limits.IDLE_EXIT_S,
    }
    assert {name: told[f"omlib_baseline_{name}"] for name in set_by_role} == set_by_role


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("deny = 9\n", "deny = 5\n"),
        ("deny=3\n", "deny=3\n"),
        ("deny = 0\n", "deny = 5\n"),
        ("deny = 3\ndeny = 8\n", "deny = 5\n"),
        ("unlock_time = 60\n", "unlock_time = 300\n"),
        ("unlock_time = 900\n", "unlock_time = 900\n"),
        ("unlock_time = never\n", "unlock_time = never\n"),
        ("# deny = 3\n# end\n", "# deny = 3\n# end\n"),
        ("deny = few\n", "deny = 5\n"),
    ],
)
def test_a_number_is_moved_into_its_bounds_and_a_stricter_one_stays(
    before: str, after: str
) -> None:
    module = the_module("omlib_bounded_settings")
    known = {"deny": "3", "unlock_time": "600"}
    told = module.set_within(
        before, False, {"unlock_time": 300}, {"deny": 5}, ["unlock_time"], known
    )
    assert told == after
    again = module.set_within(
        told, False, {"unlock_time": 300}, {"deny": 5}, ["unlock_time"], known
    )
    assert again == told


def test_a_number_that_nobody_set_comes_after_what_explains_it() -> None:
    module = the_module("omlib_bounded_settings")
    text = "# PASS_MAX_DAYS\tthe most days\nUMASK\t022\n"
    told = module.set_within(text, True, {}, {"PASS_MAX_DAYS": 90}, [], {})
    assert told == "# PASS_MAX_DAYS\tthe most days\nPASS_MAX_DAYS\t90\nUMASK\t022\n"


def test_sudo_asks_but_not_where_nobody_knows_the_password_of_who_logs_in() -> None:
    module = the_module("omlib_sudo_asks")
    rules = (
        "# ops ALL=(ALL) NOPASSWD: ALL\n"
        "ops ALL=(ALL) NOPASSWD: ALL\n"
        "%wheel ALL=(ALL:ALL) NOPASSWD:ALL\n"
        "dba ALL=(postgres) NOPASSWD: /usr/bin/psql\n"
        "bob ALL=(ALL) NOPASSWD: ALL\n"
    )
    told, left = module.asked(rules, "ops")
    assert left == ["ops ALL=(ALL) NOPASSWD: ALL", "%wheel ALL=(ALL:ALL) NOPASSWD:ALL"]
    assert told == rules.replace("bob ALL=(ALL) NOPASSWD: ALL", "bob ALL=(ALL) ALL")
    told, left = module.asked(rules, "")
    assert (told.count("NOPASSWD"), left) == (2, [])


def test_accounts_without_ageing_are_found_and_locked_ones_are_let_be() -> None:
    module = the_module("omlib_password_ageing")
    shadow = "a:$y$x:1:0:90:7:::\nb:$y$x:1:0:99999:7:::\nc:!:1:0:99999:7:::\nd::1:0::7:::\n"
    assert module.judged(shadow, 90) == (["b", "d"], ["d"])
