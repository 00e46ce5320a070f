"""The command line's promises: exit codes, errors with a next step, one output per audience."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Omlib

NOWHERE = "127.0.0.1, port: 1"  # this machine, where nobody listens: refused


def test_a_bad_command_line_is_64_never_the_2_of_drift(omlib: "Omlib") -> None:
    for wrong in (["reconcile", "--nonsense"], ["nonsense"], ["runs", "show"]):
        assert omlib(*wrong).returncode == 64


def test_every_command_explains_itself(omlib: "Omlib") -> None:
    for command in (
        "validate",
        "reconcile",
        "observe",
        "plan",
        "apply",
        "demo",
        "doctor",
        "report",
    ):
        told = omlib(command, "--help")
        assert told.returncode == 0
        assert "Usage" in told.stdout


def test_without_an_inventory_the_error_says_what_to_do(omlib: "Omlib") -> None:
    for lang in ("en", "zh"):
        told = omlib("validate", "--lang", lang)
        assert told.returncode == 1
        assert "estate.yml" in told.stderr
        assert "Traceback" not in told.stderr


def test_a_sound_inventory_validates_and_a_spoilt_one_names_file_and_line(
    omlib: "Omlib", demo: Path
) -> None:
    assert omlib("validate", cwd=demo).returncode == 0
    path = demo / "vms.yml"
    path.write_text(path.read_text("utf-8").replace("vcpu: 4", "vpcu: 4", 1), encoding="utf-8")
    told = omlib("validate", cwd=demo)
    assert told.returncode == 1
    assert "vms.yml:" in told.stdout
    assert "vcpu" in told.stdout  # the nearest right key
    problems = json.loads(omlib("validate", "--json", cwd=demo).stdout)["problems"]
    assert {problem["file"] for problem in problems} == {"vms.yml"}


def test_an_unknown_name_is_a_bad_command_line_and_says_so(omlib: "Omlib", demo: Path) -> None:
    told = omlib("reconcile", "--system", "no-such", cwd=demo)
    assert told.returncode == 64
    assert "no-such" in told.stderr


def test_nothing_remembered_offline_is_a_failed_run_not_a_verdict(
    omlib: "Omlib", demo: Path
) -> None:
    told = omlib("reconcile", "--offline", cwd=demo)
    assert told.returncode == 1
    assert told.stdout == ""


@pytest.fixture
def silent(tmp_path: Path) -> Path:
    """An estate of one host that nobody answers for, within one second."""
    root = tmp_path / "silent"
    root.mkdir()
    files = {
        "estate.yml": "schema: 1\nname: 静默\ntimezone: Asia/Shanghai\n",
        "departments.yml": "departments:\n  - {id: city, name: 市政府}\n",
        "sites.yml": (
            "sites:\n  - {id: room, name: 机房, user: ops, key: 'env:KEY',"
            " known_hosts: 'env:HOSTS', connect_s: 1, deadline_s: 2}\n"
        ),
        "systems/oa.yml": (
            "id: oa\nname: 办公\ndepartment: city\nowner: {business: 甲, technical: 乙}\n"
            "function: [office.document]\nzone: gov-extranet\nmlps: {level: 2}\n"
            "lifecycle: {stage: operational, status: in_use, since: 2025-01-01}\n"
        ),
        "servers.yml": (
            "servers:\n  - id: oa-01\n    system: oa\n    os: debian-12\n"
            f"    access: {{site: room, address: {NOWHERE}}}\n"
            "    state: {packages: [nginx], services: [nginx.service]}\n"
        ),
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True
    )
    (tmp_path / "hosts").touch()
    return root


def keys(silent: Path) -> dict[str, str]:
    return {"KEY": str(silent.parent / "key"), "HOSTS": str(silent.parent / "hosts")}


def test_a_silent_host_is_unknown_with_bit_4_and_nothing_is_missing(
    omlib: "Omlib", silent: Path
) -> None:
    told = omlib("reconcile", "--json", cwd=silent, **keys(silent))
    assert told.returncode == 4, told.stderr
    findings = json.loads(told.stdout)["findings"]
    assert {(f["status"], f["reason"]) for f in findings} == {("unknown", "unreachable")}
    offline = omlib("reconcile", "--offline", cwd=silent)
    assert offline.returncode == 4
    assert "OFFLINE" in offline.stdout
    plan = omlib("plan", "--out", "plan.json", cwd=silent, **keys(silent))
    assert plan.returncode == 4
    planned = json.loads((silent / "plan.json").read_text("utf-8"))["plan"]
    assert planned["actions"] == []
    assert {left["why"] for left in planned["not_planned"]} == {"unknown"}


def test_the_run_is_on_record_and_its_report_can_be_told_again(
    omlib: "Omlib", silent: Path
) -> None:
    omlib("reconcile", cwd=silent, **keys(silent))
    (run,) = json.loads(omlib("runs", "list", "--json", cwd=silent).stdout)["runs"]
    assert (run["verb"], run["exit_code"]) == ("reconcile", 4)
    assert omlib("runs", "show", run["id"], cwd=silent).returncode == 0
    assert omlib("report", cwd=silent).returncode == 4


def test_interrupted_means_130_and_what_was_seen_so_far(silent: Path) -> None:
    sites = silent / "sites.yml"
    text = sites.read_text("utf-8").replace("connect_s: 1, deadline_s: 2", "connect_s: 50")
    sites.write_text(text, encoding="utf-8")
    listener = _never_answers()
    servers = silent / "servers.yml"
    port = listener.getsockname()[1]
    there = servers.read_text("utf-8").replace(NOWHERE, f"127.0.0.1, port: {port}")
    servers.write_text(there, encoding="utf-8")
    omlib = Path(sys.executable).with_name("omlib")
    run = subprocess.Popen(
        [omlib, "reconcile"],
        cwd=silent,
        env={**os.environ, **keys(silent), "OMLIB_LANG": "en"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    peer, _ = listener.accept()  # now it looks, and waits for a banner
    time.sleep(0.3)
    run.send_signal(signal.SIGINT)
    shown, _ = run.communicate(timeout=20)
    peer.close()
    listener.close()
    assert run.returncode == 130
    assert "INTERRUPTED" in shown
    assert "not_checked" in shown


def _never_answers() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


def test_what_an_interrupted_run_did_not_look_at_stays_remembered(
    omlib: "Omlib", silent: Path
) -> None:
    omlib("reconcile", cwd=silent, **keys(silent))
    test_interrupted_means_130_and_what_was_seen_so_far(silent)
    told = json.loads(omlib("reconcile", "--offline", "--json", cwd=silent).stdout)
    assert {finding["reason"] for finding in told["findings"]} != {"not_checked"}


def test_validate_fills_in_the_templates(omlib: "Omlib", demo: Path) -> None:
    template = demo.parent / "templates" / "network" / "frr" / "router.j2"
    template.write_text("hostname {{ nobody_said_this }}\n", encoding="utf-8")
    told = omlib("validate", cwd=demo)
    assert told.returncode == 1
    assert "router.j2:1" in told.stderr


def test_doctor_names_what_is_missing_and_changes_nothing(omlib: "Omlib", tmp_path: Path) -> None:
    told = omlib("doctor", "--json")
    assert told.returncode in (0, 1)
    checks = {check["name"]: check for check in json.loads(told.stdout)["checks"]}
    assert checks["inventory"]["answer"] == "no"
    assert checks["inventory"]["next"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "latin-1"])
def test_a_terminal_that_lacks_a_character_still_gets_the_verdict(
    omlib: "Omlib", silent: Path, encoding: str
) -> None:
    departments = "departments:\n  - {id: city, name: 市政府 😀}\n"
    (silent / "departments.yml").write_text(departments, encoding="utf-8")
    variables = {**keys(silent), "PYTHONIOENCODING": encoding}
    done = subprocess.run(
        [Path(sys.executable).with_name("omlib"), "reconcile", "--json"],
        cwd=silent,
        env={**os.environ, **variables},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 4, done.stderr
    (department,) = json.loads(done.stdout.decode(encoding))["departments"]
    assert department["name"] == "市政府 😀"


def test_a_closed_standard_output_changes_no_exit_code(silent: Path) -> None:
    command = f"{Path(sys.executable).with_name('omlib')} reconcile >&- 2>&-"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=silent,
        env={**os.environ, **keys(silent)},
        timeout=60,
        check=False,
    )
    assert done.returncode == 4


def test_doctor_answers_an_account_without_a_home(omlib: "Omlib", tmp_path: Path) -> None:
    told = omlib("doctor", HOME=str(tmp_path / "nowhere"))
    assert "a fault in omlib" not in told.stderr
    assert "python" in told.stdout.lower()
