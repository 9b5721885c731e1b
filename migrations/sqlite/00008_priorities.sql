-- What is due leaves in classes: each is looked at by its own time, so that a long queue of one hides
-- no other. A priority outside of the classes counts as the nearest one.

-- +goose Up

ALTER TABLE schedules ADD COLUMN priority INTEGER NOT NULL DEFAULT 2;

CREATE INDEX scheduled_messages_turn ON scheduled_messages ((min(max(priority, 0), 3)), next_attempt_time)
    WHERE status IN ('pending', 'unknown') AND next_attempt_time IS NOT NULL;
DROP INDEX scheduled_messages_due;
CREATE INDEX outbox_turn ON outbox ((min(max(priority, 0), 3)), next_attempt_time)
    WHERE status IN ('pending', 'unknown') AND next_attempt_time IS NOT NULL;
DROP INDEX outbox_due;
