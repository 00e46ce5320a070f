"""The first tables: runs, findings, observations, chain and locks."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("started", sa.String(40), nullable=False),
        sa.Column("ended", sa.String(40)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("exit_code", sa.Integer),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("revision", sa.String(64), nullable=False),
        sa.Column("clean", sa.Boolean),
        sa.Column("tool", sa.String(32), nullable=False),
        sa.Column("complete", sa.Boolean),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("process", sa.Text, nullable=False),
        sa.Column("findings", sa.String(64), sa.ForeignKey("blob.sha256")),
        sa.Column("outcome", sa.String(64), sa.ForeignKey("blob.sha256")),
    )
    op.create_index("ix_run_started", "run", ["started"])
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("run", sa.String(32), sa.ForeignKey("run.id"), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_finding_ref", "finding", ["ref", "id"])
    op.create_table(
        "item",
        sa.Column("ref", sa.Text, primary_key=True),
        sa.Column("finding", sa.Integer, sa.ForeignKey("finding.id"), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_table(
        "observation",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run", sa.String(32), sa.ForeignKey("run.id"), nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("sight", sa.Text, nullable=False),
        sa.Column("actual", sa.String(64), sa.ForeignKey("blob.sha256"), nullable=False),
    )
    op.create_index("ix_observation_run", "observation", ["run"])
    op.create_table(
        "scope",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("observation", sa.Integer, sa.ForeignKey("observation.id"), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_table(
        "chain",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("prev", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
    )
    op.create_index("ix_chain_subject", "chain", ["subject", "seq"])
    op.create_table(
        "lock",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("since", sa.String(40), nullable=False),
        sa.Column("process", sa.Text, nullable=False),
    )
