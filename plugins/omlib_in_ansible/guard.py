# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands between Ansible's executor and each task of a run that omlib watches.

In a check nothing is really carried out: not a task with `check_mode: false`, not a module that
cannot tell what it would do, not a handler. This is decided where the task has its final values for
its host and has passed its `when`, in the worker, one call before the action; no strategy, tag or
variable of a playbook comes after it. What each task said is put beside its result, secrets
replaced, before the result leaves the worker.

It reaches into the executor of ansible-core 2.19. Where that is not as expected, it fails, and so
does the run: omlib's callback is the one for standard output, which Ansible cannot do without.
"""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from ansible._internal._datatag._tags import SourceWasEncrypted
from ansible.executor.task_executor import TaskExecutor
from ansible.executor.task_result import _RawTaskResult
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import EncryptedString
from ansible.playbook.handler import Handler
from ansible.plugins.action import ActionBase
from ansible.vars.hostvars import HostVars
from omlib_in_ansible.leaning import leans
from omlib_in_ansible.secrets import SECRETS
from omlib_in_ansible.support import NONE, ON_THE_RUN, RUNS, WAITS, short, support_of
from omlib_in_ansible.told import told_of

BESIDE = "_ansible_omlib"  # Ansible drops keys that begin so from registered variables

_READ_ONLY = frozenset(
    {"find", "gather_facts", "getent", "package_facts", "ping", "service_facts", "setup"}
    | {"slurp", "stat"}
)


class Watch:
    """How this run is watched. *checking*: nothing may be changed."""

    checking = False
    own = False  # omlib's playbook: the labels of its loops are refs, and no secret is in them
    opened_vault_file = False  # by the task of this worker: whatever it shows is secret


def reads_only(action: str, support: str) -> bool:
    """By its name, and not against what *support* tells of it: anybody may give a module a name."""
    return support != RUNS and (action in _READ_ONLY or action.endswith(("_info", "_facts")))


def prevented(task: Any) -> str:
    """Why *task*, whose values are final, is not carried out in a check; "" if it may be."""
    if not Watch.checking:
        return ""
    action = task.resolved_action or task.action
    name = short(action)
    if isinstance(task, Handler):
        return "handler"
    if name in WAITS:
        return "waits"
    support = support_of(action, tuple(task.collections or ()))
    if (name in ON_THE_RUN and support != RUNS) or reads_only(name, support):
        return ""
    if not task.check_mode:
        return "check_mode_off"
    return "no_check_mode" if support in (NONE, RUNS) else ""


def install(*, checking: bool, own: bool) -> None:
    """Watch every task of this process and of those it forks."""
    Watch.checking, Watch.own = checking, own
    _watch_actions()
    _watch_results()
    _watch_secrets()
    _keep_environment_off_command_lines()


def _watch_actions() -> None:
    handler_of = TaskExecutor._get_action_handler_with_module_context

    def watched_handler(self: Any, templar: Any) -> tuple[Any, Any]:
        task = self._task
        why = prevented(task)
        if Watch.checking:
            # what waits for a change would wait for ever; what cannot be polled is run in place
            task.check_mode, task.until, task.retries, task.async_val = True, [], None, 0
        handler, context = handler_of(self, templar)
        run = handler.run

        def watched_run(*args: Any, **kwargs: Any) -> dict[str, Any]:
            Watch.opened_vault_file = False
            if why:
                result = {
                    "changed": False,
                    "skipped": True,
                    "msg": "left out of the check by omlib",
                }
            else:
                result = run(*args, **kwargs)
            self._omlib_own = (why, bool(result.get("changed")), bool(result.get("failed")))
            return result

        handler.run = watched_run
        return handler, context

    TaskExecutor._get_action_handler_with_module_context = watched_handler


def _watch_results() -> None:
    execute, run = TaskExecutor._execute, TaskExecutor.run

    def watched_execute(self: Any, templar: Any, variables: dict[str, Any]) -> dict[str, Any]:
        self._omlib_own = ("", False, False)
        task, host = self._task, self._host.name
        in_when = leans(host, task.when, variables)
        in_args = leans(host, [task.args, task.loop, task.delegate_to], variables)
        written = task.changed_when
        _learn(templar, variables)
        if Watch.checking and (in_when or in_args):
            task.ignore_errors = True  # its failure tells nothing: a real run has the value
        if Watch.checking and short(str(task.resolved_action or task.action)) in WAITS:
            task.args = {}  # of a job that was not begun
        result = execute(self, templar, variables)
        if Watch.checking and (in_when or in_args) and "include_args" in result:
            # whether these tasks belong to the host is not known: none of them is judged
            in_when = in_when or in_args
            result = {"changed": False, "skipped": True, "false_condition": "leans on " + in_when}
        result[BESIDE] = told_of(
            self,
            templar,
            variables,
            result,
            in_when=in_when,
            in_args=in_args,
            changed_when=written,
            secret_file=Watch.opened_vault_file,
            own=Watch.own,
        )
        return result

    def watched_run(self: Any) -> dict[str, Any]:
        result = run(self)
        if BESIDE not in result and not result.get("results"):  # it broke before any item
            self._omlib_own = ("", False, False)
            host, variables = self._host.name, self._job_vars
            _learn(self._task_templar, variables)
            result[BESIDE] = told_of(
                self,
                self._task_templar,
                variables,
                result,
                in_when=leans(host, self._task.when, variables),
                in_args=leans(host, [self._task.args, self._task.loop], variables),
                changed_when=self._task.changed_when,
                secret_file=False,
                own=Watch.own,
            )
        return result

    TaskExecutor._execute, TaskExecutor.run = watched_execute, watched_run
    as_callback = _RawTaskResult.as_callback_task_result

    def with_told(self: Any) -> Any:
        copied = as_callback(self)
        copied.omlib = self._return_data.get(BESIDE)
        return copied

    _RawTaskResult.as_callback_task_result = with_told


def _learn(templar: Any, variables: Mapping[str, Any]) -> None:
    def reveal(value: object) -> object:
        try:
            return templar.template(value)
        except Exception:  # noqa: BLE001 what cannot be made a value cannot be told either
            return None

    SECRETS.add_named(variables, reveal)


def _watch_secrets() -> None:
    decrypt = EncryptedString._decrypt

    def learned_decrypt(self: Any) -> str:
        plain = decrypt(self)
        SECRETS.add(str(plain))
        return plain

    EncryptedString._decrypt = learned_decrypt
    load = DataLoader.load_from_file

    def learned_load(self: Any, *args: Any, **kwargs: Any) -> Any:
        data = load(self, *args, **kwargs)
        if SourceWasEncrypted.is_tagged_on(data):
            SECRETS.add(data)
        return data

    DataLoader.load_from_file = learned_load
    opened = DataLoader._decrypt_if_vault_data
    real = DataLoader.get_real_file

    def noted_open(self: Any, b_data: bytes) -> tuple[bytes, bool]:
        data, plain = opened(self, b_data)
        if not plain:
            Watch.opened_vault_file = True
        return data, plain

    def noted_real(self: Any, file_path: str, decrypt: bool = True) -> str:
        path = real(self, file_path, decrypt)
        if path in self._tempfiles:
            Watch.opened_vault_file = True
        return path

    DataLoader._decrypt_if_vault_data, DataLoader.get_real_file = noted_open, noted_real
    raw_get = HostVars.raw_get

    def learned_get(self: Any, host_name: str) -> Any:
        data = raw_get(self, host_name)
        if isinstance(data, Mapping):
            SECRETS.add_named(data, lambda value: value)
        return data

    HostVars.raw_get = learned_get


def _keep_environment_off_command_lines() -> None:
    """Ansible puts `environment:` into the command line of ssh, where anybody can read it. The
    secret part of it goes into the module's own text instead, which travels on standard input.
    """
    as_prefix = ActionBase._compute_environment_string
    configure = ActionBase._configure_module
    after = b"from __future__ import annotations\n"

    def prefix(self: Any, raw_environment_out: Any = None) -> str:
        full: dict[str, Any] = {}
        shown = as_prefix(self, full)
        if isinstance(raw_environment_out, dict):
            raw_environment_out.clear()
            raw_environment_out.update(full)
        if not getattr(self, "_omlib_carried", None):
            return shown
        kept = {name: value for name, value in full.items() if name not in self._omlib_carried}
        return str(self._connection._shell.env_prefix(**kept))

    def configured(self: Any, *args: Any, **kwargs: Any) -> tuple[Any, str]:
        self._omlib_carried = ()
        bits, path = configure(self, *args, **kwargs)
        full: dict[str, Any] = {}
        as_prefix(self, full)
        told = {str(name): str(value) for name, value in full.items()}
        secret = {n: v for n, v in told.items() if SECRETS.masked(f"{n}={v}") != f"{n}={v}"}
        if secret and bits.module_style == "new" and after in bits.b_module_data:
            line = f"import os; os.environ.update({json.dumps(secret)})\n".encode()
            text = bits.b_module_data.replace(after, after + line, 1)
            bits = dataclasses.replace(bits, b_module_data=text)
            self._omlib_carried = tuple(secret)
        return bits, path

    ActionBase._compute_environment_string, ActionBase._configure_module = prefix, configured
