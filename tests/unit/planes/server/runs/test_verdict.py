"""What a task said, and the verdict it means. The whole table stands in docs/deep-check.md."""

import json
from typing import Any

import pytest

from omlib.model.status import Status, UnknownReason
from omlib.planes.server.runs.conclude import Conclusion
from omlib.planes.server.runs.events import End, Hello, Stopped, Told, parse
from omlib.planes.server.runs.runner import told_on_screen
from omlib.planes.server.runs.task import TaskResult, Why
from omlib.planes.server.runs.verdict import in_a_check, in_earnest

UNKNOWN = Status.UNKNOWN


def said(event: str = "ok", **facts: Any) -> Told:
    named = {"host": "web-01", "id": "1", "task": "a task", "path": "p.yml:3", "action": "copy"}
    return Told(**{"event": event, **named, **facts})


def verdict(told: Told, *, troubled: bool = False) -> tuple[object, ...] | None:
    found = in_a_check(told, troubled=troubled)
    return None if found is None else (found.status, found.reason, found.why)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (said(), (Status.IN_SYNC, None, None)),
        (said(changed=True), (Status.DIVERGED, None, None)),
        (said(changed=True, hidden=True), (Status.DIVERGED, None, Why.HIDDEN)),
        (said(changed=True, times_only=True), (Status.IN_SYNC, None, Why.TIMES_ONLY)),
        # `changed_when: false` hides nothing where the module looked ...
        (
            said(changed=False, own_changed=True, changed_forced=True),
            (Status.DIVERGED, None, None),
        ),
        (said(changed=True, own_changed=False, changed_forced=True), (Status.IN_SYNC, None, None)),
        # ... and counts where nothing can be seen, or where it is an expression
        (
            said(action="command", opaque=True, own_changed=True, changed_forced=True),
            (Status.IN_SYNC, None, None),
        ),
        (said(changed=False, own_changed=True), (Status.IN_SYNC, None, None)),
        (said(own_failed=True), (UNKNOWN, UnknownReason.ERROR, Why.FAILED)),
        # an expression that reads a failure as a drift knows more than we do
        (said(own_failed=True, changed=True), (Status.DIVERGED, None, None)),
        (
            said(own_failed=True, changed=True, changed_forced=True),
            (UNKNOWN, UnknownReason.ERROR, Why.FAILED),
        ),
        (
            said("skipped", skipped=True, prevented="check_mode_off"),
            (UNKNOWN, UnknownReason.NOT_CHECKED, Why.CHECK_MODE_OFF),
        ),
        (
            said("skipped", skipped=True, prevented="no_check_mode"),
            (UNKNOWN, UnknownReason.UNSUPPORTED, Why.NO_CHECK_MODE),
        ),
        (
            said("skipped", skipped=True, message="This action (x) does not support check mode."),
            (UNKNOWN, UnknownReason.UNSUPPORTED, Why.NO_CHECK_MODE),
        ),
        (
            said("skipped", skipped=True, message="nothing for this release"),
            (UNKNOWN, UnknownReason.UNSUPPORTED, Why.SKIPPED_ITSELF),
        ),
        (
            said("skipped", skipped=True, message="skipped, since /opt/x exists"),
            (Status.IN_SYNC, None, None),
        ),
        (said("skipped", skipped=True, condition="false"), None),
        (
            said("skipped", skipped=True, condition="r.rc != 0", leans_when="r"),
            (UNKNOWN, UnknownReason.NOT_CHECKED, Why.CASCADE),
        ),
        (
            said("skipped", skipped=True, message="No items in the list", leans_args="r"),
            (UNKNOWN, UnknownReason.NOT_CHECKED, Why.CASCADE),
        ),
        (
            said(changed=True, leans_when="r"),
            (UNKNOWN, UnknownReason.NOT_CHECKED, Why.CASCADE),
        ),
        # it would do nothing either way
        (said(leans_when="r"), (Status.IN_SYNC, None, None)),
        (said(leans_args="r"), (UNKNOWN, UnknownReason.NOT_CHECKED, Why.CASCADE)),
        (
            said("failed", failed=True, leans_args="r"),
            (UNKNOWN, UnknownReason.NOT_CHECKED, Why.CASCADE),
        ),
        (said("failed", failed=True), (UNKNOWN, UnknownReason.ERROR, Why.FAILED)),
        (
            said("failed", failed=True, message="Missing sudo password"),
            (UNKNOWN, UnknownReason.DENIED, Why.FAILED),
        ),
        (
            said("unreachable", message="ssh: connect to host x port 22: No route to host"),
            (UNKNOWN, UnknownReason.UNREACHABLE, Why.UNREACHABLE),
        ),
        (
            said("unreachable", message="Host key verification failed."),
            (UNKNOWN, UnknownReason.DENIED, Why.UNREACHABLE),
        ),
        (said(handler=True, changed=True), None),
        (said(action="debug", listed=False, changed=True), None),
        (
            said("skipped", action="include_tasks", listed=False, condition="r", leans_when="r"),
            (UNKNOWN, UnknownReason.NOT_CHECKED, Why.CASCADE),
        ),
    ],
)
def test_what_a_task_said_means_one_verdict(told: Told, expected: object) -> None:
    assert verdict(told) == expected


