"""What can go wrong around the engine itself, apart from what it says of resources."""

from omlib.errors import OmlibError, RefusedError, RunFailedError


class EngineVersionError(RefusedError):
    """The pulumi that OMLIB_PULUMI names is not there, or of another version. Nothing was run.

    Facts: path, found ("" where it does not run), needed, detail.
    """

    code = "engine_version"


class EngineBuildError(RunFailedError):
    """The engine could not be built; nothing half is left, and a later try goes on from here.

    Facts: why (toolchain, network, disk, memory, compile, check, pins), detail.
    """

    code = "engine_build"
    retryable = True


class BackendError(RefusedError):
    """PULUMI_BACKEND_URL names a place whose state cannot be read as files. Facts: url."""

    code = "engine_backend"


class EngineBusyError(RefusedError):
    """Another omlib works on the stack, longer than was waited. Facts: scope, holder, waited_s."""

    code = "engine_busy"
    retryable = True


class StackLockedError(RefusedError):
    """Pulumi's own lock of the stack is somebody else's. Nothing was changed.

    Facts: scope, holder, where, since, path.
    """

    code = "engine_locked"
    retryable = True


class StateDamagedError(OmlibError):
    """A stack's state is not what Pulumi writes. It was not touched. Facts: path, detail, copy."""

    code = "state_damaged"


class RecoveryRefusedError(RefusedError):
    """What an interrupted run left cannot be settled without a person. Nothing was changed.

    Facts: scope, refused (a line for each).
    """

    code = "recovery_refused"
