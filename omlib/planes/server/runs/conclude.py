"""All verdicts of one run: what each task said, and what was never come to and why."""

from dataclasses import dataclass, field, replace

from omlib.model.status import Status, UnknownReason
from omlib.planes.server.runs import verdict
from omlib.planes.server.runs.events import End, Event, Hello, Planned, Play, Stopped, Told
from omlib.planes.server.runs.task import TaskResult, Why


@dataclass(slots=True)
class Conclusion:
    """Takes the events of one run in their order. Hosts keep the order in which they came."""

    check: bool
    results: list[TaskResult] = field(default_factory=list)
    unreachable: dict[str, str] = field(default_factory=dict)
    not_applicable: dict[str, int] = field(default_factory=dict)
    hosts: dict[str, None] = field(default_factory=dict)
    core: str = ""
    ended: bool = False
    stopped: Stopped | None = None
    _plays: dict[str, Play] = field(default_factory=dict)
    _reached: set[tuple[str, str]] = field(default_factory=set)
    _by_anybody: set[str] = field(default_factory=set)
    _by_item: set[tuple[str, str]] = field(default_factory=set)
    _troubled: set[str] = field(default_factory=set)
    _broke: bool = False
    _writers: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    _claims: list[tuple[str, str, str]] = field(default_factory=list)

    def take(self, event: Event) -> TaskResult | None:
        """The verdict that *event* brings, if it brings one."""
        match event:
            case Hello():
                self.core = event.core
            case Play():
                self._plays[event.id] = event
                self.hosts.update(dict.fromkeys(event.hosts))
            case Told():
                return self._told(event)
            case Stopped():
                self.stopped = event
            case End():
                self.ended = True
        return None

    def _told(self, told: Told) -> TaskResult | None:
        spot = (told.host, told.id)
        self.hosts.setdefault(told.host)
        if told.event == "item":
            self._by_item.add(spot)
            return self._judge(told)
        self._reached.add(spot)
        self._by_anybody.add(told.id)
        if told.event == "unreachable":
            self.unreachable[told.host] = " ".join(told.message.split())
        elif told.event == "failed" and not told.ignored:
            self._broke = True
        return None if spot in self._by_item else self._judge(told)

    def _judge(self, told: Told) -> TaskResult | None:
        if self.check:
            found = verdict.in_a_check(told, troubled=told.host in self._troubled)
        else:
            found = verdict.in_earnest(told)
        if found is None:
            if told.listed and not told.handler and told.prevented != "waits":
                self.not_applicable[told.host] = self.not_applicable.get(told.host, 0) + 1
            return None
        if found.status is not Status.IN_SYNC:
            self._troubled.add(found.host)
        claim = (told.delegated or told.host, told.target, told.whole)
        if told.target and found.status is not Status.UNKNOWN:
            self._writers.setdefault(claim[:2], {})[told.path] = told.whole
        self.results.append(found)
        self._claims.append(claim)
        return found

    def conclude(self, *, broken: bool) -> tuple[TaskResult, ...]:
        """The verdicts in their order; then what was never come to. *broken*: not to its end."""
        contested = [
            self._contested(result, *claim)
            for result, claim in zip(self.results, self._claims, strict=True)
        ]
        return (*contested, *self._never_reached(broken))

    def _contested(self, result: TaskResult, host: str, target: str, whole: str) -> TaskResult:
        """Tasks that put lines into one file get along; not with one that declares all of it."""
        writers = self._writers.get((host, target), {})
        others = [p for p, other in writers.items() if p != result.path and other != whole]
        plain = result.status is Status.DIVERGED and result.why is None
        if not (self.check and others and plain):
            return result
        return replace(result, why=Why.CONTESTED, detail=f"{target}: {', '.join(others)}")

    def _never_reached(self, broken: bool) -> list[TaskResult]:
        left = []
        for play in self._plays.values():
            for host in play.hosts:
                for task in play.tasks:
                    if (host, task.id) in self._reached or (
                        task.once and task.id in self._by_anybody
                    ):
                        continue
                    if (host, task.id) in self._by_item or not task.listed:
                        continue  # a loop that was broken off told its items
                    if why := self._why_not(host, broken):
                        left.append(self._not_reached(host, task, *why))
                    else:  # `meta: end_host` and the like: a real run would not come to it either
                        self.not_applicable[host] = self.not_applicable.get(host, 0) + 1
        return left

    def _why_not(self, host: str, broken: bool) -> tuple[UnknownReason, Why] | None:
        if host in self.unreachable:
            return verdict.reason_of_silence(self.unreachable[host]), Why.UNREACHABLE
        if broken:
            return UnknownReason.INCOMPLETE, Why.BROKEN_OFF
        # one host's failure may end a play for all
        if self._broke or self.unreachable:
            return UnknownReason.NOT_CHECKED, Why.AFTER_FAILURE
        return None

    def _not_reached(self, host: str, task: Planned, reason: UnknownReason, why: Why) -> TaskResult:
        return TaskResult(
            host=host,
            task=task.task,
            item="",
            status=Status.UNKNOWN,
            reason=reason,
            detail=self.unreachable.get(host, ""),
            diff="",
            path=task.path,
            changed=False,
            failed=False,
            why=why,
        )
