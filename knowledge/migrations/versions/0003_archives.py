"""Which archive a job came out of."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("parent", sa.Text()))
    op.create_index("jobs_by_parent", "jobs", ["parent"])


def downgrade() -> None:
    op.drop_index("jobs_by_parent", table_name="jobs")
    op.drop_column("jobs", "parent")
