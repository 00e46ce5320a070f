"""`omlib server check`: its JSON, its screen, its exit codes; and the declared hosts."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from omlib.cli.main import main
from omlib.jobs.wiring import check_declared
from omlib.model.estate import Access, Estate, Server, ServerState, Site
from omlib.model.item import Source
from omlib.report.server_check import ref_of

pytestmark = pytest.mark.timeout(600)
HERE = ["-e", "ansible_connection=local", "-e", f"ansible_python_interpreter={sys.executable}"]
FIELDS = ["detail", "diff", "host", "item", "path", "reason", "ref", "status", "task", "why"]


def play(path: Path, *tasks: str) -> str:
    lines = "".join(f"    - {task}\n" for task in tasks)
    path.write_text(f"- hosts: all\n  gather_facts: false\n  tasks:\n{lines}", encoding="utf-8")
    return str(path)


def test_the_json_is_results_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same, other = tmp_path / "same", tmp_path / "other"
    same.write_text("x", encoding="utf-8")
    same.chmod(0o600)
    tasks = (
        f"copy: {{content: x, dest: {same}, mode: '0600'}}",
        f"copy: {{content: y, dest: {other}, mode: '0600'}}",
        "command: 'true'",
    )
    book = play(tmp_path / "p.yml", *tasks)
    code = main(["server", "check", book, "-i", "web-01,", *HERE, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert code == 6
    assert list(told) == ["results"]
    assert [sorted(one) for one in told["results"]] == [FIELDS] * 3
    verdicts = [(one["status"], one["reason"]) for one in told["results"]]
    assert verdicts == [("in_sync", None), ("diverged", None), ("unknown", "unsupported")]
    assert told["results"][1]["diff"].endswith("+y\n\\ No newline at end of file\n")
    assert told["results"][0]["ref"] == "server/task/web-01/copy"


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("file: {{path: '{0}', state: directory}}", 0),
        ("file: {{path: '{0}/new', state: directory}}", 2),
        ("command: touch '{0}/new'", 4),
        ("no_such_module: {{}}", 1),
    ],
)
def test_the_exit_code_is_the_verdict(tmp_path: Path, task: str, expected: int) -> None:
    book = play(tmp_path / "p.yml", task.format(tmp_path))
    assert main(["server", "check", book, "-i", "h,", *HERE]) == expected
    assert not (tmp_path / "new").exists()


def test_a_host_that_does_not_answer_is_unknown_and_no_failure_of_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = play(tmp_path / "p.yml", "command: {cmd: touch x, creates: x}")
    far = ["-e", "ansible_port=1", "-e", "ansible_host=127.0.0.1"]
    assert main(["server", "check", book, "-i", "h,", *far, "--json"]) == 4
    (one,) = json.loads(capsys.readouterr().out)["results"]
    assert (one["status"], one["reason"], one["why"]) == ("unknown",) + ("unreachable",) * 2


def test_what_is_not_there_is_told_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["server", "check", str(tmp_path / "none.yml"), "-i", "h,", "--lang", "en"]) == 64
    assert "none.yml" in capsys.readouterr().err
    book = play(tmp_path / "p.yml", "ping:")
    assert main(["server", "check", book, "-i", str(tmp_path / "none.ini")]) == 64
    assert main(["server", "check", "--tags", "x"]) == 64
    assert main(["server", "check", book, "-i", "h,", "-e", "novalue"]) == 64


@pytest.mark.lab
def test_declared_hosts_are_judged_item_by_item(lab: Any) -> None:
    lab.sh("chk1", "rm -rf /srv/declared; mkdir /srv/declared; chmod 755 /srv/declared")
    told = json.loads((lab.layout.run / "lab.json").read_text(encoding="utf-8"))
    source = Source("estate.yml", 1)
    some = told["hosts"][0]
    site = Site(
        id="lab",
        name="实验室",
        source=source,
        user="ops",
        key=f"file:{some['key_file']}",
        known_hosts=some["known_hosts"],
    )
    items = {
        "user": {"ops": {"present": True}, "nobody-here": {"present": True}},
        "package": {"sudo": {"present": True}},
    }
    server = Server(
        id="chk1",
        systems=(),
        access=Access(site="lab", address=some["address"]),
        os="debian-12",
        state=ServerState(items=items),
        source=source,
    )
    nothing = ("departments", "clouds", "systems", "vms", "security_groups", "devices", "rooms")
    empty: dict[str, Any] = {name: {} for name in nothing}
    estate = Estate(
        name="实验室",
        timezone="Asia/Shanghai",
        sites={"lab": site},
        servers={"chk1": server},
        circuits={},
        contracts=(),
        windows={},
        tombstones={},
        waivers=(),
        **empty,
    )
    _playbook, (ended,) = check_declared(
        estate, limit=(), deadline_s=300, forks=2, on_result=lambda _result: None
    )
    assert ended.error == ""
    seen = {ref_of(result): str(result.status) for result in ended.results if result.item}
    assert seen["server/user/chk1/ops"] == "in_sync", ended
    assert seen["server/user/chk1/nobody-here"] == "diverged"
    assert seen["server/package/chk1/sudo"] == "in_sync"
