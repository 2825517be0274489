"""The tables of cases."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS cases (
  id TEXT PRIMARY KEY, number TEXT UNIQUE NOT NULL, status TEXT NOT NULL,
  category_code TEXT NOT NULL, category_name TEXT NOT NULL, category_kind TEXT NOT NULL,
  description TEXT NOT NULL, address TEXT NOT NULL, lon REAL, lat REAL, crs TEXT NOT NULL,
  district TEXT, district_name TEXT, subdistrict TEXT, subdistrict_name TEXT, grid TEXT, duty_grid TEXT,
  department TEXT, source TEXT NOT NULL, reporter TEXT NOT NULL, contact_phone TEXT, photos TEXT NOT NULL,
  deadline_at TEXT, reported_at TEXT NOT NULL, updated_at TEXT NOT NULL, filed_at TEXT, dispatched_at TEXT,
  received_at TEXT, finished_at TEXT, checked_at TEXT, closed_at TEXT,
  urged_at TEXT, urge_count INTEGER NOT NULL DEFAULT 0, reason TEXT
);
CREATE INDEX IF NOT EXISTS cases_by_reporter ON cases (reporter, reported_at);
CREATE INDEX IF NOT EXISTS cases_by_time ON cases (reported_at);
CREATE INDEX IF NOT EXISTS cases_by_grid ON cases (duty_grid, reported_at);
CREATE INDEX IF NOT EXISTS cases_by_department ON cases (department, reported_at);
"""
