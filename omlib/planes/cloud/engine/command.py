"""How the engine is run: in a session of its own, and stopped so that nothing in flight is lost.

Ctrl-C in a terminal reaches every process in front at once, and a second SIGINT makes the engine
drop what is in flight: servers that no state knows. So it is kept out of the terminal's reach, and
told once, by SIGTERM: whoever is begun in the background of a script ignores SIGINT.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from pulumi.automation import CommandResult, OnOutput, PulumiCommand
from pulumi.automation.errors import create_command_error
from semver import VersionInfo

from omlib.planes.cloud.engine.version import VERSION


class EngineCommand(PulumiCommand):
    """The engine's program, as the Automation API may be given it, or `run_inline`.

    `stop` may be called from any thread while `run` is going on; what the engine says of it is a
    CommandError with code 1 and "update canceled". Nothing secret is put into *args*, since anybody
    may read a command line; the folder to run in is always given, or temporary ones pile up.
    """

    def __init__(self, program: Path) -> None:
        # not the SDK's own: it would run `pulumi version`, which find_pulumi has done
        self.command = str(program)
        self.version = VersionInfo.parse(VERSION.removeprefix("v"))
        self._guard = threading.Lock()
        self._running: subprocess.Popen[str] | None = None
        self._wishes = 0

    @property
    def stopped(self) -> bool:
        """Somebody wished it to stop; what was not in flight then was not begun."""
        return self._wishes > 0

    def stop(self) -> None:
        """The first wish lets everything in flight end and be written down; a second one kills,
        and leaves what was in flight to a recovery.

        From any thread. Processes that would be started later are not started.
        """
        with self._guard:
            self._wishes += 1
            if self._running is not None:
                self._tell(self._running)

    def _tell(self, process: subprocess.Popen[str]) -> None:
        with suppress(ProcessLookupError):
            if self._wishes == 1:
                process.terminate()
            else:
                os.killpg(process.pid, signal.SIGKILL)

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> CommandResult:
        """As the SDK's; raises CommandError where the engine does not end with 0."""
        if "--non-interactive" not in args:
            args.insert(0, "--non-interactive")
        with self._guard:
            if self.stopped:
                raise create_command_error(CommandResult(stdout="", stderr="stopped", code=1))
            process = subprocess.Popen(
                [self.command, *args],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                env=_environment(Path(self.command).parent, additional_env),
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
            self._running = process
        try:
            result = _to_its_end(process, on_output, on_error)
        except BaseException:  # not of the engine's making: a fault of ours must not leave it alone
            with suppress(ProcessLookupError):
                process.terminate()
            process.wait()
            raise
        finally:
            with self._guard:
                self._running = None
        if result.code:
            raise create_command_error(result)
        return result


def _environment(programs: Path, told: Mapping[str, str]) -> dict[str, str]:
    """Ours, without what else the account told a pulumi: tokens, stacks, passphrases."""
    own = {name: text for name, text in os.environ.items() if not name.startswith("PULUMI_")}
    path = os.pathsep.join([str(programs), told.get("PATH", own.get("PATH", os.defpath))])
    return {**own, **told, "PATH": path, "PULUMI_AUTOMATION_API": "true"}


def _to_its_end(
    process: subprocess.Popen[str], on_output: OnOutput | None, on_error: OnOutput | None
) -> CommandResult:
    out: list[str] = []
    err: list[str] = []
    assert process.stdout is not None
    assert process.stderr is not None
    readers = [
        threading.Thread(target=_read, args=(process.stdout, out, on_output), daemon=True),
        threading.Thread(target=_read, args=(process.stderr, err, on_error), daemon=True),
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    code = process.wait()
    return CommandResult(stdout="\n".join(out), stderr="\n".join(err), code=code)


def _read(stream: IO[str], lines: list[str], tell: OnOutput | None) -> None:
    with stream:
        for line in stream:
            lines.append(line.rstrip())
            if tell:
                tell(line.rstrip())
