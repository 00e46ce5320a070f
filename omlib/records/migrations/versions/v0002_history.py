"""History: changes of items and counts of departments, filled in from what is on record.

Nothing on record is changed. One entry of the chain seals what was filled in.
"""

import json
import zlib
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from omlib.records.canonical import canonical, digest_rows
from omlib.records.chain import GENESIS, seal

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# a change is a finding with another status than the item's finding before
_CHANGES = """
insert into change (ref, run, at, status)
select ref, run, at, status from (
  select f.id, f.ref, f.run, f.status,
    max(r.started) over (partition by f.ref order by f.id) as at,
    lag(f.status) over (partition by f.ref order by f.id) as before
  from finding f join run r on r.id = f.run
) where before is null or before <> status order by id
"""
_STANDING = """
update item set
  status = (select status from change c where c.ref = item.ref order by c.id desc limit 1),
  at = (select at from change c where c.ref = item.ref order by c.id desc limit 1)
"""
_OUTCOMES = """
select r.id, r.started, r.summary, b.body from run r join blob b on b.sha256 = r.outcome
where r.verb = 'reconcile' and r.scope = '' and r.state = 'ended' order by r.started, r.id
"""


def upgrade() -> None:
    op.add_column("run", sa.Column("pruned", sa.String(40)))
    for name, length in (("status", 16), ("at", 40)):
        op.add_column("item", sa.Column(name, sa.String(length), nullable=False, server_default=""))
    op.create_table(
        "change",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("run", sa.String(32), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
    )
    op.create_index("ix_change_run", "change", ["run"])
    op.create_index("ix_change_ref", "change", ["ref", "id"])
    op.create_table(
        "tally",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("run", sa.String(32), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
    )
    op.create_index("ix_tally_run", "tally", ["run"])
    op.create_index("ix_tally_department", "tally", ["department", "id"])
    connection = op.get_bind()
    connection.exec_driver_sql(_CHANGES)
    connection.exec_driver_sql(_STANDING)
    _fill_tallies(connection)
    _seal(connection)


def _fill_tallies(connection: sa.Connection) -> None:
    known: dict[str, str] = {}
    rows: list[tuple[str, str, str, str]] = []
    for run, started, summary, body in connection.exec_driver_sql(_OUTCOMES):
        counts = {"": canonical(json.loads(summary)).decode()}
        for verdict in json.loads(zlib.decompress(body))["departments"]:
            filled = {status: n for status, n in verdict["counts"].items() if n}
            counts[verdict["subject"]] = canonical(filled).decode()
        for department, told in counts.items():
            if not department or known.get(department) != told:
                rows.append((department, run, started, told))
        known.update(counts)
    if rows:
        connection.exec_driver_sql(
            "insert into tally (department, run, at, counts) values (?, ?, ?, ?)", rows
        )


def _seal(connection: sa.Connection) -> None:
    facts: dict[str, object] = {}
    for table, columns in (
        ("change", "ref, run, at, status"),
        ("tally", "department, run, at, counts"),
    ):
        rows = connection.exec_driver_sql(f"select id, {columns} from {table} order by id").all()  # noqa: S608
        facts[f"{table}_to"] = rows[-1][0] if rows else 0
        facts[f"{table}_digest"] = digest_rows(rows)
    if not facts["change_to"]:
        return  # a new file: there was nothing to fill in
    last = connection.exec_driver_sql(
        "select seq, hash from chain order by seq desc limit 1"
    ).first()
    seq, prev = (last[0] + 1, last[1]) if last else (1, GENESIS)
    at = datetime.now(UTC)
    connection.exec_driver_sql(
        "insert into chain (seq, at, event, facts, prev, hash, subject)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (
            seq,
            at.isoformat(),
            "records.migrated",
            canonical(facts).decode(),
            prev,
            seal(seq, at, "records.migrated", facts, prev),
            "",
        ),
    )
