"""One attribute from three sides: who moved since the last apply. Pure.

And which entry of the cloud's own log of actions made it what it is: the last that succeeded, that
can have done so, and that came after the state was written. Where there is none nobody is named.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from omlib.model.item import Value
from omlib.model.stack import Cause, Deed

# nova's actions, by what they can change; the name and metadata of a server are changed unlogged
_DOERS: Mapping[str, frozenset[str]] = {
    path: frozenset(actions)
    for paths, actions in (
        (("vcpu", "ram_mib", "flavor"), ("resize", "confirmResize", "revertResize")),
        (("power",), ("stop", "start", "reboot", "shelve", "unshelve", "suspend", "pause")),
        (("ports", "addresses"), ("attach_interface", "detach_interface")),
        (("image",), ("rebuild",)),
    )
    for path in paths
}


def cause_of(declared: Value, live: Value, recorded: Value) -> Cause | None:
    """None where declared and live are alike.

    >>> cause_of(4, 8, 4).value, cause_of(8, 4, 4).value, cause_of(4, 8, 2).value
    ('deployed_drift', 'declared_change', 'both')
    """
    if declared == live:
        return None
    if recorded is None:
        return Cause.UNKNOWN
    if recorded == live:
        return Cause.DECLARED_CHANGE
    return Cause.DEPLOYED_DRIFT if recorded == declared else Cause.BOTH


def has_log(path: str) -> bool:
    return path in _DOERS


def deed_of(path: str, log: Iterable[Mapping[str, Any]], since: str) -> Deed | None:
    """*log* as nova lists a server's actions; *since* when the state was written, in UTC."""
    done = [
        each
        for each in log
        if each.get("action") in _DOERS.get(path, ())
        and not each.get("message")  # nova's word for one that failed
        and since
        and str(each.get("start_time") or "")[:19] > since[:19]
    ]
    if not done:
        return None
    last = max(done, key=lambda each: str(each["start_time"]))
    return Deed(
        action=str(last["action"]),
        user=str(last.get("user_id") or ""),
        request=str(last.get("request_id") or ""),
        at=str(last["start_time"]),
    )
