"""The desk's tables. Times are ISO 8601 text in UTC; JSON is text; personal data only sealed (`vault`, `payload`)."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint

metadata = MetaData()


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    _text("owner"),
    _text("title"),
    _text("agent", null=True),
    _text("waiting", null=True),
    _text("vault"),
    _text("idempotency_key", null=True),
    _text("created_at"),
    _text("updated_at"),
    _text("handoff", null=True),
    UniqueConstraint("owner", "idempotency_key"),
    Index("conversations_by_handoff", "handoff"),
    Index("conversations_by_owner", "owner", "updated_at"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("sequence", Integer, nullable=False),
    _text("state"),
    _text("text"),
    _text("reply", null=True),
    _text("idempotency_key", null=True),
    _text("request_hash"),
    _text("created_at"),
    _text("finished_at", null=True),
    UniqueConstraint("conversation_id", "sequence"),
    UniqueConstraint("conversation_id", "idempotency_key"),
)

steps = Table(
    "steps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("turn_id", Text, ForeignKey("turns.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    _text("kind"),
    _text("title"),
    _text("at"),
    _text("details"),
    UniqueConstraint("turn_id", "ordinal"),
)

actions = Table(
    "actions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    _text("turn_id"),
    _text("agent"),
    _text("tool"),
    _text("title"),
    _text("arguments"),
    _text("arguments_hash"),
    _text("summary"),
    _text("state"),
    _text("claims", null=True),
    _text("expires_at"),
    _text("lease_until", null=True),
    _text("decision_key", null=True),
    _text("decision_turn", null=True),
    _text("problem", null=True),
    Index("actions_by_conversation", "conversation_id", "state"),
    Index("actions_by_state", "state"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("action_id", Text, primary_key=True),
    _text("conversation_id"),
    _text("tool"),
    _text("title"),
    _text("object_id"),
    _text("at"),
    _text("by"),
    Index("receipts_by_object", "object_id"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("turn_id", Text, ForeignKey("turns.id", ondelete="CASCADE"), nullable=False),
    _text("rating"),
    _text("comment", null=True),
    _text("at"),
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("sequence", Integer, nullable=False),
    _text("at"),
    _text("kind"),
    _text("key", null=True),
    _text("payload"),
    UniqueConstraint("conversation_id", "sequence"),
    UniqueConstraint("conversation_id", "key"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    _text("key"),
    _text("claims"),
    _text("payload"),
    UniqueConstraint("key"),
    Index("outbox_by_conversation", "conversation_id", "id"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    _text("hash"),
    _text("name"),
    _text("roles"),
    _text("duties"),
    _text("created_by"),
    _text("created_at"),
    _text("expires_at", null=True),
    _text("revoked_at", null=True),
    _text("idempotency_key", null=True),
    UniqueConstraint("hash"),
    UniqueConstraint("created_by", "idempotency_key"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("at"),
    _text("who"),
    _text("event"),
    _text("object"),
    _text("details"),
)
