"""One item's story for programs: `omlib.explain/1.0`, published in docs/schema.

A reader ignores keys it does not know (a minor version adds some) and refuses another major
version.
"""

from omlib.model.history import ItemHistory
from omlib.model.item import Declared, Value
from omlib.model.observation import Sight
from omlib.report.explanation import Explanation
from omlib.report.reconcile_json import finding_json
from omlib.report.values import moment_json

SCHEMA = "omlib.explain/1.0"


def explain_json(it: Explanation) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "ref": str(it.ref),
        "estate": it.estate.name,
        "at": moment_json(it.at),
        "labels": [label.value for label in it.labels],
        "exit_code": it.exit_code,
        "declared": _declared(it.declared) if it.declared else None,
        "scope": str(it.scope) if it.scope else None,
        "look": _look(it.sight, it.looked_in) if it.sight else None,
        "finding": finding_json(it.finding) if it.finding else None,
        "history": _history(it.history) if it.history else None,
        "runs": [
            {
                "run": one.run,
                "at": moment_json(one.at),
                "status": one.status.value,
                "reason": one.reason.value if one.reason else None,
            }
            for one in it.runs
        ],
        "waivers": [
            {
                "ticket": waiver.ticket,
                "path": waiver.path,
                "accepts": _plain(waiver.accepts),
                "owner": waiver.owner,
                "reason": waiver.reason,
                "since": waiver.since.isoformat() if waiver.since else None,
                "until": waiver.until.isoformat(),
                "source": str(waiver.source) if waiver.source else None,
                "standing": standing.value,
            }
            for waiver, standing in it.standings()
        ],
    }


def _declared(item: Declared) -> dict[str, object]:
    return {
        "source": str(item.source) if item.source else None,
        "retired": item.retired,
        "attributes": {name: _plain(value) for name, value in sorted(item.attributes.items())},
        "systems": list(item.systems),
        "department": item.department,
    }


def _look(sight: Sight, run: str) -> dict[str, object]:
    return {
        "at": moment_json(sight.at),
        "by": sight.by,
        "via": sight.via,
        "run": run,
        "complete": sight.complete,
        "reason": sight.reason.value if sight.reason else None,
        "detail": sight.detail,
    }


def _history(history: ItemHistory) -> dict[str, object]:
    mean = history.mean_mend_s
    return {
        "first_seen": moment_json(history.first_seen),
        "since": moment_json(history.since) if history.since else None,
        "times": history.times,
        "mean_mend_s": None if mean is None else round(mean),
        "open_s_total": round(history.open_s_total),
        "changes": [
            {
                "at": moment_json(change.at),
                "run": change.run,
                "status": change.status.value if change.status else None,
            }
            for change in history.changes
        ],
        "episodes": [
            {
                "began": moment_json(episode.began),
                "ended": moment_json(episode.ended) if episode.ended else None,
                "ending": episode.ending.value if episode.ending else None,
            }
            for episode in history.episodes
        ],
    }


def _plain(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value