def test_a_failure_after_a_drift_may_be_for_want_of_what_was_not_made() -> None:
    told = said("failed", failed=True, message="Destination /etc/x does not exist")
    assert verdict(told, troubled=True) == (UNKNOWN, UnknownReason.INCOMPLETE, Why.FAILED)


def test_after_a_real_run_what_was_changed_is_in_sync_and_what_failed_is_unknown() -> None:
    done = in_earnest(said(changed=True))
    assert done
    assert (done.status, done.changed) == (Status.IN_SYNC, True)
    failed = in_earnest(said("failed", failed=True, message="no space left"))
    assert failed
    assert (failed.status, failed.failed, failed.detail) == (UNKNOWN, True, "no space left")


def play(*tasks: str, hosts: tuple[str, ...] = ("a", "b"), once: bool = False) -> str:
    told = [
        {"id": task, "task": task, "path": f"p.yml:{task}", "once": once, "listed": True}
        for task in tasks
    ]
    return json.dumps({"kind": "play", "id": "p", "name": "p", "hosts": list(hosts), "tasks": told})


def line(event: str, host: str, task: str, **facts: object) -> str:
    told = {"kind": "result", "event": event, "host": host, "id": task, "task": task}
    return json.dumps({**told, "path": f"p.yml:{task}", "action": "copy", **facts})


def concluded(*lines: str, broken: bool = False) -> list[tuple[object, ...]]:
    heard = Conclusion(check=True)
    for text in lines:
        if told := parse(text):
            heard.take(told)
    return [short(result) for result in heard.conclude(broken=broken)]


def short(result: TaskResult) -> tuple[object, ...]:
    return result.host, result.task, result.item, result.why or str(result.status)


def test_what_stands_after_a_failure_was_not_checked() -> None:
    assert concluded(
        play("1", "2", hosts=("a",)), line("failed", "a", "1", failed=True), '{"kind": "end"}'
    ) == [("a", "1", "", Why.FAILED), ("a", "2", "", Why.AFTER_FAILURE)]


def test_what_a_playbook_ends_itself_is_not_applicable() -> None:
    assert concluded(play("1", "2", hosts=("a",)), line("ok", "a", "1"), '{"kind": "end"}') == [
        ("a", "1", "", "in_sync")
    ]


def test_what_a_broken_off_run_did_not_come_to_is_unknown() -> None:
    assert concluded(play("1", "2", hosts=("a",)), line("ok", "a", "1"), broken=True) == [
        ("a", "1", "", "in_sync"),
        ("a", "2", "", Why.BROKEN_OFF),
    ]


def test_a_task_that_runs_once_is_due_on_one_host() -> None:
    assert concluded(play("1", once=True), line("ok", "a", "1"), broken=True) == [
        ("a", "1", "", "in_sync")
    ]


def test_a_loop_is_judged_item_by_item_and_not_once_more_as_a_whole() -> None:
    items = [
        line("item", "a", "1", item="x"),
        line("item", "a", "1", item="y", changed=True),
        line("ok", "a", "1", changed=True),
    ]
    assert concluded(play("1", hosts=("a",)), *items) == [
        ("a", "1", "x", "in_sync"),
        ("a", "1", "y", "diverged"),
    ]


def test_two_tasks_that_want_one_file_otherwise_are_told() -> None:
    whole = {"target": "/etc/x", "whole": "a"}
    part = {"target": "/etc/x", "whole": ""}
    tasks = (line("ok", "a", "1", changed=True, **whole), line("ok", "a", "2", **part))
    assert concluded(*tasks) == [("a", "1", "", Why.CONTESTED), ("a", "2", "", "in_sync")]
    parts = (line("ok", "a", "1", changed=True, **part), line("ok", "a", "2", **part))
    assert concluded(*parts) == [("a", "1", "", "diverged"), ("a", "2", "", "in_sync")]


def test_a_line_that_was_cut_off_is_no_event() -> None:
    assert parse('{"kind": "resu') is None
    assert parse("[]") is None
    assert parse('{"kind": "something newer"}') is None
    assert parse('{"kind": "end"}') == End()
    assert parse('{"kind": "hello", "core": "2.19.14"}') == Hello(core="2.19.14")
    stopped = parse('{"kind": "stopped", "why": "many_hosts", "hosts": ["a"]}')
    assert stopped == Stopped(why="many_hosts", detail="", hosts=("a",))


def test_of_ansibles_errors_the_sentence_is_kept_and_the_excerpt_is_not() -> None:
    screen = ["[WARNING]: w", "[ERROR]: bad", "Origin: /p.yml:3", "3 password: x", "", "[ERROR]: b"]
    assert told_on_screen(screen) == "bad Origin: /p.yml:3 b"
