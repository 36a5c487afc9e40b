-- Tensors never go in here: only what is small and was expensive to find out.
CREATE TABLE model(
    id INTEGER PRIMARY KEY CHECK (id = 1),
    path TEXT NOT NULL,
    key TEXT NOT NULL,          -- contentKey in hexadecimal
    bytes INTEGER NOT NULL
) STRICT;
CREATE TABLE allocation(
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,  -- 'current' is what the window shows
    created_at TEXT NOT NULL DEFAULT (datetime('now'))
) STRICT;
CREATE TABLE choice(
    allocation INTEGER NOT NULL REFERENCES allocation(id) ON DELETE CASCADE,
    layer TEXT NOT NULL,
    format TEXT NOT NULL,
    method TEXT NOT NULL,
    parameters_json TEXT NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (allocation, layer)
) STRICT, WITHOUT ROWID;
CREATE TABLE edit(              -- every finished change with what it did, for the history
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    kl REAL,                    -- measured, nats per token; null until then
    created_at TEXT NOT NULL DEFAULT (datetime('now'))
) STRICT;
CREATE TABLE result(            -- safe to delete: found again by computing
    key BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    value BLOB NOT NULL,
    created_at TEXT NOT NULL DEFAULT (datetime('now'))
) STRICT, WITHOUT ROWID;
CREATE TABLE setting(
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
