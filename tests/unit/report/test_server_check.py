"""The deep check as a screen and as JSON."""

from dataclasses import dataclass
from typing import Any

import pytest

from omlib.model.status import Status, UnknownReason
from omlib.report.server_check import ServerCheck, ref_of
from omlib.report.server_check_json import server_check_json
from omlib.report.server_check_screen import server_check_report
from omlib.report.terminal import to_text
from omlib.report.words import Lang


@dataclass(frozen=True)
class Result:
    host: str = "web-01"
    task: str = "nginx : settings"
    item: str = ""
    status: Status = Status.IN_SYNC
    reason: UnknownReason | None = None
    why: str | None = None
    detail: str = ""
    diff: str = ""
    path: str = "/srv/book/site.yml:3"


DRIFT = Result(status=Status.DIVERGED, diff="-a\n+b\x1b[2J\n")
SKIPPED = Result(
    host="web-02",
    task="a command",
    status=Status.UNKNOWN,
    reason=UnknownReason.UNSUPPORTED,
    why="no_check_mode",
    detail="command",
)


def check(*results: Result, broken: str = "") -> ServerCheck:
    return ServerCheck(
        playbook="/srv/book/site.yml",
        hosts=["web-01", "web-02", "web-03"],
        results=results,
        not_applicable={"web-01": 2},
        took_s=3,
        broken=broken,
        broken_detail="30 s",
    )


@pytest.mark.parametrize(
    ("results", "code"),
    [((Result(),), 0), ((DRIFT,), 2), ((SKIPPED,), 4), ((DRIFT, SKIPPED, Result()), 6)],
)
def test_the_exit_code_is_a_mask(results: tuple[Result, ...], code: int) -> None:
    assert check(*results).exit_code == code


def test_a_run_that_was_broken_off_is_never_in_sync() -> None:
    assert check(Result(), broken="deadline").exit_code == 4


def test_the_screen_shows_the_worst_host_first_and_says_what_would_tell_more() -> None:
    shown = to_text(server_check_report(check(SKIPPED, DRIFT, Result()), Lang.EN), None)
    assert shown.index("web-01") < shown.index("web-02")
    assert "web-03" not in shown
    assert "1 diverged, 1 in_sync, 2 not applicable" in shown
    assert "  diverged  nginx : settings\n    site.yml:3\n    -a\n    +b\\x1b[2J\n" in shown
    assert "unknown(unsupported)  command cannot tell under check mode" in shown
    assert "creates: or removes:" in shown


def test_a_screen_in_chinese_leaves_no_code_unsaid() -> None:
    told = server_check_report(check(SKIPPED, DRIFT, broken="deadline"), Lang.ZH)
    shown = to_text(told, 80)
    assert "深度检查" in shown
    assert "已超过时限 30 s" in shown
    assert "deep_check" not in shown


def test_a_verdict_stands_under_the_item_that_its_label_names() -> None:
    ref = "server/file/web-01/%2Fetc%2Fmotd"
    assert ref_of(Result(item=ref)) == ref
    assert ref_of(Result(item="server/x")) == "server/task/web-01/nginx:settings"
    assert ref_of(Result(task="a/b")) == "server/task/web-01/a%2Fb"


def test_a_reason_is_null_in_json_unless_the_status_is_unknown() -> None:
    told = server_check_json(check(DRIFT, SKIPPED))
    assert list(told) == ["results"]
    results: Any = told["results"]
    one, other = results
    assert (one["status"], one["reason"], one["diff"]) == ("diverged", None, DRIFT.diff)
    assert (other["status"], other["reason"], other["why"]) == (
        "unknown",
        "unsupported",
        "no_check_mode",
    )
