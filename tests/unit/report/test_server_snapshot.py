"""What a snapshot of a host says of itself."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from omlib.model.status import UnknownReason
from omlib.report.server_snapshot import snapshot_comments, snapshot_exit_code, snapshot_json
from omlib.report.words import Lang


@dataclass(frozen=True)
class Lost:
    collection: str = "firewall"
    reason: UnknownReason = UnknownReason.DENIED
    detail: str = "nft: no"


@dataclass(frozen=True)
class Left:
    kind: str = "cron"
    name: str = "dump"
    attribute: str = ""
    why: str = "secret"


@dataclass(frozen=True)
class Taken:
    host: str = "web-01"
    address: str = "198.18.0.11"
    taken: datetime = datetime(2026, 11, 21, 2, tzinfo=UTC)
    record: dict[str, Any] = field(default_factory=lambda: {"id": "web"})
    lost: tuple[Lost, ...] = ()
    left_out: tuple[Left, ...] = ()


def test_a_whole_snapshot_says_when_and_where_it_was_taken_and_what_to_do() -> None:
    it = Taken()
    first, second = snapshot_comments(it, Lang.EN)
    assert "web-01 (198.18.0.11) on 2026-11-21 02:00+00:00" in first
    assert "roles.yml" in second
    assert "web among the roles of web-01" in second
    assert snapshot_exit_code(it) == 0


def test_what_is_not_in_it_is_named_in_both_languages_and_ends_with_4() -> None:
    unsure = Left(kind="service", name="x", attribute="running", why="in_transition")
    it = Taken(lost=(Lost(),), left_out=(Left(), unsure))
    assert snapshot_comments(it, Lang.EN)[2:] == [
        "Not in here:",
        "  firewall: denied (nft: no)",
        "  cron dump: looks like it holds a secret; declare it by hand",
        "  services x running: was changing just then",
    ]
    assert snapshot_comments(it, Lang.ZH)[3] == "  firewall：被拒绝（nft: no）"
    assert snapshot_exit_code(it) == 4
    told: Any = snapshot_json(it)
    assert told["lost"] == [{"collection": "firewall", "reason": "denied", "detail": "nft: no"}]
    assert told["left_out"] == [
        {"ref": "server/cron/web-01/dump", "attribute": "", "why": "secret"},
        {"ref": "server/service/web-01/x", "attribute": "running", "why": "in_transition"},
    ]


def test_a_comment_of_a_snapshot_stays_one_whatever_a_host_answered() -> None:
    it = Taken(lost=(Lost(detail="x\nroles: []\x1b[2J"),))
    assert all("\n" not in line and "\x1b" not in line for line in snapshot_comments(it, Lang.EN))
