"""From the engine's events to what it said of each resource. Pure.

Nothing is taken for unchanged because nothing was heard. An event that is missing, an operation
that is not known here, or a summary that counts otherwise: then the run has no whole result.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from omlib.planes.cloud.engine.inline import Event, Heard

_STEPS = ("resourcePreEvent", "resOutputsEvent", "resOpFailedEvent")
REFRESH = "refresh"
_OPS = frozenset(
    {
        *(REFRESH, "same", "create", "update", "delete", "replace", "import", "read"),
        *("create-replacement", "delete-replaced", "discard", "discard-replaced"),
        *("read-replacement", "remove-pending-replace", "import-replacement"),
    }
)
_COUNTED = ("same", "create", "update", "delete", "replace", "import")
_FROM_PATH = " from $PATH"  # "using pulumi-resource-omcloud from $PATH ...": of no interest
_FAILED = ("Preview failed: ", "Update failed: ")


@dataclass(slots=True, kw_only=True)
class Told:
    """What was said of one resource, by URN. *begun* and *ended* are operations in order.

    *seen* is the refreshed state, *recorded* the one before it; *wanted* what the program asked
    for. Each has `inputs`, `outputs` and `id`. *diff* maps a property to its kind of change.
    """

    urn: str
    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    recorded: Mapping[str, Any] = field(default_factory=dict)
    seen: Mapping[str, Any] = field(default_factory=dict)
    wanted: Mapping[str, Any] = field(default_factory=dict)
    diff: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def gone(self) -> bool:
        """The state has it, and the refresh did not find it."""
        return REFRESH in self.begun and not self.seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """*fault*: why there is no whole result, "" if there is. *errors* are those of no resource."""

    told: Mapping[str, Told]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    fault: str
    succeeded: bool


def account_of(heard: Heard) -> Account:
    told: dict[str, Told] = {}
    errors: list[str] = []
    warnings: list[str] = []
    strange: set[str] = set()
    summaries: list[Mapping[str, Any]] = []
    for event in sorted(heard.events, key=lambda event: int(event.get("sequence", 0))):
        for name, step in _steps_in(event):
            op = str(step["op"])
            strange.update({op} - _OPS)
            urn = str(step["urn"])
            _take(told.setdefault(urn, Told(urn=urn)), name, op, step)
        if said := event.get("diagnosticEvent"):
            text, urn = _text(said), str(said.get("urn") or "")
            if said.get("severity") == "error" and urn:
                told.setdefault(urn, Told(urn=urn)).errors.append(text)
            elif said.get("severity") == "error":
                errors.append(text)
            elif said.get("severity") == "warning" and _FROM_PATH not in text:
                warnings.append(text)
        if summary := event.get("summaryEvent"):
            summaries.append(summary)
    return Account(
        told=told,
        errors=tuple(errors),
        warnings=tuple(warnings),
        fault=_fault(heard, told, strange, summaries),
        succeeded=heard.code == 0,
    )


def _steps_in(event: Event) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name in _STEPS:
        if name in event:
            yield name, event[name]["metadata"]


def _take(one: Told, name: str, op: str, step: Mapping[str, Any]) -> None:
    {"resourcePreEvent": one.begun, "resOutputsEvent": one.ended}.get(name, one.failed).append(op)
    old, new = step.get("old") or {}, step.get("new") or {}
    detailed = step.get("detailedDiff") or {}
    diff = {path: str(each.get("diffKind", "")) for path, each in detailed.items()}
    if op == REFRESH or (name != "resourcePreEvent" and one.begun[-1:] == [REFRESH]):
        one.recorded = old or one.recorded
        if name == "resOutputsEvent" and op != "delete":
            one.seen = new
        return
    if name == "resourcePreEvent" or not one.wanted:
        one.wanted = new or one.wanted
        one.diff |= diff
    one.recorded = one.recorded or old


def _counts(one: Told) -> bool:
    """The summary leaves out the providers that the engine makes itself."""
    return "::pulumi:providers:" not in one.urn


def _done(one: Told) -> set[str]:
    """As the summary counts: what was only refreshed is the same, and what it lost nothing."""
    done = {*one.ended} - {REFRESH}
    return done or ({"same"} if one.ended and not one.gone else set())


def _text(said: Mapping[str, Any]) -> str:
    text = str(said.get("message") or "").strip()
    for prefix in _FAILED:
        text = text.removeprefix(prefix)
    return text


def _fault(
    heard: Heard,
    told: Mapping[str, Told],
    strange: set[str],
    summaries: list[Mapping[str, Any]],
) -> str:
    if strange:
        return f"operations that are not known: {', '.join(sorted(strange))}"
    if not summaries:
        return heard.said.strip() or "the engine gave no summary"
    if not heard.whole:
        return "events of the engine are missing"
    if heard.code == 0:
        counted = Counter(op for one in told.values() if _counts(one) for op in _done(one))
        said = summaries[-1].get("resourceChanges") or {}
        odd = [op for op in _COUNTED if counted[op] != int(said.get(op, 0))]
        if odd:
            return f"events and summary differ: {', '.join(odd)}"
    return ""
