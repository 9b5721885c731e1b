-- The web chat's transcript: what was said to and by each person with the page, in its present
-- state. Each change takes the next number of its person's sequence (seq); position is the number
-- that the message took when it was appended.

-- +goose Up

CREATE TABLE webchat_people (
    id         text PRIMARY KEY,               -- the address's platform id, derived from the cookie
    last_seq   bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
);

CREATE TABLE webchat_messages (
    person_id       text NOT NULL REFERENCES webchat_people (id) ON DELETE CASCADE,
    id              text NOT NULL,
    idempotency_key text NOT NULL,
    author          text NOT NULL CHECK (author IN ('person', 'carebell')),
    body            jsonb,                      -- chat.Message; null once deleted
    position        bigint NOT NULL,
    seq             bigint NOT NULL,
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    acknowledged_at timestamptz,                   -- when the page said that it has it
    PRIMARY KEY (person_id, id)
);
-- Each is the one probe of a question: was this sent before; what changed since; what stood before.
CREATE UNIQUE INDEX webchat_messages_key ON webchat_messages (person_id, idempotency_key);
CREATE UNIQUE INDEX webchat_messages_seq ON webchat_messages (person_id, seq);
CREATE UNIQUE INDEX webchat_messages_position ON webchat_messages (person_id, position);
CREATE INDEX webchat_messages_unacknowledged ON webchat_messages (person_id, seq)
    WHERE author = 'carebell' AND acknowledged_at IS NULL AND body IS NOT NULL;

REVOKE ALL ON webchat_people, webchat_messages FROM PUBLIC, anon, authenticated;
ALTER TABLE webchat_people ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE webchat_messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON webchat_people, webchat_messages TO carebell_app;
CREATE POLICY app ON webchat_people TO carebell_app USING (true) WITH CHECK (true);
CREATE POLICY app ON webchat_messages TO carebell_app USING (true) WITH CHECK (true);
