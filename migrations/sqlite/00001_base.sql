-- Times are INTEGER microseconds since 1970 in UTC. Ids are UUIDv7 text unless a comment says
-- otherwise. JSON is text. Statuses and their set are explained in the package delivery.

-- +goose Up

CREATE TABLE patients (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL DEFAULT '',
    language       TEXT NOT NULL DEFAULT '',   -- BCP 47; '' until known
    zone           TEXT NOT NULL DEFAULT '',   -- IANA; '' until known
    zone_confirmed INTEGER NOT NULL DEFAULT 0, -- 1 once the person said so
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE addresses (
    id                TEXT PRIMARY KEY,
    patient_id        TEXT NOT NULL REFERENCES patients (id),
    channel           TEXT NOT NULL,
    platform_id       TEXT NOT NULL,
    reachable         INTEGER NOT NULL DEFAULT 1,
    unreachable_why   TEXT NOT NULL DEFAULT '',
    unreachable_since INTEGER,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    UNIQUE (channel, platform_id)
) STRICT;
CREATE INDEX addresses_patient ON addresses (patient_id);

CREATE TABLE consents (
    id           TEXT PRIMARY KEY,
    patient_id   TEXT NOT NULL REFERENCES patients (id),
    text_version TEXT NOT NULL,
    language     TEXT NOT NULL,
    channel      TEXT NOT NULL,
    message_id   TEXT NOT NULL DEFAULT '',     -- the message that was answered with yes
    given_at     INTEGER NOT NULL,
    withdrawn_at INTEGER
) STRICT;
CREATE INDEX consents_patient ON consents (patient_id, given_at);

CREATE TABLE schedules (
    id           TEXT PRIMARY KEY,
    code         TEXT NOT NULL,                -- what people call it: K7Q2
    patient_id   TEXT NOT NULL REFERENCES patients (id),
    recipient_id TEXT NOT NULL REFERENCES addresses (id),
    draft_id     TEXT UNIQUE,                  -- the conversation that made it: at most one series each
    message      TEXT NOT NULL,
    template_key TEXT NOT NULL,
    parameters   TEXT NOT NULL DEFAULT '{}',
    rule         TEXT NOT NULL,                -- RFC 5545 lines
    zone         TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('active', 'paused', 'finished', 'cancelled')),
    status_why   TEXT NOT NULL DEFAULT '',
    max_lateness_seconds INTEGER NOT NULL,     -- the template's; each occurrence narrows its own
    version      INTEGER NOT NULL DEFAULT 1,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX schedules_patient ON schedules (patient_id, status);

CREATE TABLE scheduled_messages (
    id                      TEXT PRIMARY KEY,
    patient_id              TEXT NOT NULL REFERENCES patients (id),
    recipient_id            TEXT NOT NULL REFERENCES addresses (id),
    platform                TEXT NOT NULL,
    message_content         TEXT NOT NULL,
    scheduled_time          INTEGER NOT NULL,
    template_key            TEXT NOT NULL,
    parameters              TEXT NOT NULL DEFAULT '{}',
    recurrence_pattern      TEXT,              -- {"rrule","tz"} or null
    status                  TEXT NOT NULL CHECK (status IN ('pending', 'paused', 'sending', 'sent',
                                'delivered', 'read', 'failed', 'unknown', 'expired', 'cancelled')),
    error_message           TEXT NOT NULL DEFAULT '',
    sent_at                 INTEGER,
    failed_at               INTEGER,
    created_at              INTEGER NOT NULL,
    updated_at              INTEGER NOT NULL,
    attempts                INTEGER NOT NULL DEFAULT 0,
    last_attempt_time       INTEGER,
    priority                INTEGER NOT NULL DEFAULT 2,
    metadata                TEXT NOT NULL DEFAULT '{}',
    delivery_window_seconds INTEGER NOT NULL,  -- the most that it may be late
    schedule_id             TEXT NOT NULL REFERENCES schedules (id),
    slot_key                TEXT NOT NULL,
    kind                    TEXT NOT NULL DEFAULT 'occurrence',
    parent_id               TEXT,
    next_attempt_time       INTEGER,           -- null: nothing more will be tried
    lease_until             INTEGER,
    lease_token             TEXT,
    cancel_requested        INTEGER NOT NULL DEFAULT 0,
    copies                  INTEGER NOT NULL DEFAULT 0, -- requests of the present part that may have arrived
    marked                  INTEGER NOT NULL DEFAULT 0, -- 1: the next copy carries the repeat mark
    platform_ids            TEXT NOT NULL DEFAULT '[]', -- the platform's id of each part sent so far
    notice_id               TEXT,              -- the outbox row that told the person of its expiry
    UNIQUE (schedule_id, slot_key)
) STRICT;
-- Each is the one probe of a question: what is due; who is being written to now; whose lease
-- ended; what a person's list and status show; which expiries nobody was told of.
CREATE INDEX scheduled_messages_due ON scheduled_messages (next_attempt_time)
    WHERE status IN ('pending', 'unknown') AND next_attempt_time IS NOT NULL;
CREATE INDEX scheduled_messages_sending ON scheduled_messages (recipient_id) WHERE status = 'sending';
CREATE INDEX scheduled_messages_leases ON scheduled_messages (lease_until) WHERE status = 'sending';
CREATE INDEX scheduled_messages_patient ON scheduled_messages (patient_id, scheduled_time);
CREATE INDEX scheduled_messages_time ON scheduled_messages (scheduled_time);
CREATE INDEX scheduled_messages_next ON scheduled_messages (schedule_id, scheduled_time)
    WHERE status IN ('pending', 'paused');
CREATE INDEX scheduled_messages_open ON scheduled_messages (patient_id, scheduled_time)
    WHERE status IN ('pending', 'sending');
CREATE INDEX scheduled_messages_untold ON scheduled_messages (patient_id)
    WHERE status = 'expired' AND notice_id IS NULL;

CREATE TABLE outbox (
    seq                     INTEGER PRIMARY KEY AUTOINCREMENT, -- the order of leaving, per address
    id                      TEXT NOT NULL UNIQUE,
    recipient_id            TEXT NOT NULL REFERENCES addresses (id),
    platform                TEXT NOT NULL,
    kind                    TEXT NOT NULL CHECK (kind IN ('reply', 'notice', 'alert')),
    operation               TEXT NOT NULL CHECK (operation IN ('send', 'edit', 'delete')),
    target_id               TEXT,              -- the row whose message is edited or deleted
    body                    TEXT NOT NULL,     -- chat.Message
    status                  TEXT NOT NULL CHECK (status IN ('pending', 'paused', 'sending', 'sent',
                                'delivered', 'read', 'failed', 'unknown', 'expired', 'cancelled')),
    error_message           TEXT NOT NULL DEFAULT '',
    scheduled_time          INTEGER NOT NULL,
    sent_at                 INTEGER,
    failed_at               INTEGER,
    created_at              INTEGER NOT NULL,
    updated_at              INTEGER NOT NULL,
    attempts                INTEGER NOT NULL DEFAULT 0,
    last_attempt_time       INTEGER,
    priority                INTEGER NOT NULL DEFAULT 0,
    delivery_window_seconds INTEGER NOT NULL,
    next_attempt_time       INTEGER,
    lease_until             INTEGER,
    lease_token             TEXT,
    cancel_requested        INTEGER NOT NULL DEFAULT 0,
    copies                  INTEGER NOT NULL DEFAULT 0,
    marked                  INTEGER NOT NULL DEFAULT 0,
    platform_ids            TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX outbox_due ON outbox (next_attempt_time)
    WHERE status IN ('pending', 'unknown') AND next_attempt_time IS NOT NULL;
CREATE INDEX outbox_open ON outbox (recipient_id, priority, seq)
    WHERE status IN ('pending', 'sending', 'unknown') AND next_attempt_time IS NOT NULL;
CREATE INDEX outbox_sending ON outbox (recipient_id) WHERE status = 'sending';
CREATE INDEX outbox_leases ON outbox (lease_until) WHERE status = 'sending';
CREATE INDEX outbox_target ON outbox (target_id) WHERE target_id IS NOT NULL;

CREATE TABLE delivery_attempts (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id   TEXT NOT NULL,                -- a row of scheduled_messages or outbox
    attempt      INTEGER NOT NULL,
    part         INTEGER NOT NULL,
    marked       INTEGER NOT NULL,
    lease_token  TEXT NOT NULL,
    started_at   INTEGER NOT NULL,             -- the intent, committed before the request
    ended_at     INTEGER,
    outcome      TEXT,                         -- null: no outcome known yet
    error_code   INTEGER,
    error        TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX delivery_attempts_message ON delivery_attempts (message_id, attempt);

CREATE TABLE platform_messages (
    channel     TEXT NOT NULL,
    chat_id     TEXT NOT NULL,
    platform_id TEXT NOT NULL,
    message_id  TEXT,                          -- null while only a receipt is known of it
    progress    TEXT,                          -- delivered | read, when it came before the outcome
    PRIMARY KEY (channel, chat_id, platform_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE status_history (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL,
    old_status TEXT NOT NULL,
    new_status TEXT NOT NULL,
    reason     TEXT NOT NULL DEFAULT '',
    at         INTEGER NOT NULL
) STRICT;
CREATE INDEX status_history_message ON status_history (message_id);

CREATE TABLE conversations (
    id         TEXT PRIMARY KEY,               -- ten random characters: the draft id in a button
    patient_id TEXT NOT NULL REFERENCES patients (id),
    address_id TEXT NOT NULL REFERENCES addresses (id),
    kind       TEXT NOT NULL,
    step       TEXT NOT NULL,
    status     TEXT NOT NULL CHECK (status IN ('open', 'done', 'dropped', 'expired')),
    version    INTEGER NOT NULL,
    data       TEXT NOT NULL,
    card_id    TEXT,                           -- the outbox row that shows its buttons
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX conversations_open ON conversations (patient_id, updated_at) WHERE status = 'open';

CREATE TABLE inbox (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    channel     TEXT NOT NULL,
    update_id   TEXT NOT NULL,
    chat_id     TEXT NOT NULL,                 -- '' when it could not be decoded
    body        TEXT NOT NULL,                 -- chat.Update; as received when quarantined
    status      TEXT NOT NULL CHECK (status IN ('new', 'handled', 'quarantined')),
    reason      TEXT NOT NULL DEFAULT '',
    attempts    INTEGER NOT NULL DEFAULT 0,
    retry_at    INTEGER NOT NULL DEFAULT 0,    -- not handled before
    received_at INTEGER NOT NULL,
    handled_at  INTEGER,
    UNIQUE (channel, update_id)
) STRICT;
CREATE INDEX inbox_new ON inbox (channel, chat_id, seq) WHERE status = 'new';

CREATE TABLE channels (
    channel      TEXT PRIMARY KEY,
    paused_until INTEGER NOT NULL,             -- nothing leaves before
    reason       TEXT NOT NULL
) STRICT;

CREATE TABLE audit_log (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,                     -- patient id, or 'carebell'
    action  TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    detail  TEXT NOT NULL DEFAULT '{}'
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER audit_log_append_only_update BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_log_append_only_delete BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- +goose StatementEnd
