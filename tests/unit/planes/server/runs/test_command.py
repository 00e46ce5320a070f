"""How ansible-playbook is called: what it is told where, and what of the caller's it heeds."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from omlib.log import Secret
from omlib.planes.server.runs.command import Call, call_for
from omlib.planes.server.runs.job import Job

ENVIRON = {"PATH": "/bin", "HOME": "/root", "LANG": "zh_CN.UTF-8", "ANSIBLE_FORKS": "99"}


def call(tmp_path: Path, environ: Mapping[str, str] = ENVIRON, **facts: Any) -> Call:
    book = tmp_path / "book" / "site.yml"
    book.parent.mkdir(exist_ok=True)
    folder = tmp_path / "run"
    folder.mkdir(exist_ok=True)
    job = Job(**{"playbook": book, "inventory": "a,b,", "check": True, **facts})
    return call_for(job, folder, lines=folder / "lines", environ=environ)


def test_no_secret_is_on_the_command_line_or_in_the_environment(tmp_path: Path) -> None:
    told = call(
        tmp_path,
        become_password=Secret("canary-1"),
        connection_password=Secret("canary-2"),
        vault_password=Secret("canary-3"),
        extra_vars={"x": "canary-4"},
    )
    assert "canary" not in repr((told.command, told.env, told.cwd))
    assert "canary" not in "".join(
        path.read_text(encoding="utf-8") for path in (tmp_path / "run").rglob("*") if path.is_file()
    )
    assert told.pipes == {
        "become-password": "canary-1",
        "connection-password": "canary-2",
        "vault-password": "canary-3",
        "extra-vars": '{"x": "canary-4"}',
    }


def test_a_playbook_of_omlib_heeds_no_configuration_of_the_caller(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")
    environ = {**ENVIRON, "ANSIBLE_CONFIG": "/etc/x.cfg", "PYTHONPATH": "/x", "TOKEN": "canary"}
    told = call(tmp_path, environ)
    assert told.env["ANSIBLE_CONFIG"] == str(tmp_path / "run" / "ansible.cfg")
    assert told.env["ANSIBLE_HOST_KEY_CHECKING"] == "1"
    assert told.env["ANSIBLE_NO_TARGET_SYSLOG"] == "1"
    assert not {"ANSIBLE_FORKS", "PYTHONPATH", "TOKEN"} & told.env.keys()
    assert told.command[told.command.index("--forks") + 1] == "8"


def test_in_a_check_of_omlib_s_own_a_host_that_hangs_keeps_no_other_waiting(tmp_path: Path) -> None:
    assert call(tmp_path).env["ANSIBLE_STRATEGY"] == "free"
    assert call(tmp_path, check=False).env["ANSIBLE_STRATEGY"] == "linear"
    assert "ANSIBLE_STRATEGY" not in call(tmp_path, foreign=True).env


@pytest.mark.parametrize(
    ("named", "beside", "expected"),
    [("", True, "book/ansible.cfg"), ("named.cfg", True, "named.cfg"), ("", False, "")],
)
def test_a_foreign_playbook_heeds_the_nearest_configuration(
    tmp_path: Path, named: str, beside: bool, expected: str
) -> None:
    (tmp_path / "book").mkdir()
    if beside:
        (tmp_path / "book" / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")
    environ = ENVIRON | ({"ANSIBLE_CONFIG": str(tmp_path / named)} if named else {})
    told = call(tmp_path, environ, foreign=True)
    assert told.env.get("ANSIBLE_CONFIG", "") == (str(tmp_path / expected) if expected else "")
    assert told.env["ANSIBLE_FORKS"] == "99"
    assert told.cwd == Path.cwd()


def test_pipelining_is_on_unless_the_configuration_decides_it(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    config = tmp_path / "book" / "ansible.cfg"
    config.write_text("[defaults]\n", encoding="utf-8")
    assert call(tmp_path, foreign=True).env["ANSIBLE_PIPELINING"] == "1"
    config.write_text("[ssh_connection]\npipelining = False\n", encoding="utf-8")
    assert "ANSIBLE_PIPELINING" not in call(tmp_path, foreign=True).env


def test_hosts_stand_in_files_for_thousands_are_too_long_for_a_command(tmp_path: Path) -> None:
    tree = {"all": {"hosts": {"oa-01": {"motd": "欢迎"}}}}
    told = call(tmp_path, inventory=tree, limit=("oa-01", "oa-02"))
    written = Path(told.command[told.command.index("-i") + 1])
    assert json.loads(written.read_text(encoding="utf-8")) == tree
    limit = told.command[told.command.index("--limit") + 1]
    assert Path(limit.removeprefix("@")).read_text(encoding="utf-8") == "oa-01\noa-02\n"
    assert "oa-02" not in " ".join(told.command)


def test_a_locale_that_is_not_utf_8_is_replaced_for_ansible_starts_under_no_other(
    tmp_path: Path,
) -> None:
    assert call(tmp_path).env.get("LC_ALL", "") == ""
    assert call(tmp_path, {**ENVIRON, "LANG": "zh_CN.GB18030"}).env["LC_ALL"] == "C.UTF-8"
