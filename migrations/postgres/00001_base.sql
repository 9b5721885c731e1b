-- Ids are UUIDv7 unless a comment says otherwise; times are timestamptz. The tables and their
-- meanings are those of sqlite/00001_base.sql; statuses are explained in the package delivery.

-- +goose Up

CREATE TABLE patients (
    id             uuid PRIMARY KEY,
    user_id        uuid UNIQUE,                -- their login (auth.uid()), once they have one
    name           text NOT NULL DEFAULT '',
    language       text NOT NULL DEFAULT '',   -- BCP 47; '' until known
    zone           text NOT NULL DEFAULT '',   -- IANA; '' until known
    zone_confirmed boolean NOT NULL DEFAULT false, -- 1 once the person said so
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL
);

CREATE TABLE addresses (
    id                uuid PRIMARY KEY,
    patient_id        uuid NOT NULL REFERENCES patients (id),
    channel           text NOT NULL,
    platform_id       text NOT NULL,
    reachable         boolean NOT NULL DEFAULT true,
    unreachable_why   text NOT NULL DEFAULT '',
    unreachable_since timestamptz,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    UNIQUE (channel, platform_id)
);
CREATE INDEX addresses_patient ON addresses (patient_id);

CREATE TABLE consents (
    id           uuid PRIMARY KEY,
    patient_id   uuid NOT NULL REFERENCES patients (id),
    text_version text NOT NULL,
    language     text NOT NULL,
    channel      text NOT NULL,
    message_id   text NOT NULL DEFAULT '',     -- the message that was answered with yes
    given_at     timestamptz NOT NULL,
    withdrawn_at timestamptz
);
CREATE INDEX consents_patient ON consents (patient_id, given_at);

CREATE TABLE schedules (
    id           uuid PRIMARY KEY,
    code         text NOT NULL,                -- what people call it: K7Q2
    patient_id   uuid NOT NULL REFERENCES patients (id),
    recipient_id uuid NOT NULL REFERENCES addresses (id),
    draft_id     text UNIQUE,                  -- the conversation that made it: at most one series each
    message      text NOT NULL,
    template_key text NOT NULL,
    parameters   jsonb NOT NULL DEFAULT '{}',
    rule         text NOT NULL,                -- RFC 5545 lines
    zone         text NOT NULL,
    status       text NOT NULL CHECK (status IN ('active', 'paused', 'finished', 'cancelled')),
    status_why   text NOT NULL DEFAULT '',
    max_lateness_seconds integer NOT NULL,     -- the template's; each occurrence narrows its own
    version      integer NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL
);
CREATE INDEX schedules_patient ON schedules (patient_id, status);

CREATE TABLE scheduled_messages (
    id                      uuid PRIMARY KEY,
    patient_id              uuid NOT NULL REFERENCES patients (id),
    recipient_id            uuid NOT NULL REFERENCES addresses (id),
    platform                text NOT NULL,
    message_content         text NOT NULL,
    scheduled_time          timestamptz NOT NULL,
    template_key            text NOT NULL,
    parameters              jsonb NOT NULL DEFAULT '{}',
    recurrence_pattern      jsonb,              -- {"rrule","tz"} or null
    status                  text NOT NULL CHECK (status IN ('pending', 'paused', 'sending', 'sent',
                                'delivered', 'read', 'failed', 'unknown', 'expired', 'cancelled')),
    error_message           text NOT NULL DEFAULT '',
    sent_at                 timestamptz,
    failed_at               timestamptz,
    created_at              timestamptz NOT NULL,
    updated_at              timestamptz NOT NULL,
    attempts                integer NOT NULL DEFAULT 0,
    last_attempt_time       timestamptz,
    priority                integer NOT NULL DEFAULT 2,
    metadata                jsonb NOT NULL DEFAULT '{}',
    delivery_window_seconds integer NOT NULL,  -- the most that it may be late
    schedule_id             uuid NOT NULL REFERENCES schedules (id),
    slot_key                text NOT NULL,
    kind                    text NOT NULL DEFAULT 'occurrence',
    parent_id               uuid,
    next_attempt_time       timestamptz,           -- null: nothing more will be tried
    lease_until             timestamptz,
    lease_token             text,
    cancel_requested        boolean NOT NULL DEFAULT false,
    copies                  integer NOT NULL DEFAULT 0, -- requests of the present part that may have arrived
    marked                  boolean NOT NULL DEFAULT false, -- 1: the next copy carries the repeat mark
    platform_ids            jsonb NOT NULL DEFAULT '[]', -- the platform's id of each part sent so far
    notice_id               uuid,              -- the outbox row that told the person of its expiry
    UNIQUE (schedule_id, slot_key)
);
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
    seq                     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the order of leaving, per address
    id                      uuid NOT NULL UNIQUE,
    recipient_id            uuid NOT NULL REFERENCES addresses (id),
    platform                text NOT NULL,
    kind                    text NOT NULL CHECK (kind IN ('reply', 'notice', 'alert')),
    operation               text NOT NULL CHECK (operation IN ('send', 'edit', 'delete')),
    target_id               uuid,              -- the row whose message is edited or deleted
    body                    jsonb NOT NULL,     -- chat.Message
    status                  text NOT NULL CHECK (status IN ('pending', 'paused', 'sending', 'sent',
                                'delivered', 'read', 'failed', 'unknown', 'expired', 'cancelled')),
    error_message           text NOT NULL DEFAULT '',
    scheduled_time          timestamptz NOT NULL,
    sent_at                 timestamptz,
    failed_at               timestamptz,
    created_at              timestamptz NOT NULL,
    updated_at              timestamptz NOT NULL,
    attempts                integer NOT NULL DEFAULT 0,
    last_attempt_time       timestamptz,
    priority                integer NOT NULL DEFAULT 0,
    delivery_window_seconds integer NOT NULL,
    next_attempt_time       timestamptz,
    lease_until             timestamptz,
    lease_token             text,
    cancel_requested        boolean NOT NULL DEFAULT false,
    copies                  integer NOT NULL DEFAULT 0,
    marked                  boolean NOT NULL DEFAULT false,
    platform_ids            jsonb NOT NULL DEFAULT '[]'
);
CREATE INDEX outbox_due ON outbox (next_attempt_time)
    WHERE status IN ('pending', 'unknown') AND next_attempt_time IS NOT NULL;
