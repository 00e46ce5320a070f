"""What an entry of the chain says of a run, so that nothing of it can be changed unseen.

Used when a run ends, when runs are pruned, and when all of it is verified.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from omlib.records import sightings
from omlib.records.canonical import digest, digest_rows
from omlib.records.tables import change, finding, observation, tally
from omlib.records.tables import run as table

RUN_ENDED = "run.ended"
PRUNED = "records.pruned"  # the checkpoint: the chain before it may be cut off
MIGRATED = "records.migrated"

Digests = Callable[[str], list[str]]  # of a list of findings, by the digest of the list


def run_facts(connection: Connection, row: Row[Any], digests: Digests) -> dict[str, Any]:
    """All of a run as it is on record now: its row, and digests of what was kept of it."""
    return {
        "run": row.id,
        "verb": row.verb,
        "started": row.started,
        "ended": row.ended,
        "state": row.state,
        "exit_code": row.exit_code,
        "complete": row.complete,
        "summary": row.summary,
        "actor": row.actor,
        "scope": row.scope,
        "revision": row.revision,
        "clean": row.clean,
        "tool": row.tool,
        "findings": digest(digests(row.findings) if row.findings else []),
        "outcome": row.outcome or "",
        "observation": sightings.sealed(connection, row.id),
        "changes": _of_run(connection, change, ("id", "ref", "at", "status"), row.id),
        "tallies": _of_run(connection, tally, ("id", "department", "at", "counts"), row.id),
    }


def history_facts(
    connection: Connection, change_to: int | None = None, tally_to: int | None = None
) -> dict[str, Any]:
    """Digests over the history up to these row numbers, or up to now."""
    if change_to is None or tally_to is None:
        change_to = connection.execute(select(func.max(change.c.id))).scalar() or 0
        tally_to = connection.execute(select(func.max(tally.c.id))).scalar() or 0
    changes = select(change.c.id, change.c.ref, change.c.run, change.c.at, change.c.status)
    tallies = select(tally.c.id, tally.c.department, tally.c.run, tally.c.at, tally.c.counts)
    changes = changes.where(change.c.id <= change_to).order_by(change.c.id)
    tallies = tallies.where(tally.c.id <= tally_to).order_by(tally.c.id)
    return {
        "change_to": change_to,
        "change_digest": digest_rows(connection.execute(changes)),
        "tally_to": tally_to,
        "tally_digest": digest_rows(connection.execute(tallies)),
    }


def kept_facts(connection: Connection) -> dict[str, Any]:
    """Digests over what is left of pruned runs: their rows, last looks and newest findings."""
    pruned = table.c.pruned.is_not(None)
    looks = (observation.c.id, observation.c.run, observation.c.scope, observation.c.sight)
    told = (finding.c.id, finding.c.ref, finding.c.run, finding.c.digest)
    left = {
        "kept_runs": select(table).where(pruned).order_by(table.c.id),
        "kept_observations": select(*looks, observation.c.actual)
        .join(table, table.c.id == observation.c.run)
        .where(pruned)
        .order_by(observation.c.id),
        "kept_findings": select(*told)
        .join(table, table.c.id == finding.c.run)
        .where(pruned)
        .order_by(finding.c.id),
    }
    return {name: digest_rows(connection.execute(asked)) for name, asked in left.items()}


def _of_run(connection: Connection, table: Table, names: Sequence[str], run: str) -> str:
    columns = [table.c[name] for name in names]
    asked = select(*columns).where(table.c.run == run).order_by(table.c.id)
    return digest_rows(connection.execute(asked))
