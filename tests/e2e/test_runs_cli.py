"""What the command line says of the past: explain, runs diff, show, verify, prune."""

import json
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from omlib.jobs.reconcile import reconcile_estate
from omlib.jobs.selection import select
from omlib.jobs.workspace import Workspace, open_workspace
from omlib.model.ref import Plane
from omlib.testing.fakes import FakePlane
from omlib.testing.stores import FakeClock
from omlib.testing.world import World, world_of

CLONE = Path(__file__).parents[2]
LOG = "server/file/shared-log-01/%2Fsrv%2Flog"
Omlib = Callable[..., "subprocess.CompletedProcess[str]"]


class _Quiet:
    def start(self, step: str, total: int = 0) -> None: ...

    def advance(self, step: str, note: str = "") -> None: ...

    def done(self, step: str, took_s: float, note: str = "") -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An inventory with five comparisons on record, two days apart; the last was today.

    The log directory is as declared, differs, is mended, differs, and differs still.
    """

    root: Path
    runs: tuple[str, ...]
    system_run: str  # the last, of one system only


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Past:
    top = tmp_path_factory.mktemp("past")
    ignore = shutil.ignore_patterns(".omlib")
    shutil.copytree(CLONE / "inventory", top / "inventory", ignore=ignore)
    shutil.copytree(CLONE / "templates", top / "templates")
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "-m", "x"],
    ):
        subprocess.run(["git", "-C", str(top), *words], check=True)
    real = open_workspace(top / "inventory")
    world = world_of(real.items)
    clock = FakeClock(datetime.now(UTC) - timedelta(days=8))
    work = replace(real, planes=[FakePlane(name, world, real.items, clock=clock) for name in Plane])
    runs = [_compare(work, clock, world, mode) for mode in ("0750", "0777", "0750", "0777", None)]
    alone = _compare(work, clock, world, None, system="log-audit")
    return Past(root=top / "inventory", runs=tuple(runs), system_run=alone)


def _compare(
    work: Workspace, clock: FakeClock, world: World, mode: str | None, system: str = ""
) -> str:
    item = next(item for item in work.items if str(item.ref) == LOG)
    if mode is not None:
        world.change(item.ref, "mode", mode)
    selection = select(work.estate, systems=[system] if system else ())
    with work.store() as store:
        done = reconcile_estate(work, store, clock=clock, progress=_Quiet(), selection=selection)
    clock.advance(days=0 if system else 2)
    return done.told.run.id


@pytest.fixture
def past(built: Past, tmp_path: Path) -> Past:
    """A copy, to spoil as one likes."""
    shutil.copytree(built.root.parent, tmp_path / "past")
    return replace(built, root=tmp_path / "past" / "inventory")


def test_explain_tells_the_whole_story_and_exits_as_the_item(omlib: Omlib, built: Past) -> None:
    told = omlib("explain", "/srv/log", cwd=built.root)
    assert told.returncode == 2, told.stderr
    for part in ("servers.yml:", "declared 0750, actual 0777", "fake", "memory", "OFFLINE"):
        assert part in told.stdout
    assert re.search(r"HOW OFTEN +2\n", told.stdout)
    assert re.search(r"TOOK TO MEND, ON AVERAGE +2 d 0 h\n", told.stdout)
    story = json.loads(omlib("explain", LOG, "--json", cwd=built.root).stdout)
    assert story["ref"] == LOG
    assert story["exit_code"] == 2
    assert [one["run"] for one in story["history"]["changes"]] == list(built.runs[:4])
    assert story["history"]["mean_mend_s"] == 2 * 86400
    assert story["runs"][0]["run"] == built.system_run
    assert story["look"]["run"] in (*built.runs, built.system_run)
    assert omlib("explain", "cloud/server/hrss-app-01", cwd=built.root).returncode == 0


def test_explain_speaks_chinese(omlib: Omlib, built: Past) -> None:
    told = omlib("explain", LOG, "--lang", "zh", cwd=built.root)
    for part in ("离线", "偏离", "平均修复用时", "下一步"):
        assert part in told.stdout


def test_explain_names_candidates_and_what_is_nearest(omlib: Omlib, built: Past) -> None:
    several = omlib("explain", "root", cwd=built.root)
    assert several.returncode == 64
    assert "server/user/hrss-app-01/root" in several.stderr
    typo = omlib("explain", "hrss-app-1", cwd=built.root)
    assert typo.returncode == 64
    assert "cloud/server/hrss-app-01" in typo.stderr


def test_explain_without_any_record_is_unknown_and_says_that_nobody_looked(
    omlib: Omlib, past: Past
) -> None:
    shutil.rmtree(past.root / ".omlib")
    told = omlib("explain", LOG, cwd=past.root)
    assert told.returncode == 4
    assert "nobody has looked yet" in told.stdout
    assert "No run on record tells of it." in told.stdout


def test_diff_tells_what_is_new_and_what_is_no_longer(omlib: Omlib, built: Past) -> None:
    first, second, third, *_, last = built.runs
    new = omlib("runs", "diff", first, second, cwd=built.root)
    assert new.returncode == 2
    assert "New (1)" in new.stdout
    assert LOG in new.stdout
    gone = omlib("runs", "diff", second, third, "--json", cwd=built.root)
    assert gone.returncode == 0
    assert [one["ref"] for one in json.loads(gone.stdout)["gone"]] == [LOG]
    same = omlib("runs", "diff", first, third, cwd=built.root)
    assert (same.returncode, "Nothing changed." in same.stdout) == (0, True)
    assert omlib("runs", "diff", third, last, cwd=built.root).returncode == 2


def test_diff_refuses_runs_over_different_parts_and_runs_that_are_not_there(
    omlib: Omlib, built: Past
) -> None:
    parts = omlib("runs", "diff", built.runs[0], built.system_run, cwd=built.root)
    assert parts.returncode == 64
    assert "--system log-audit" in parts.stderr
    assert omlib("runs", "diff", "nonsense", cwd=built.root).returncode == 1


def test_show_says_who_when_with_what_and_from_which_revision(omlib: Omlib, built: Past) -> None:
    told = omlib("runs", "show", built.system_run, cwd=built.root).stdout
    assert "--system log-audit" in told
    for line in (r"BY +\S+@\S+", r"REVISION +[0-9a-f]{40}, all committed", r"TOOL +\d"):
        assert re.search(line, told)
    run = json.loads(omlib("runs", "show", built.system_run, "--json", cwd=built.root).stdout)
    assert run["revision"]["clean"] is True
    assert run["pruned"] is None


def test_verify_holds_and_names_what_was_touched(omlib: Omlib, past: Past) -> None:
    good = json.loads(omlib("runs", "verify", "--json", cwd=past.root).stdout)
    assert good["bad"] is None
    head = f"{good['head']['seq']}:{good['head']['hash']}"
    assert omlib("runs", "verify", "--head", head, cwd=past.root).returncode == 0
    assert omlib("runs", "verify", "--head", "1:nonsense", cwd=past.root).returncode == 64
    with sqlite3.connect(past.root / ".omlib" / "records.sqlite") as file:
        file.execute("update run set actor = 'eve@ops' where id = ?", (past.runs[2],))
    file.close()
    told = omlib("runs", "verify", cwd=past.root)
    assert told.returncode == 1
    assert past.runs[2] in told.stdout
    bad = json.loads(omlib("runs", "verify", "--json", cwd=past.root).stdout)["bad"]
    assert bad == {"part": "run", "seq": 3, "run": past.runs[2], "detail": "actor"}


def test_prune_first_tells_then_takes_and_the_story_stays(omlib: Omlib, past: Past) -> None:
    before = json.loads(omlib("explain", LOG, "--json", cwd=past.root).stdout)
    words = ("runs", "prune", "--keep-days", "3", "--json")
    promised = json.loads(omlib(*words, "--dry-run", cwd=past.root).stdout)
    assert json.loads(omlib("runs", "verify", "--json", cwd=past.root).stdout)["cut"] == 0
    done = json.loads(omlib(*words, cwd=past.root).stdout)
    counts = ("runs", "observations", "findings", "entries")
    assert [done[name] for name in counts] == [promised[name] for name in counts]
    assert done["runs"] == 3
    held = json.loads(omlib("runs", "verify", "--json", cwd=past.root).stdout)
    assert (held["bad"], held["cut"]) == (None, 3)
    after = json.loads(omlib("explain", LOG, "--json", cwd=past.root).stdout)
    assert after["finding"] == before["finding"]
    kept = ("first_seen", "since", "times", "mean_mend_s", "changes", "episodes")
    assert {k: after["history"][k] for k in kept} == {k: before["history"][k] for k in kept}
    gone = omlib("report", past.runs[0], cwd=past.root)
    assert gone.returncode == 1
    assert "pruning" in gone.stderr
    assert "PRUNED" in omlib("runs", "show", past.runs[0], cwd=past.root).stdout
    assert omlib("report", cwd=past.root).returncode == 2
    again = omlib("runs", "prune", "--keep-days", "3", cwd=past.root)
    assert "Nothing is old enough to go." in again.stdout
    assert omlib("runs", "prune", cwd=past.root).returncode == 64
