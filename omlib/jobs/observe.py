"""Look at many targets side by side: every cap held, every deadline kept.

A target that does not come back in time is left behind and told as incomplete; a fault inside one
look becomes that target's reason. Ctrl-C ends the waiting and keeps what was seen by then.
"""

import queue
import threading
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from omlib.log import event
from omlib.model.observation import NOTHING_SEEN, Observation, Sight, merge
from omlib.model.status import UnknownReason
from omlib.ports import Clock, Plane, Progress, Target

GRACE_S = 3.0  # planes keep their deadlines themselves; past this a look is taken for stuck
_POLL_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One target's part of a run: how long it took, and whether all its scopes were seen whole."""

    plane: str
    target: str
    took_s: float
    complete: bool
    reason: UnknownReason | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    observation: Observation
    looks: tuple[Look, ...]
    interrupted: bool


@dataclass(slots=True)
class _Task:
    plane: Plane
    target: Target
    began: float = 0.0
    ended: float = 0.0
    result: Observation | None = None
    abandoned: bool = False


def observe(
    planes: Iterable[Plane],
    *,
    caps: Mapping[str, int],
    clock: Clock,
    progress: Progress,
    wanted: Collection[str] | None = None,
) -> Observed:
    """Observe every target of *planes*, or those with a scope at one of the *wanted* places.

    *caps* gives per site how many of its targets may be asked at once.
    """
    tasks = [
        _Task(plane, target)
        for plane in planes
        for target in plane.targets()
        if wanted is None or any(scope.where in wanted for scope in target.scopes)
    ]
    progress.start("observe", total=len(tasks))
    began = time.monotonic()
    finished: queue.SimpleQueue[_Task] = queue.SimpleQueue()
    by_site: dict[str, queue.SimpleQueue[_Task]] = {}
    for task in tasks:
        by_site.setdefault(task.target.site, queue.SimpleQueue()).put(task)
    for site, waiting in by_site.items():
        for _ in range(min(caps.get(site, 1), waiting.qsize())):
            _start_worker(waiting, finished, clock)
    interrupted = False
    open_tasks = {id(task): task for task in tasks}
    try:
        while open_tasks:
            try:
                task = finished.get(timeout=_POLL_S)
            except queue.Empty:
                for stuck in [task for task in open_tasks.values() if _is_stuck(task)]:
                    stuck.abandoned = True
                    stuck.ended = time.monotonic()
                    del open_tasks[id(stuck)]
                    progress.advance("observe", stuck.target.name)
                    # its worker is lost with it; the targets queued behind it are not
                    _start_worker(by_site[stuck.target.site], finished, clock)
                continue
            if open_tasks.pop(id(task), None):
                progress.advance("observe", task.target.name)
    except KeyboardInterrupt:
        interrupted = True
    now = clock.now()
    parts = [_told(task, now, interrupted=interrupted) for task in tasks]
    progress.done("observe", time.monotonic() - began)
    return Observed(
        observation=merge(*parts) if parts else NOTHING_SEEN,
        looks=tuple(_look(task, part) for task, part in zip(tasks, parts, strict=True)),
        interrupted=interrupted,
    )


def _start_worker(
    waiting: queue.SimpleQueue[_Task], finished: queue.SimpleQueue[_Task], clock: Clock
) -> None:
    def work() -> None:
        while True:
            try:
                task = waiting.get_nowait()
            except queue.Empty:
                return
            task.began = time.monotonic()
            try:
                task.result = task.plane.observe(task.target)
            except Exception as fault:  # noqa: BLE001 one target's fault must not stop the others
                event("observe.fault", target=task.target.name, fault=repr(fault))
                task.result = _blind(
                    task.target, clock.now(), UnknownReason.ERROR, type(fault).__name__
                )
            if task.abandoned:
                return  # somebody took this worker's place
            task.ended = time.monotonic()
            finished.put(task)

    threading.Thread(target=work, name="omlib-look", daemon=True).start()


def _is_stuck(task: _Task) -> bool:
    overdue = task.target.deadline_s + GRACE_S
    return task.began > 0 and time.monotonic() - task.began > overdue


def _told(task: _Task, now: datetime, *, interrupted: bool) -> Observation:
    if task.result is not None and not task.abandoned:
        return task.result
    if task.abandoned:
        detail = f"no end within {task.target.deadline_s:g} s"
        return _blind(task.target, now, UnknownReason.INCOMPLETE, detail)
    return _blind(task.target, now, UnknownReason.NOT_CHECKED, "interrupted" if interrupted else "")


def _blind(target: Target, now: datetime, reason: UnknownReason, detail: str) -> Observation:
    sight = Sight(complete=False, reason=reason, detail=detail, at=now, by="", via="")
    return Observation(sights=dict.fromkeys(target.scopes, sight), actual=())


def _look(task: _Task, seen: Observation) -> Look:
    gaps: Sequence[Sight] = [sight for sight in seen.sights.values() if not sight.complete]
    return Look(
        plane=str(task.plane.name),
        target=task.target.name,
        took_s=max(0.0, task.ended - task.began) if task.began else 0.0,
        complete=not gaps,
        reason=gaps[0].reason if gaps else None,
        detail=gaps[0].detail if gaps else "",
    )
