"""One run of a playbook through ansible-runner, from the order to what it says about each task.

ansible-runner starts and ends the process; what the tasks say comes from omlib's own callback
(`plugins/callback/omlib.py`). Passwords, variables and the environment go through pipes: none of
them is in a file, on a command line or in a log.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from omlib.log import event
from omlib.planes.server.runs import events, janitor, launch
from omlib.planes.server.runs.command import Call, call_for
from omlib.planes.server.runs.conclude import Conclusion
from omlib.planes.server.runs.folder import run_folder
from omlib.planes.server.runs.job import Ended as Ended
from omlib.planes.server.runs.job import Job as Job
from omlib.planes.server.runs.pipes import handed_over, lines_from
from omlib.planes.server.runs.task import TaskResult

MOST_HOSTS = 500  # of one process: its memory and its time for a host grow with their number
_CORE = "2.19."  # the callback reaches into this one
_POLL_S = 0.2
_SCREEN_LINES = 60
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

OnResult = Callable[[TaskResult], None]


def run(
    job: Job,
    *,
    on_result: OnResult = lambda _result: None,
    most_hosts: int = MOST_HOSTS,
) -> Ended:
    """Run *job* to its end, its deadline or Ctrl-C; nothing of it stays behind.

    More hosts than *most_hosts* are run in shards, one after another.
    """
    began = time.monotonic()
    first = _run_once(job, on_result, limit=(), most_hosts=most_hosts, left_s=job.deadline_s)
    if first.stopped is None or first.stopped.why != "many_hosts":
        return first.ended(job, time.monotonic() - began)
    hosts = first.stopped.hosts
    shards = [hosts[at : at + most_hosts] for at in range(0, len(hosts), most_hosts)]
    done = []
    for shard in shards:
        left_s = job.deadline_s - (time.monotonic() - began)
        # a play for `localhost` runs with each of them
        limit = (*shard, "localhost")
        attempt = _run_once(job, on_result, limit=limit, most_hosts=0, left_s=max(left_s, 1))
        done.append(attempt.ended(job, 0))
    return _joined(done, time.monotonic() - began)


class _Attempt:
    """One process of Ansible, and what was heard of it."""

    def __init__(self, job: Job, on_result: OnResult) -> None:
        self.heard = Conclusion(check=job.check)
        self.screen: list[str] = []
        self.status = ""
        self._on_result = on_result

    @property
    def stopped(self) -> events.Stopped | None:
        return self.heard.stopped

    def take(self, line: str) -> None:
        told = events.parse(line)
        result = self.heard.take(told) if told else None
        if result is not None:
            self._on_result(result)

    def on_screen(self, text: str) -> None:
        self.screen = [*self.screen, *(_ANSI.sub("", text).splitlines() or [""])][-_SCREEN_LINES:]

    def ended(self, job: Job, took_s: float) -> Ended:
        error = self._error(job)
        return Ended(
            results=self.heard.conclude(broken=bool(error)),
            unreachable=dict(self.heard.unreachable),
            hosts=tuple(self.heard.hosts),
            error=error,
            took_s=took_s,
            not_applicable=dict(self.heard.not_applicable),
        )

    def _error(self, job: Job) -> str:
        heard = self.heard
        if heard.stopped is not None:
            return f"{heard.stopped.why}: {heard.stopped.detail}"
        if self.status == "timeout":
            return f"deadline: {job.deadline_s:g} s"
        if heard.core and not heard.core.startswith(_CORE):
            return f"ansible_core: {heard.core}"
        if not heard.ended:
            return f"ansible: {told_on_screen(self.screen)}"
        return "" if heard.hosts else f"no_hosts: {told_on_screen(self.screen)}"


def told_on_screen(lines: list[str]) -> str:
    """Ansible's errors among *lines*, without the excerpts of files: these may hold secrets.

    >>> told_on_screen(["[ERROR]: no such thing", "Origin: /p.yml:3:1", "", "3 password: x"])
    'no such thing Origin: /p.yml:3:1'
    """
    said: list[str] = []
    inside = False
    for line in lines:
        if line.startswith(("[ERROR]:", "ERROR!")):
            inside = True
            line = line.removeprefix("[ERROR]:").removeprefix("ERROR!")
        elif not line.strip() or line.startswith("["):
            inside = False
        if inside:
            said.append(line.strip())
        if line.startswith("Origin:"):
            inside = False
    return " ".join(said)[:800]


def _run_once(
    job: Job, on_result: OnResult, *, limit: tuple[str, ...], most_hosts: int, left_s: float
) -> _Attempt:
    attempt = _Attempt(job, on_result)
    with run_folder() as folder:
        lines = folder / "lines"
        call = call_for(
            job, folder, lines=lines, environ=os.environ, limit=limit, most_hosts=most_hosts
        )
        (folder / "tmp").mkdir(mode=0o700)
        with ExitStack() as open_pipes:
            open_pipes.enter_context(lines_from(lines, attempt.take))
            for name, text in call.pipes.items():
                open_pipes.enter_context(handed_over(folder / name, text))
            launcher = open_pipes.enter_context(_launcher(call, folder, hide=job.check))
            attempt.status = _carried_out(launcher, folder, attempt, left_s)
        if attempt.heard.ended and not job.check:
            (folder / janitor.ENDED).touch()
    event("ansible.ended", status=attempt.status, hosts=len(attempt.heard.hosts))
    return attempt


@contextmanager
def _launcher(call: Call, folder: Path, *, hide: bool) -> Iterator[list[str]]:
    told = {
        "command": list(call.command),
        "env": dict(call.env),
        "cwd": str(call.cwd),
        # a mount of a task that is really carried out on this machine must be seen by all
        "hide": str(folder / "tmp") if hide and os.geteuid() == 0 else "",
    }
    with handed_over(folder / "launch", json.dumps(told)) as pipe:
        yield [sys.executable, "-I", "-S", launch.__file__, str(pipe)]


def _carried_out(command: list[str], folder: Path, attempt: _Attempt, left_s: float) -> str:
    """Run *command* under ansible-runner, and return the status it gives."""
    from ansible_runner import Runner, RunnerConfig

    (folder / "project").mkdir()
    config = RunnerConfig(
        private_data_dir=str(folder),
        playbook="unused",
        timeout=max(1, round(left_s)),
    )
    config.prepare()
    config.command, config.env = command, {"PATH": os.defpath}
    config.suppress_output_file = config.suppress_ansible_output = True
    config.pexpect_timeout = _POLL_S

    def on_event(told: dict[str, Any]) -> bool:
        attempt.on_screen(str(told.get("stdout", "")))
        return False  # and no file is written

    status, _code = Runner(config, event_handler=on_event).run()
    return str(status)


def _joined(parts: list[Ended], took_s: float) -> Ended:
    """The shards as one run; what each of them said about this machine is said once."""
    seen: set[tuple[str, str, str, str]] = set()
    results = []
    for part in parts:
        for result in part.results:
            spot = (result.host, result.path, result.task, result.item)
            if result.host == "localhost" and spot in seen:
                continue
            seen.add(spot)
            results.append(result)
    counts: dict[str, int] = {}
    for part in parts:
        counts |= part.not_applicable
    return replace(
        parts[0],
        results=tuple(results),
        unreachable={host: fault for part in parts for host, fault in part.unreachable.items()},
        hosts=tuple(dict.fromkeys(host for part in parts for host in part.hosts)),
        error=next((part.error for part in parts if part.error), ""),
        took_s=took_s,
        not_applicable=counts,
    )
