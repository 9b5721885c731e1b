-- The web chat's transcript: what was said to and by each person with the page, in its present
-- state. Each change takes the next number of its person's sequence (seq); position is the number
-- that the message took when it was appended.

-- +goose Up

CREATE TABLE webchat_people (
    id         TEXT PRIMARY KEY,               -- the address's platform id, derived from the cookie
    last_seq   INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE webchat_messages (
    person_id       TEXT NOT NULL REFERENCES webchat_people (id) ON DELETE CASCADE,
    id              TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    author          TEXT NOT NULL CHECK (author IN ('person', 'carebell')),
    body            TEXT,                      -- chat.Message; null once deleted
    position        INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    changed_at      INTEGER NOT NULL,
    acknowledged_at INTEGER,                   -- when the page said that it has it
    PRIMARY KEY (person_id, id)
) STRICT, WITHOUT ROWID;
-- Each is the one probe of a question: was this sent before; what changed since; what stood before.
CREATE UNIQUE INDEX webchat_messages_key ON webchat_messages (person_id, idempotency_key);
CREATE UNIQUE INDEX webchat_messages_seq ON webchat_messages (person_id, seq);
CREATE UNIQUE INDEX webchat_messages_position ON webchat_messages (person_id, position);
CREATE INDEX webchat_messages_unacknowledged ON webchat_messages (person_id, seq)
    WHERE author = 'carebell' AND acknowledged_at IS NULL AND body IS NOT NULL;
