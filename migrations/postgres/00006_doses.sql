-- What a reminder asks, and what was answered. The card below a reminder is a conversation of kind
-- dose, whose card_id is the occurrence; it is made when the occurrence is claimed.

-- +goose Up

ALTER TABLE schedules ADD COLUMN asks text NOT NULL DEFAULT '' CHECK (asks IN ('', 'dose'));

CREATE UNIQUE INDEX conversations_dose ON conversations (card_id) WHERE kind = 'dose';
CREATE INDEX scheduled_messages_parent ON scheduled_messages (parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE responses (
    id          uuid PRIMARY KEY,
    message_id  uuid NOT NULL,                 -- the occurrence; kept when that is taken away
    patient_id  uuid NOT NULL REFERENCES patients (id),
    draft_id    text NOT NULL,                 -- the card that was answered
    answer      text NOT NULL CHECK (answer IN ('taken', 'skipped')),
    reason      text NOT NULL DEFAULT '',      -- of skipped: unwell, ran_out, doctor, forgot, none
    due_at      timestamptz NOT NULL,
    said_at     timestamptz NOT NULL,          -- when it was taken, as the person says
    received_at timestamptz NOT NULL,          -- when the answer came
    undone_at   timestamptz                    -- the person took the answer back
);
-- One answer holds for a dose at a time.
CREATE UNIQUE INDEX responses_holds ON responses (message_id) WHERE undone_at IS NULL;
CREATE INDEX responses_patient ON responses (patient_id, due_at);

REVOKE ALL ON responses FROM PUBLIC, anon, authenticated;
ALTER TABLE responses ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON responses TO carebell_app;
CREATE POLICY app ON responses TO carebell_app USING (true) WITH CHECK (true);
GRANT SELECT ON responses TO authenticated;
CREATE POLICY patient ON responses FOR SELECT TO authenticated USING (
    patient_id = (SELECT p.id FROM patients p WHERE p.user_id = (SELECT auth.uid())));
CREATE POLICY care_team ON responses FOR SELECT TO authenticated USING (patient_id = ANY (ARRAY(SELECT c.patient_id FROM care_team c)));

-- The worker makes the cards of doses, and reads and changes no other conversation.
GRANT INSERT, SELECT (id, kind, card_id, version) ON conversations TO carebell_worker;
CREATE POLICY worker_asks ON conversations FOR INSERT TO carebell_worker WITH CHECK (kind = 'dose');
CREATE POLICY worker_sees_doses ON conversations FOR SELECT TO carebell_worker USING (kind = 'dose');

-- A tap names the platform's message; which row that was is looked up to change what was tapped on.
GRANT SELECT ON platform_messages TO carebell_app;
CREATE POLICY app ON platform_messages FOR SELECT TO carebell_app USING (true);
