"""Reports of real records: what changed since which run, and files that are whole or untouched."""

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from omlib.jobs.reports import (
    ReportNotWrittenError,
    ScopesDifferError,
    in_place_of,
    report_of,
    write_report,
)
from omlib.jobs.workspace import Workspace
from omlib.model.estate import Estate
from omlib.model.finding import Difference, Finding
from omlib.model.item import Scope
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status
from omlib.records.run import Outcome, RunState
from omlib.records.store import RecordStore
from omlib.report.formats import Format
from omlib.report.words import Lang

AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
PACKAGES = Scope(Plane.SERVER, "package", "oa-01")
GOOD = Finding(
    ref=make_ref(Plane.SERVER, "package", "oa-01", "nginx"), status=Status.IN_SYNC, scope=PACKAGES
)
BAD = replace(
    GOOD,
    status=Status.DIVERGED,
    differences=(Difference(path="version", declared="1.24", actual="1.22"),),
)


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    estate = Estate(
        name="江滨",
        timezone="Asia/Shanghai",
        departments={},
        sites={},
        clouds={},
        systems={},
        vms={},
        security_groups={},
        servers={},
        devices={},
        rooms={},
        circuits={},
        contracts=(),
        windows={},
        tombstones={},
        waivers=(),
    )
    records = tmp_path / "records.sqlite"
    return Workspace(root=tmp_path, records=records, estate=estate, items=(), planes=())


def _recorded(store: RecordStore, hour: int, *findings: Finding, scope: str = "") -> str:
    at = AT + timedelta(hours=hour)
    run = store.begin_run(verb="reconcile", at=at, actor="li@ops", scope=scope)
    store.save_findings(run, findings, Outcome())
    ended = at + timedelta(seconds=4)
    store.end_run(
        run, at=ended, state=RunState.ENDED, exit_code=2, complete=True, summary={"diverged": 1}
    )
    return run


def test_a_report_tells_what_changed_since_the_last_run_of_the_same_scope(
    work: Workspace,
) -> None:
    with work.store() as store:
        first = _recorded(store, 0, GOOD)
        _recorded(store, 1, BAD, scope="--system oa")
        _recorded(store, 2, BAD)
        told = report_of(work, store, "", "", Format.SARIF)
    assert told.changes is not None
    assert (told.changes.since, told.changes.new) == (first, (BAD,))


def test_the_first_report_has_nothing_to_compare_with(work: Workspace) -> None:
    with work.store() as store:
        _recorded(store, 0, BAD)
        for form in Format:
            assert report_of(work, store, "", "", form).changes is None


def test_a_run_that_is_named_is_compared_with_even_if_it_came_later(work: Workspace) -> None:
    with work.store() as store:
        first, second = _recorded(store, 0, GOOD), _recorded(store, 1, BAD)
        told = report_of(work, store, first, second, Format.XLSX)
    assert told.changes is not None
    assert (told.changes.since, told.changes.gone) == (second, (BAD,))


def test_runs_of_different_scopes_are_not_compared(work: Workspace) -> None:
    with work.store() as store:
        first = _recorded(store, 0, GOOD, scope="--plane server")
        _recorded(store, 1, BAD)
        with pytest.raises(ScopesDifferError) as told:
            report_of(work, store, "", first, Format.MARKDOWN)
    assert told.value.facts["against_scope"] == "--plane server"


def test_the_evidence_of_a_run_is_in_its_report(work: Workspace) -> None:
    with work.store() as store:
        _recorded(store, 0, BAD)
        told = report_of(work, store, "", "", Format.JSON)
    out = work.root / "told.json"
    with in_place_of(out) as file:
        write_report(told, Format.JSON, file, lang=Lang.EN)
    run = json.loads(out.read_text("utf-8"))["run"]
    assert (run["actor"], run["revision"], run["clean"]) == ("li@ops", None, None)
    assert run["tool"]


@pytest.mark.parametrize("form", list(Format))
def test_the_same_run_told_twice_is_the_same_to_the_byte(work: Workspace, form: Format) -> None:
    told = []
    with work.store() as store:
        _recorded(store, 0, GOOD)
        run = _recorded(store, 25, BAD)
        for name in ("one", "other"):
            with in_place_of(work.root / name) as file:
                write_report(report_of(work, store, run, "", form), form, file, lang=Lang.ZH)
            told.append((work.root / name).read_bytes())
    assert told[0] == told[1]


def test_a_file_is_replaced_only_when_all_of_it_is_written(tmp_path: Path) -> None:
    place = tmp_path / "report.html"
    place.write_text("the old one", encoding="utf-8")
    place.chmod(0o640)

    def half() -> None:
        with in_place_of(place) as file:
            file.write(b"half of the ne")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert place.read_text("utf-8") == "the old one"
    with in_place_of(place) as file:
        file.write(b"the new one")
    assert place.read_text("utf-8") == "the new one"
    assert stat.S_IMODE(place.stat().st_mode) == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


