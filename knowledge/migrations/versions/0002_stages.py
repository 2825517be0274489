"""Stages of documents, what was read from where, leases of jobs, marks of the indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_DOCUMENTS = (("repeals", "[]"), ("notes", "[]"), ("origins", "{}"), ("stage", "live"))


def upgrade() -> None:
    for name, default in _DOCUMENTS:
        op.add_column("documents", sa.Column(name, sa.Text(), nullable=False, server_default=default))
    op.create_index("documents_by_stage", "documents", ["stage"])
    op.add_column("jobs", sa.Column("worker", sa.Text()))
    op.add_column("jobs", sa.Column("lease_until", sa.Float()))
    op.add_column("jobs", sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("jobs_by_state", "jobs", ["state", "created_at"])
    op.execute("UPDATE jobs SET state = 'queued' WHERE state = 'running'")
    op.create_table(
        "marks", sa.Column("name", sa.Text(), primary_key=True), sa.Column("value", sa.Text(), nullable=False)
    )


def downgrade() -> None:
    op.drop_table("marks")
    op.drop_index("jobs_by_state", table_name="jobs")
    op.execute("UPDATE jobs SET state = 'running' WHERE state IN ('reading', 'cutting', 'embedding')")
    op.execute("DELETE FROM documents WHERE stage != 'live'")
    for name in ("worker", "lease_until", "attempts"):
        op.drop_column("jobs", name)
    op.drop_index("documents_by_stage", table_name="documents")
    for name, _ in _DOCUMENTS:
        op.drop_column("documents", name)
