"""Files that wait for ingestion stand apart from their jobs, in pieces: a job's row is written often."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "job_pieces",
        sa.Column("job_id", sa.Text(), primary_key=True),
        sa.Column("ordinal", sa.Integer(), primary_key=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )
    op.execute("INSERT INTO job_pieces (job_id, ordinal, data) SELECT id, 0, data FROM jobs WHERE data IS NOT NULL")
    op.add_column("jobs", sa.Column("size", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE jobs SET size = length(data) WHERE data IS NOT NULL")
    with op.batch_alter_table("jobs") as batch:
        batch.drop_column("data")


def downgrade() -> None:
    op.add_column("jobs", sa.Column("data", sa.LargeBinary()))
    # Files in several pieces cannot be put together in SQL: their jobs end, to be uploaded again.
    op.execute("UPDATE jobs SET data = (SELECT data FROM job_pieces WHERE job_id = jobs.id AND ordinal = 0)")
    op.execute(
        "UPDATE jobs SET state = 'failed', data = NULL WHERE id IN (SELECT job_id FROM job_pieces WHERE ordinal = 1)"
    )
    with op.batch_alter_table("jobs") as batch:
        batch.drop_column("size")
    op.drop_table("job_pieces")
