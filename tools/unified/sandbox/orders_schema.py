"""The tables of hotline orders."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
  number TEXT PRIMARY KEY, kind TEXT NOT NULL, nature TEXT NOT NULL, channel TEXT NOT NULL, status TEXT NOT NULL,
  demand TEXT NOT NULL, address TEXT, district TEXT, district_name TEXT, category_code TEXT, category_name TEXT,
  confidence REAL, urgent INTEGER NOT NULL DEFAULT 0, anonymous INTEGER NOT NULL DEFAULT 0,
  caller TEXT NOT NULL, caller_name TEXT, contact_phone TEXT, repeat_of TEXT,
  lead_unit TEXT, dispatch_basis TEXT, dispatch_note TEXT, dispatched_at TEXT, due_at TEXT,
  limit_kind TEXT, limit_value REAL, extension_count INTEGER NOT NULL DEFAULT 0, extension_reason TEXT,
  return_count INTEGER NOT NULL DEFAULT 0, return_reason TEXT, return_basis TEXT,
  reply TEXT, replied_at TEXT, visited_at TEXT, contacted INTEGER, solved INTEGER, satisfaction TEXT, visit_note TEXT,
  reopen_count INTEGER NOT NULL DEFAULT 0, reopen_reason TEXT, reason TEXT,
  received_at TEXT NOT NULL, accepted_at TEXT, closed_at TEXT, updated_at TEXT NOT NULL,
  conversation TEXT, packet TEXT NOT NULL DEFAULT '{}', demo INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS orders_by_time ON orders (received_at);
CREATE INDEX IF NOT EXISTS orders_by_caller ON orders (caller, received_at);
CREATE INDEX IF NOT EXISTS orders_by_unit ON orders (lead_unit, received_at);
CREATE INDEX IF NOT EXISTS orders_by_conversation ON orders (conversation);
CREATE TABLE IF NOT EXISTS order_dispatches (
  id INTEGER PRIMARY KEY, order_number TEXT NOT NULL, unit TEXT NOT NULL, basis TEXT NOT NULL, note TEXT,
  by TEXT NOT NULL, at TEXT NOT NULL, returned_at TEXT, return_reason TEXT, return_basis TEXT
);
CREATE INDEX IF NOT EXISTS order_dispatches_by_order ON order_dispatches (order_number, id);
CREATE TABLE IF NOT EXISTS order_messages (
  id INTEGER PRIMARY KEY, order_number TEXT NOT NULL, at TEXT NOT NULL, author TEXT NOT NULL, person TEXT NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS order_messages_by_order ON order_messages (order_number, id);
"""
