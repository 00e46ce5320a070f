"""What goes wrong with a file: a clear error, and what was there stays."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from omlib.records import migrations
from omlib.records.database import Database, default_path
from omlib.records.errors import (
    RecordsDamagedError,
    RecordsError,
    RecordsForeignError,
    RecordsFullError,
    RecordsLockedError,
    RecordsNewerError,
    RecordsUnwritableError,
)
from omlib.records.store import RecordStore
from omlib.records.tables import HEAD, REVISIONS, metadata
from omlib.testing.past import write_past
from omlib.testing.stores import START, FakeClock

# Writes runs and journal entries until it is told to stop, or for ever.
WRITER = """
import sys
from itertools import count, islice
from pathlib import Path
from omlib.model.finding import Finding
from omlib.model.item import Scope
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status
from omlib.records.run import RunState
from omlib.records.store import RecordStore
from omlib.testing.stores import START, FakeClock
path, name, times = sys.argv[1:]
scope = Scope(Plane.SERVER, "package", name)
with RecordStore(Path(path)) as store:
    for n in islice(count(), int(times) or None):
        run = store.begin_run(verb="reconcile", at=START, actor=name)
        refs = [make_ref(Plane.SERVER, "package", name, f"p{i}") for i in range(40)]
        kinds = list(Status)
        found = [
            Finding(ref=ref, status=kinds[(n + i) % 7], scope=scope) for i, ref in enumerate(refs)
        ]
        store.save_findings(run, found, whole=True, seen=[scope])
        journal = store.journal(FakeClock(), run=run, subject=name)
        for step in range(3):
            journal.write("step.before", step=f"{n}.{step}")
        store.end_run(
            run, at=START, state=RunState.ENDED, exit_code=0, complete=True, summary={"n": n}
        )
        print(run, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return default_path(tmp_path)


def _writer(path: Path, name: str, times: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), name, str(times)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_processes_that_write_at_once_lose_nothing_from_the_first_moment_on(path: Path) -> None:
    writers = [_writer(path, name, 15) for name in ("a", "b", "c")]
    told = [writer.communicate(timeout=120) for writer in writers]
    assert [err for _, err in told] == ["", "", ""]
    runs = [run for out, _ in told for run in out.split()]
    with RecordStore(path) as store:
        assert len(set(runs)) == 45
        assert {run.id for run in store.runs(limit=100)} == set(runs)
        assert store.verify().bad is None
        for name in "abc":
            journal = store.journal(FakeClock(), run="", subject=name)
            steps = [entry["step"] for entry in journal.entries()]
            assert steps == [f"{n}.{step}" for n in range(15) for step in range(3)]
        assert all(len(store.findings(run)) == 40 for run in runs)
        # a run of one writer no longer tells of what the others declared
        until = START + timedelta(days=1)
        changing = {
            change.run for one in store.histories(until=until).values() for change in one.changes
        }
        assert changing == set(runs)
        (estate,) = store.trend(UTC, until=until)
        assert sum(estate.points[-1].counts.values()) == 40


def test_killed_in_the_middle_of_writing_the_file_reads_and_the_chain_holds(path: Path) -> None:
    ended: list[str] = []
    for pause_s in (0.0, 0.013, 0.029):
        writer = _writer(path, "w", 0)
        assert writer.stdout is not None
        assert writer.stderr is not None
        ended += [writer.stdout.readline().strip() for _ in range(3)]
        time.sleep(pause_s)
        writer.send_signal(signal.SIGKILL)
        ended += writer.stdout.read().split()
        writer.wait()
        writer.stdout.close()
        writer.stderr.close()
        with RecordStore(path) as store:
            assert store.verify().bad is None
            assert {run.id for run in store.runs(limit=10_000)} >= set(ended)
            assert all(len(store.findings(run)) == 40 for run in ended)


def _journal_until_full(path: Path) -> None:
    """Fill the file through the journal; then all that was told to be written must be there."""
    with RecordStore(path) as store:
        journal = store.journal(FakeClock(), run="r", subject="s")
        written = 0
        try:
            for written in range(100_000):
                journal.write("step.before", step=str(written), note="x" * 2000)
        except RecordsFullError:
            pass
        assert 3 < written < 99_999
        steps = [entry["step"] for entry in journal.entries()]
        assert steps == [str(number) for number in range(written)]
        assert store.verify().bad is None


def test_a_full_disk_is_told_and_what_was_written_stays(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to mount a small tmpfs")
    try:
        _journal_until_full(default_path(small))
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_a_file_size_limit_is_told_like_a_full_disk(tmp_path: Path) -> None:
    program = f"""
import resource, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from test_faults import _journal_until_full
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
_journal_until_full(Path({str(default_path(tmp_path))!r}))
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr


def test_findings_for_which_there_is_no_room_leave_the_history_as_it_was(path: Path) -> None:
    write_past(path, 30, 300)
    program = f"""
import resource
from datetime import timedelta
from pathlib import Path
from omlib.records.errors import RecordsFullError
from omlib.records.store import RecordStore
from omlib.testing.past import hours, outcome_of
from omlib.testing.stores import START
until = START + timedelta(days=9)
*_, hour = hours(90, 2000)
with RecordStore(Path({str(path)!r})) as store:
    before = store.histories(until=until)
    run = store.begin_run(verb="reconcile", at=hour.at, actor="x")
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    try:
        store.save_findings(run, hour.findings, outcome_of(hour.findings), whole=True)
    except RecordsFullError:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert store.histories(until=until) == before
        assert store.findings(run) == []
        assert store.verify().bad is None
    else:
        raise SystemExit("there was room")
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, "")


@pytest.fixture
def held(path: Path) -> Iterator[sqlite3.Connection]:
    """The records, with another process in the middle of writing."""
    RecordStore(path).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


@pytest.mark.usefixtures("held")
def test_a_locked_file_is_told_after_the_waiting_time_and_still_reads(path: Path) -> None:
    with RecordStore(path, busy_s=0.05) as store:
        with pytest.raises(RecordsLockedError) as told:
            store.begin_run(verb="reconcile", at=START, actor="x")
        assert told.value.retryable
        assert told.value.facts["waited_s"] == 0.05
        assert store.runs() == []


def test_a_short_wait_for_another_writer_goes_unnoticed(
    path: Path, held: sqlite3.Connection
) -> None:
    waiting = _writer(path, "patient", 1)
    time.sleep(0.8)
    held.execute("ROLLBACK")
    out, err = waiting.communicate(timeout=60)
    assert (len(out.split()), err) == (1, "")


@pytest.mark.parametrize("content", [b"schema: 1\n" * 600, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_file_that_is_no_database_is_told_and_left_alone(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(RecordsDamagedError):
        RecordStore(path)
    assert path.read_bytes() == content


def test_a_page_gone_bad_is_told_when_it_is_read(path: Path) -> None:
    with RecordStore(path) as store:
        for _ in range(60):
            store.begin_run(verb="reconcile", at=START, actor="x" * 900)
    data = bytearray(path.read_bytes())
    data[4096 * 2 :] = b"\xa5" * (len(data) - 4096 * 2)
    path.write_bytes(data)
    with pytest.raises(RecordsDamagedError), RecordStore(path) as store:
        store.runs(limit=100)


def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as file:
        file.execute("create table run (id text)")
    before = path.read_bytes()
    with pytest.raises(RecordsForeignError):
        RecordStore(path)
    assert path.read_bytes() == before


def test_records_of_a_newer_omlib_are_refused_by_name(path: Path) -> None:
    RecordStore(path).close()
    with sqlite3.connect(path) as file:
        file.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(RecordsNewerError) as told:
        RecordStore(path)
    assert told.value.facts == {"path": str(path), "revision": "9999", "known": HEAD}


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path, tmp_path / "file" / "records.sqlite"):
        with pytest.raises(RecordsUnwritableError) as told:
            RecordStore(place)
        assert isinstance(told.value, RecordsError)


def test_the_records_are_for_their_owner_alone_and_not_for_git(path: Path) -> None:
    RecordStore(path).close()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (path.parent / ".gitignore").read_text() == "*\n"


def test_a_folder_that_was_there_keeps_its_mode_and_gets_no_ignore_file(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    RecordStore(tmp_path / "records.sqlite").close()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert not (tmp_path / ".gitignore").exists()


def test_the_migrations_lead_to_the_tables_that_the_code_reads(path: Path) -> None:
    Database(path).close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
    config = Config()
    config.set_main_option("script_location", str(Path(str(migrations.__file__)).parent))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [HEAD]
    assert sorted(each.revision for each in script.walk_revisions()) == sorted(REVISIONS)


def test_alembic_is_loaded_only_where_there_is_something_to_migrate(path: Path) -> None:
    RecordStore(path).close()
    program = f"""
import sys
from pathlib import Path
from omlib.records.store import RecordStore
RecordStore(Path({os.fspath(path)!r})).close()
sys.exit("alembic" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