_FULL = """
import resource, signal, sys
from pathlib import Path
from omlib.jobs.reports import in_place_of

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
try:
    with in_place_of(Path(sys.argv[1])) as file:
        for _ in range(100):
            file.write(b"x" * 4096)
except Exception as fault:
    print(type(fault).__name__, fault.facts["why"])
"""


def test_a_disk_that_fills_up_keeps_the_old_file_and_says_so(tmp_path: Path) -> None:
    place = tmp_path / "report.html"
    place.write_text("the old one", encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "-c", _FULL, str(place)], capture_output=True, text=True, check=True
    )
    assert told.stdout == "ReportNotWrittenError File too large\n"
    assert place.read_text("utf-8") == "the old one"
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_a_place_that_is_no_directory_is_told_in_words(tmp_path: Path) -> None:
    with (
        pytest.raises(ReportNotWrittenError) as told,
        in_place_of(tmp_path / "no" / "such" / "report.md"),
    ):
        pass
    assert told.value.facts["why"] == "No such file or directory"


def test_a_link_stays_a_link_and_a_device_stays_a_device(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old", encoding="utf-8")
    link = tmp_path / "link"
    link.symlink_to("real")
    with in_place_of(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert (tmp_path / "real").read_text("utf-8") == "new"
    with in_place_of(Path(os.devnull)) as file:
        file.write(b"lost")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


# VmHWM begins anew with each program; ru_maxrss would begin with that of pytest, its parent
_MANY = """
import sys
from datetime import UTC, datetime
from omlib.model.finding import Difference, Finding
from omlib.model.item import Scope
from omlib.model.ref import Plane, Ref
from omlib.model.status import Status
from omlib.report.findings_lines import findings_lines
from omlib.report.reconciliation import RunFacts

def findings(count):
    differs = (Difference(path="version", declared="1.24", actual="1.22"),)
    scope = Scope(Plane.SERVER, "package", "oa-01")
    for at in range(count):
        ref = Ref(Plane.SERVER, "package", "oa-01", f"p{at}")
        yield Finding(ref=ref, status=Status.DIVERGED, scope=scope, differences=differs)

run = RunFacts(id="r", started=datetime(2026, 11, 21, tzinfo=UTC), took_s=1)
size = 0
for line in findings_lines(run, "many", findings(int(sys.argv[1])), ()):
    size += len(line)
print(size, next(row.split()[1] for row in open("/proc/self/status") if row.startswith("VmHWM")))
"""


def _memory_kib(count: int) -> tuple[int, int]:
    told = subprocess.run(
        [sys.executable, "-c", _MANY, str(count)], capture_output=True, text=True, check=True
    )
    size, memory = told.stdout.split()
    return int(size), int(memory)


def test_json_lines_of_many_findings_take_no_more_memory_than_of_a_few() -> None:
    few, many = _memory_kib(1_000), _memory_kib(100_000)
    assert many[0] > 90 * few[0]
    # the cache of encoded names fills up, 65,536 of them, whatever the number of findings
    assert many[1] - few[1] < 24 * 1024


_RECORDED = """
import sys
from pathlib import Path
from omlib.jobs.reports import in_place_of, report_of, write_report
from omlib.jobs.workspace import Workspace
from omlib.model.estate import Estate
from omlib.report.formats import Format
from omlib.report.words import Lang

root = Path(sys.argv[1])
nothing = dict.fromkeys(
    "departments sites clouds systems vms security_groups servers devices rooms circuits windows"
    " tombstones".split(), {}
)
estate = Estate(name="many", timezone="Asia/Shanghai", contracts=(), waivers=(), **nothing)
work = Workspace(
    root=root, records=root / "records.sqlite", estate=estate, items=(), planes=()
)
with work.store() as store, in_place_of(root / "many.jsonl") as file:
    told = report_of(work, store, "", "", Format.JSONL)
    write_report(told, Format.JSONL, file, lang=Lang.EN)
print(next(row.split()[1] for row in open("/proc/self/status") if row.startswith("VmHWM")))
"""


def test_a_large_recorded_run_is_read_while_it_is_written(work: Workspace) -> None:
    memory_kib = []
    with work.store() as store:
        for hour, count in enumerate((100, 20_000)):
            ref = make_ref(Plane.SERVER, "package", "oa-01", "p")
            many = [replace(BAD, ref=ref._replace(part=f"p{at}")) for at in range(count)]
            _recorded(store, hour, *many)
            told = subprocess.run(
                [sys.executable, "-c", _RECORDED, str(work.root)],
                capture_output=True,
                text=True,
                check=True,
            )
            memory_kib.append(int(told.stdout))
            assert len((work.root / "many.jsonl").read_text("utf-8").splitlines()) == count + 2
    # 20,000 findings held at once would take 24 MiB; encoded names are cached
    assert memory_kib[1] - memory_kib[0] < 12 * 1024