CREATE INDEX outbox_open ON outbox (recipient_id, priority, seq)
    WHERE status IN ('pending', 'sending', 'unknown') AND next_attempt_time IS NOT NULL;
CREATE INDEX outbox_sending ON outbox (recipient_id) WHERE status = 'sending';
CREATE INDEX outbox_leases ON outbox (lease_until) WHERE status = 'sending';
CREATE INDEX outbox_target ON outbox (target_id) WHERE target_id IS NOT NULL;

CREATE TABLE delivery_attempts (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id   uuid NOT NULL,                -- a row of scheduled_messages or outbox
    attempt      integer NOT NULL,
    part         integer NOT NULL,
    marked       boolean NOT NULL,
    lease_token  text NOT NULL,
    started_at   timestamptz NOT NULL,             -- the intent, committed before the request
    ended_at     timestamptz,
    outcome      text,                         -- null: no outcome known yet
    error_code   integer,
    error        text NOT NULL DEFAULT ''
);
CREATE INDEX delivery_attempts_message ON delivery_attempts (message_id, attempt);

CREATE TABLE platform_messages (
    channel     text NOT NULL,
    chat_id     text NOT NULL,
    platform_id text NOT NULL,
    message_id  uuid,                          -- null while only a receipt is known of it
    progress    text,                          -- delivered | read, when it came before the outcome
    PRIMARY KEY (channel, chat_id, platform_id)
);

CREATE TABLE status_history (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id uuid NOT NULL,
    old_status text NOT NULL,
    new_status text NOT NULL,
    reason     text NOT NULL DEFAULT '',
    at         timestamptz NOT NULL
);
CREATE INDEX status_history_message ON status_history (message_id);

