"""Jobs of two kinds, ingestion and re-embedding, with how far they are."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("kind", sa.Text(), nullable=False, server_default="ingest"))
    op.add_column("jobs", sa.Column("done", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("total", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.execute("DELETE FROM jobs WHERE kind != 'ingest'")
    with op.batch_alter_table("jobs") as batch:
        for name in ("kind", "done", "total"):
            batch.drop_column(name)
