"""What the journal says about a plan: which steps were done, and which one is in doubt.

A step is in doubt when its beginning is written and its end is not: the run died in between, and
whether the step had its effect only the live side knows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Event(StrEnum):
    BEGIN = "apply.begin"
    BEFORE = "step.before"
    AFTER = "step.after"
    FAILED = "step.failed"  # it was begun, so it stays in doubt
    INTERRUPTED = "apply.interrupted"
    STOPPED = "apply.stopped"  # a step failed; the plan is unfinished
    DONE = "apply.done"


@dataclass(slots=True)
class History:
    """*done* and *doubt* are action ids, in the order in which they were written.

    *unfinished*: a run began and did not come to its end; *finished*: the last one did.
    """

    unfinished: bool = False
    finished: bool = False
    done: list[str] = field(default_factory=list)
    doubt: list[str] = field(default_factory=list)


def read_history(entries: Iterable[Mapping[str, object]], plan: str) -> History:
    """The state in which *plan* (its digest) was left."""
    history = History()
    for entry in entries:
        if entry.get("plan") != plan:
            continue
        step = str(entry.get("step", ""))
        match entry["event"]:
            case Event.BEGIN if history.finished:  # carried out before, and now once more
                history = History(unfinished=True)
            case Event.BEGIN:
                history.unfinished = True
            case Event.DONE:
                history.unfinished, history.finished = False, True
            case Event.BEFORE if step not in history.doubt:
                history.doubt.append(step)
            case Event.AFTER:
                history.doubt = [other for other in history.doubt if other != step]
                history.done.append(step)
    return history
