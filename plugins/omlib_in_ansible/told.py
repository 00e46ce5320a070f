# SPDX-License-Identifier: GPL-3.0-or-later
"""What one task, or one item of its loop, said on one host: plain values, secrets replaced.

Facts only. Which verdict they mean is concluded in omlib (`planes.server.runs.verdict`).
"""

import re
from collections.abc import Mapping
from typing import Any

from ansible.playbook.handler import Handler
from omlib_in_ansible.diffs import unified
from omlib_in_ansible.secrets import SECRETS, digest, looks_secret
from omlib_in_ansible.support import NO_VERDICT, OPAQUE, short

_LONGEST = 2_000
_WAY_IN = re.compile(
    r"(missing|incorrect) (sudo|su|become) password|a password is required"
    r"|your password has expired|not in the sudoers file",
    re.IGNORECASE,
)


def told_of(
    executor: Any,
    templar: Any,
    variables: Mapping[str, Any],
    result: Mapping[str, Any],
    *,
    in_when: str,
    in_args: str,
    changed_when: Any,
    secret_file: bool,
    own: bool,
) -> dict[str, Any]:
    task = executor._task
    prevented, own_changed, own_failed = executor._omlib_own
    hidden = bool(result.get("_ansible_no_log"))
    action = short(str(task.resolved_action or task.action))
    condition = result.get("false_condition")
    return {
        "task": SECRETS.masked(_templated(templar, task.get_name())),
        "path": str(task.get_path()),
        "action": action,
        "item": _item(task, templar, variables, hidden=hidden, own=own),
        "prevented": prevented,
        "changed": bool(result.get("changed")),
        "failed": bool(result.get("failed")),
        "skipped": bool(result.get("skipped")),
        "unreachable": bool(result.get("unreachable")),
        "condition": None if condition is None else SECRETS.masked(str(condition))[:_LONGEST],
        "own_changed": own_changed,
        "own_failed": own_failed,
        "changed_forced": _literal(changed_when),
        "opaque": action in OPAQUE,
        "hidden": hidden or secret_file,
        "message": _shut_out(_message(result))
        if hidden or secret_file
        else SECRETS.masked(_message(result))[:_LONGEST],
        "diff": "" if hidden or secret_file else unified(result.get("diff"), SECRETS.masked),
        "leans_when": in_when,
        "leans_args": in_args,
        "ignored": bool(task.ignore_errors),
        "handler": isinstance(task, Handler),
        "delegated": str(task.delegate_to or ""),
        "names": _names(task, action),
        "listed": action not in NO_VERDICT,
        "target": _target(task, action),
        "whole": digest(_content(task)) if action in _WHOLE else "",
        "times_only": action == "file" and _times_only(result.get("diff")),
        "parts": _parts(action, result, hidden=hidden or secret_file, own=own),
    }


def _parts(
    action: str, result: Mapping[str, Any], *, hidden: bool, own: bool
) -> list[dict[str, Any]]:
    """What a module of omlib's, given a whole list, says of each item: told as of a loop's items.

    Each is what it has to itself, of all that is told.
    """
    said = result.get("omlib_items") if action.startswith("omlib_") else None
    return [
        {
            "item": _shown(str(one.get("ref", "")), hidden=hidden, own=own),
            "changed": bool(one.get("changed")),
            "failed": bool(one.get("failed")),
            "own_changed": bool(one.get("changed")),
            "own_failed": bool(one.get("failed")),
            "message": "" if hidden else SECRETS.masked(str(one.get("msg") or ""))[:_LONGEST],
            "diff": "" if hidden else unified(one.get("diff"), SECRETS.masked),
        }
        for one in said or ()
    ]


def _templated(templar: Any, text: str) -> str:
    try:
        return str(templar.template(text))
    except Exception:  # noqa: BLE001 a name that cannot be made is shown as it is written
        return text


def _item(task: Any, templar: Any, variables: Mapping[str, Any], *, hidden: bool, own: bool) -> str:
    """The label of the loop's item. A hidden item has a digest only: labels tell what is in it."""
    name = variables.get("ansible_loop_var")
    if not name or name not in variables or task.loop is None:
        return ""
    written = task.loop_control.label
    label = _templated(templar, written) if written else variables[name]
    text = label if isinstance(label, str) else _listed(label)
    return _shown(text, hidden=hidden, own=own and bool(written))


def _shown(label: str, *, hidden: bool, own: bool) -> str:
    if own:
        return label
    text = SECRETS.masked(label)[:200]
    if not hidden:
        return text or '""'
    return f"({digest(text)[1:-1].replace('secret', 'item')})"


def _listed(value: Any) -> str:
    """A short name for an item that is no text: its name or path, else all of it."""
    if isinstance(value, Mapping):
        for key in ("ref", "name", "path", "dest", "key", "item"):
            if isinstance(value.get(key), str):
                return str(value[key])
        parts = (f"{k}={digest(str(v)) if looks_secret(str(k)) else v}" for k, v in value.items())
        return " ".join(parts)
    return str(value)


def _message(result: Mapping[str, Any]) -> str:
    message = str(
        result.get("msg") or result.get("skip_reason") or result.get("skipped_reason") or ""
    )
    if result.get("failed") or result.get("unreachable"):
        for more in ("module_stderr", "stderr"):
            if result.get(more):
                message += f": {str(result[more]).strip()}"
                break
    return message


def _shut_out(message: str) -> str:
    """Of what a hidden task says only that it did not come to the host: nothing of it is secret."""
    found = _WAY_IN.search(message)
    return found[0] if found else ""


def _literal(changed_when: Any) -> bool:
    """Whether it is a plain true or false, which says nothing about the host."""
    values = changed_when if isinstance(changed_when, list) else [changed_when]
    words = ("true", "false", "yes", "no")
    return len(values) == 1 and (isinstance(values[0], bool) or str(values[0]).lower() in words)


def _names(task: Any, action: str) -> list[str]:
    """The variables that stand for what this task did."""
    names = [str(task.register)] if task.register else []
    if action == "set_fact":
        names += [str(name) for name in task.args if name != "cacheable"]
    return names


_WHOLE = frozenset({"assemble", "copy", "template"})
_WRITERS = _WHOLE | {"blockinfile", "community.general.ini_file", "lineinfile", "replace"}


def _target(task: Any, action: str) -> str:
    """The file whose content this task declares, whole or in part."""
    if action not in _WRITERS:
        return ""
    return SECRETS.masked(str(task.args.get("path") or task.args.get("dest") or ""))


def _content(task: Any) -> str:
    """What makes two declarations of a whole file the same."""
    return str(task.args.get("content") or task.args.get("src") or "")


def _times_only(diff: Any) -> bool:
    """Whether nothing but the times of a file would change, as `state: touch` has it each time."""
    if not isinstance(diff, Mapping):
        return False
    before, after = diff.get("before"), diff.get("after")
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return False
    was, is_now = before.get("state"), after.get("state")
    if (was, is_now) != (None, None) and not (is_now == "touch" and was in ("directory", "file")):
        return False
    return before.keys() | after.keys() <= {"atime", "mtime", "path", "state"}
