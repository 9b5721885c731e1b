-- What a platform's default grants opened, and what a role could delete beyond need, is closed.

-- +goose Up

-- +goose StatementBegin
DO $$
DECLARE
    sequence text;
BEGIN
    -- Supabase grants every new table and sequence to its roles.
    FOR sequence IN SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences WHERE schemaname = current_schema() LOOP
        EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM PUBLIC, anon, authenticated', sequence);
    END LOOP;
END $$;
-- +goose StatementEnd
REVOKE ALL ON goose_db_version FROM PUBLIC, anon, authenticated;
ALTER TABLE goose_db_version ENABLE ROW LEVEL SECURITY; -- not forced: its owner migrates
CREATE POLICY app ON goose_db_version FOR SELECT TO carebell_app USING (true);

-- The worker deletes what has ended, and nothing of what has not.
DROP POLICY worker ON outbox;
CREATE POLICY worker_reads ON outbox FOR SELECT TO carebell_worker USING (true);
CREATE POLICY worker_tells ON outbox FOR INSERT TO carebell_worker WITH CHECK (true);
CREATE POLICY worker_records ON outbox FOR UPDATE TO carebell_worker USING (true) WITH CHECK (true);
CREATE POLICY worker_forgets ON outbox FOR DELETE TO carebell_worker
    USING (next_attempt_time IS NULL AND status NOT IN ('pending', 'paused', 'sending'));

DROP POLICY worker ON delivery_attempts;
CREATE POLICY worker_reads ON delivery_attempts FOR SELECT TO carebell_worker USING (true);
CREATE POLICY worker_intends ON delivery_attempts FOR INSERT TO carebell_worker WITH CHECK (true);
CREATE POLICY worker_records ON delivery_attempts FOR UPDATE TO carebell_worker USING (true) WITH CHECK (true);
CREATE POLICY worker_forgets ON delivery_attempts FOR DELETE TO carebell_worker USING (
    NOT EXISTS (SELECT 1 FROM scheduled_messages m WHERE m.id = message_id AND (m.next_attempt_time IS NOT NULL OR m.status IN ('pending', 'paused', 'sending')))
    AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.id = message_id AND (o.next_attempt_time IS NOT NULL OR o.status IN ('pending', 'paused', 'sending'))));

DROP POLICY worker ON status_history;
CREATE POLICY worker_reads ON status_history FOR SELECT TO carebell_worker USING (true);
CREATE POLICY worker_records ON status_history FOR INSERT TO carebell_worker WITH CHECK (true);
CREATE POLICY worker_forgets ON status_history FOR DELETE TO carebell_worker USING (
    NOT EXISTS (SELECT 1 FROM scheduled_messages m WHERE m.id = message_id AND (m.next_attempt_time IS NOT NULL OR m.status IN ('pending', 'paused', 'sending')))
    AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.id = message_id AND (o.next_attempt_time IS NOT NULL OR o.status IN ('pending', 'paused', 'sending'))));

-- No retention is shorter than two days.
DROP POLICY worker_forgets ON webchat_messages;
CREATE POLICY worker_forgets ON webchat_messages FOR DELETE TO carebell_worker USING (created_at < now() - interval '2 days');
