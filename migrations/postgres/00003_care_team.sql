-- Who of the staff may see whom. A care team's member reads what its patients read.

-- +goose Up

-- The order in which things were made, also within one transaction.
ALTER TABLE schedules ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY;
ALTER TABLE conversations ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY;

CREATE TABLE staff (
    id         uuid PRIMARY KEY,
    user_id    uuid UNIQUE,                    -- their login (auth.uid()), once they have one
    name       text NOT NULL DEFAULT '',
    role       text NOT NULL CHECK (role IN ('caregiver', 'provider', 'admin')),
    created_at timestamptz NOT NULL,
    left_at    timestamptz                     -- since then they see nobody
);

CREATE TABLE care_team (
    patient_id uuid NOT NULL REFERENCES patients (id),
    staff_id   uuid NOT NULL REFERENCES staff (id),
    since      timestamptz NOT NULL,
    until      timestamptz,                    -- null while they are in the team
    PRIMARY KEY (patient_id, staff_id)
);
CREATE INDEX care_team_staff ON care_team (staff_id) WHERE until IS NULL;

REVOKE ALL ON staff, care_team FROM PUBLIC, anon, authenticated;
ALTER TABLE staff ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE care_team ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON staff, care_team TO carebell_app;
CREATE POLICY app ON staff TO carebell_app USING (true) WITH CHECK (true);
CREATE POLICY app ON care_team TO carebell_app USING (true) WITH CHECK (true);

-- ANY (ARRAY(…)) is computed once a query, and an index can be asked for it.
-- A login reads its own row of staff and its own places in care teams; by those it reads the
-- patients of its teams.
GRANT SELECT ON staff, care_team TO authenticated;
CREATE POLICY own ON staff FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY own ON care_team FOR SELECT TO authenticated USING (until IS NULL
    AND staff_id = (SELECT s.id FROM staff s WHERE s.user_id = (SELECT auth.uid()) AND s.left_at IS NULL));
CREATE POLICY care_team ON patients FOR SELECT TO authenticated USING (id = ANY (ARRAY(SELECT c.patient_id FROM care_team c)));
CREATE POLICY care_team ON addresses FOR SELECT TO authenticated USING (patient_id = ANY (ARRAY(SELECT c.patient_id FROM care_team c)));
CREATE POLICY care_team ON consents FOR SELECT TO authenticated USING (patient_id = ANY (ARRAY(SELECT c.patient_id FROM care_team c)));
CREATE POLICY care_team ON schedules FOR SELECT TO authenticated USING (patient_id = ANY (ARRAY(SELECT c.patient_id FROM care_team c)));
CREATE POLICY care_team ON scheduled_messages FOR SELECT TO authenticated USING (patient_id = ANY (ARRAY(SELECT c.patient_id FROM care_team c)));