CREATE TABLE conversations (
    id         text PRIMARY KEY,               -- ten random characters: the draft id in a button
    patient_id uuid NOT NULL REFERENCES patients (id),
    address_id uuid NOT NULL REFERENCES addresses (id),
    kind       text NOT NULL,
    step       text NOT NULL,
    status     text NOT NULL CHECK (status IN ('open', 'done', 'dropped', 'expired')),
    version    integer NOT NULL,
    data       jsonb NOT NULL,
    card_id    uuid,                           -- the outbox row that shows its buttons
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX conversations_open ON conversations (patient_id, updated_at) WHERE status = 'open';

CREATE TABLE inbox (
    seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel     text NOT NULL,
    update_id   text NOT NULL,
    chat_id     text NOT NULL,                 -- '' when it could not be decoded
    body        bytea NOT NULL,                 -- chat.Update as JSON; as received when quarantined
    status      text NOT NULL CHECK (status IN ('new', 'handled', 'quarantined')),
    reason      text NOT NULL DEFAULT '',
    attempts    integer NOT NULL DEFAULT 0,
    retry_at    timestamptz NOT NULL DEFAULT '-infinity',    -- not handled before
    received_at timestamptz NOT NULL,
    handled_at  timestamptz,
    UNIQUE (channel, update_id)
);
CREATE INDEX inbox_new ON inbox (channel, chat_id, seq) WHERE status = 'new';

CREATE TABLE channels (
    channel      text PRIMARY KEY,
    paused_until timestamptz NOT NULL,             -- nothing leaves before
    reason       text NOT NULL
);

CREATE TABLE audit_log (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    actor   text NOT NULL,                     -- patient id, or 'carebell'
    action  text NOT NULL,
    subject text NOT NULL DEFAULT '',
    detail  jsonb NOT NULL DEFAULT '{}'
);

-- +goose StatementBegin
CREATE FUNCTION audit_log_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'the audit log is append-only'; END$$;
-- +goose StatementEnd
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_append_only();

-- Each process with this database open: it holds the session advisory lock (classid 1128352834,
-- lock_key) as long as it lives. Whoever can take a lock that should be held fences its owner.
CREATE SEQUENCE instances_lock_key AS integer CYCLE;
CREATE TABLE instances (
    id         uuid PRIMARY KEY,               -- the epoch that begins each of its lease tokens
    lock_key   integer NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    fenced_at  timestamptz                     -- it was found dead: its claims are others' now
);
CREATE INDEX instances_alive ON instances (lock_key) WHERE fenced_at IS NULL;

-- Who may do what. The login is a member of these roles and takes one per transaction; row-level
-- security is forced, so that a forgotten role, and the owner too, see nothing.

-- +goose StatementBegin
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['carebell_app', 'carebell_worker', 'carebell_metrics', 'anon', 'authenticated', 'service_role'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
    FOREACH wanted IN ARRAY ARRAY['carebell_app', 'carebell_worker', 'carebell_metrics'] LOOP
        IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        END IF;
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'auth') THEN
        CREATE SCHEMA auth;
    END IF;
    IF to_regprocedure('auth.uid()') IS NULL THEN
        CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE plpgsql STABLE AS $uid$
        BEGIN
            RETURN (NULLIF(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid;
        EXCEPTION WHEN data_exception THEN
            RETURN NULL; -- a malformed claim is nobody, and its words are told to nobody
        END $uid$;
        GRANT USAGE ON SCHEMA auth TO anon, authenticated, service_role;
        GRANT EXECUTE ON FUNCTION auth.uid() TO anon, authenticated, service_role;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO carebell_app, carebell_worker, carebell_metrics, authenticated', current_schema());
END $$;
-- +goose StatementEnd

-- Supabase grants new tables to its roles by default.
REVOKE ALL ON patients, addresses, consents, schedules, scheduled_messages, outbox, delivery_attempts, platform_messages, status_history, conversations, inbox, channels, audit_log, instances
    FROM PUBLIC, anon, authenticated;
ALTER TABLE patients ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE addresses ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE consents ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE schedules ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE scheduled_messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE delivery_attempts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE platform_messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE status_history ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE conversations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE inbox ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE channels ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE instances ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- carebell_app receives, and commits turns.
GRANT SELECT, INSERT, UPDATE ON patients, addresses, consents, schedules, scheduled_messages, outbox, conversations, inbox,
    channels TO carebell_app;
GRANT SELECT, INSERT ON status_history TO carebell_app;
GRANT INSERT ON audit_log TO carebell_app;
GRANT SELECT ON goose_db_version TO carebell_app;
CREATE POLICY app ON patients TO carebell_app USING (true) WITH CHECK (true);
CREATE POLICY app ON addresses TO carebell_app USING (true) WITH CHECK (true);
CREATE POLICY app ON consents TO carebell_app USING (true) WITH CHECK (true);
CREATE POLICY app ON schedules TO carebell_app USING (true) WITH CHECK (true);
CREATE POLICY app ON scheduled_messages TO carebell_app USING (true) WITH CHECK (true);
CREATE POLICY app ON outbox TO carebell_app USING (true) WITH CHECK (true);
CREATE POLICY app ON conversations TO carebell_app USING (true) WITH CHECK (true);
CREATE POLICY app ON inbox TO carebell_app USING (true) WITH CHECK (true);
CREATE POLICY app ON channels TO carebell_app USING (true) WITH CHECK (true);
CREATE POLICY app ON status_history TO carebell_app USING (true) WITH CHECK (true);
CREATE POLICY app ON audit_log FOR INSERT TO carebell_app WITH CHECK (true);

-- carebell_worker claims, sends and records. It changes how a message stands and never what it
-- says, to whom, or when it is due; of a person it reads the name and the language.
GRANT SELECT (id, name, language) ON patients TO carebell_worker;
GRANT SELECT (patient_id, id, given_at, withdrawn_at) ON consents TO carebell_worker;
GRANT SELECT ON addresses, schedules, scheduled_messages, outbox, delivery_attempts, platform_messages, channels, instances
    TO carebell_worker;
GRANT UPDATE (platform_id, reachable, unreachable_why, unreachable_since, updated_at) ON addresses TO carebell_worker;
GRANT UPDATE (status, status_why, version, updated_at) ON schedules TO carebell_worker;
GRANT INSERT ON scheduled_messages, outbox, delivery_attempts, platform_messages, status_history, channels, audit_log, instances
    TO carebell_worker;
GRANT UPDATE (status, error_message, sent_at, failed_at, updated_at, attempts, last_attempt_time, next_attempt_time,
    lease_until, lease_token, cancel_requested, copies, marked, platform_ids, notice_id) ON scheduled_messages TO carebell_worker;
GRANT UPDATE (status, error_message, sent_at, failed_at, updated_at, attempts, last_attempt_time, next_attempt_time,
    lease_until, lease_token, cancel_requested, copies, marked, platform_ids, operation, target_id) ON outbox TO carebell_worker;
GRANT UPDATE (ended_at, outcome, error_code, error) ON delivery_attempts TO carebell_worker;
GRANT UPDATE ON platform_messages, channels TO carebell_worker;
GRANT UPDATE (fenced_at) ON instances TO carebell_worker;
GRANT DELETE ON instances TO carebell_worker;
GRANT USAGE ON SEQUENCE instances_lock_key TO carebell_worker;
CREATE POLICY worker ON patients FOR SELECT TO carebell_worker USING (true);
CREATE POLICY worker ON consents FOR SELECT TO carebell_worker USING (true);
CREATE POLICY worker ON addresses TO carebell_worker USING (true) WITH CHECK (true);
CREATE POLICY worker ON schedules TO carebell_worker USING (true) WITH CHECK (true);
CREATE POLICY worker ON outbox TO carebell_worker USING (true) WITH CHECK (true);
CREATE POLICY worker ON delivery_attempts TO carebell_worker USING (true) WITH CHECK (true);
CREATE POLICY worker ON platform_messages TO carebell_worker USING (true) WITH CHECK (true);
CREATE POLICY worker ON status_history TO carebell_worker USING (true) WITH CHECK (true);
CREATE POLICY worker ON channels TO carebell_worker USING (true) WITH CHECK (true);
CREATE POLICY worker ON instances TO carebell_worker USING (true) WITH CHECK (true);
CREATE POLICY worker ON audit_log FOR INSERT TO carebell_worker WITH CHECK (true);
CREATE POLICY worker_reads ON scheduled_messages FOR SELECT TO carebell_worker USING (true);
CREATE POLICY worker_records ON scheduled_messages FOR UPDATE TO carebell_worker USING (true) WITH CHECK (true);
-- A slot that the worker makes says what its series says, to whom the series says it.
CREATE POLICY worker_succeeds ON scheduled_messages FOR INSERT TO carebell_worker WITH CHECK (EXISTS (
    SELECT 1 FROM schedules s WHERE s.id = scheduled_messages.schedule_id AND s.message = scheduled_messages.message_content
        AND s.patient_id = scheduled_messages.patient_id AND s.recipient_id = scheduled_messages.recipient_id));

-- carebell_metrics counts, and reads of no one person.
GRANT SELECT (status, scheduled_time, next_attempt_time, sent_at, platform) ON scheduled_messages TO carebell_metrics;
GRANT SELECT (status, scheduled_time, next_attempt_time, sent_at, platform) ON outbox TO carebell_metrics;
CREATE POLICY metrics ON scheduled_messages FOR SELECT TO carebell_metrics USING (true);
CREATE POLICY metrics ON outbox FOR SELECT TO carebell_metrics USING (true);

-- A person who is logged in reads what is theirs, and nobody else's.
GRANT SELECT ON patients, addresses, consents, schedules, scheduled_messages TO authenticated;
CREATE POLICY patient ON patients FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY patient ON addresses FOR SELECT TO authenticated USING (
    patient_id = (SELECT p.id FROM patients p WHERE p.user_id = (SELECT auth.uid())));
CREATE POLICY patient ON consents FOR SELECT TO authenticated USING (
    patient_id = (SELECT p.id FROM patients p WHERE p.user_id = (SELECT auth.uid())));
CREATE POLICY patient ON schedules FOR SELECT TO authenticated USING (
    patient_id = (SELECT p.id FROM patients p WHERE p.user_id = (SELECT auth.uid())));
CREATE POLICY patient ON scheduled_messages FOR SELECT TO authenticated USING (
    patient_id = (SELECT p.id FROM patients p WHERE p.user_id = (SELECT auth.uid())));
