"""The tables of cases."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS cases (
  id TEXT PRIMARY KEY, number TEXT UNIQUE NOT NULL, status TEXT NOT NULL,
  category_code TEXT NOT NULL, category_name TEXT NOT NULL, category_kind TEXT NOT NULL,
  description TEXT NOT NULL, address TEXT NOT NULL, lon REAL, lat REAL, crs TEXT NOT NULL,
  district TEXT, district_name TEXT, subdistrict TEXT, subdistrict_name TEXT, grid TEXT, duty_grid TEXT,
  department TEXT, source TEXT NOT NULL, reporter TEXT NOT NULL, contact_phone TEXT, photos TEXT NOT NULL,
  standard_id TEXT, limit_kind TEXT, limit_value REAL, limit_source TEXT,
  file_due_at TEXT, dispatch_due_at TEXT, deadline_at TEXT,
  reported_at TEXT NOT NULL, updated_at TEXT NOT NULL, verified_at TEXT, accepted_at TEXT, filed_at TEXT,
  dispatched_at TEXT, received_at TEXT, finished_at TEXT, checked_at TEXT, suspended_at TEXT, closed_at TEXT,
  verify_result TEXT, check_result TEXT, reason TEXT, return_basis TEXT,
  urged_at TEXT, urge_count INTEGER NOT NULL DEFAULT 0, report_count INTEGER NOT NULL DEFAULT 1,
  rework_count INTEGER NOT NULL DEFAULT 0, return_count INTEGER NOT NULL DEFAULT 0,
  extension_count INTEGER NOT NULL DEFAULT 0,
  supervised INTEGER NOT NULL DEFAULT 0, supervised_at TEXT, supervise_reason TEXT,
  urgent INTEGER NOT NULL DEFAULT 0, self_handled INTEGER NOT NULL DEFAULT 0,
  casualties INTEGER, satisfaction TEXT, rated_at TEXT, rate_note TEXT,
  appeal_status TEXT, appeal_reason TEXT, appealed_at TEXT,
  forced_close INTEGER NOT NULL DEFAULT 0, merged_into TEXT, demo INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS cases_by_time ON cases (reported_at);
CREATE INDEX IF NOT EXISTS cases_by_grid ON cases (duty_grid, reported_at);
CREATE INDEX IF NOT EXISTS cases_by_department ON cases (department, reported_at);
CREATE INDEX IF NOT EXISTS cases_by_class ON cases (category_code, reported_at);
CREATE INDEX IF NOT EXISTS cases_by_deadline ON cases (deadline_at);
CREATE TABLE IF NOT EXISTS reports (
  id INTEGER PRIMARY KEY, case_id TEXT NOT NULL, reporter TEXT NOT NULL, at TEXT NOT NULL, source TEXT NOT NULL,
  description TEXT NOT NULL, address TEXT NOT NULL, contact_phone TEXT, photos TEXT NOT NULL, merged_from TEXT
);
CREATE INDEX IF NOT EXISTS reports_by_case ON reports (case_id, reporter);
CREATE INDEX IF NOT EXISTS reports_by_reporter ON reports (reporter, at);
CREATE TABLE IF NOT EXISTS tasks (
  id INTEGER PRIMARY KEY, case_id TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL, duty_grid TEXT,
  created_at TEXT NOT NULL, due_at TEXT NOT NULL, done_at TEXT, done_by TEXT, result TEXT, note TEXT,
  photos TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX IF NOT EXISTS tasks_by_case ON tasks (case_id, kind, status);
CREATE INDEX IF NOT EXISTS tasks_by_grid ON tasks (status, duty_grid);
CREATE TABLE IF NOT EXISTS approvals (
  id INTEGER PRIMARY KEY, case_id TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
  value REAL, asked_by TEXT NOT NULL, asked_at TEXT NOT NULL, decided_by TEXT, decided_at TEXT, note TEXT
);
CREATE INDEX IF NOT EXISTS approvals_by_case ON approvals (case_id, status);
CREATE TABLE IF NOT EXISTS notices (
  id INTEGER PRIMARY KEY, person TEXT NOT NULL, at TEXT NOT NULL, case_id TEXT NOT NULL, kind TEXT NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS notices_by_person ON notices (person, id);
CREATE TABLE IF NOT EXISTS events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, type TEXT NOT NULL, at TEXT NOT NULL,
  payload TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS webhooks (app TEXT PRIMARY KEY, url TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
  event INTEGER NOT NULL, app TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at REAL NOT NULL,
  delivered INTEGER NOT NULL DEFAULT 0, last_error TEXT, PRIMARY KEY (event, app)
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (delivered, next_at);
CREATE TABLE IF NOT EXISTS drafts (
  id TEXT PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL, owner TEXT NOT NULL, created_at TEXT NOT NULL
);
"""
