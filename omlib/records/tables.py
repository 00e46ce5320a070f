"""The tables of the records, as SQLAlchemy Core sees them. `migrations` makes and changes them.

Findings are stored when they change: `finding` has a row for each new verdict on an item, `item`
points to the newest one, and a run lists its rows' numbers in a blob. `change` has a row for each
new status of an item and `tally` one for each new count of a department: small, never changed and
never pruned, they are the history. A quiet hourly run adds one row to `run` and one to `tally`.
"""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

APPLICATION_ID = 0x6F6D6C62  # "omlb" in SQLite's file header: this file is omlib's
REVISIONS = ("0001", "0002")  # all that this omlib can read or bring up to date, oldest first
HEAD = REVISIONS[-1]

metadata = MetaData()

run = Table(
    "run",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("verb", Text, nullable=False),
    Column("started", String(40), nullable=False, index=True),
    Column("ended", String(40)),
    Column("state", String(16), nullable=False),
    Column("exit_code", Integer),
    Column("actor", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("revision", String(64), nullable=False),
    Column("clean", Boolean),
    Column("tool", String(32), nullable=False),
    Column("complete", Boolean),
    Column("summary", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("findings", String(64), ForeignKey("blob.sha256")),
    Column("outcome", String(64), ForeignKey("blob.sha256")),
    Column("pruned", String(40)),  # when its findings and observations were removed
)

# content-addressed: zlib over canonical JSON, named by the JSON's digest
blob = Table(
    "blob",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

finding = Table(
    "finding",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ref", Text, nullable=False),
    Column("run", String(32), ForeignKey("run.id"), nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("department", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_finding_ref", "ref", "id"),
)

item = Table(
    "item",
    metadata,
    Column("ref", Text, primary_key=True),
    Column("finding", Integer, ForeignKey("finding.id"), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("status", String(16), nullable=False, server_default=""),  # as in its newest change
    Column("at", String(40), nullable=False, server_default=""),
)

# no foreign keys: these outlive what they were made from
change = Table(
    "change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ref", Text, nullable=False),
    Column("run", String(32), nullable=False, index=True),
    Column("at", String(40), nullable=False),
    Column("status", String(16), nullable=False),  # a status, or `gone`
    Index("ix_change_ref", "ref", "id"),
)

# counts by status, as JSON; "" is the whole estate, which has a row for every whole run
tally = Table(
    "tally",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("department", Text, nullable=False),
    Column("run", String(32), nullable=False, index=True),
    Column("at", String(40), nullable=False),
    Column("counts", Text, nullable=False),
    Index("ix_tally_department", "department", "id"),
)

observation = Table(
    "observation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", String(32), ForeignKey("run.id"), nullable=False, index=True),
    Column("scope", Text, nullable=False),
    Column("sight", Text, nullable=False),
    Column("actual", String(64), ForeignKey("blob.sha256"), nullable=False),
)

scope = Table(
    "scope",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("observation", Integer, ForeignKey("observation.id"), nullable=False),
    Column("at", String(40), nullable=False),
)

# the one hash chain; *subject* is what an entry is about (a plan's digest), for look-up only:
# it and *run* stand in the facts too, which the hash covers
chain = Table(
    "chain",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("event", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Index("ix_chain_subject", "subject", "seq"),
)

lock = Table(
    "lock",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("token", String(32), nullable=False),
    Column("owner", Text, nullable=False),
    Column("since", String(40), nullable=False),
    Column("process", Text, nullable=False),
)
