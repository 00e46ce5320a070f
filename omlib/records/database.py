"""The records file: where it lies, how it is opened and migrated, and what its faults mean.

SQLite in WAL mode: readers never wait, writers wait for each other (BEGIN IMMEDIATE, so that nobody
finds out at the end that another was first). Every commit is synced to the disk before it returns.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.exc import DBAPIError

from omlib.records.errors import (
    RecordsDamagedError,
    RecordsError,
    RecordsForeignError,
    RecordsFullError,
    RecordsLockedError,
    RecordsNewerError,
    RecordsUnwritableError,
)
from omlib.records.tables import APPLICATION_ID, HEAD, REVISIONS

# A write past a quota or a file size limit is answered IOERR_WRITE, not FULL (os_unix.c,
# unixWrite: only ENOSPC and short writes are FULL); no room for the -shm file is IOERR_SHMSIZE.
_FULL = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_UNWRITABLE = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_IOERR")

_READ, _WRITE = "BEGIN", "BEGIN IMMEDIATE"


def default_path(root: Path) -> Path:
    """Where the records of the inventory at *root* lie."""
    return root / ".omlib" / "records.sqlite"


class Database:
    """One open records file. *busy_s*: how long a writer waits for another one."""

    def __init__(self, path: Path, *, busy_s: float = 10.0) -> None:
        self.path = path
        self.busy_s = busy_s
        self._engine = _engine(path, busy_s)
        with self._told():
            _prepare(path)
            if not self._current():
                with _alone(path):
                    self._bring_up_to_date()

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one moment of the records."""
        with self._told(), self._engine.connect() as connection:
            yield connection.execution_options(omlib_begin=_READ)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection that writes alone; all or nothing, and on the disk when the block ends."""
        with self._told(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def clear_out(self) -> Iterator[Connection]:
        """As `write`, without foreign keys: who deletes at large checks them once, at the end."""
        with self._told(), self._engine.connect() as connection:
            _driver(connection).execute("PRAGMA foreign_keys=OFF")  # no effect in a transaction
            try:
                with connection.begin():
                    yield connection
            finally:
                _driver(connection).execute("PRAGMA foreign_keys=ON")

    def size_bytes(self) -> int:
        """Of the file and its log."""
        log = self.path.with_name(self.path.name + "-wal")
        return sum(part.stat().st_size for part in (self.path, log) if part.exists())

    def compact(self) -> None:
        """Give free pages back to the disk. Readers go on; they keep the log from shrinking."""
        with self._told(), self._engine.connect() as connection:
            _driver(connection).execute("VACUUM")
            _driver(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @contextmanager
    def examine(self) -> Iterator[Connection]:
        """As `read`, for rows that may be spoilt: text that is no UTF-8 is read, not refused."""
        with self.read() as connection:
            driver = _driver(connection)
            driver.text_factory = lambda data: data.decode("utf-8", "replace")
            try:
                yield connection
            finally:
                driver.text_factory = str

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as fault:
            raise _meaning(fault, self.path, self.busy_s) from fault
        except OSError as fault:
            raise RecordsUnwritableError(path=str(self.path), detail=fault.strerror) from fault

    def _current(self) -> bool:
        """Whether the file is ours and needs no migration; raises if it is not for us."""
        with self._engine.connect() as connection:
            connection.execution_options(omlib_begin=_READ)
            mark = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
            tables = inspect(connection).get_table_names()
            if not tables and mark == 0:
                return False  # new and empty
            if mark != APPLICATION_ID or "alembic_version" not in tables:
                raise RecordsForeignError(path=str(self.path), detail=f"application id {mark}")
            stored = connection.execute(select(text("version_num from alembic_version"))).scalar()
        if stored not in REVISIONS:
            raise RecordsNewerError(path=str(self.path), revision=str(stored), known=HEAD)
        return bool(stored == HEAD)

    def _bring_up_to_date(self) -> None:
        if self._current():  # somebody else did it while this process waited
            return
        # imported here: alembic costs 0.2 s, and is needed once in the life of a file
        from alembic import command
        from alembic.config import Config

        with self._engine.connect() as connection:
            connection.connection.execute("PRAGMA journal_mode=WAL")  # not inside a transaction
        config = Config()
        folder = Path(__file__).parent / "migrations"
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        with self._engine.begin() as connection:
            config.attributes["connection"] = connection
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
            command.upgrade(config, HEAD)


def _prepare(path: Path) -> None:
    """Make the directory (ours alone: records name hosts and accounts) and the file."""
    folder = path.parent
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True)
    if folder.name == ".omlib" and not (folder / ".gitignore").exists():
        (folder / ".gitignore").write_text("*\n", encoding="ascii")
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Two processes that meet a new file do not both make it: switching to WAL does not wait."""
    with path.with_name(path.name + ".migrating").open("a") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield


def _engine(path: Path, busy_s: float) -> Engine:
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)), connect_args={"timeout": busy_s}
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin below, not where sqlite3 guesses
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        how = connection.get_execution_options().get("omlib_begin", _WRITE)
        connection.exec_driver_sql(how)

    return engine


def _driver(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection, for what must not stand in a transaction."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError(type(driver))
    return driver


def _meaning(fault: DBAPIError | sqlite3.Error, path: Path, busy_s: float) -> RecordsError:
    cause = fault.orig if isinstance(fault, DBAPIError) else fault
    name = getattr(cause, "sqlite_errorname", "")
    detail = str(cause)[:200]
    if name.startswith(_BUSY):
        return RecordsLockedError(path=str(path), waited_s=busy_s)
    if name.startswith(_FULL):
        return RecordsFullError(path=str(path), detail=detail)
    if name.startswith(_DAMAGED):
        return RecordsDamagedError(path=str(path), detail=detail)
    if name.startswith(_UNWRITABLE):
        return RecordsUnwritableError(path=str(path), detail=detail)
    return RecordsError(path=str(path), detail=detail)
