# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells omlib, a line of JSON each, what a run of Ansible is about to do and what every task said.

It takes the place of the output on the screen. The lines go to the path in OMLIB_RUN_LINES.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible import context
from ansible._internal._templating._engine import TemplateEngine
from ansible.playbook.block import Block
from ansible.playbook.handler import Handler
from ansible.plugins.callback import CallbackBase
from ansible.release import __version__ as core_version

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from omlib_in_ansible import guard, leaning
from omlib_in_ansible.secrets import SECRETS
from omlib_in_ansible.support import NO_VERDICT, short, support_of

DOCUMENTATION = """
    name: omlib
    type: stdout
    short_description: what every task said, as lines of JSON for omlib
    description:
      - Used by omlib around ansible-playbook; writes to the path in the variable OMLIB_RUN_LINES.
      - In a check it lets nothing be carried out that check mode would really run.
"""

_STRATEGIES = frozenset({"linear", "free", "host_pinned", "debug"})


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "omlib"

    def __init__(self) -> None:
        super().__init__()
        self.checking = bool(context.CLIARGS.get("check"))
        guard.install(checking=self.checking, own="OMLIB_RUN_OWN" in os.environ)
        self._lines = open(os.environ["OMLIB_RUN_LINES"], "w", encoding="utf-8")  # noqa: SIM115, PTH123
        self._most_hosts = int(os.environ.get("OMLIB_RUN_MOST_HOSTS", "0"))
        self._plays: list[Any] = []
        self._started: set[str] = set()
        self._tell(kind="hello", core=core_version, check=self.checking)

    def _tell(self, **facts: Any) -> None:
        self._lines.write(json.dumps(facts, default=str) + "\n")
        self._lines.flush()

    def _stop(self, **facts: Any) -> None:
        """Not by an exception: Ansible would go on."""
        self._tell(kind="stopped", **facts)
        self._lines.close()
        os._exit(0)

    def set_play_context(self, play_context: Any) -> None:
        SECRETS.add([play_context.become_pass or "", play_context.password or ""])

    def v2_playbook_on_start(self, playbook: Any) -> None:
        try:
            self._begin(playbook)
        except Exception as fault:  # noqa: BLE001 Ansible would go on without what stands here
            self._stop(why="fault", detail=f"{type(fault).__name__}: {SECRETS.masked(str(fault))}")

    def _begin(self, playbook: Any) -> None:
        self._plays = playbook.get_plays()
        for play in self._plays:
            inventory = play.get_variable_manager()._inventory
            hosts = [host.name for host in inventory.get_hosts()]
            if self._most_hosts and len(hosts) > self._most_hosts:
                self._stop(why="many_hosts", hosts=hosts)
            if self.checking:
                # a batch that fails, or one host, would keep the others from being judged
                play.serial, play.any_errors_fatal, play.max_fail_percentage = [], False, None
                if play.strategy not in _STRATEGIES:
                    play.strategy = "linear"

    def v2_playbook_on_vars_prompt(self, varname: str, *_args: Any, **_kwargs: Any) -> None:
        self._stop(why="vars_prompt", detail=varname)

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._started.add(play._uuid)
        self._plan(play)

    def v2_playbook_on_stats(self, stats: Any) -> None:  # noqa: ARG002
        for play in self._plays:
            if play._uuid not in self._started:  # nobody was left to run it
                self._plan(play)
        self._tell(kind="end")

    def _plan(self, play: Any) -> None:
        """Which tasks the play has for which hosts, as far as it can be known before it runs."""
        manager = play.get_variable_manager()
        variables = manager.get_vars(play=play)
        pattern = play.hosts
        if play._uuid not in self._started:
            pattern = TemplateEngine(loader=play._loader, variables=variables).template(pattern)
        found = manager._inventory.get_hosts(pattern, ignore_restrictions=True)
        hosts = [host.name for host in found]
        tasks = [
            {
                "id": task._uuid,
                "task": SECRETS.masked(task.get_name()),
                "path": str(task.get_path()),
                "once": bool(task.run_once),
                "listed": short(str(task.resolved_action or task.action)) not in NO_VERDICT,
            }
            for task in _flat(play.compile())
            if task.evaluate_tags(play.only_tags, play.skip_tags, variables)
        ]
        self._tell(kind="play", id=play._uuid, name=play.get_name(), hosts=hosts, tasks=tasks)

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:  # noqa: ARG002
        if self.checking:  # read here once, known to every worker forked after
            support_of(str(task.resolved_action or task.action), tuple(task.collections or ()))

    def v2_runner_on_ok(self, result: Any) -> None:
        self._result("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._result("failed", result, ignored=bool(ignore_errors))

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._result("skipped", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._result("unreachable", result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        self._result("item", result)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        self._result("item", result)

    def v2_runner_item_on_skipped(self, result: Any) -> None:
        self._result("item", result)

    def _result(self, kind: str, result: Any, **more: Any) -> None:
        task, host = result.task, result.host.name
        told = result.omlib or {}
        if kind != "item":
            self._remember(host, task, told, result)
        action = short(str(task.resolved_action or task.action))
        plain = {
            "listed": action not in NO_VERDICT,
            "task": SECRETS.masked(task.get_name()),
            "path": str(task.get_path()),
            "handler": isinstance(task, Handler),
            "action": action,
        }
        facts = {"kind": "result", "event": kind, "host": host, "id": task._uuid} | plain | told
        parts = facts.pop("parts", [])
        for part in parts:
            self._tell(**(facts | {"event": "item"} | part))
        if not (parts and kind == "item"):
            self._tell(**(facts | more))

    def _remember(self, host: str, task: Any, told: dict[str, Any], result: Any) -> None:
        """Keep which variables stand for nothing, for the workers forked after this."""
        parts = [told] if told else [_beside(each) for each in result._loop_results]
        names = next((part["names"] for part in parts if part), _registered(task))
        if not names or not self.checking:
            return
        hollow = any(_hollow(part) for part in parts if part)
        leaning.mark(leaning.EVERYWHERE if task.run_once else host, names, hollow)


def _registered(task: Any) -> list[str]:
    return [str(task.register)] if task.register else []


def _beside(item: Any) -> dict[str, Any]:
    found = item.get(guard.BESIDE) if isinstance(item, dict) else None
    return found or {}


def _hollow(told: dict[str, Any]) -> bool:
    """Whether its result stands for something that was not carried out, or for a failure that may
    be check mode's own; or was made of such a result."""
    if told["prevented"] or told["failed"] or (told["own_failed"] and not told["changed"]):
        return True
    if told["skipped"] and told["condition"] is None:
        return True  # by the module itself
    return bool(told["leans_args"] or told["leans_when"])


def _flat(entries: list[Any]) -> Iterator[Any]:
    for entry in entries:
        if isinstance(entry, Block):
            yield from _flat(entry.block)
            yield from _flat(entry.always)
        elif not entry.implicit:
            yield entry
