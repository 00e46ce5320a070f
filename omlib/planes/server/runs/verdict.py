"""What a task said, as a verdict. docs/deep-check.md has the same rules in words.

Pure. One rule above all: what was not carried out is unknown, and so is what leans on it; a
verdict of in_sync or diverged is given only where the module itself looked at the host.
"""

import re

from omlib.model.status import Status, UnknownReason
from omlib.planes.server.runs.events import Told
from omlib.planes.server.runs.task import TaskResult, Why

_NO_CHECK = re.compile(r"check[ _-]?mode", re.IGNORECASE)
# `creates` and `removes` of unarchive and script: they skip because there is nothing to do
_NOTHING_TO_DO = re.compile(
    r"since .* (exists|does not exist)|matching (creates|removes) option", re.IGNORECASE
)
_DENIED = re.compile(
    r"permission denied|host key verification failed|host identification has changed"
    r"|missing sudo password|incorrect (sudo|su|become) password|a password is required"
    r"|authentication fail|no password was provided|invalid/incorrect password|not in the sudoers"
    r"|password has expired",
    re.IGNORECASE,
)
_INCLUDES = ("include_tasks", "include_role", "import_tasks", "import_role")


def in_a_check(told: Told, *, troubled: bool) -> TaskResult | None:
    """The verdict of a check, or None where there is none to give: a task that `when` leaves out on
    known facts, one that acts on the run and not on a host, a handler.

    *troubled*: an earlier task of this host would have changed something, or is unknown.
    """
    if told.unreachable or told.event == "unreachable":
        return _unknown(told, reason_of_silence(told.message), Why.UNREACHABLE)
    if told.handler:
        return None
    if told.prevented:
        return _left_out(told)
    if told.failed or told.event == "failed":
        return _failed(told, troubled)
    if told.skipped or told.event == "skipped":
        return _skipped(told)
    if not told.listed:
        return None
    if told.own_failed and (told.changed_forced or not told.changed):
        return _failed(told, troubled)  # `failed_when` overruled the module, which could not look
    return _looked(told)


def in_earnest(told: Told) -> TaskResult | None:
    """What a real run did: in_sync is "as declared now", whether it changed something or not."""
    if told.unreachable or told.event == "unreachable":
        return _unknown(told, reason_of_silence(told.message), Why.UNREACHABLE)
    if told.failed or told.event == "failed":
        return _unknown(told, _fault(told.message), Why.FAILED)
    if told.skipped or told.event == "skipped" or not told.listed:
        return None
    return _result(told, Status.IN_SYNC)


def reason_of_silence(message: str) -> UnknownReason:
    """Why a host could not be spoken to: no answer, or it would not let us in."""
    return UnknownReason.DENIED if _DENIED.search(message) else UnknownReason.UNREACHABLE


def _left_out(told: Told) -> TaskResult | None:
    if told.prevented == "check_mode_off":
        return _unknown(told, UnknownReason.NOT_CHECKED, Why.CHECK_MODE_OFF)
    if told.prevented == "no_check_mode":
        return _unknown(told, UnknownReason.UNSUPPORTED, Why.NO_CHECK_MODE)
    return None  # it only waits for what a real run would bring about


def _failed(told: Told, troubled: bool) -> TaskResult:
    if told.leans_args or told.leans_when:
        return _leaning(told)
    reason = _fault(told.message)
    if troubled and reason is UnknownReason.ERROR:
        reason = UnknownReason.INCOMPLETE  # what it needs may be what an earlier task would make
    return _unknown(told, reason, Why.FAILED)


def _fault(message: str) -> UnknownReason:
    return UnknownReason.DENIED if _DENIED.search(message) else UnknownReason.ERROR


def _skipped(told: Told) -> TaskResult | None:
    if told.condition is not None or told.message == "No items in the list":
        leans = told.leans_when or (told.leans_args if told.condition is None else "")
        return _leaning(told) if leans and (told.listed or told.action in _INCLUDES) else None
    if not told.listed:
        return None
    if _NOTHING_TO_DO.search(told.message):
        return _result(told, Status.IN_SYNC)
    if _NO_CHECK.search(told.message) or told.opaque:
        return _unknown(told, UnknownReason.UNSUPPORTED, Why.NO_CHECK_MODE)
    return _unknown(told, UnknownReason.UNSUPPORTED, Why.SKIPPED_ITSELF)


def _looked(told: Told) -> TaskResult:
    # a plain `changed_when: false` says nothing about the host; the module that looked at it does
    own = told.changed_forced and not told.opaque
    changed = told.own_changed if own else told.changed
    if told.leans_args or (changed and told.leans_when):
        return _leaning(told)
    if not changed:
        return _result(told, Status.IN_SYNC)
    if told.times_only:
        return _result(told, Status.IN_SYNC, why=Why.TIMES_ONLY)
    return _result(told, Status.DIVERGED, why=Why.HIDDEN if told.hidden else None, changed=True)


def _leaning(told: Told) -> TaskResult:
    return _unknown(told, UnknownReason.NOT_CHECKED, Why.CASCADE)


def _unknown(told: Told, reason: UnknownReason, why: Why) -> TaskResult:
    return _result(told, Status.UNKNOWN, reason=reason, why=why)


def _result(
    told: Told,
    status: Status,
    *,
    reason: UnknownReason | None = None,
    why: Why | None = None,
    changed: bool | None = None,
) -> TaskResult:
    return TaskResult(
        host=told.host,
        task=told.task,
        item=told.item,
        status=status,
        reason=reason,
        detail=_detail(told, why),
        diff="" if status is Status.UNKNOWN or why is Why.TIMES_ONLY else told.diff,
        path=told.path,
        changed=told.changed if changed is None else changed,
        failed=told.failed or told.event == "failed",
        why=why,
    )


def _detail(told: Told, why: Why | None) -> str:
    if why is Why.CASCADE:
        return told.leans_args or told.leans_when
    if why in (Why.NO_CHECK_MODE, Why.CHECK_MODE_OFF):
        return told.action
    return " ".join(told.message.split())[:500] if why else ""
