"""Each lie of Ansible's check mode, told on a real host and told apart from the truth."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from omlib.model.status import Status, UnknownReason
from omlib.planes.server.runs.runner import Ended, Job, run
from omlib.planes.server.runs.task import TaskResult, Why

# 60 tasks on three hosts; minutes on a busy machine
pytestmark = [pytest.mark.lab, pytest.mark.timeout(900)]

LIES = Path(__file__).parent / "lies" / "site.yml"
IN_SYNC = (Status.IN_SYNC, None, None)
DIVERGED = (Status.DIVERGED, None, None)
HIDDEN = (Status.DIVERGED, None, Why.HIDDEN)
CONTESTED = (Status.DIVERGED, None, Why.CONTESTED)
NO_CHECK_MODE = (Status.UNKNOWN, UnknownReason.UNSUPPORTED, Why.NO_CHECK_MODE)
CHECK_MODE_OFF = (Status.UNKNOWN, UnknownReason.NOT_CHECKED, Why.CHECK_MODE_OFF)
CASCADE = (Status.UNKNOWN, UnknownReason.NOT_CHECKED, Why.CASCADE)
FAILED = (Status.UNKNOWN, UnknownReason.INCOMPLETE, Why.FAILED)
AFTER_FAILURE = (Status.UNKNOWN, UnknownReason.NOT_CHECKED, Why.AFTER_FAILURE)

EXPECTED = {
    "the same": IN_SYNC,
    "another content": DIVERGED,
    "another mode": DIVERGED,
    "command": NO_CHECK_MODE,
    "shell": NO_CHECK_MODE,
    "raw": NO_CHECK_MODE,
    "script": NO_CHECK_MODE,
    "uri": NO_CHECK_MODE,
    "wait_for": NO_CHECK_MODE,
    "unarchive": NO_CHECK_MODE,
    "expect": NO_CHECK_MODE,
    "tempfile": NO_CHECK_MODE,
    "a module that knows no check mode": NO_CHECK_MODE,
    "a module that is a shell script": NO_CHECK_MODE,
    "command with creates, made": IN_SYNC,
    "command with creates, not made": DIVERGED,
    "unarchive with creates, made": IN_SYNC,
    "check_mode false": CHECK_MODE_OFF,
    "check_mode false in a template": CHECK_MODE_OFF,
    "inside the block": CHECK_MODE_OFF,
    "check_mode false where it only reads": IN_SYNC,
    "leans on what was read": IN_SYNC,
    "leans on a command": CASCADE,
    "leans on a command, and so does its own result": CASCADE,
    "leans on what leans on a command": CASCADE,
    "leans on a fact": CASCADE,
    "leans on a variable": CASCADE,
    "leans in an argument": CASCADE,
    "leans in a loop": CASCADE,
    "leans in an include": CASCADE,
    "leans on check_mode false": CASCADE,
    "a loop [same]": IN_SYNC,
    "a loop [loop]": DIVERGED,
    "begun and not waited for": IN_SYNC,
    "touch": (Status.IN_SYNC, None, Why.TIMES_ONLY),
    "the whole file": CONTESTED,
    "a line of it": IN_SYNC,
    "changed_when false": DIVERGED,
    "changed_when true": IN_SYNC,
    "failed_when false": FAILED,
    "on another host": IN_SYNC,
    "once for all": DIVERGED,
    "a secret with no_log": HIDDEN,
    "the same with no_log": IN_SYNC,
    "a secret without no_log": DIVERGED,
    "included": IN_SYNC,
    "imported with check_mode false": CHECK_MODE_OFF,
    "app : of a role": DIVERGED,
    "ignored": FAILED,
    "fails and is rescued": FAILED,
    "never come to in its block": AFTER_FAILURE,
    "rescues": IN_SYNC,
    "makes a folder": DIVERGED,
    "needs the folder": FAILED,
    "after the failure": AFTER_FAILURE,
    "after the failed play": AFTER_FAILURE,
}
PREPARE = """
rm -rf /srv/lies && mkdir /srv/lies && cd /srv/lies
echo same > same; printf 'present\\n' > other; echo x > mode; printf 'a\\nb\\n' > pair
printf 'password = canary-old-41d2\\n' > secret
printf 'user = app\\nrequirepass canary-old-41d2\\n' > redis
chmod 644 *; chmod 600 secret redis
"""


@pytest.fixture(scope="module")
def told(lab: Any) -> Ended:
    lab.sh("chk1", PREPARE)
    lab.sh("chk2", PREPARE + "echo wanted > other")
    return run(Job(playbook=LIES, inventory=lab.inventory("chk1", "chk2", "gone"), check=True))


def verdicts(told: Ended, host: str) -> dict[str, tuple[object, ...]]:
    held: dict[str, tuple[object, ...]] = {}
    for result in told.results:
        if result.host == host:
            item = f" [{result.item}]" if result.item else ""
            held[f"{result.task}{item}"] = (result.status, result.reason, result.why)
    return held


def one(told: Ended, host: str, task: str) -> TaskResult:
    return next(r for r in told.results if (r.host, r.task) == (host, task))


def test_each_lie_of_check_mode_is_told_apart(told: Ended) -> None:
    seen = verdicts(told, "chk1")
    hidden = {name for name in seen if name.startswith("a loop with no_log")}
    include = {name for name in seen if name.startswith("included after")}
    assert {name: seen[name] for name in seen if name not in hidden | include} == EXPECTED
    assert {seen[name] for name in hidden} == {HIDDEN}
    assert len(hidden) == 2


def test_nothing_was_carried_out(told: Ended, lab: Any) -> None:
    made = "cd /srv/lies && ls -d executed* new later leaning once role 2>/dev/null || true"
    assert lab.sh("chk1", made) == ""
    assert lab.sh("chk2", made) == ""


def test_a_task_that_known_facts_leave_out_has_no_verdict_and_is_counted(told: Ended) -> None:
    assert "left out on known facts" not in verdicts(told, "chk1")
    assert "check_mode false on known facts left out" not in verdicts(told, "chk1")
    assert told.not_applicable["chk1"] == 2


def test_one_hosts_failure_keeps_no_other_from_being_judged(told: Ended) -> None:
    assert one(told, "chk2", "the same").status is Status.IN_SYNC
    assert len(verdicts(told, "chk2")) > 50


def test_only_a_host_that_does_not_answer_is_unreachable(told: Ended) -> None:
    assert set(told.unreachable) == {"gone"}
    assert set(verdicts(told, "gone").values()) == {
        (Status.UNKNOWN, UnknownReason.UNREACHABLE, Why.UNREACHABLE)
    }
    assert told.error == ""


def test_a_diff_shows_what_differs(told: Ended) -> None:
    diff = one(told, "chk1", "another content").diff
    assert diff.endswith("@@ -1 +1 @@\n-present\n+wanted\n")


def test_a_secret_shows_that_it_differs_and_not_what_it_is(told: Ended) -> None:
    assert one(told, "chk1", "a secret with no_log").diff == ""
    diff = one(told, "chk1", "a secret without no_log").diff.splitlines()[-3:]
    assert diff[0] == " user = app"
    assert diff[1].startswith("-requirepass <secret ")
    assert diff[2].startswith("+requirepass <secret ")
    assert diff[1] != "-" + diff[2][1:]
    assert "canary" not in repr(told)


def test_what_is_unknown_says_on_what_it_leans(told: Ended) -> None:
    assert one(told, "chk1", "leans on a command").detail == "asked"
    assert one(told, "chk1", "leans on a fact").detail == "needed"
    assert one(told, "chk1", "command").detail == "command"
    assert "/srv/lies/pair" in one(told, "chk1", "the whole file").detail


def test_where_a_task_stands_is_told(told: Ended) -> None:
    path, _, number = one(told, "chk1", "the same").path.rpartition(":")
    assert path == str(LIES)
    assert "name: the same" in LIES.read_text(encoding="utf-8").splitlines()[int(number) - 1]
    assert Counter(r.host for r in told.results)["gone"] > 50
