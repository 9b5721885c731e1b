-- Old rows are taken away by carebell_worker, which can delete only what has ended. Consents, the
-- audit log and series are never deleted.

-- +goose Up

CREATE INDEX webchat_messages_time ON webchat_messages (created_at);

GRANT DELETE ON scheduled_messages, outbox, delivery_attempts, status_history, platform_messages TO carebell_worker;
GRANT SELECT (message_id) ON status_history TO carebell_worker;
CREATE POLICY worker_forgets ON scheduled_messages FOR DELETE TO carebell_worker
    USING (next_attempt_time IS NULL AND status NOT IN ('pending', 'paused', 'sending'));

GRANT DELETE, SELECT (seq, status, received_at) ON inbox TO carebell_worker;
GRANT DELETE, SELECT (seq, status, updated_at, expires_at) ON conversations TO carebell_worker;
GRANT DELETE, SELECT (person_id, id, created_at) ON webchat_messages TO carebell_worker;
CREATE POLICY worker_sees ON inbox FOR SELECT TO carebell_worker USING (status <> 'new');
CREATE POLICY worker_forgets ON inbox FOR DELETE TO carebell_worker USING (status <> 'new');
CREATE POLICY worker_sees ON conversations FOR SELECT TO carebell_worker USING (status <> 'open' OR expires_at < now());
CREATE POLICY worker_forgets ON conversations FOR DELETE TO carebell_worker USING (status <> 'open' OR expires_at < now());
CREATE POLICY worker_sees ON webchat_messages FOR SELECT TO carebell_worker USING (true);
CREATE POLICY worker_forgets ON webchat_messages FOR DELETE TO carebell_worker USING (true);
