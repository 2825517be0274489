"""What a document said of its own end, what it rests on, and which documents are alike."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("documents", sa.Column("sources", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("documents", sa.Column("retrieved", sa.Text()))
    op.add_column("documents", sa.Column("own_effective_to", sa.Text()))
    op.add_column("documents", sa.Column("own_superseded_by", sa.Text()))
    # What was read or stated of a document has an origin; what another document caused has none.
    op.execute("UPDATE documents SET own_effective_to = effective_to WHERE origins LIKE '%\"effective_to\"%'")
    op.execute("UPDATE documents SET own_superseded_by = superseded_by WHERE origins LIKE '%\"superseded_by\"%'")
    op.create_table(
        "sketches",
        sa.Column("band", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("document_id", sa.Text(), sa.ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("sketches_by_document", "sketches", ["document_id"])
    op.create_table(
        "likenesses",
        sa.Column("document_id", sa.Text(), sa.ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("other_id", sa.Text(), sa.ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("share", sa.Float(), nullable=False),
    )
    op.create_index("likenesses_by_other", "likenesses", ["other_id"])


def downgrade() -> None:
    op.drop_table("likenesses")
    op.drop_table("sketches")
    with op.batch_alter_table("documents") as batch:
        for name in ("sources", "retrieved", "own_effective_to", "own_superseded_by"):
            batch.drop_column(name)
