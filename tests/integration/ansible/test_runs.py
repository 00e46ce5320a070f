"""How a run begins and ends: what is left of it, what breaks it, what it heeds. On this machine."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from omlib.model.status import Status, UnknownReason
from omlib.planes.server.runs import folder, janitor
from omlib.planes.server.runs.runner import Job, run
from omlib.planes.server.runs.task import Why

pytestmark = pytest.mark.timeout(600)
OMLIB = str(Path(sys.executable).parent / "omlib")


def local(*names: str) -> dict[str, object]:
    here = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    return {"all": {"hosts": dict.fromkeys(names, here)}}


def play(path: Path, tasks: str, *, hosts: str = "all") -> Path:
    path.write_text(f"- hosts: {hosts}\n  gather_facts: false\n  tasks:\n{tasks}", encoding="utf-8")
    return path


def copying(path: Path, name: str = "a file") -> str:
    return f"    - name: {name}\n      copy: {{content: x, dest: '{path}', mode: '0600'}}\n"


def slow(path: Path) -> str:
    """A task that takes half a minute under check mode."""
    return (
        f"    - name: slow\n      copy: {{content: x, dest: '{path}', mode: '0600'}}\n"
        "      loop: '{{ range(60) | list }}'\n      loop_control: {pause: 0.5}\n"
    )


def runs_of(pid: int) -> list[Path]:
    return list(folder._home().glob(f"run-{pid}-*"))


def wait_for(what: object, within_s: float = 60) -> None:
    until = time.monotonic() + within_s
    while not what():  # type: ignore[operator]
        assert time.monotonic() < until, "waited for too long"
        time.sleep(0.1)


def test_two_runs_at_once_do_not_mix(tmp_path: Path) -> None:
    jobs = [
        Job(
            playbook=play(tmp_path / f"{name}.yml", copying(tmp_path / "f", f"of {name}") * 2),
            inventory=local(f"{name}-1", f"{name}-2"),
            check=True,
        )
        for name in ("one", "two")
    ]
    with ThreadPoolExecutor() as pool:
        ended = list(pool.map(run, jobs))
    for name, end in zip(("one", "two"), ended, strict=True):
        assert end.error == ""
        assert {r.task for r in end.results} == {f"of {name}"}
        assert sorted(r.host for r in end.results) == [f"{name}-{n}" for n in (1, 1, 2, 2)]


def test_a_playbook_with_a_fault_is_not_an_unreachable_host(tmp_path: Path) -> None:
    path = tmp_path / "p.yml"
    path.write_text("- hosts: all\n  tasks:\n    - copi: {x: 1}\n", encoding="utf-8")
    ended = run(Job(playbook=path, inventory=local("h"), check=True))
    assert ended.error.startswith("ansible: ")
    assert "copi" in ended.error
    assert (ended.results, ended.unreachable) == ((), {})


def test_an_excerpt_of_a_broken_playbook_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "p.yml"
    path.write_text("- hosts: all\n  vars: {password: canary-9, x: [}\n", encoding="utf-8")
    ended = run(Job(playbook=path, inventory=local("h"), check=True))
    assert ended.error.startswith("ansible: ")
    assert str(path) in ended.error
    assert "canary" not in ended.error


def test_a_run_that_passes_its_deadline_says_what_it_did_not_come_to(tmp_path: Path) -> None:
    path = play(tmp_path / "p.yml", slow(tmp_path / "f") + copying(tmp_path / "f", "last"))
    ended = run(Job(playbook=path, inventory=local("h"), check=True, deadline_s=15))
    assert ended.error.startswith("deadline")
    last = ended.results[-1]
    assert (last.task, last.reason, last.why) == ("last", UnknownReason.INCOMPLETE, Why.BROKEN_OFF)
    assert ended.took_s < 60


def test_hosts_beyond_what_one_process_takes_are_run_in_shards(tmp_path: Path) -> None:
    path = play(tmp_path / "p.yml", copying(tmp_path / "f"))
    with path.open("a", encoding="utf-8") as book:
        book.write(play(tmp_path / "q.yml", copying(tmp_path / "f"), hosts="localhost").read_text())
    hosts = [f"h{n}" for n in range(7)]
    ended = run(Job(playbook=path, inventory=local(*hosts), check=True), most_hosts=3)
    assert ended.error == ""
    assert sorted(r.host for r in ended.results) == [*hosts, "localhost"]
    assert {r.status for r in ended.results} == {Status.DIVERGED}


def test_a_real_run_changes_and_says_so(tmp_path: Path) -> None:
    job = Job(
        playbook=play(tmp_path / "p.yml", copying(tmp_path / "f")),
        inventory=local("h"),
        check=False,
    )
    first, second = run(job), run(job)
    assert (tmp_path / "f").read_text(encoding="utf-8") == "x"
    assert [(r.status, r.changed) for r in first.results] == [(Status.IN_SYNC, True)]
    assert [(r.status, r.changed) for r in second.results] == [(Status.IN_SYNC, False)]


def test_a_service_that_a_real_run_starts_here_goes_on(tmp_path: Path) -> None:
    alive = tmp_path / "pid"
    start = f"    - shell: 'sleep 300 >/dev/null 2>&1 & echo $! > {alive}'\n"
    ended = run(Job(playbook=play(tmp_path / "p.yml", start), inventory=local("h"), check=False))
    pid = int(alive.read_text(encoding="utf-8"))
    assert (ended.error, Path(f"/proc/{pid}").exists()) == ("", True)
    os.kill(pid, signal.SIGKILL)


def test_a_playbook_that_asks_questions_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "p.yml"
    head = "- hosts: all\n  gather_facts: false\n  vars_prompt: [{name: colour}]\n  tasks:\n"
    path.write_text(head + copying(tmp_path / "f"), encoding="utf-8")
    job = Job(playbook=path, inventory=local("h"), check=True)
    assert run(job).error == "vars_prompt: colour"
    answered = Job(playbook=path, inventory=local("h"), check=True, extra_vars={"colour": "red"})
    assert [r.status for r in run(answered).results] == [Status.DIVERGED]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_nothing_stays_behind_when_omlib_is_ended(tmp_path: Path, number: signal.Signals) -> None:
    path = play(tmp_path / "p.yml", slow(tmp_path / "f"))
    here = [f"-eansible_python_interpreter={sys.executable}", "-eansible_connection=local"]
    omlib = subprocess.Popen(
        [OMLIB, "server", "check", str(path), "-i", "h,", *here],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: runs_of(omlib.pid))
    (own,) = runs_of(omlib.pid)
    # the worker that is in the loop, in a session of its own
    wait_for(lambda: len(list(janitor.processes(own))) >= 2)
    os.kill(omlib.pid, number)
    code = omlib.wait(60)
    assert code == (130 if number is signal.SIGINT else -9)
    wait_for(lambda: not own.exists(), 20)
    assert list(janitor.processes(own)) == []


def test_a_folder_whose_owner_is_gone_is_swept_by_the_next_run(tmp_path: Path) -> None:
    left = folder._home() / "run-999999999-1-dead"
    left.mkdir(mode=0o700)
    (left / "secret").write_text("x", encoding="utf-8")
    with folder.run_folder() as own:
        assert not left.exists()
        assert (own.stat().st_mode & 0o777) == 0o700
    assert not own.exists()


def test_a_foreign_playbook_heeds_the_configuration_beside_it(tmp_path: Path) -> None:
    book = tmp_path / "book"
    (book / "shelf" / "mine" / "tasks").mkdir(parents=True)
    (book / "ansible.cfg").write_text(
        "[defaults]\nroles_path = shelf\ninventory = hosts\n", encoding="utf-8"
    )
    (book / "hosts").write_text("h\n", encoding="utf-8")
    (book / "shelf/mine/tasks/main.yml").write_text(
        f"- copy: {{content: x, dest: '{tmp_path / 'f'}', mode: '0600'}}\n", encoding="utf-8"
    )
    path = book / "p.yml"
    path.write_text(
        "- hosts: all\n  gather_facts: false\n  connection: local\n  roles: [mine]\n",
        encoding="utf-8",
    )
    here = {"ansible_python_interpreter": sys.executable}
    told = run(Job(playbook=path, inventory=None, check=True, foreign=True, extra_vars=here))
    assert [(r.host, r.task, r.status) for r in told.results] == [("h", "mine : copy", "diverged")]
    own = run(Job(playbook=path, inventory=local("h"), check=True))
    assert "mine" in own.error
