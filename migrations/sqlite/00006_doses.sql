-- What a reminder asks, and what was answered. The card below a reminder is a conversation of kind
-- dose, whose card_id is the occurrence; it is made when the occurrence is claimed.

-- +goose Up

ALTER TABLE schedules ADD COLUMN asks TEXT NOT NULL DEFAULT '' CHECK (asks IN ('', 'dose'));

CREATE UNIQUE INDEX conversations_dose ON conversations (card_id) WHERE kind = 'dose';
CREATE INDEX scheduled_messages_parent ON scheduled_messages (parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE responses (
    id          TEXT PRIMARY KEY,
    message_id  TEXT NOT NULL,                 -- the occurrence; kept when that is taken away
    patient_id  TEXT NOT NULL REFERENCES patients (id),
    draft_id    TEXT NOT NULL,                 -- the card that was answered
    answer      TEXT NOT NULL CHECK (answer IN ('taken', 'skipped')),
    reason      TEXT NOT NULL DEFAULT '',      -- of skipped: unwell, ran_out, doctor, forgot, none
    due_at      INTEGER NOT NULL,
    said_at     INTEGER NOT NULL,              -- when it was taken, as the person says
    received_at INTEGER NOT NULL,              -- when the answer came
    undone_at   INTEGER                        -- the person took the answer back
) STRICT;
-- One answer holds for a dose at a time.
CREATE UNIQUE INDEX responses_holds ON responses (message_id) WHERE undone_at IS NULL;
CREATE INDEX responses_patient ON responses (patient_id, due_at);
