"""What can go wrong with the records file. Each keeps what was there; none is a verdict."""

from omlib.errors import OmlibError, RefusedError


class RecordsError(OmlibError):
    """The records cannot be used. Facts: path, detail (SQLite's or the system's own words)."""

    code = "records"


class RecordsLockedError(RecordsError):
    """Another process kept the file locked past the waiting time. Nothing was written.

    Facts: path, waited_s.
    """

    code = "records_locked"
    retryable = True


class RecordsFullError(RecordsError):
    """The disk, a quota or a file size limit is full. This write was undone, the rest stands."""

    code = "records_full"
    retryable = True


class RecordsDamagedError(RecordsError):
    """The file is not whole. It was not touched; restore it, or move it away to start anew."""

    code = "records_damaged"


class RecordsForeignError(RecordsError):
    """The file is another program's. It was not touched. Facts: path, detail."""

    code = "records_foreign"


class RecordsNewerError(RecordsError):
    """A newer omlib wrote the file; this one would lose what it does not know.

    Facts: path, revision, known.
    """

    code = "records_newer"


class RecordsUnwritableError(RecordsError):
    """The file or its directory cannot be opened or written: rights, or a read-only mount."""

    code = "records_unwritable"


class NoSuchRunError(RecordsError):
    """No run has this id. Facts: run."""

    code = "no_such_run"


class RunPrunedError(RecordsError):
    """What this run saw and found was taken away by pruning. Facts: run, at."""

    code = "run_pruned"


class LockedError(RefusedError):
    """Somebody else works on the scope. Facts: scope, holder, since, age_s, where."""

    code = "locked"
