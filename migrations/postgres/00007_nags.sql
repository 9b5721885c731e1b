-- How often a reminder that nobody answers comes again, within its window.

-- +goose Up

ALTER TABLE schedules ADD COLUMN nag_every_seconds integer NOT NULL DEFAULT 0;
ALTER TABLE schedules ADD COLUMN nag_times integer NOT NULL DEFAULT 0;

-- The worker asks whether a dose was answered, and reads nothing of the answer.
GRANT SELECT (message_id, undone_at) ON responses TO carebell_worker;
CREATE POLICY worker ON responses FOR SELECT TO carebell_worker USING (true);
